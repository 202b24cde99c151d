"""Losses of hedging inside a band that also knows the result so far, and their gradient.

What an expected shortfall wants done depends on how near its threshold the book stands: far below it nothing
more need be hedged, far above it nothing can be mended. The third coordinate of the band's table is therefore
r = v / (|v| + scale) in (-1, 1), v being the loss so far, plus the value of what is owed, less the threshold.
Holdings move v, so the adjoint carries two numbers back: with respect to the holding and to the loss so far.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
ByteArray = npt.NDArray[np.int8]

_BLOCK = 512


@njit(cache=True, error_model="numpy")
def profit_band_losses(
    spot: FloatArray,
    place: FloatArray,
    value: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    terms: tuple[float, float, float],
    trade: ByteArray,
    standing: FloatArray,
    loss: FloatArray,
) -> None:
    """Add costs less gains to `loss` (path,), which holds what is owed; write trades and standings.

    As `band_losses`, and: value (step, node) of what is owed [currency]. lower, upper: (step, node, level),
    levels evenly spaced in r from -1 to 1. terms: cost, fraction of the traded value; threshold and scale of
    the standing [currency]. standing: (step, path), v before the trade of each date [currency].
    """
    steps, paths = place.shape
    cost, threshold, scale = terms
    half = 0.5 * (lower.shape[2] - 1)
    last = lower.shape[2] - 2
    holding, so_far = np.empty(_BLOCK), np.empty(_BLOCK)
    for begin in range(0, paths, _BLOCK):
        count = min(_BLOCK, paths - begin)
        holding[:] = 0.0
        so_far[:] = -threshold
        for n in range(steps):
            for k in range(count):
                p = begin + k
                node = int(place[n, p])
                share = place[n, p] - node
                v = so_far[k] + value[n, node] + share * (value[n, node + 1] - value[n, node])
                at = half * (1.0 + v / (abs(v) + scale))
                level = min(int(at), last)
                part = at - level
                low = _read(lower, n, node, share, level, part)
                high = _read(upper, n, node, share, level, part)
                held = holding[k]
                bought, sold = held < low, held > high
                now = low if bought else (high if sold else held)
                trade[n, p] = 1 if bought else (-1 if sold else 0)
                standing[n, p] = v
                so_far[k] += cost * abs(now - held) * spot[n, p] - now * (spot[n + 1, p] - spot[n, p])
                holding[k] = now
        for k in range(count):
            loss[begin + k] += so_far[k] + threshold


@njit(cache=True, error_model="numpy")
def profit_band_gradients(
    spot: FloatArray,
    place: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    terms: tuple[float, float, float],
    trade: ByteArray,
    standing: FloatArray,
    weight: FloatArray,
    lower_gradient: FloatArray,
    upper_gradient: FloatArray,
) -> None:
    """Add the gradient of sum(weight * loss) with respect to both tables; a weight of zero costs no time."""
    steps, paths = place.shape
    cost, _, scale = terms
    half = 0.5 * (lower.shape[2] - 1)
    last = lower.shape[2] - 2
    for p in range(paths):
        if weight[p] == 0.0:
            continue
        by_holding, by_loss = 0.0, weight[p]
        for n in range(steps - 1, -1, -1):
            by_holding -= by_loss * (spot[n + 1, p] - spot[n, p])
            side = trade[n, p]
            if side == 0:
                continue
            charge = side * cost * spot[n, p] * by_loss
            edge = by_holding + charge
            by_holding = -charge
            node = int(place[n, p])
            share = place[n, p] - node
            distance = abs(standing[n, p]) + scale
            at = half * (1.0 + standing[n, p] / distance)
            level = min(int(at), last)
            part = at - level
            if side > 0:
                _spread(lower_gradient, n, node, share, level, part, edge)
                slope = _slope(lower, n, node, share, level)
            else:
                _spread(upper_gradient, n, node, share, level, part, edge)
                slope = _slope(upper, n, node, share, level)
            by_loss += edge * slope * half * scale / (distance * distance)


@njit(cache=True, inline="always", error_model="numpy")
def _read(table: FloatArray, n: int, node: int, share: float, level: int, part: float) -> float:
    """Bilinear interpolation."""
    near = table[n, node, level] + part * (table[n, node, level + 1] - table[n, node, level])
    far = table[n, node + 1, level] + part * (table[n, node + 1, level + 1] - table[n, node + 1, level])
    return float(near + share * (far - near))


@njit(cache=True, inline="always", error_model="numpy")
def _slope(table: FloatArray, n: int, node: int, share: float, level: int) -> float:
    """Its derivative along the levels, per level."""
    near = table[n, node, level + 1] - table[n, node, level]
    far = table[n, node + 1, level + 1] - table[n, node + 1, level]
    return float(near + share * (far - near))


@njit(cache=True, inline="always", error_model="numpy")
def _spread(
    table: FloatArray, n: int, node: int, share: float, level: int, part: float, amount: float
) -> None:
    """Its adjoint."""
    table[n, node, level] += amount * (1.0 - share) * (1.0 - part)
    table[n, node, level + 1] += amount * (1.0 - share) * part
    table[n, node + 1, level] += amount * share * (1.0 - part)
    table[n, node + 1, level + 1] += amount * share * part
