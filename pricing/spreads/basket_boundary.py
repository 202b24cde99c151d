"""Where a basket's payoff changes sign along its inner factor."""

from __future__ import annotations

import numpy as np

from pricing.black import FloatArray

_MOST_STEPS = 100


def inner_boundary(
    exposure: FloatArray, inner: FloatArray, log_price: FloatArray, strike: float
) -> FloatArray:
    """The inner factor x at which sum_k w_k F_k exp(l_k + inner_k x) = K, for every node; shape [node].

    log_price l: [node, asset], log of each price over its forward at x = 0. Each inner_k has the sign of
    exposure_k = w_k F_k, so that the sum rises and the boundary is one point; minus infinity where the sum
    exceeds K everywhere, plus infinity where nowhere. Newton on the log of what is received less the log of
    what is paid, nearly a straight line, kept inside of a bracket.
    """
    received = exposure > 0.0
    if strike >= 0.0 and not received.any():
        return np.full(len(log_price), np.inf)
    if strike <= 0.0 and received.all():
        return np.full(len(log_price), -np.inf)
    logs = log_price + np.log(np.abs(exposure))
    low, high = np.full(len(logs), -np.inf), np.full(len(logs), np.inf)
    at = np.zeros(len(logs))
    for _ in range(_MOST_STEPS):
        gain, gain_slope = _log_sum(logs[:, received], inner[received], at, max(-strike, 0.0))
        loss, loss_slope = _log_sum(logs[:, ~received], inner[~received], at, max(strike, 0.0))
        excess = gain - loss
        low, high = np.where(excess < 0.0, at, low), np.where(excess >= 0.0, at, high)
        moved = at - excess / (gain_slope - loss_slope)
        outside = ~((moved >= low) & (moved <= high))
        moved = np.where(outside & np.isfinite(low) & np.isfinite(high), 0.5 * (low + high), moved)
        done = np.abs(moved - at) <= 1e-10 * (1.0 + np.abs(at))
        at = moved
        if done.all():
            break
    return at


def _log_sum(
    logs: FloatArray, inner: FloatArray, at: FloatArray, constant: float
) -> tuple[FloatArray, FloatArray]:
    """log(sum_k exp(logs_k + inner_k x) + constant) and its slope in x."""
    terms = logs + np.outer(at, inner)
    peak = np.max(terms, axis=1, initial=np.log(constant) if constant > 0.0 else -np.inf)
    shares = np.exp(terms - peak[:, None])
    total = shares.sum(axis=1) + constant * np.exp(-peak)
    return peak + np.log(total), shares @ inner / total
