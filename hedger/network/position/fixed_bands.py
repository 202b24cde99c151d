"""The trainable part under a fixed cost per trade: two edges and two targets, and losses with a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from hedger.network.position.fixed_recursion import fixed_cost_gradients, fixed_cost_losses
from hedger.network.position.grid import SpotGrid
from hedger.network.position.layers import corrected_edges, correction_layers
from hedger.network.position.paths import PathBatch
from hedger.network.position.reference import Reference
from hedger.optimum.problem import HedgingProblem

FloatArray = npt.NDArray[np.float64]

_WIDEST = 3.0  # of the correction to the log of a gap
_SMOOTHING = 0.3


class FixedCostNetwork(torch.nn.Module):
    """Lower edge, target from below, target from above, upper edge at every node."""

    def __init__(self, problem: HedgingProblem, grid: SpotGrid, reference: Reference, hidden: int) -> None:
        super().__init__()
        self.reference = reference
        self.gap = torch.from_numpy(fixed_cost_gap(problem, grid, reference))
        self.features = torch.from_numpy(reference.features).float()
        self.layers = correction_layers(self.features.shape[-1], 4, hidden)

    def forward(self) -> torch.Tensor:
        """Table of shape (step, 4, node) [units of underlying]."""
        answer = self.layers(self.features).double()
        lower, upper = corrected_edges(answer[..., :2], self.reference)
        gaps = self.gap[..., None] * torch.exp(answer[..., 2:].clamp(-_WIDEST, _WIDEST))
        return torch.stack([lower - gaps[..., 0], lower, upper, upper + gaps[..., 1]], dim=1)


def fixed_cost_gap(problem: HedgingProblem, grid: SpotGrid, reference: Reference) -> FloatArray:
    """From edge to target before training [units of underlying], shape (step, node).

    (12 k Gamma^2 / lambda)^(1/4), the band of a fixed cost k alone, and sqrt(2 k / (lambda S^2 variance
    left)), below which no trade can pay for itself.
    Reference: Whalley and Wilmott (1997), Mathematical Finance 7(3).
    """
    spot = np.exp(grid.log_spot)
    left = problem.step_variance * (problem.steps - np.arange(problem.steps))[:, None]
    cost = problem.fixed_cost / problem.risk_aversion
    gap: FloatArray = (12.0 * cost * reference.gamma**2) ** 0.25 + np.sqrt(2.0 * cost / left) / spot
    return gap


def fixed_cost_losses_along(batch: PathBatch, table: torch.Tensor, problem: HedgingProblem) -> torch.Tensor:
    """Losses (path,) [currency], whose gradient is that of the entropic risk alone."""
    losses: torch.Tensor = _FixedCostLoss.apply(table, batch, problem)  # type: ignore[no-untyped-call]
    return losses


class _FixedCostLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table: torch.Tensor, batch: PathBatch, problem: HedgingProblem) -> torch.Tensor:
        loss, shape = batch.owed.copy(), batch.place.shape
        held, trade = np.empty(shape), np.empty(shape, np.int8)
        edges = table.detach().contiguous().numpy()
        costs = (problem.proportional_cost, problem.fixed_cost)
        fixed_cost_losses(batch.spot, batch.place, edges, costs, held, trade, loss)
        ctx.run = (batch, edges, costs, problem.risk_aversion, held, trade)
        return torch.from_numpy(loss)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        batch, edges, costs, aversion, held, trade = ctx.run
        slopes = np.zeros_like(edges)
        weight = np.ascontiguousarray(gradients[0].numpy())
        fixed_cost_gradients(
            batch.spot, batch.place, edges, costs, aversion, _SMOOTHING, held, trade, weight, slopes
        )
        return torch.from_numpy(slopes), None, None
