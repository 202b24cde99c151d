"""The forecast of a short history: its sample volatility at every horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite, sqrt

import numpy as np

from pricing.forecast import FloatArray, VolForecast
from pricing.time import TRADING_DAYS_PER_YEAR
from pricing.volatility_model import DayMove, forecast_from


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedSample:
    """A `FittedVolatility` that is the mean square of the returns: independent ones, without a mean.

    variance: squared log return a day. It has no law to simulate: the interval that `forecast_from` gives it,
    Fisher's F, has the error of the sample variance in it.
    """

    observations: int
    variance: float
    note: str = ""

    @property
    def name(self) -> str:
        """The model in words."""
        return "sample volatility"

    @property
    def parameters(self) -> Mapping[str, float]:
        """Its only one: the volatility at every horizon."""
        return {"long_run_volatility": sqrt(TRADING_DAYS_PER_YEAR * self.variance), "persistence": 0.0}

    def variance_path(self, days: int) -> FloatArray:
        """The same variance on each day, shape (days,)."""
        return np.full(days, self.variance)

    def updated(self, move: DayMove) -> FittedSample:
        """The sample with one more return; ValueError where that is not finite."""
        if not isfinite(move.log_return):
            raise ValueError(f"a return of {move.log_return} updates no model")
        total = self.observations * self.variance + move.log_return**2
        return replace(self, observations=self.observations + 1, variance=total / (self.observations + 1))

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> None:
        """None: its interval is in closed form."""


def sample_forecast(returns: FloatArray, *, as_of: date, horizon_days: FloatArray) -> VolForecast:
    """Forecast the root mean square of `returns` (daily log returns) at every horizon, with its F interval.

    For independent normal returns of no mean the ratio of the realised variance over h days to the sample
    variance of n days has Fisher's F(h, n) distribution; its 5% and 95% points are the interval.
    """
    observations = len(returns)
    fitted = FittedSample(
        observations=observations,
        variance=float(np.mean(returns**2)),
        note=f"since {observations} daily returns are too few for GARCH",
    )
    forecast = forecast_from(fitted, as_of=as_of, horizon_days=horizon_days, seed=0)
    return replace(forecast, parameters={})
