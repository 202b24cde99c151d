"""What every volatility model can do, so that they are fitted, updated, judged and combined alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pricing.forecast import VolForecast
from pricing.history import PriceHistory
from pricing.time import TRADING_DAYS_PER_YEAR

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMove:
    """One new day as a model is updated with it: logs of its prices over the close of the day before.

    log_return: of the close. log_open, log_high, log_low: where the source has them. implied_volatility: per
    sqrt(year), as of the close, for models that regress on it.
    """

    log_return: float
    log_open: float | None = None
    log_high: float | None = None
    log_low: float | None = None
    implied_volatility: float | None = None


class FittedVolatility(Protocol):
    """A model with its parameters and its state at the close of the last day that it knows.

    name: for the report. observations: daily returns that the parameters were fitted to. parameters: the law
    in percent returns, finite numbers only; 'persistence' per day and 'long_run_volatility' per sqrt(year)
    where the forecast reverts. note: what was wrong with the fit and what was done about it, '' if nothing.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def observations(self) -> int: ...  # noqa: D102

    @property
    def parameters(self) -> Mapping[str, float]: ...  # noqa: D102

    @property
    def note(self) -> str: ...  # noqa: D102

    def variance_path(self, days: int) -> FloatArray:
        """Expected variance of each of the days 1 .. `days` ahead [squared log return], shape (days,)."""
        ...

    def updated(self, move: DayMove) -> FittedVolatility:
        """The same parameters after one more day: what filtering the longer history with them gives."""
        ...

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray | None:
        """Sums of squared log returns over days 1 .. k, shape (path, days); None where there is no law."""
        ...


class VolatilityModel(Protocol):
    """A model before it has seen data."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def fitted(self, history: PriceHistory) -> FittedVolatility:
        """Fit to all of `history`, its last day included; InputError when it has too little data."""
        ...


def last_move(history: PriceHistory) -> DayMove:
    """The last day of `history` as a move from the day before."""
    before = float(history.close[-2])

    def over(prices: FloatArray | None) -> float | None:
        return None if prices is None else log(float(prices[-1]) / before)

    return DayMove(
        log_return=log(float(history.close[-1]) / before),
        log_open=over(history.open),
        log_high=over(history.high),
        log_low=over(history.low),
    )


def forecast_from(
    fitted: FittedVolatility,
    *,
    as_of: date,
    horizon_days: Sequence[int] | FloatArray,
    seed: int,
    paths: int = 2_000,
) -> VolForecast:
    """Volatility to each horizon with the 5% and 95% points of its realised value over `paths` paths.

    horizon_days: whole trading days, increasing from 1. Where the model has no law the interval is that of
    independent normal returns about a variance known from `observations` of them (Fisher's F).
    """
    horizons = checked_horizons(horizon_days)
    days, at = int(horizons[-1]), horizons.astype(np.int64) - 1
    mean = np.cumsum(fitted.variance_path(days))[at]
    sums = fitted.simulated_sums(days, paths=paths, rng=np.random.default_rng(seed))
    if sums is None:
        lower, upper = mean * fisher_interval(horizons, fitted.observations)
    else:
        lower, upper = np.quantile(sums[:, at], (0.05, 0.95), axis=0)
    return VolForecast(
        as_of=as_of,
        horizon_days=horizons,
        volatility=annualised(mean, horizons),
        lower=annualised(lower, horizons),
        upper=annualised(upper, horizons),
        model=f"{fitted.name}, {fitted.note}" if fitted.note else fitted.name,
        observations=fitted.observations,
        parameters=fitted.parameters,
    )


def fisher_interval(horizons: FloatArray, observations: int) -> FloatArray:
    """Points 5% and 95% of realised over sample variance, independent normal returns, shape (2, horizon)."""
    from scipy.special import fdtri  # import of scipy takes longer than a run that does not come here

    return np.stack([fdtri(horizons, observations, 0.05), fdtri(horizons, observations, 0.95)])


def annualised(variance_sum: FloatArray, horizons: FloatArray) -> FloatArray:
    """Volatility per sqrt(year) of a sum of daily variances over `horizons` trading days."""
    volatility: FloatArray = np.sqrt(TRADING_DAYS_PER_YEAR * variance_sum / horizons)
    return volatility


def checked_horizons(horizon_days: Sequence[int] | FloatArray) -> FloatArray:
    """Horizons as floats; ValueError unless they are whole trading days that increase from 1."""
    horizons = np.asarray(horizon_days, dtype=np.float64)
    if horizons.size == 0 or horizons[0] < 1 or np.any(np.diff(horizons) <= 0) or np.any(horizons % 1):
        raise ValueError(
            f"horizons are whole trading days that increase from 1, not {list(horizon_days)[:5]}"
        )
    return horizons
