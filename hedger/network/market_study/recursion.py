"""Losses of hedging inside a band along paths, and their gradient with respect to the band at every state."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
ByteArray = npt.NDArray[np.int8]


@njit(cache=True, error_model="numpy")
def hedge_in_band(
    spot: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    cost: float,
    trade: ByteArray,
    loss: FloatArray,
    traded: FloatArray,
) -> None:
    """Add costs less gains to `loss` (path,) and the value traded to `traded` (path,); the side to `trade`.

    spot: (step + 1, path) [currency]. lower, upper: (step, path) [units of underlying]: a holding outside is
    brought to the nearer edge; the first is bought from nothing, the last one settled without a trade. cost:
    fraction of the value traded. trade: (step, path), +1 where bought, -1 where sold.
    """
    steps, paths = lower.shape
    holding = np.zeros(paths)
    for n in range(steps):
        for p in range(paths):
            held = holding[p]
            now = min(max(held, lower[n, p]), upper[n, p])
            trade[n, p] = 1 if now > held else (-1 if now < held else 0)
            value = abs(now - held) * spot[n, p]
            traded[p] += value
            loss[p] += cost * value - now * (spot[n + 1, p] - spot[n, p])
            holding[p] = now


@njit(cache=True, error_model="numpy")
def band_adjoint(
    spot: FloatArray,
    cost: float,
    trade: ByteArray,
    weight: FloatArray,
    lower_gradient: FloatArray,
    upper_gradient: FloatArray,
) -> None:
    """Fill the gradient of sum(weight x loss) with respect to both edges, shape (step, path)."""
    steps, paths = trade.shape
    later = np.zeros(paths)
    for n in range(steps - 1, -1, -1):
        for p in range(paths):
            value = later[p] - (spot[n + 1, p] - spot[n, p])
            side = trade[n, p]
            charge = side * cost * spot[n, p]
            edge = weight[p] * (value + charge)
            lower_gradient[n, p] = edge if side > 0 else 0.0
            upper_gradient[n, p] = edge if side < 0 else 0.0
            later[p] = -charge if side != 0 else value
