"""The forecast of a short history: its sample volatility at every horizon."""

from __future__ import annotations

from datetime import date

import numpy as np

from pricing.forecast import FloatArray, VolForecast
from pricing.time import TRADING_DAYS_PER_YEAR


def sample_forecast(returns: FloatArray, *, as_of: date, horizon_days: FloatArray) -> VolForecast:
    """Forecast the root mean square of `returns` (daily log returns) at every horizon.

    For independent normal returns of no mean the ratio of the realised variance over h days to the sample
    variance of n days has Fisher's F(h, n) distribution; its 5% and 95% points are the interval, so that the
    error of the sample variance is in it.
    """
    from scipy.special import fdtri  # import of scipy takes longer than a run that does not come here

    observations = len(returns)
    volatility = np.sqrt(TRADING_DAYS_PER_YEAR * np.mean(returns**2))
    return VolForecast(
        as_of=as_of,
        horizon_days=horizon_days,
        volatility=np.full(horizon_days.shape, volatility),
        lower=volatility * np.sqrt(fdtri(horizon_days, observations, 0.05)),
        upper=volatility * np.sqrt(fdtri(horizon_days, observations, 0.95)),
        model=f"sample volatility, since {observations} daily returns are too few for GARCH",
        observations=observations,
    )
