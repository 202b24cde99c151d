"""Log-HAR for one horizon, date by date, as one would write it down."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np

from pricing.history import PriceHistory


def slow_forecast(
    history: PriceHistory,
    *,
    horizon: int,
    leads: tuple[int, ...],
    leverage: tuple[int, ...],
    window: int | None,
    downside_only: bool = False,
) -> float:
    """Mean daily variance over the next `horizon` days."""
    returns = [log(after / before) for before, after in zip(history.close, history.close[1:], strict=False)]
    squares = [value**2 for value in returns]
    variance = squares
    if history.open is not None:
        ranges = [
            0.5 * log(high / low) ** 2 - (2 * log(2) - 1) * log(close / first) ** 2
            for first, high, low, close in zip(
                history.open[1:], history.high[1:], history.low[1:], history.close[1:], strict=True
            )
        ]
        scale = sum(squares[-2_000:]) / sum(ranges[-2_000:])
        variance = [
            0.75 * scale * ranged + 0.25 * square for ranged, square in zip(ranges, squares, strict=True)
        ]
    span = max(*leads, *leverage)
    start = 0 if window is None else len(variance) - window - span + 1
    variance, returns = variance[start:], returns[start:]
    floor = 1e-3 * sum(variance) / len(variance)

    def features(day: int) -> list[float]:
        means = {lead: max(sum(variance[day + 1 - lead : day + 1]) / lead, floor) for lead in leads}
        moves = [sum(returns[day + 1 - days : day + 1]) / sqrt(days * means[22]) for days in leverage]
        if downside_only:
            moves = [min(move, 0.0) for move in moves]
        return [1.0, *(log(mean) for mean in means.values()), *moves]

    last = len(variance) - 1
    days = range(span - 1, last - horizon + 1)
    rows = np.array([features(day) for day in days])
    ahead = np.array([log(max(sum(variance[day + 1 : day + 1 + horizon]) / horizon, floor)) for day in days])
    coefficients = np.linalg.lstsq(rows, ahead, rcond=None)[0]
    residual = ahead - rows @ coefficients
    return exp(float(np.array(features(last)) @ coefficients) + 0.5 * float(np.var(residual)))
