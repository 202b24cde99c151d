"""A book along a market's paths: each option's volatilities, and the book's deltas, at a date."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hedger.network.correction_state import LANDMARK_YEARS, TERM_DAYS, MarketState, volatility_to
from hedger.network.markets.paths import DAYS_PER_YEAR, MarketPaths
from pricing.greeks import GreekColumns, black_greeks

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """European options settled in cash; strike [currency], is_call, expiry_step: (line,).

    units: positive is long, (line,) of a book that all paths hold, (path, line) of one sized path by path.
    """

    strike: FloatArray
    is_call: BoolArray
    units: FloatArray
    expiry_step: IntArray

    @property
    def steps(self) -> int:
        """Dates until the last option expires."""
        return int(self.expiry_step.max())

    def owed(self, spot: FloatArray) -> FloatArray:
        """What is owed at the expiries [currency], shape (path,), along spot (path, step + 1)."""
        at_expiry = spot[:, self.expiry_step]
        side = np.where(self.is_call, 1.0, -1.0)
        payoff = np.maximum(side * (at_expiry - self.strike), 0.0)
        return -self.total(payoff)

    def total(self, each: FloatArray) -> FloatArray:
        """Of something of one unit of each option (path, line), what the book has of it (path,)."""
        return np.asarray((each * self.units).sum(axis=1), dtype=np.float64)

    def sized(self, paths: MarketPaths) -> Book:
        """Units over the path's one-month volatility at the start, in multiples of its mean over paths.

        Who sees a volatility of 0.6 sells less than who sees one of 0.1, and the risk of a sample of paths is
        not that of its wildest start.
        """
        start = paths.implied_volatility(0, 0.0, LANDMARK_YEARS)[:, 0]
        return replace(self, units=self.units * (start.mean() / start)[:, None])

    def owed_net(self, paths: MarketPaths) -> FloatArray:
        """What is owed at the expiries less today's value of it [currency], shape (path,).

        Paths start from different volatilities, so that today's value is no constant and no risk either.
        """
        value = paths.option_prices(0, self.strike, self.expiry_step / DAYS_PER_YEAR, self.is_call)
        return self.owed(paths.spot) + self.total(value)

    def alive(self, step: int) -> Book:
        """The options that expire after a date, their expiries counted from it."""
        keep = self.expiry_step > step
        return Book(
            strike=self.strike[keep],
            is_call=self.is_call[keep],
            units=self.units[..., keep],
            expiry_step=self.expiry_step[keep] - step,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAtDate:
    """The options alive at a date of some paths.

    book: expiries from this date. spot (path,) [currency]; moneyness log(K / S), implied and hedging
    volatility [per sqrt(year) of 252 days]: (path, line). The hedging volatility is the implied one times
    forecast over at-the-money volatility to the expiry. state: of the market, path by path.
    """

    book: Book
    spot: FloatArray
    moneyness: FloatArray
    implied: FloatArray
    hedging: FloatArray
    state: MarketState

    @classmethod
    def of(cls, book: Book, paths: MarketPaths, step: int) -> BookAtDate:
        """Read a market's paths at a step at which an option is alive."""
        own = book.alive(step)
        spot = np.ascontiguousarray(paths.spot[:, step])
        moneyness = np.log(own.strike / spot[:, None])
        years = own.expiry_step / DAYS_PER_YEAR
        state = state_at(paths, step)
        implied = paths.implied_volatility(step, moneyness, years)
        level = np.empty_like(implied)
        for days in np.unique(own.expiry_step):
            here = own.expiry_step == days
            left = np.full(len(spot), float(days))
            at_the_money = paths.implied_volatility(step, 0.0, np.array([days / DAYS_PER_YEAR]))[:, 0]
            level[:, here] = (volatility_to(state.forecast, left) / at_the_money)[:, None]
        return cls(
            book=own, spot=spot, moneyness=moneyness, implied=implied, hedging=implied * level, state=state
        )

    def greeks(self, volatility: FloatArray) -> GreekColumns:
        """Of one unit of each option at volatilities (path, line)."""
        level = self.spot[:, None]
        years = self.book.expiry_step / DAYS_PER_YEAR
        return black_greeks(level, level, self.book.strike, years, volatility, 1.0, self.book.is_call)

    def minimum_variance_delta(self, at_implied: GreekColumns) -> FloatArray:
        """Of the book, as Hull and White's with the market's response; (path,) [units of underlying]."""
        root_years = np.sqrt(self.book.expiry_step / DAYS_PER_YEAR)
        lever = at_implied.vega / (self.spot[:, None] * root_years)
        return self.book.total(at_implied.delta) + self.state.response * self.book.total(lever)


def state_at(paths: MarketPaths, step: int) -> MarketState:
    """The market's state at a step, path by path."""
    years = TERM_DAYS / DAYS_PER_YEAR
    nudge = 0.01
    sides = paths.implied_volatility(step, np.array([-nudge, nudge]), LANDMARK_YEARS)
    return MarketState(
        forecast=np.sqrt(DAYS_PER_YEAR * paths.forecast_variance[:, step]),
        at_the_money=paths.implied_volatility(step, 0.0, years),
        skew=np.sqrt(LANDMARK_YEARS) * (sides[:, 1] - sides[:, 0]) / (2.0 * nudge),
        spot_vol_slope=paths.spot_vol_slope,
        vol_of_vol=paths.vol_of_vol / np.sqrt(DAYS_PER_YEAR),
    )
