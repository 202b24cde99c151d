"""The universal network in torch, and the loss that it is taught by."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Self

import numpy as np
import torch
from torch import nn

from hedger.network.inference import CLIP, BandNetwork
from hedger.network.labels import Labels
from hedger.network.ladder import OUTPUTS

_LARGEST_LOGARITHM = 12.0


class BandModule(nn.Module):
    """The network of `BandNetwork` with gradients: hidden layers of x sigmoid(x), nothing before training."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, mean: torch.Tensor, deviation: torch.Tensor, *, width: int, layers: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        sizes = [len(mean), *[width] * layers]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.last = nn.Linear(width, OUTPUTS)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Outputs (row, OUTPUTS) for features (row, FEATURES)."""
        now = ((features - self.mean) / self.deviation).clamp(-CLIP, CLIP)
        for layer in self.hidden:
            now = nn.functional.silu(layer(now))
        outputs: torch.Tensor = self.last(now)
        return outputs

    def _linear(self) -> list[nn.Linear]:
        return [layer for layer in self.hidden if isinstance(layer, nn.Linear)]

    def network(self, lowest: np.ndarray, highest: np.ndarray) -> BandNetwork:
        """The weights as they are shipped; lowest, highest: of the features in training."""
        layers = [(_single(layer.weight.T), _single(layer.bias)) for layer in self._linear()]
        return BandNetwork(
            mean=_single(self.mean),
            deviation=_single(self.deviation),
            lowest=np.asarray(lowest, dtype=np.float32),
            highest=np.asarray(highest, dtype=np.float32),
            first=layers[0][0],
            first_bias=layers[0][1],
            hidden=np.stack([weight for weight, _ in layers[1:]]),
            hidden_bias=np.stack([bias for _, bias in layers[1:]]),
            last=_single(self.last.weight.T),
            last_bias=_single(self.last.bias),
        )

    @classmethod
    def of(cls, network: BandNetwork) -> Self:
        """A network as it was shipped, to train on."""
        mean, deviation = torch.from_numpy(network.mean.copy()), torch.from_numpy(network.deviation.copy())
        module = cls(mean, deviation, width=network.first.shape[1], layers=1 + len(network.hidden))
        module.load_network(network)
        return module

    def load_network(self, network: BandNetwork) -> None:
        """Take the weights of a shipped network of the same shape."""
        state = {"mean": network.mean, "deviation": network.deviation}
        weights = [network.first, *network.hidden]
        biases = [network.first_bias, *network.hidden_bias]
        for place, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            state |= {f"hidden.{place}.weight": weight.T, f"hidden.{place}.bias": bias}
        state |= {"last.weight": network.last.T, "last.bias": network.last_bias}
        self.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})


def _single(tensor: torch.Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().cpu().numpy(), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Labels as tensors on one device; fields as in `Labels`, and what a basis point of gap counts."""

    features: torch.Tensor
    reference: torch.Tensor
    bands: torch.Tensor
    weights: torch.Tensor
    open: torch.Tensor
    importance: torch.Tensor

    @classmethod
    def of(cls, labels: Labels, device: torch.device) -> Rows:
        """Move labels to a device."""
        columns = {
            name: torch.from_numpy(getattr(labels, name)).to(device)
            for name in ("features", "reference", "bands", "weights", "open")
        }
        importance = 1.0 / tolerated_gap(labels.cost, labels.reference_gap)
        return cls(**columns, importance=torch.from_numpy(importance.astype(np.float32)).to(device))

    def __len__(self) -> int:
        return len(self.features)

    def at(self, places: torch.Tensor | slice) -> Rows:
        """Some of the rows."""
        return Rows(**{field.name: getattr(self, field.name)[places] for field in fields(Rows)})


def tolerated_gap(cost: np.ndarray, reference_gap: np.ndarray) -> np.ndarray:
    """Gap [bp of spot] that counts as one unit of loss in a problem: more where costs or the gap are high.

    A tenth of a basis point up to a cost of ten and its 0.7th power above, but no more than a quarter of what
    the reference leaves, so that the network beats it everywhere; and no problem without hope takes all.
    """
    usual = 0.1 * np.maximum(cost / 1e-3, 1.0) ** 0.7
    below_reference = 0.25 * reference_gap + 0.003
    return np.maximum(1.0 / (1.0 / usual + 1.0 / below_reference), 0.0005 * reference_gap)


def row_gaps(outputs: torch.Tensor, rows: Rows) -> torch.Tensor:
    """What each row's errors add to its problem's gap [bp of spot], shape (row,).

    The labels' quadratic, linear where an error is larger than the scale of shifts.
    """
    error = edges(outputs, rows.reference) - rows.bands
    inward = torch.cat([error[:, :2].clamp(min=0.0), error[:, 2:].clamp(max=0.0)], dim=1)
    error = torch.where(rows.open > 0.0, inward, error)
    width = rows.reference[:, 2:3] + rows.reference[:, 3:4]
    relative = (error / width).abs()
    size = torch.where(relative < 1.0, relative.square(), 2.0 * relative - 1.0) * width.square()
    return (rows.weights * size).sum(dim=1)


def edges(outputs: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """`hedger.network.ladder.bands_of` for rows of tensors: (row, 4)."""
    stretch = outputs[:, 1:].clamp(-_LARGEST_LOGARITHM, _LARGEST_LOGARITHM).exp()
    middle = reference[:, 0] + reference[:, 3] * outputs[:, 0]
    half = reference[:, 1] * stretch[:, 0]
    lower, upper = middle - half, middle + half
    outer = reference[:, 2:3] * stretch[:, 1:]
    return torch.stack([lower - outer[:, 0], lower, upper, upper + outer[:, 1]], dim=1)
