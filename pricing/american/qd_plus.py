"""The QD+ approximation of the exercise boundary, for comparison with the exact one."""

from __future__ import annotations

from math import exp, expm1, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr


def qd_plus_boundary(
    strike: float, rate: float, dividend_yield: float, expiry_years: float, volatility: float
) -> float:
    """Spot [currency] at which an American put is exercised, by QD+ (Li 2009, equations 13 to 27).

    rate and dividend_yield: continuous, per year; the rate and the volatility above zero. Raises ValueError
    where the equation has no root below the boundary at expiry.
    """
    variance, deviation = volatility**2, volatility * sqrt(expiry_years)
    kept, held = exp(-rate * expiry_years), exp(-dividend_yield * expiry_years)
    pace = rate / -expm1(-rate * expiry_years)
    omega = 2.0 * (rate - dividend_yield) / variance
    root = sqrt((omega - 1.0) ** 2 + 8.0 * pace / variance)
    power = 0.5 * (1.0 - omega - root)
    power_slope = 2.0 * pace**2 / (variance * root)
    alpha = -2.0 * kept / (variance * root)
    beta = alpha * (pace - power_slope / root) - power

    def miss(spot: float) -> float:
        upper = log(spot * held / (strike * kept)) / deviation + 0.5 * deviation
        strike_leg = kept * strike * float(ndtr(deviation - upper))
        share_leg = held * spot * float(ndtr(-upper))
        value = strike_leg - share_leg
        density = held * exp(-0.5 * upper * upper) / sqrt(2.0 * np.pi)
        theta = rate * strike_leg - dividend_yield * share_leg - 0.5 * variance * spot * density / deviation
        return spot - share_leg - beta * (strike - spot - value) + alpha * theta / kept

    start = strike if dividend_yield <= rate else strike * rate / dividend_yield
    return float(brentq(miss, 1e-6 * start, start * (1.0 - 1e-12), xtol=1e-14 * strike, rtol=1e-15))
