"""The forecast from closes alone: GJR-GARCH with Student-t innovations, or a stated simpler model."""

from __future__ import annotations

from collections.abc import Sequence

from pricing.forecast import VolForecast
from pricing.history import PriceHistory
from pricing.volatility.family import GarchFamily
from pricing.volatility.uncertainty import UncertainGarch
from pricing.volatility_model import forecast_from

__all__ = ["DEFAULT_MODEL", "VolForecast", "forecast_volatility"]

DEFAULT_MODEL = UncertainGarch(family=GarchFamily(reverting_to_sample=True))
"""The long-run variance is set to the sample's after the fit: variance targeting (Engle and Mezrich 1996)."""


def forecast_volatility(
    history: PriceHistory, *, horizon_days: Sequence[int], seed: int, paths: int = 2_000
) -> VolForecast:
    """Forecast volatility from the last 2,000 returns of `history`, the last of its days included.

    `volatility` is the root of the analytic mean variance; `lower` and `upper` are the 5% and 95% points of
    realised volatility over `paths` simulated paths, the same for the same `seed`, which also draw the law's
    parameters from their sampling error: without it the interval of a year is too narrow, as
    `benchmarks/garch_fit.py` prints. `parameters` has the likeliest law in percent returns, without what is
    infinite.

    Simpler models, named in `model`, where the fit is of no use: see `GarchFamily`.
    Raises InputError below 10 returns or when no price moves.
    """
    fitted = DEFAULT_MODEL.fitted(history)
    return forecast_from(
        fitted, as_of=history.dates[-1].item(), horizon_days=horizon_days, seed=seed, paths=paths
    )
