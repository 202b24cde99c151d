"""The forecast that hedger takes where nobody chooses: the best out of sample for the data there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pricing.combination import Combination, FittedCombination
from pricing.errors import InputError
from pricing.forecast import VolForecast
from pricing.har import LogHar
from pricing.history import PriceHistory
from pricing.implied_combination import FittedWithImplied
from pricing.implied_regression import ImpliedRegression
from pricing.realized import has_ranges
from pricing.volatility.family import GarchFamily
from pricing.volatility.specification import Specification
from pricing.volatility_model import FittedVolatility, VolatilityModel, forecast_from

__all__ = ["RANGES", "DefaultForecaster", "default_models", "forecast_volatility"]

FEWEST_RETURNS_OF_HAR = 400
FEWEST_RETURNS_OF_HAR_ALONE = 1_750
RANGES = LogHar()
CLOSES = LogHar(leads=(5, 22, 66), downside_only=True, window=None)
RETURNS = GarchFamily(specification=Specification(constant_mean=True))


def forecast_volatility(
    history: PriceHistory,
    *,
    horizon_days: Sequence[int],
    seed: int,
    paths: int = 2_000,
    implied: PriceHistory | None = None,
) -> VolForecast:
    """Forecast volatility after the last day of `history` to each horizon by `DefaultForecaster`.

    implied: implied volatility of thirty calendar days by day, per sqrt(year) in `close`, as the VIX; what
    is after the last day of `history` is not looked at. `lower` and `upper` are the 5% and 95% points of
    realised volatility over `paths` simulated paths, the same for the same `seed`. `model` is the forecast in
    a sentence; `parameters` has 'persistence' a day and 'long_run_volatility' where it reverts.
    Raises InputError below 10 returns or when no price moves.
    """
    return forecast_from(
        DefaultForecaster(implied=implied).fitted(history),
        as_of=history.dates[-1].item(),
        horizon_days=horizon_days,
        seed=seed,
        paths=paths,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultForecaster:
    """The models of `default_models`, and where there are implied volatilities their mean with a regression.

    implied: as in `forecast_volatility`. The regression on implied variance has half of the weight: there was
    no history of implied volatility before the dates of the test to choose weights by. Where it has too few
    or no recent values it is left out, and the fit's note says why.
    """

    implied: PriceHistory | None = None
    name: str = "default forecast"

    def fitted(self, history: PriceHistory) -> FittedVolatility:
        """Fit to all of `history`; InputError below 10 returns or when no price moves."""
        own = _averaged(default_models(history)).fitted(history)
        if self.implied is None:
            return own
        try:
            options = ImpliedRegression(implied=self.implied).fitted(history)
        except InputError as error:
            reason = f"without implied volatility: expected {error.problems[0].expected}"
            return FittedCombination(components=(own,), weights=(1.0,), remark=reason)
        return FittedWithImplied(own=own, implied=options)


def default_models(history: PriceHistory) -> tuple[VolatilityModel, ...]:
    """The models of equal weight that a history without implied volatility is forecast by.

    With open, high and low: log-HAR of their ranges; below 1,750 returns its mean with a GJR-GARCH-t, which
    needs less data. With closes alone: log-HAR of squared returns and GJR-GARCH-t. Below 400 returns the
    latter alone, and what `GarchFamily` takes in its place. Chosen by QLIKE at 20 days on what was known of
    the S&P 500, NASDAQ and WTI before December 2014, the simpler where no test tells two apart:
    `benchmarks/forecast.py` prints the choice and the years after it.
    """
    returns = len(history.close) - 1
    if returns < FEWEST_RETURNS_OF_HAR:
        return (RETURNS,)
    if not has_ranges(history):
        return (CLOSES, RETURNS)
    return (RANGES,) if returns >= FEWEST_RETURNS_OF_HAR_ALONE else (RANGES, RETURNS)


def _averaged(models: tuple[VolatilityModel, ...]) -> VolatilityModel:
    return models[0] if len(models) == 1 else Combination(models=models)
