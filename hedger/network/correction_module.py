"""The trainable market correction, and its two losses: of every date, and of paths hedged to their end."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from hedger.network.correction import INPUTS, LARGEST_SHIFT, LARGEST_STRETCH, PARTS, MarketCorrection
from hedger.network.inference import CLIP, BandNetwork
from hedger.network.market_study.recursion import band_adjoint, hedge_in_band
from hedger.network.market_study.score import hedged_losses
from hedger.network.market_study.states import PathStates
from hedger.network.risk import entropic_risk


class CorrectionModule(torch.nn.Module):
    """The network of `MarketCorrection`; before training it answers 0 everywhere.

    lowest, highest: of the inputs in training.
    """

    def __init__(self, inputs: torch.Tensor, width: int) -> None:
        super().__init__()
        self.mean, self.deviation = inputs.mean(dim=0), inputs.std(dim=0) + 1e-3
        self.lowest, self.highest = inputs.amin(dim=0), inputs.amax(dim=0)
        self.first = torch.nn.Linear(INPUTS, width)
        self.hidden = torch.nn.Linear(width, width)
        self.last = torch.nn.Linear(width, len(PARTS))
        torch.nn.init.zeros_(self.last.weight)
        torch.nn.init.zeros_(self.last.bias)

    def units(self, inputs: torch.Tensor) -> torch.Tensor:
        """Answers of the last hidden layer (state, width)."""
        score = ((inputs - self.mean) / self.deviation).clamp(-CLIP, CLIP)
        act = torch.nn.functional.silu
        answer: torch.Tensor = act(self.hidden(act(self.first(score))))
        return answer

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Outputs (state, 4) for inputs (state, INPUTS), float32."""
        answer: torch.Tensor = self.last(self.units(inputs))
        return answer

    def correction(self) -> MarketCorrection:
        """The weights as numba takes them."""
        return MarketCorrection(
            network=BandNetwork(
                mean=_array(self.mean),
                deviation=_array(self.deviation),
                lowest=_array(self.lowest),
                highest=_array(self.highest),
                first=_array(self.first.weight.T),
                first_bias=_array(self.first.bias),
                hidden=_array(self.hidden.weight.T[None]),
                hidden_bias=_array(self.hidden.bias[None]),
                last=_array(self.last.weight.T),
                last_bias=_array(self.last.bias),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRows:
    """One row a path and date: what a date's move left and what each kind of shift would have earned of it.

    inputs (row, INPUTS). earned (row, 3): gain of a shift of the middle by level, response and half width;
    left (row,): the loss without one. Both in deviations of the group's `left`, float32.
    """

    inputs: torch.Tensor
    earned: torch.Tensor
    left: torch.Tensor

    @classmethod
    def of(cls, states: PathStates) -> DateRows:
        """A group's dates, one after the other."""
        gain = np.diff(states.spot, axis=0) / states.scale * states.strength
        deviation = float(np.sqrt(np.mean(states.left**2)))
        columns = np.stack([states.level * gain, states.response * gain, states.half * gain], axis=-1)
        return cls(
            inputs=_rows(states),
            earned=torch.from_numpy((columns / deviation).reshape(-1, 3).astype(np.float32)),
            left=torch.from_numpy((states.left / deviation).ravel().astype(np.float32)),
        )

    @classmethod
    def joined(cls, parts: list[DateRows]) -> DateRows:
        """All groups' rows."""
        return cls(
            inputs=torch.cat([part.inputs for part in parts]),
            earned=torch.cat([part.earned for part in parts]),
            left=torch.cat([part.left for part in parts]),
        )

    def loss(self, module: CorrectionModule, rows: torch.Tensor) -> torch.Tensor:
        """Mean square of what is left, less that without a shift."""
        shift = module(self.inputs[rows])[:, :3].clamp(-LARGEST_SHIFT, LARGEST_SHIFT)
        left = self.left[rows]
        residual: torch.Tensor = left - (shift * self.earned[rows]).sum(dim=1)
        return (residual * residual - left * left).mean()


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeGroup:
    """A group hedged to its end, as tensors: columns (4, step, path) of the scaled holding.

    size: aversion x deviation of the core's loss, which makes groups comparable. core_risk: of aversion x
    loss under the core alone.
    """

    states: PathStates
    inputs: torch.Tensor
    columns: torch.Tensor
    strength: torch.Tensor
    scale: torch.Tensor
    size: float
    core_risk: float

    @classmethod
    def of(cls, states: PathStates) -> WholeGroup:
        """Hedge by the core once and turn the states into tensors."""
        task = states.task
        loss = hedged_losses(task, states.spot, states.owed, *states.core_band()).loss
        columns = np.stack([states.middle, states.half, states.level, states.response])
        return cls(
            states=states,
            inputs=_rows(states),
            columns=torch.from_numpy(columns),
            strength=torch.from_numpy(states.strength),
            scale=torch.from_numpy(states.scale),
            size=task.risk_aversion * float(loss.std()),
            core_risk=task.risk_aversion * entropic_risk(loss, task.risk_aversion),
        )

    def loss(self, outputs: torch.Tensor) -> torch.Tensor:
        """Entropic risk less the core's, in deviations of the core's loss, from outputs (state, 4)."""
        middle, half, level, response = self.columns
        own = outputs.double().view(*middle.shape, len(PARTS))
        to_level, to_response, to_half = own[..., :3].clamp(-LARGEST_SHIFT, LARGEST_SHIFT).unbind(-1)
        moved = middle + self.strength * (to_level * level + to_response * response + to_half * half)
        stretch = self.strength * own[..., 3].clamp(-LARGEST_STRETCH, LARGEST_STRETCH)
        wide = half * torch.exp(stretch)
        edges = ((moved - wide) / self.scale, (moved + wide) / self.scale)
        losses = _HedgedLoss.apply(*edges, self.states)  # type: ignore[no-untyped-call]
        scaled = self.states.task.risk_aversion * losses
        risk: torch.Tensor = torch.logsumexp(scaled, dim=0) - log(len(scaled))
        return (risk - self.core_risk) / self.size


class _HedgedLoss(torch.autograd.Function):
    """Losses (path,) [currency] from edges (step, path), with the hand-written adjoint."""

    @staticmethod
    def forward(ctx: Any, lower: torch.Tensor, upper: torch.Tensor, states: PathStates) -> torch.Tensor:
        loss, side = states.owed.copy(), np.empty(lower.shape, np.int8)
        edges = (lower.detach().numpy(), upper.detach().numpy())
        hedge_in_band(states.spot, *edges, states.task.proportional_cost, side, loss, np.zeros_like(loss))
        ctx.run = (states, side)
        return torch.from_numpy(loss)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        states, side = ctx.run
        lower, upper = np.empty(side.shape), np.empty(side.shape)
        weight = np.ascontiguousarray(gradients[0].numpy())
        band_adjoint(states.spot, states.task.proportional_cost, side, weight, lower, upper)
        return torch.from_numpy(lower), torch.from_numpy(upper), None


def _rows(states: PathStates) -> torch.Tensor:
    return torch.from_numpy(states.inputs.reshape(-1, INPUTS).astype(np.float32))


def _array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
