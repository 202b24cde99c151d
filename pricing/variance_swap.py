"""The variance-swap rate that a surface implies: what the VIX quotes for thirty days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

# Strikes in standard deviations at the money, dense in the middle. In a wing where w is linear in k the
# quantile grows only as sqrt(k), so that the grid goes far.
_DEVIATIONS = np.sinh(np.linspace(-6.0, 6.0, 1201))


def variance_swap_volatility(surface: VolSurface, expiry_years: npt.ArrayLike) -> FloatArray:
    """Volatility per sqrt(year) whose square is the fair variance swap rate to each expiry, shape (expiry,).

    w_swap = integral of w(k) dN(-d2(k)) over all strikes, d2 = -k / sqrt(w) - sqrt(w) / 2: the prices of all
    out-of-the-money options weighted by 1 / K^2, as in the VIX, without truncation of strikes (Gatheral 2006,
    The Volatility Surface, eq. 11.5). Trapezoid rule in the probability N(-d2), exact for a flat smile; it
    fails where the surface has butterfly arbitrage.
    """
    years = np.atleast_1d(np.asarray(expiry_years, dtype=np.float64))[:, None]
    log_moneyness = _DEVIATIONS * np.sqrt(surface.total_variance(0.0, years))
    variance = surface.total_variance(log_moneyness, years)
    root = np.sqrt(variance)
    swap_variance: FloatArray = np.trapezoid(variance, ndtr(log_moneyness / root + 0.5 * root), axis=1)
    return np.sqrt(swap_variance / years[:, 0])
