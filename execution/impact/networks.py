"""The networks in torch, for training alone; execution.impact.inference computes the same without it.

Both look at the market from the side of one who buys: a seller is shown the mirror image. A trunk reads the
window; linear heads read what it found beside the latest step and the window's mean, so that each network
holds a linear forecast and its order-flow-imbalance regression within it (wide and deep, Cheng et al. 2016).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from execution.impact.features import FEATURES, IMAGE_CHANNELS, mirror
from execution.impact.layers import (
    CHANNELS,
    CLIP,
    FIRST_CHANNELS,
    HEAD_INPUTS,
    HEADS,
    HIDDEN,
    IMAGE_LEVELS,
    IMAGE_STEPS,
    LARGEST_LOG_COEFFICIENT,
    MID_LONG,
    TIMES,
    TOUCH,
    WIDE,
    Kind,
)
from execution.impact.samples import LEVELS

SingleArray = npt.NDArray[np.float32]


class LstmTrunk(nn.Module):
    """A long short-term memory over the window's steps (Hochreiter and Schmidhuber 1997): its last state."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(FEATURES, HIDDEN, batch_first=True)

    def forward(self, window: Tensor) -> Tensor:
        """Windows (row, step, FEATURES), standardised, to (row, HIDDEN)."""
        states: Tensor = self.lstm(window)[0]
        return states[:, -1]

    def arrays(self) -> dict[str, Tensor]:
        """Weights by the names of execution.impact.layers; gates in torch's order i, f, g, o."""
        of = dict(self.lstm.named_parameters())
        return {
            "input": of["weight_ih_l0"].T,
            "recurrent": of["weight_hh_l0"].T,
            "gate_bias": of["bias_ih_l0"] + of["bias_hh_l0"],
        }


class ImageTrunk(nn.Module):
    """Convolutions over the picture of the book: steps by levels, with price, volume and flow as channels.

    A small relative of DeepLOB (Zhang, Zohren and Roberts, IEEE Transactions on Signal Processing 67, 2019):
    neighbouring levels are merged first, then time, then all levels; a dense layer instead of the LSTM.
    """

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(IMAGE_CHANNELS, FIRST_CHANNELS, (TIMES, WIDE))
        self.second = nn.Conv2d(FIRST_CHANNELS, CHANNELS, (TIMES, WIDE), stride=(2, 1))
        self.third = nn.Conv2d(CHANNELS, CHANNELS, (TIMES, IMAGE_LEVELS))
        self.dense = nn.Linear(CHANNELS * IMAGE_STEPS, HIDDEN)

    def forward(self, window: Tensor) -> Tensor:
        """Windows (row, step, FEATURES), standardised, to (row, HIDDEN)."""
        rows, steps, _ = window.shape
        pixels = window[:, :, : IMAGE_CHANNELS * LEVELS].reshape(rows, steps, IMAGE_CHANNELS, LEVELS)
        now = pixels.transpose(1, 2)
        for layer in (self.first, self.second, self.third):
            now = nn.functional.leaky_relu(layer(now), 0.01)
        found: Tensor = nn.functional.leaky_relu(self.dense(now.flatten(1)), 0.01)
        return found

    def arrays(self) -> dict[str, Tensor]:
        """Weights by the names of execution.impact.layers."""
        layers = {"first": self.first, "second": self.second, "third": self.third}
        weights = {name: layer.weight for name, layer in layers.items()}
        biases = {f"{name}_bias": layer.bias for name, layer in layers.items() if layer.bias is not None}
        return {**weights, **biases, "dense": self.dense.weight.T, "dense_bias": self.dense.bias}


class ImpactNetwork(nn.Module):
    """Forecasts for windows and orders; see `forward`. mean, inverse_deviation: (feature,) of training.

    A feature whose inverse deviation is 0 is not listened to. The forecast of the mid is odd by construction:
    it changes its sign with the side.
    """

    mean: Tensor
    inverse_deviation: Tensor
    order: Tensor
    sign: Tensor

    def __init__(self, kind: Kind, mean: SingleArray, inverse_deviation: SingleArray) -> None:
        super().__init__()
        order, sign = mirror()
        for name, array in (("mean", mean), ("inverse_deviation", inverse_deviation), ("sign", sign)):
            self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(array, np.float32)))
        self.register_buffer("order", torch.from_numpy(order))
        self.trunk: LstmTrunk | ImageTrunk = LstmTrunk() if kind == "lstm" else ImageTrunk()
        self.head = nn.Linear(HEAD_INPUTS, HEADS)
        self.impact = nn.Linear(HEAD_INPUTS + 1, 1)
        for layer in (self.head, self.impact):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, window: Tensor, root: Tensor) -> tuple[Tensor, Tensor]:
        """Heads (row, HEADS) and impact (row,) for windows (row, step, FEATURES) as a buyer sees them.

        root: (row,) square root of the order's size in touches. Heads: mid moves adverse to the side, then
        the touch that it takes from, each in the units of training. impact: in units of a step's move.
        """
        seen, reflected = self._inputs(window), self._inputs(window[:, :, self.order] * self.sign)
        heads, other = self.head(seen), self.head(reflected)
        odd = 0.5 * (heads - other)[:, : MID_LONG + 1]
        size = torch.log(root.clamp(min=1e-6))[:, None]
        log_coefficient = self.impact(torch.cat((seen, size.clamp(-CLIP, CLIP)), dim=1))[:, 0]
        limit = LARGEST_LOG_COEFFICIENT
        return torch.cat((odd, heads[:, TOUCH:]), dim=1), root * log_coefficient.clamp(-limit, limit).exp()

    def _inputs(self, window: Tensor) -> Tensor:
        standard = ((window - self.mean) * self.inverse_deviation).clamp(-CLIP, CLIP)
        return torch.cat((self.trunk(standard), standard[:, -1], standard.mean(dim=1)), dim=1)

    def arrays(self) -> dict[str, SingleArray]:
        """All weights but the targets' scale, by the names of execution.impact.layers."""
        named = {
            "mean": self.mean,
            "inverse_deviation": self.inverse_deviation,
            "head": self.head.weight,
            "head_bias": self.head.bias,
            "impact": self.impact.weight[0],
            "impact_bias": self.impact.bias,
            **self.trunk.arrays(),
        }
        return {
            name: np.ascontiguousarray(tensor.detach().numpy(), np.float32) for name, tensor in named.items()
        }
