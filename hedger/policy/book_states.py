"""A book under its market at several levels of spot or days ahead, as the universal network takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from hedger.network.inference import BookStates
from hedger.policy.forecast_ladder import forecast_scale
from hedger.policy.policy import HedgeSituation
from pricing.minimum_variance import minimum_variance_delta
from pricing.time import TRADING_DAYS_PER_YEAR

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# The network's arithmetic divides by them; with less there is nothing to hedge.
_LEAST_VARIANCE = 1e-12
_LEAST_DATES = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgedBook:
    """The options alive, in several states; shapes (state, line), (line,) and (state,).

    spot [currency]. moneyness: log(strike / forward). variance: total to expiry, at the volatility that is
    hedged with. dates: trading days to expiry. units of underlying, 0 where the option is gone by then.
    is_call. step_variance: of the next date's log return. own: the options' delta as the network takes it;
    reference: the delta that is believed, of the whole book without its hedge [units of underlying].
    """

    spot: FloatArray
    moneyness: FloatArray
    variance: FloatArray
    dates: FloatArray
    units: FloatArray
    is_call: BoolArray
    step_variance: float
    own: FloatArray
    reference: FloatArray

    def scaled(self, *, risk_aversion: float, cost: float | FloatArray, fixed_cost: float) -> BookStates:
        """As the network takes it; cost: of a unit, as a fraction of its value, of all states or each."""
        states = np.ones(len(self.spot))
        return BookStates(
            moneyness=self.moneyness,
            variance=self.variance,
            dates=self.dates,
            scaled_units=risk_aversion * self.spot[:, None] * self.units,
            is_call=self.is_call,
            step_variance=self.step_variance * states,
            proportional_cost=cost * states,
            scaled_fixed_cost=risk_aversion * fixed_cost * states,
        )

    def repeated(self, state: int, times: int) -> HedgedBook:
        """One of the states, several times over."""
        one = np.full(times, state)
        return replace(
            self,
            spot=self.spot[one],
            moneyness=self.moneyness[one],
            variance=self.variance[one],
            dates=self.dates[one],
            units=self.units[one],
            own=self.own[one],
            reference=self.reference[one],
        )

    def with_days_ahead(self, state: int, days: FloatArray) -> HedgedBook:
        """And at the spot of a state those trading days later: variance has run off, options have expired."""
        rows = np.append(np.arange(len(self.spot)), np.full(len(days), state))
        left = self.dates[rows]
        left[len(self.spot) :] -= days[:, None]
        alive = left > 0.0
        left = np.where(alive, left, _LEAST_DATES)
        return replace(
            self,
            spot=self.spot[rows],
            moneyness=self.moneyness[rows],
            variance=self.variance[rows] * left / self.dates[rows],
            dates=left,
            units=np.where(alive, self.units[rows], 0.0),
            own=self.own[rows],
            reference=self.reference[rows],
        )


def hedged_book(situation: HedgeSituation, places: npt.NDArray[np.intp]) -> HedgedBook:
    """The book at the levels `places` of the exposure's ladder."""
    exposure, market = situation.exposure, situation.market
    alive = exposure.columns.expiry_years > 0.0
    years, strike = exposure.columns.expiry_years[alive], exposure.columns.strike[alive]
    spot = exposure.ladder_spot[places]
    forward = market.forward.forward_at(years) + market.forward.slope_at(years) * (
        spot[:, None] - market.spot
    )
    moneyness = np.log(strike / np.maximum(forward, np.finfo(np.float64).tiny))
    implied = market.surface.implied_volatility(moneyness, years)
    variance = np.maximum((implied * forecast_scale(market, years)) ** 2 * years, _LEAST_VARIANCE)
    units, is_call = exposure.units[alive], exposure.columns.is_call[alive]
    share = ndtr(_to_forward(moneyness, variance)) - ~is_call
    dates = np.maximum(years * TRADING_DAYS_PER_YEAR, _LEAST_DATES)
    return HedgedBook(
        spot=spot,
        moneyness=moneyness,
        variance=variance,
        dates=np.tile(dates, (len(spot), 1)),
        units=np.tile(units, (len(spot), 1)),
        is_call=is_call,
        step_variance=max(float(market.forecast.at(1.0)) ** 2 / TRADING_DAYS_PER_YEAR, _LEAST_VARIANCE),
        own=share @ units,
        reference=reference_delta(situation, places, moneyness, implied, share),
    )


def reference_delta(
    situation: HedgeSituation,
    places: npt.NDArray[np.intp],
    moneyness: FloatArray,
    implied: FloatArray,
    share: FloatArray,
) -> FloatArray:
    """The delta that the band lies around, shape (level,): where a better estimate of it would enter.

    The practitioner delta, early exercise and dividends in it, moved to the minimum-variance delta where the
    market carries its coefficients, otherwise to the volatility that is hedged with. moneyness, implied
    volatility, and share: the delta in units of the forward at the volatility that is hedged with, of the
    options alive, shape (level, line).
    """
    exposure, market = situation.exposure, situation.market
    alive = exposure.columns.expiry_years > 0.0
    years, is_call = exposure.columns.expiry_years[alive], exposure.columns.is_call[alive]
    to_forward = _to_forward(moneyness, np.maximum(implied**2 * years, _LEAST_VARIANCE))
    per_forward = market.discount.discount_at(years) * market.forward.slope_at(years)
    practitioner = per_forward * (ndtr(to_forward) - ~is_call)
    if market.minimum_variance is None:
        moved = per_forward * share
    else:
        # Vega over spot: to the correction, spot and forward differ by the carry alone.
        vega = per_forward * np.exp(-0.5 * to_forward**2) / np.sqrt(2.0 * np.pi) * np.sqrt(years)
        moved = minimum_variance_delta(
            delta=practitioner,
            vega=vega,
            spot=1.0,
            expiry_years=years,
            is_call=is_call,
            coefficients=market.minimum_variance,
        )
    correction: FloatArray = (moved - practitioner) @ exposure.units[alive]
    return exposure.ladder_option_delta[places] + correction


def _to_forward(moneyness: FloatArray, variance: FloatArray) -> FloatArray:
    """Black's d1."""
    deviation = np.sqrt(variance)
    return np.asarray(0.5 * deviation - moneyness / deviation, dtype=np.float64)
