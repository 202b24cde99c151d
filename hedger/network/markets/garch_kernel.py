"""Numba kernel of the GARCH market: variance, implied volatility and its level, day by day."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Columns of the parameters.
OMEGA, ALPHA, GAMMA, BETA, FORECAST_CONSTANT, FORECAST_SLOPE = range(6)
INTERCEPT, FORECAST_PULL, LEVEL_PULL, LEVERAGE, DOWNSIDE, LEVEL_SHARE = range(6, 12)

HIGHEST_DEVIATION = 0.25
"""Of a day's log return, at most: four times what was ever forecast for the S&P 500 from 1999 to 2018."""
LOWEST_LOG_VOLATILITY, HIGHEST_LOG_VOLATILITY = math.log(0.02), math.log(4.0)


@njit(cache=True, nogil=True, error_model="numpy")
def market_paths(
    parameters: FloatArray,
    draws: IntArray,
    days: IntArray,
    standardised: FloatArray,
    residuals: FloatArray,
    log_moment: FloatArray,
    moment_step: float,
    drift: float,
    spot: FloatArray,
    variance: FloatArray,
    log_implied: FloatArray,
    log_level: FloatArray,
) -> None:
    """Fill the four outputs (path, step + 1) from their first columns.

    parameters: shape (draw, 12), variances those of log returns a day. draws: row of each path; days:
    (path, step), which `standardised` return and `residual` comes next. log_moment: log E[exp(s z)] at s = 0,
    moment_step ..., which every log return is lowered by, so that the expected price is today's; `drift` is
    taken off too.
    """
    for path in range(days.shape[0]):
        law = parameters[draws[path]]
        price, h = spot[path, 0], variance[path, 0]
        x, level = log_implied[path, 0], log_level[path, 0]
        for step in range(days.shape[1]):
            z = standardised[days[path, step]]
            deviation = math.sqrt(h)
            place = deviation / moment_step
            below = int(place)
            rest = place - below
            moment = log_moment[below] + rest * (log_moment[below + 1] - log_moment[below])
            forecast = 0.5 * math.log(law[FORECAST_CONSTANT] + law[FORECAST_SLOPE] * h)
            x += (
                law[INTERCEPT]
                + law[FORECAST_PULL] * (forecast - x)
                + law[LEVEL_PULL] * (level - x)
                + law[LEVERAGE] * z
                + law[DOWNSIDE] * min(z, 0.0)
                + residuals[days[path, step]]
            )
            x = min(max(x, LOWEST_LOG_VOLATILITY), HIGHEST_LOG_VOLATILITY)
            level += law[LEVEL_SHARE] * (x - level)
            price *= math.exp(deviation * z - moment - drift)
            weight = law[ALPHA] + law[GAMMA] if z < 0.0 else law[ALPHA]
            h = min(law[OMEGA] + (weight * z * z + law[BETA]) * h, HIGHEST_DEVIATION**2)
            spot[path, step + 1], variance[path, step + 1] = price, h
            log_implied[path, step + 1], log_level[path, step + 1] = x, level
