"""How S&P 500 implied volatility moves with returns and their forecast: the law and its estimate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from hedger.network.markets.level_regression import LevelRegression, best_regression
from pricing.embedded import embedded_history, embedded_vix_history
from pricing.errors import InputError, InputProblem
from pricing.volatility.family import GarchFamily
from pricing.volatility.fit import Fit
from pricing.volatility.fitted import FittedLaw

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MONTH_DAYS = 21
FAMILY = GarchFamily(reverting_to_sample=True, maximum_returns=10_000)
"""GJR with Student-t innovations, its long-run variance set to that of all returns since 1999."""

_MINIMUM_DAYS = 250
_PERCENT_SQUARED = 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceLaw:
    """The joint law of a day's return and of the change of implied volatility, and the days it was seen on.

    garch, fit: of all returns until the last day. volatility: how the log of one-month implied volatility
    moves. Of every day of the S&P 500's history, shape (day,): standardised_return z, zero mean and unit
    variance, and residual u of the implied volatility, so that drawing a day draws both; observed, whether
    the VIX was there, else u is that of the observed day with the nearest z. At the close before the first
    day and of each, shape (day + 1,): next_variance [squared log return], log_implied and log_level, which
    before the VIX begins are what the law makes of the returns, starting from the forecast. removed_drift:
    mean log return that z does not have, per year.
    """

    garch: FittedLaw
    fit: Fit
    volatility: LevelRegression
    dates: npt.NDArray[np.datetime64]
    standardised_return: FloatArray
    residual: FloatArray
    observed: BoolArray
    next_variance: FloatArray
    log_implied: FloatArray
    log_level: FloatArray
    removed_drift: float

    @property
    def loss_share(self) -> float:
        """Share of the variance of z that comes from losses."""
        z = self.standardised_return
        return float(np.mean(np.minimum(z, 0.0) ** 2))

    @property
    def observed_share(self) -> float:
        """Share of the days whose implied volatility is the VIX and not the law's."""
        return float(self.observed.mean())


def estimate_surface_law(until: date) -> SurfaceLaw:
    """Estimate on the embedded S&P 500 (from 1999) and VIX (from 2014) up to and including `until`.

    Raises InputError where there are fewer than 250 days with a VIX or the GARCH fit is of no use.
    """
    history = embedded_history("SPX").until(until)
    vix = embedded_vix_history().until(until)
    _, at, vix_at = np.intersect1d(history.dates, vix.dates, return_indices=True)
    garch = FAMILY.fitted(history) if at.size > _MINIMUM_DAYS else None
    if not isinstance(garch, FittedLaw) or garch.fit is None:
        expected = f"a day by which there are {_MINIMUM_DAYS} days with a VIX, which begins on 2014-01-03"
        raise InputError(InputProblem(file="embedded VIX", value=until.isoformat(), expected=expected))
    variance, returns = garch.fit.variance, garch.fit.sample.returns
    standardised = returns / np.sqrt(variance[:-1])
    standardised = (standardised - standardised.mean()) / standardised.std()
    forecast = log_month_forecast(garch, variance)
    quoted = np.full(variance.size, np.nan)
    quoted[at] = np.log(vix.close[vix_at])
    volatility = best_regression(quoted, forecast, standardised)
    residual, observed = _residuals(volatility, standardised)
    implied, level = _states(volatility, quoted, forecast, standardised, residual)
    return SurfaceLaw(
        garch=garch,
        fit=garch.fit,
        volatility=volatility,
        dates=history.dates,
        standardised_return=standardised,
        residual=residual,
        observed=observed,
        next_variance=variance / _PERCENT_SQUARED,
        log_implied=implied,
        log_level=level,
        removed_drift=252.0 * float(returns.mean()) / 100.0,
    )


def log_month_forecast(garch: FittedLaw, next_variance: FloatArray) -> FloatArray:
    """Log of the forecast volatility to a month, per sqrt(year), from the next day's percent variance."""
    at_none, at_one = (
        float(garch.law.mean_variance(start, MONTH_DAYS, garch.innovations).mean()) for start in (0.0, 1.0)
    )
    mean = at_none + (at_one - at_none) * next_variance
    return np.asarray(0.5 * np.log(252 * mean / _PERCENT_SQUARED))


def _residuals(volatility: LevelRegression, standardised: FloatArray) -> tuple[FloatArray, BoolArray]:
    """u of every day; a day without one has that of the observed day whose z is nearest."""
    observed = np.zeros(standardised.size, np.bool_)
    observed[volatility.days] = True
    order = np.argsort(standardised[volatility.days])
    known = standardised[volatility.days][order]
    after = np.clip(np.searchsorted(known, standardised), 1, known.size - 1)
    nearest = np.where(standardised - known[after - 1] < known[after] - standardised, after - 1, after)
    residual = volatility.residual[order][nearest]
    residual[volatility.days] = volatility.residual
    return residual, observed


def _states(
    volatility: LevelRegression,
    quoted: FloatArray,
    forecast: FloatArray,
    standardised: FloatArray,
    residual: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Implied volatility and its level at every close: quoted where it is, else what the law makes of it."""
    implied, level = np.empty(forecast.size), np.empty(forecast.size)
    first = int(np.flatnonzero(np.isfinite(quoted))[0])
    now = slow = float(forecast[0])
    for day in range(forecast.size):
        if day:
            change = volatility.expected_change(forecast[day - 1], now, slow, standardised[day - 1])
            now += change + residual[day - 1]
        if np.isfinite(quoted[day]):
            now = float(quoted[day])
        slow = slow + volatility.level_share * (now - slow)
        if day == first:
            slow = volatility.first_level
        implied[day], level[day] = now, slow
    return implied, level
