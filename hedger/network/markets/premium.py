"""What a straddle earns in a market that nobody hedges in: the variance premium."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.markets.paths import DAYS_PER_YEAR, MarketPaths
from pricing.black import black_price

FloatArray = npt.NDArray[np.float64]

_BISECTIONS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class StraddlePremium:
    """Mean gain of a long at-the-money straddle held unhedged to its expiry, per unit of spot.

    standard_error: of the mean. implied_over_realised: root of mean implied over mean realised variance of
    the same days. drift: mean of S_T / S_0 - 1, and its standard error.
    """

    gain: float
    standard_error: float
    implied_over_realised: float
    drift: float
    drift_error: float


def straddle_premium(paths: MarketPaths) -> StraddlePremium:
    """Buy at the first step the straddle that expires at the last one; ValueError without a step."""
    years, volatility, move = _straddle(paths)
    gain = np.abs(move) - _price(volatility, years)
    root = np.sqrt(gain.size)
    realised = np.sum(np.diff(np.log(paths.spot), axis=1) ** 2, axis=1)
    return StraddlePremium(
        gain=float(gain.mean()),
        standard_error=float(gain.std() / root),
        implied_over_realised=float(np.sqrt(np.mean(volatility**2) * years / realised.mean())),
        drift=float(move.mean()),
        drift_error=float(move.std() / root),
    )


def neutral_factor(paths: MarketPaths) -> float:
    """The factor on implied volatility at which the mean gain of `straddle_premium` is zero, by bisection."""
    years, volatility, move = _straddle(paths)
    target = float(np.abs(move).mean())
    low, high = 0.05, 20.0
    for _ in range(_BISECTIONS):
        middle = float(np.sqrt(low * high))
        dear = float(_price(middle * volatility, years).mean()) > target
        low, high = (low, middle) if dear else (middle, high)
    return float(np.sqrt(low * high))


def _straddle(paths: MarketPaths) -> tuple[float, FloatArray, FloatArray]:
    """Years to expiry, at-the-money volatility and simple return of the underlying of each path."""
    if paths.steps < 1:
        raise ValueError("a straddle is held for at least one step")
    years = paths.steps / DAYS_PER_YEAR
    return years, paths.implied_volatility(0, 0.0, years)[:, 0], paths.spot[:, -1] / paths.spot[:, 0] - 1.0


def _price(volatility: FloatArray, years: float) -> FloatArray:
    return 2.0 * black_price(1.0, 1.0, years, volatility, 1.0, True)
