"""Realised variance from daily prices: what one day's open, high, low and close say about its variance."""

from __future__ import annotations

from math import log
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.history import PriceHistory

FloatArray = npt.NDArray[np.float64]
Number = TypeVar("Number", float, FloatArray)

_YANG_ZHANG_WEIGHT = 0.34  # Yang and Zhang (2000): the minimum-variance weight without drift
_CLOSE_SHARE = 0.25  # of the squared return in `daily_variance`; benchmarks/forecast.py says what it is worth
SCALING_DAYS = 2_000


def close_to_close(history: PriceHistory) -> FloatArray:
    """Squared close-to-close log return of every day but the first, shape (days - 1,).

    Unbiased for the whole day's variance without drift, the overnight included; its own variance is twice
    its square, against 0.41 for Parkinson's and 0.27 for Garman and Klass's.
    """
    squared: FloatArray = history.log_returns() ** 2
    return squared


def overnight(history: PriceHistory) -> FloatArray:
    """Squared log return from each close to the next open, shape (days - 1,): what a day's range leaves out.

    Zero where a vendor writes yesterday's close as the open, as S&P 500 histories do before 2006. Raises
    InputError without a column of opens.
    """
    opening = _needed(history, "open")
    squared: FloatArray = np.log(opening[1:] / history.close[:-1]) ** 2
    return squared


def parkinson(history: PriceHistory) -> FloatArray:
    """Variance from open to close by the range, ln(high / low)^2 / (4 ln 2), shape (days - 1,).

    Unbiased for a driftless Brownian motion that is watched without a break; seen at n points a day it is
    low, since the highest and lowest of them lie inside the true range: by about 1.3 / sqrt(n) of itself.
    Raises InputError without highs and lows. Parkinson (1980).
    """
    high, low = _needed(history, "high"), _needed(history, "low")
    variance: FloatArray = np.log(high[1:] / low[1:]) ** 2 / (4.0 * log(2.0))
    return variance


def garman_klass(history: PriceHistory) -> FloatArray:
    """Variance from open to close, 0.5 ln(high / low)^2 - (2 ln 2 - 1) ln(close / open)^2.

    Shape (days - 1,). The practical estimator of Garman and Klass (1980): without drift, low by discrete
    prices as Parkinson's and more so. Never negative for prices inside their range. Raises InputError
    without all four prices.
    """
    opening, high, low = (_needed(history, name)[1:] for name in ("open", "high", "low"))
    variance: FloatArray = garman_klass_of(
        np.log(opening), np.log(high), np.log(low), np.log(history.close[1:])
    )
    return variance


def garman_klass_of(log_open: Number, log_high: Number, log_low: Number, log_close: Number) -> Number:
    """Garman and Klass's estimator from logs of prices, whatever they are measured from."""
    return 0.5 * (log_high - log_low) ** 2 - (2.0 * log(2.0) - 1.0) * (log_close - log_open) ** 2


def rogers_satchell(history: PriceHistory) -> FloatArray:
    """Variance from open to close, u (u - c) + d (d - c) with u, d, c the logs of prices over the open.

    Shape (days - 1,). Unbiased whatever the drift; low by discrete prices. Raises InputError without all
    four prices. Rogers and Satchell (1991).
    """
    opening, high, low = (_needed(history, name)[1:] for name in ("open", "high", "low"))
    up, down, body = np.log(high / opening), np.log(low / opening), np.log(history.close[1:] / opening)
    variance: FloatArray = up * (up - body) + down * (down - body)
    return variance


def yang_zhang(history: PriceHistory) -> float:
    """Variance per day over all days but the first, the overnight included and whatever the drift.

    V = V_overnight + k V_open-to-close + (1 - k) V_Rogers-Satchell with k = 0.34 / (1.34 + (n + 1) / (n - 1))
    over n >= 2 days: it is about a sample of days, so that there is no value for one. Raises InputError
    without all four prices or with fewer than three days. Yang and Zhang (2000).
    """
    opening = _needed(history, "open")
    days = len(history.close) - 1
    if days < 2:
        expected = "at least 3 days of prices for the Yang-Zhang estimator"
        raise InputError(
            InputProblem(file=_file(history), value=f"{len(history.close)} days", expected=expected)
        )
    night = np.log(opening[1:] / history.close[:-1])
    body = np.log(history.close[1:] / opening[1:])
    weight = _YANG_ZHANG_WEIGHT / (1.0 + _YANG_ZHANG_WEIGHT + (days + 1) / (days - 1))
    inside = weight * np.var(body, ddof=1) + (1.0 - weight) * np.mean(rogers_satchell(history))
    return float(np.var(night, ddof=1) + inside)


def has_ranges(history: PriceHistory) -> bool:
    """Whether open, high and low are there beside the close, and differ on more than half of the days.

    Some vendors repeat the close in every column, which is no range.
    """
    if history.open is None or history.high is None or history.low is None:
        return False
    return bool(np.mean(history.high > history.low) > 0.5)


def closing_scale(measure: FloatArray, squared_returns: FloatArray, days: int = SCALING_DAYS) -> float:
    """Sum of squared close-to-close returns over that of `measure`, both over the last `days`: never ahead.

    It makes a measure of the open session stand for the whole day, and undoes its bias by discrete prices
    (Hansen and Lunde 2005). 1.0 where the measure is zero throughout.
    """
    total = float(np.sum(measure[-days:]))
    return float(np.sum(squared_returns[-days:])) / total if total > 0.0 else 1.0


def daily_variance(history: PriceHistory) -> tuple[FloatArray, float]:
    """Variance of every day but the first, shape (days - 1,), and the scale of its range part.

    With ranges: three quarters Garman-Klass, scaled to close-to-close over the last 2,000 days, and one
    quarter squared return, which knows the overnight of that very day. Without: the squared return, scale 1.
    """
    squared = close_to_close(history)
    if not has_ranges(history):
        return squared, 1.0
    ranged = garman_klass(history)
    scale = closing_scale(ranged, squared)
    return blended_variance(ranged, squared, scale), scale


def blended_variance(ranged: FloatArray, squared: FloatArray, scale: float) -> FloatArray:
    """The mean of a scaled range measure and the squared return that `daily_variance` takes."""
    blend: FloatArray = (1.0 - _CLOSE_SHARE) * scale * ranged + _CLOSE_SHARE * squared
    return blend


def _needed(history: PriceHistory, name: str) -> FloatArray:
    column: FloatArray | None = getattr(history, name)
    if column is None:
        expected = "such a column: this measure of realised variance needs it"
        raise InputError(InputProblem(file=_file(history), column=name, expected=expected))
    return column


def _file(history: PriceHistory) -> str:
    return history.origin or f"history of {history.symbol}"
