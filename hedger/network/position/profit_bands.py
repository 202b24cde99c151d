"""The trainable part where bands also know the result so far, and losses with a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from hedger.network.position.layers import corrected_edges, correction_layers
from hedger.network.position.paths import PathBatch
from hedger.network.position.profit_network import Standing
from hedger.network.position.profit_recursion import profit_band_gradients, profit_band_losses
from hedger.network.position.reference import Reference


class ProfitBandNetwork(torch.nn.Module):
    """Lower and upper edge at every node and level of standing; before training the reference's."""

    def __init__(self, reference: Reference, levels: int, hidden: int) -> None:
        super().__init__()
        self.reference = reference
        squeezed = np.linspace(-1.0, 1.0, levels)
        ours = np.stack([2.0 * squeezed, 1.0 - 2.0 * squeezed**2], axis=-1)
        shape = (*reference.midpoint.shape, levels)
        spread = [
            np.broadcast_to(reference.features[:, :, None, :], (*shape, reference.features.shape[-1])),
            np.broadcast_to(ours, (*shape, 2)),
        ]
        self.features = torch.from_numpy(np.concatenate(spread, axis=-1)).float()
        self.layers = correction_layers(self.features.shape[-1], 2, hidden)

    def forward(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Edges of shape (step, node, level) [units of underlying]."""
        return corrected_edges(self.layers(self.features).double(), self.reference)


def profit_losses_along(
    batch: PathBatch, lower: torch.Tensor, upper: torch.Tensor, standing: Standing
) -> torch.Tensor:
    """Losses (path,) [currency] of hedging inside a band of shape (step, node, level), with a gradient."""
    losses: torch.Tensor = _ProfitBandLoss.apply(lower, upper, batch, standing)  # type: ignore[no-untyped-call]
    return losses


class _ProfitBandLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, lower: torch.Tensor, upper: torch.Tensor, batch: PathBatch, standing: Standing
    ) -> torch.Tensor:
        loss, shape = batch.owed.copy(), batch.place.shape
        trade, stood = np.empty(shape, np.int8), np.empty(shape)
        low, high = lower.detach().contiguous().numpy(), upper.detach().contiguous().numpy()
        profit_band_losses(
            batch.spot, batch.place, standing.value, low, high, standing.terms, trade, stood, loss
        )
        ctx.run = (batch, low, high, standing, trade, stood)
        return torch.from_numpy(loss)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        batch, low, high, standing, trade, stood = ctx.run
        lower, upper = np.zeros_like(low), np.zeros_like(high)
        weight = np.ascontiguousarray(gradients[0].numpy())
        profit_band_gradients(
            batch.spot, batch.place, low, high, standing.terms, trade, stood, weight, lower, upper
        )
        return torch.from_numpy(lower), torch.from_numpy(upper), None, None
