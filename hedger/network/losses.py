"""The risk measures of `hedger.network.risk` in torch, with gradients; held equal to them by tests."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import torch

from hedger.network.risk import EntropicRisk, ExpectedShortfall, MeanVariance, tail_count

RiskLoss = Callable[[torch.Tensor], torch.Tensor]
Measure = EntropicRisk | ExpectedShortfall | MeanVariance


def entropic_loss(loss: torch.Tensor, aversion: float) -> torch.Tensor:
    """Entropic risk of losses (path,) [currency], aversion [1 / currency] positive and finite."""
    return (torch.logsumexp(aversion * loss, dim=0) - log(loss.shape[0])) / aversion


def shortfall_loss(loss: torch.Tensor, level: float) -> torch.Tensor:
    """Expected shortfall of losses (path,) [currency] at a level in [0, 1), by the sample's own tail."""
    whole, part = tail_count(loss.shape[0], level)
    worst = torch.topk(loss, min(whole + 1, loss.shape[0])).values
    if whole + part < 1.0:
        return worst[0]
    return (worst[:whole].sum() + part * worst[-1]) / (whole + part)


def mean_variance_loss(loss: torch.Tensor, aversion: float) -> torch.Tensor:
    """Mean plus half the aversion times the variance of losses (path,) [currency]."""
    return loss.mean() + 0.5 * aversion * loss.var(correction=0)


def loss_of(measure: Measure) -> RiskLoss:
    """The measure as a function of losses that torch can differentiate."""
    if isinstance(measure, EntropicRisk):
        aversion = measure.aversion
        return lambda loss: entropic_loss(loss, aversion)
    if isinstance(measure, MeanVariance):
        weight = measure.aversion
        return lambda loss: mean_variance_loss(loss, weight)
    level = measure.level
    return lambda loss: shortfall_loss(loss, level)
