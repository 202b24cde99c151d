"""Volatility forecasts: GJR-GARCH with Student-t innovations through arch, or a stated simpler model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import inf, isfinite

import numpy as np

from pricing.errors import InputError, InputProblem
from pricing.forecast import FloatArray, VolForecast
from pricing.history import PriceHistory
from pricing.paths.garch import GjrLaw, mean_variance, squared_return_sums
from pricing.sample_volatility import sample_forecast
from pricing.time import TRADING_DAYS_PER_YEAR

__all__ = ["VolForecast", "forecast_volatility"]

MAXIMUM_RETURNS = 2_000
MINIMUM_GARCH_RETURNS = 250
MINIMUM_RETURNS = 10
HIGHEST_PERSISTENCE = 0.9995  # a half-life above five years says that the fit found no reversion
LOWEST_DEGREES_OF_FREEDOM = 2.1  # the bound of arch is 2.05; there the mean lies beyond the interval
_PERCENT = 100.0  # arch's optimiser wants returns of order one
_RISK_METRICS = GjrLaw(omega=0.0, alpha=0.06, gamma=0.0, beta=0.94)


def forecast_volatility(
    history: PriceHistory, *, horizon_days: Sequence[int], seed: int, paths: int = 2_000
) -> VolForecast:
    """Forecast volatility from the last 2,000 returns of `history`, the last of its days included.

    GJR-GARCH(1,1) with Student-t innovations and no mean, whose long-run variance is set to the sample's
    (variance targeting, Engle and Mezrich 1996; `benchmarks/forecast.py` prints what that is worth).
    `volatility` is the root of the analytic mean variance; `lower` and `upper` are the 5% and 95% points of
    realised volatility over `paths` simulated paths, the same for the same `seed`. `parameters` has the
    law in percent returns, without what is infinite. The interval knows no error of the parameters: that
    benchmark also prints how often it held, which is less than stated at a year's horizon.

    Simpler models, named in `model`: the sample volatility below 250 returns; RiskMetrics' exponentially
    weighted average where the fit fails, its persistence reaches 0.9995 (its simulation would explode) or its
    tails come down to 2.1 degrees of freedom.
    Raises InputError below 10 returns or when no price moves.
    """
    horizons = _checked_horizons(horizon_days)
    returns = history.log_returns()[-MAXIMUM_RETURNS:]
    _check_returns(history, returns)
    if len(returns) < MINIMUM_GARCH_RETURNS:
        return sample_forecast(returns, as_of=history.dates[-1].item(), horizon_days=horizons)
    law, next_variance, model = _fitted_or_weighted(_PERCENT * returns)
    days = int(horizons[-1])
    at = horizons.astype(np.int64) - 1
    sums = squared_return_sums(law, next_variance, days, paths=paths, rng=np.random.default_rng(seed))
    lower, upper = np.quantile(sums[:, at], (0.05, 0.95), axis=0)
    mean = np.cumsum(mean_variance(law, next_variance, days))[at]
    return VolForecast(
        as_of=history.dates[-1].item(),
        horizon_days=horizons,
        volatility=_annualised(mean, horizons),
        lower=_annualised(lower, horizons),
        upper=_annualised(upper, horizons),
        model=model,
        observations=len(returns),
        parameters=_parameters(law),
    )


def _fitted_or_weighted(percent_returns: FloatArray) -> tuple[GjrLaw, float, str]:
    """The law, the variance of the next day and the model's name for the report."""
    law, last_variance, trouble = _fit_gjr(percent_returns)
    if trouble is None:
        model = "GJR-GARCH(1,1), Student-t innovations, zero mean, long-run variance targeted to the sample's"
        target = float(np.mean(percent_returns**2))
        return law.reverting_to(target), _next_variance(law, percent_returns[-1], last_variance), model
    model = f"exponentially weighted variance, decay 0.94, since the GJR-GARCH fit {trouble}"
    return _RISK_METRICS, _weighted_variance(percent_returns), model


def _fit_gjr(percent_returns: FloatArray) -> tuple[GjrLaw, float, str | None]:
    """Fit by maximum likelihood; also the last day's variance and, where it is of no use, what went wrong."""
    from arch.univariate import GARCH, StudentsT, ZeroMean  # takes longer to import than the fit to run

    model = ZeroMean(
        percent_returns, volatility=GARCH(p=1, o=1, q=1), distribution=StudentsT(), rescale=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that did not converge is read from its flag
        fit = model.fit(disp="off", show_warning=False)
    omega, alpha, gamma, beta, degrees_of_freedom = (float(value) for value in fit.params)
    law = GjrLaw(omega=omega, alpha=alpha, gamma=gamma, beta=beta, degrees_of_freedom=degrees_of_freedom)
    last_variance = float(fit.conditional_volatility[-1]) ** 2
    return law, last_variance, _trouble(fit.convergence_flag, law, last_variance)


def _trouble(convergence_flag: int, law: GjrLaw, last_variance: float) -> str | None:
    if convergence_flag != 0 or not (isfinite(law.persistence) and 0.0 < last_variance < inf):
        return "did not converge"
    if law.persistence >= HIGHEST_PERSISTENCE:
        return f"has a persistence of {law.persistence:.4f} and would explode"
    if law.degrees_of_freedom <= LOWEST_DEGREES_OF_FREEDOM:
        return f"has tails of {law.degrees_of_freedom:.2f} degrees of freedom, hardly of finite variance"
    return None


def _next_variance(law: GjrLaw, last_return: float, last_variance: float) -> float:
    arch_weight = law.alpha + (law.gamma if last_return < 0 else 0.0)
    return float(law.omega + arch_weight * last_return**2 + law.beta * last_variance)


def _weighted_variance(percent_returns: FloatArray) -> float:
    """RiskMetrics (1996): weights fall by 0.94 a day and are scaled to sum to one."""
    weight = _RISK_METRICS.beta ** np.arange(len(percent_returns))[::-1]
    return float(weight @ percent_returns**2 / weight.sum())


def _annualised(percent_variance_sum: FloatArray, horizons: FloatArray) -> FloatArray:
    return np.sqrt(TRADING_DAYS_PER_YEAR * percent_variance_sum / horizons) / _PERCENT


def _parameters(law: GjrLaw) -> dict[str, float]:
    every = {
        "omega": law.omega,
        "alpha": law.alpha,
        "gamma": law.gamma,
        "beta": law.beta,
        "degrees_of_freedom": law.degrees_of_freedom,
        "persistence": law.persistence,
        "long_run_volatility": float(np.sqrt(TRADING_DAYS_PER_YEAR * law.long_run_variance)) / _PERCENT,
    }
    return {name: value for name, value in every.items() if isfinite(value)}


def _checked_horizons(horizon_days: Sequence[int]) -> FloatArray:
    horizons = np.asarray(horizon_days, dtype=np.float64)
    if horizons.size == 0 or horizons[0] < 1 or np.any(np.diff(horizons) <= 0) or np.any(horizons % 1):
        raise ValueError(
            f"horizons are whole trading days that increase from 1, not {list(horizon_days)[:5]}"
        )
    return horizons


def _check_returns(history: PriceHistory, returns: FloatArray) -> None:
    file = history.origin or f"history of {history.symbol}"
    if len(returns) < MINIMUM_RETURNS:
        expected = f"at least {MINIMUM_RETURNS + 1} days of prices to forecast volatility"
        raise InputError(InputProblem(file=file, value=f"{len(history.dates)} days", expected=expected))
    if not np.any(returns):
        raise InputError(
            InputProblem(file=file, column="close", expected="prices that move; they are all equal")
        )
