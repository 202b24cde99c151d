"""The layers that every position's network is made of, and how their answer becomes a band."""

from __future__ import annotations

import torch

from hedger.network.position.reference import Reference

_WIDEST = 4.0  # of the correction to the log half width


def correction_layers(features: int, corrections: int, hidden: int) -> torch.nn.Sequential:
    """Two hidden layers whose answer is zero before training."""
    last = torch.nn.Linear(hidden, corrections)
    torch.nn.init.zeros_(last.weight)
    torch.nn.init.zeros_(last.bias)
    return torch.nn.Sequential(
        torch.nn.Linear(features, hidden),
        torch.nn.SiLU(),
        torch.nn.Linear(hidden, hidden),
        torch.nn.SiLU(),
        last,
    )


def corrected_edges(answer: torch.Tensor, reference: Reference) -> tuple[torch.Tensor, torch.Tensor]:
    """Lower and upper edge from the answer (step, node, ..., 2): shift of the midpoint, log of the widening.

    The reference's (step, node) columns broadcast over what is between.
    """
    shift, widening = answer.unbind(-1)
    between = (1,) * (shift.dim() - 2)
    midpoint, half_width, unit = (
        torch.from_numpy(column).reshape(*column.shape, *between)
        for column in (reference.midpoint, reference.half_width, reference.unit)
    )
    middle = midpoint + unit * shift
    width = half_width * torch.exp(widening.clamp(-_WIDEST, _WIDEST))
    return middle - width, middle + width
