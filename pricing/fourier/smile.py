"""From normalised out-of-the-money prices and their slopes to the smile of Black implied variance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import erfcx

from pricing.fourier.diffusion import NormalisedPrices
from pricing.implied import implied_volatility

FloatArray = npt.NDArray[np.float64]

_LOG_SQRT_TWO_PI = 0.5 * np.log(2.0 * np.pi)
_SQRT_HALF_PI = np.sqrt(np.pi / 2.0)
# Below this the inverse works on the logarithm of the price, which is finite where the price is not.
_LOWEST_LOG_PRICE = -600.0
_NEWTON_STEPS = 60


def implied_deviation(log_moneyness: FloatArray, log_price: FloatArray) -> FloatArray:
    """sigma sqrt(T) from the logarithm of an out-of-the-money price over the forward; NaN where none.

    Broadcast shapes equal. Prices below exp(-600) are inverted in the logarithm.
    """
    price = np.exp(np.maximum(log_price, _LOWEST_LOG_PRICE))
    deviation, _ = implied_volatility(price, 1.0, np.exp(log_moneyness), 1.0, 1.0, log_moneyness >= 0.0)
    tiny = np.isfinite(log_price) & (log_price < _LOWEST_LOG_PRICE)
    if np.any(tiny):
        deviation[tiny] = _deviation_of_tiny_price(
            np.abs(log_moneyness[tiny]), _from_money(log_moneyness, log_price)[tiny]
        )
    return deviation


def smile_derivatives(
    log_moneyness: FloatArray, deviation: FloatArray, prices: NormalisedPrices
) -> tuple[FloatArray, FloatArray]:
    """First and second derivative of total variance by log-moneyness, from those of the price.

    With s = sqrt(w) and n(d1) Black's vega per unit of s: s' = (c_k - Black's) / n(d1), and Durrleman's
    g = s (c_kk - c_k) / n(d1) solved for w'' (Gatheral and Jacquier 2014, eq. 2.1).
    """
    k, s = log_moneyness, deviation
    side = np.where(k >= 0.0, 1.0, -1.0)
    upper = -k / s + 0.5 * s
    over_vega = np.exp(prices.log_price + 0.5 * upper**2 + _LOG_SQRT_TWO_PI)
    first = 2.0 * s * (over_vega * prices.slope + side * _mills(-side * (upper - s)))
    g = s * over_vega * prices.density
    w = s**2
    second = 2.0 * (g - (1.0 - k * first / (2.0 * w)) ** 2 + first**2 / 4.0 * (1.0 / w + 0.25))
    return np.asarray(first), np.asarray(second)


def smile_growth(log_moneyness: FloatArray, deviation: FloatArray, prices: NormalisedPrices) -> FloatArray:
    """Derivative of total variance by expiry [per year] at constant log-moneyness: 2 s c_T / n(d1)."""
    upper = -log_moneyness / deviation + 0.5 * deviation
    over_vega = np.exp(prices.log_price + 0.5 * upper**2 + _LOG_SQRT_TWO_PI)
    return np.asarray(2.0 * deviation * over_vega * prices.growth)


def _from_money(log_moneyness: FloatArray, log_price: FloatArray) -> FloatArray:
    """Logarithm of a put's price over its strike: the price of the call at minus its log-moneyness."""
    return np.asarray(log_price - np.minimum(log_moneyness, 0.0))


def _deviation_of_tiny_price(distance: FloatArray, log_price: FloatArray) -> FloatArray:
    """Newton on 1 / s^2, in which the logarithm of a tiny call price is nearly linear."""
    # Far out log c is about -(k/s - s/2)^2 / 2, solved for s.
    root = np.sqrt(-2.0 * log_price)
    s = np.asarray(2.0 * distance / (root + np.sqrt(root**2 + 2.0 * distance)))
    for _ in range(_NEWTON_STEPS):
        upper = -distance / s + 0.5 * s
        gap = _mills(-upper) - _mills(s - upper)
        error = -0.5 * upper**2 - _LOG_SQRT_TWO_PI + np.log(gap) - log_price
        # d log c / d(1/s^2) = -s^3 / (2 gap).
        inverse_square = np.maximum(1.0 / s**2 + 2.0 * error * gap / s**3, 0.25 / s**2)
        following = 1.0 / np.sqrt(inverse_square)
        if np.all(np.abs(following - s) <= 4e-16 * s):
            break
        s = following
    return s


def _mills(x: FloatArray) -> FloatArray:
    """Mills's ratio N(-x) / n(x)."""
    return np.asarray(_SQRT_HALF_PI * erfcx(x / np.sqrt(2.0)))
