"""A volatility model walked through a history: forecasts that only the past knew, beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from pricing.history import PriceHistory
from pricing.model_choice import qlike
from pricing.volatility_model import FittedVolatility, VolatilityModel, checked_horizons, last_move

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingForecast:
    """Mean daily variances [squared log return a day] by date and horizon, forecast and realised.

    dates: the last day that each forecast knew, shape (date,). realised: mean squared close-to-close log
    return of the days 1 .. horizon after it.
    """

    dates: npt.NDArray[np.datetime64]
    horizon_days: FloatArray
    forecast: FloatArray
    realised: FloatArray

    def losses(self, horizon: int) -> FloatArray:
        """QLIKE by date at one of the horizons, shape (date,)."""
        at = self.horizon_days.tolist().index(float(horizon))
        return qlike(self.realised[:, at], self.forecast[:, at])


def roll(
    model: VolatilityModel,
    history: PriceHistory,
    *,
    first: date,
    last: date,
    horizon_days: Sequence[int],
    refit_days: int = 20,
    implied: PriceHistory | None = None,
) -> RollingForecast:
    """Forecast at the close of every day from `first` to `last` whose outcome is in `history`.

    Fitted to all days up to that close on the first and each `refit_days`-th day, updated between. implied:
    what updates know of the new day's implied volatility, the last one known where that day has none.
    Raises ValueError where no such day has an outcome.
    """
    horizons = checked_horizons(horizon_days)
    positions = _positions(history, first, last, int(horizons[-1]))
    forecasts = np.empty((len(positions), len(horizons)))
    fitted: FittedVolatility | None = None
    for row, position in enumerate(positions):
        known = history.until(history.dates[position].item())
        if fitted is None or row % refit_days == 0:
            fitted = model.fitted(known)
        else:
            fitted = fitted.updated(replace(last_move(known), implied_volatility=_last_of(implied, known)))
        forecasts[row] = _means(fitted.variance_path(int(horizons[-1])), horizons)
    squared = history.log_returns() ** 2
    ahead = [_means(squared[position : position + int(horizons[-1])], horizons) for position in positions]
    return RollingForecast(
        dates=history.dates[positions], horizon_days=horizons, forecast=forecasts, realised=np.array(ahead)
    )


def _positions(history: PriceHistory, first: date, last: date, horizon: int) -> npt.NDArray[np.int64]:
    inside = (history.dates >= np.datetime64(first)) & (history.dates <= np.datetime64(last))
    positions = np.flatnonzero(inside)
    positions = positions[positions + horizon < len(history.dates)]
    if not len(positions):
        raise ValueError(f"no day from {first} to {last} has {horizon} days after it in {history.origin}")
    return positions


def _last_of(implied: PriceHistory | None, known: PriceHistory) -> float | None:
    if implied is None:
        return None
    at = int(np.searchsorted(implied.dates, known.dates[-1], side="right"))
    return float(implied.close[at - 1]) if at else None


def _means(daily: FloatArray, horizons: FloatArray) -> FloatArray:
    means: FloatArray = np.cumsum(daily)[horizons.astype(np.int64) - 1] / horizons
    return means
