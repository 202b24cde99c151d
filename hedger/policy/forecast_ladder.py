"""The option lines at the forecast volatility along the spot ladder, and what they move in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.optimum.band_formulas import BookGamma
from hedger.policy.policy import HedgeSituation
from pricing.book import value_options
from pricing.market import UnderlyingMarket
from pricing.time import TRADING_DAYS_PER_YEAR

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLadder:
    """Greeks of the option lines, units included, each at the forecast's level and the market's skew.

    A line's volatility is its implied one times forecast over at-the-money implied volatility to its expiry.
    delta [units of underlying], gamma [units per currency], volatility [per sqrt(year)]: shape (level, line).
    """

    delta: FloatArray
    gamma: FloatArray
    volatility: FloatArray

    def book_gamma(self, situation: HedgeSituation) -> BookGamma:
        """The lines' gammas as the formulas take them."""
        years = situation.exposure.columns.expiry_years
        return BookGamma.of_lines(gamma=self.gamma, expiry_years=years, volatility=self.volatility)


def forecast_ladder(
    situation: HedgeSituation, *, variance_factor: FloatArray | None = None
) -> ForecastLadder:
    """Value the lines at every level of the ladder; variance_factor: on their variances, shape (level,)."""
    exposure, market = situation.exposure, situation.market
    levels = exposure.ladder_spot
    scale = np.ones_like(levels) if variance_factor is None else np.sqrt(variance_factor)
    volatility = scale[:, None] * forecast_volatility(situation, levels)
    rows = [
        value_options(exposure.columns, market, spot=float(spot), implied_volatility=row)[0]
        for spot, row in zip(levels, volatility, strict=True)
    ]
    return ForecastLadder(
        delta=np.array([exposure.units * greeks.delta for greeks in rows]),
        gamma=np.array([exposure.units * greeks.gamma for greeks in rows]),
        volatility=volatility,
    )


def forecast_volatility(situation: HedgeSituation, spot: FloatArray) -> FloatArray:
    """Each line's implied volatility at levels of spot, scaled to the forecast's level; (level, line)."""
    columns, market = situation.exposure.columns, situation.market
    years = columns.expiry_years
    forward = market.forward.forward_at(years) * spot[:, None] / market.spot
    implied = market.surface.implied_volatility(np.log(columns.strike / forward), years)
    return np.asarray(implied * forecast_scale(market, years), dtype=np.float64)


def forecast_scale(market: UnderlyingMarket, expiry_years: FloatArray) -> FloatArray:
    """Forecast over at-the-money implied volatility to each expiry."""
    at_the_money = market.surface.implied_volatility(np.zeros_like(expiry_years), expiry_years)
    forecast = market.forecast.at(expiry_years * TRADING_DAYS_PER_YEAR)
    return np.asarray(forecast / at_the_money, dtype=np.float64)


def step_variance(situation: HedgeSituation, gamma: BookGamma) -> FloatArray:
    """Variance of the log return from one decision to the next along the ladder, shape (level,)."""
    return np.asarray(gamma.volatility**2 * situation.decision_days / TRADING_DAYS_PER_YEAR)


def expected_trade(situation: HedgeSituation, gamma: BookGamma) -> FloatArray:
    """What the net delta moves from one decision to the next, |Gamma| S sigma sqrt(2 dt / pi); (level,)."""
    move = np.sqrt(2.0 * step_variance(situation, gamma) / np.pi)
    return np.asarray(np.abs(gamma.net) * situation.exposure.ladder_spot * move)
