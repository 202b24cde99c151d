"""The trainable part: a network that corrects a position's reference band, and losses with a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from hedger.network.position.layers import corrected_edges, correction_layers
from hedger.network.position.paths import PathBatch
from hedger.network.position.recursion import band_gradients, band_losses
from hedger.network.position.reference import Reference


class BandNetwork(torch.nn.Module):
    """Lower and upper edge at every node; before training they are the reference's."""

    def __init__(self, reference: Reference, hidden: int) -> None:
        super().__init__()
        self.reference = reference
        self.features = torch.from_numpy(reference.features).float()
        self.layers = correction_layers(self.features.shape[-1], 2, hidden)

    def forward(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Edges of shape (step, node) [units of underlying]."""
        return corrected_edges(self.layers(self.features).double(), self.reference)


def losses_along(batch: PathBatch, lower: torch.Tensor, upper: torch.Tensor, cost: float) -> torch.Tensor:
    """Losses (path,) [currency] of hedging inside a band, differentiable with respect to its edges.

    lower, upper: (step, node) [units of underlying], contiguous. cost: fraction of the value traded.
    """
    losses: torch.Tensor = _BandLoss.apply(lower, upper, batch, cost)  # type: ignore[no-untyped-call]
    return losses


class _BandLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, lower: torch.Tensor, upper: torch.Tensor, batch: PathBatch, cost: float
    ) -> torch.Tensor:
        loss, trade = batch.owed.copy(), np.empty(batch.place.shape, np.int8)
        edges = (lower.detach().numpy(), upper.detach().numpy())
        band_losses(batch.spot, batch.place, *edges, cost, trade, loss)
        ctx.run = (batch, cost, trade, lower.shape)
        return torch.from_numpy(loss)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        batch, cost, trade, shape = ctx.run
        lower, upper = np.zeros(shape), np.zeros(shape)
        weight = np.ascontiguousarray(gradients[0].numpy())
        band_gradients(batch.spot, batch.place, cost, trade, weight, lower, upper)
        return torch.from_numpy(lower), torch.from_numpy(upper), None, None
