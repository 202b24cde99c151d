"""The skew that goes with the leverage of implied volatility, and what a variance swap adds to the money."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedger.network.markets.paths import DAYS_PER_YEAR, LANDMARK_YEARS
from hedger.network.markets.ssvi_smile import largest_curvature
from pricing.surface.ssvi import SsviSurface
from pricing.variance_swap import variance_swap_volatility

FloatArray = npt.NDArray[np.float64]

CORRELATIONS = (-0.85, -0.55)
STICKINESS = (1.1, 1.9)
_TYPICAL_VARIANCE = 0.15**2 * LANDMARK_YEARS


def drawn_skews(reaction: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """SSVI's rho and eta of shape (draw,) for slopes of log implied volatility on standardised returns.

    With the skew-stickiness ratio R = (slope of volatility on the log return) / (slope of the smile at the
    money), which is near 1.5 for a month on the S&P 500 (Bergomi 2009, Smile dynamics IV), and the smile's
    slope rho eta / (2 sqrt(T)) of SSVI: rho eta = 2 sqrt(252 T) reaction / R where implied and daily
    volatility are at one level. R is uniform in 1.1 to 1.9, rho in -0.85 to -0.55; eta is held where
    butterflies cost nothing.
    """
    correlation = rng.uniform(*CORRELATIONS, size=reaction.size)
    stickiness = rng.uniform(*STICKINESS, size=reaction.size)
    product = 2.0 * np.sqrt(LANDMARK_YEARS * DAYS_PER_YEAR) * np.minimum(reaction, 0.0) / stickiness
    return correlation, np.minimum(product / correlation, largest_curvature(correlation))


def swap_ratio(correlation: FloatArray, curvature: FloatArray) -> FloatArray:
    """One-month variance-swap volatility (the VIX) over the volatility at the money, shape (draw,).

    Taken at 15% at the money. SSVI's smile over log-moneyness / sqrt(theta) does not depend on the level, so
    the ratio does little: at 50% it is up to 4% larger.
    """
    ratios = [_ratio(rho, eta) for rho, eta in zip(correlation.tolist(), curvature.tolist(), strict=True)]
    return np.array(ratios)


def _ratio(rho: float, eta: float) -> float:
    surface = SsviSurface(
        expiry_years=np.array([LANDMARK_YEARS]),
        atm_total_variance=np.array([_TYPICAL_VARIANCE]),
        correlation=np.array([rho]),
        wing=np.array([eta * np.sqrt(_TYPICAL_VARIANCE)]),
        description="one slice",
    )
    swap = variance_swap_volatility(surface, LANDMARK_YEARS)[0]
    return float(swap / np.sqrt(_TYPICAL_VARIANCE / LANDMARK_YEARS))
