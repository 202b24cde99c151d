"""Books of options hedged daily by every policy on the same days: hedging_books and hedging_history share it.

A book is of 1,000 units of the index and everything is reported in basis points of its notional at the
start. The hedge is the index itself, bought and sold in whole units at what the day's options imply it to be
worth, its carry financed: in effect the forward. Each trade costs the stated basis points of its value, the
first and the last, at the end, included. Policies decide through `HedgePolicy` alone, with what trading costs
as their `CostCurve`, and see nothing but that day's market. "no hedge" is the book left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from execution.tca.cost_curve import CostCurve
from hedger.exposure import Greeks, UnderlyingExposure, measure
from hedger.policy import HedgePolicy, HedgeSituation
from hedger.portfolio import Portfolio, Position, PositionKind
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.market import Market, UnderlyingMarket
from pricing.option import Option, Right
from pricing.time import exchange_date, trading_days_between, year_fraction

FloatArray = npt.NDArray[np.float64]

UNITS = 1_000.0
SYMBOL = "SPX"
NO_HEDGE = "no hedge"
INDEX = HedgeInstrument(
    symbol="INDEX",
    underlying=SYMBOL,
    kind=InstrumentKind.STOCK,
    tick_size=0.01,
    average_daily_volume=1e9,
)
# Levels of the next trade are not asked for, so that today's level is ladder enough.
_LADDER_MOVES = np.zeros(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Signed `units` of one European option; positive is long."""

    expiry: datetime
    strike: float
    is_call: bool
    units: float

    def payoff(self, spot: float) -> float:
        """Of one unit [currency]."""
        return max(spot - self.strike if self.is_call else self.strike - spot, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeLeg:
    """A leg by its place: standard deviations from the forward, signed units of 1,000, near or far expiry."""

    is_call: bool
    deviations: float
    sign: float
    far: bool = False


SHAPES: dict[str, tuple[ShapeLeg, ...]] = {
    "straddle": (
        ShapeLeg(is_call=True, deviations=0.0, sign=-1.0),
        ShapeLeg(is_call=False, deviations=0.0, sign=-1.0),
    ),
    "strangle": (
        ShapeLeg(is_call=True, deviations=0.7, sign=-1.0),
        ShapeLeg(is_call=False, deviations=-0.7, sign=-1.0),
    ),
    "iron condor": (
        ShapeLeg(is_call=True, deviations=0.7, sign=-1.0),
        ShapeLeg(is_call=True, deviations=1.5, sign=1.0),
        ShapeLeg(is_call=False, deviations=-0.7, sign=-1.0),
        ShapeLeg(is_call=False, deviations=-1.5, sign=1.0),
    ),
    "calendar": (
        ShapeLeg(is_call=True, deviations=0.0, sign=-1.0),
        ShapeLeg(is_call=True, deviations=0.0, sign=1.0, far=True),
    ),
}
RANDOM_LEGS = 6


def random_shape(rng: np.random.Generator) -> tuple[ShapeLeg, ...]:
    """Six legs, long or short, within 1.5 deviations, gross units those of a straddle."""
    units = rng.uniform(0.2, 1.0, RANDOM_LEGS) * rng.choice((-1.0, 1.0), RANDOM_LEGS)
    units *= 2.0 / np.abs(units).sum()
    return tuple(
        ShapeLeg(
            is_call=bool(rng.integers(2)),
            deviations=float(rng.uniform(-1.5, 1.5)),
            sign=float(each),
            far=bool(rng.integers(2)),
        )
        for each in units
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPath:
    """One book from its first close to its end: all that policies share.

    markets, exposures: at each decision, shape (date,), the exposures without a hedge. instants, spot, value:
    at each decision and at the end [currency], shape (date + 1,): value is the options' at mid, at the end
    what they settle or are closed at. opening_cost: half spreads paid for the options at the start.
    """

    kind: str
    start: date
    markets: tuple[UnderlyingMarket, ...]
    exposures: tuple[UnderlyingExposure, ...]
    instants: tuple[datetime, ...]
    spot: FloatArray
    value: FloatArray
    opening_cost: float = 0.0

    def option_profit(self) -> FloatArray:
        """Of each step [currency], the value financed at the market's rate; the opening cost in the first."""
        growth = [
            1.0 / float(market.discount.discount_at(years))
            for market, years in zip(self.markets, self._step_years(), strict=True)
        ]
        profit = self.value[1:] - self.value[:-1] * np.array(growth)
        profit[0] -= self.opening_cost
        return profit

    def index_profit(self) -> FloatArray:
        """Of one unit of the index over each step [currency], its carry financed."""
        slope = [
            float(market.forward.slope_at(years))
            for market, years in zip(self.markets, self._step_years(), strict=True)
        ]
        return np.asarray(self.spot[1:] - self.spot[:-1] * np.array(slope))

    @property
    def step_days(self) -> tuple[date, ...]:
        """In New York, the day on which each step ends, shape (date,)."""
        return tuple(exchange_date(instant) for instant in self.instants[1:])

    def _step_years(self) -> list[float]:
        return [year_fraction(before, after) for before, after in pairwise(self.instants)]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a book ends: when, the index's level there, and what its options are worth then [currency]."""

    instant: datetime
    spot: float
    value: float


def book_path(
    kind: str,
    legs: Sequence[Leg],
    markets: Sequence[UnderlyingMarket],
    end: End,
    *,
    marks: FloatArray | None = None,
    opening_cost: float = 0.0,
) -> BookPath:
    """Measure a book at each of its decisions. marks: its value at mid there; the surface's where None."""
    exposures = tuple(_exposure(legs, market) for market in markets)
    values = np.array([own.options.value for own in exposures]) if marks is None else marks
    return BookPath(
        kind=kind,
        start=exchange_date(markets[0].as_of),
        markets=tuple(markets),
        exposures=exposures,
        instants=(*(market.as_of for market in markets), end.instant),
        spot=np.array([*(market.spot for market in markets), end.spot]),
        value=np.append(values, end.value),
        opening_cost=opening_cost,
    )


def model_value(legs: Sequence[Leg], market: UnderlyingMarket) -> float:
    """What a book's options are worth on the market's surface, intrinsic where they expire [currency]."""
    return _exposure(legs, market).options.value


def _position(leg: Leg, at: int) -> Position:
    option = Option(
        underlying=SYMBOL,
        expiry=leg.expiry,
        strike=leg.strike,
        right=Right.CALL if leg.is_call else Right.PUT,
        multiplier=1.0,
    )
    return Position(
        symbol=f"leg {at}",
        kind=PositionKind.OPTION,
        quantity=leg.units,
        underlying=SYMBOL,
        multiplier=1.0,
        currency="USD",
        option=option,
        expiry=exchange_date(leg.expiry),
    )


def _exposure(legs: Sequence[Leg], market: UnderlyingMarket) -> UnderlyingExposure:
    portfolio = Portfolio(positions=tuple(_position(leg, at) for at, leg in enumerate(legs)))
    whole = Market(as_of=market.as_of, underlyings={SYMBOL: market})
    return measure(portfolio, whole, ladder_moves=_LADDER_MOVES).by_underlying[SYMBOL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One book under one policy [bp of notional at the start].

    steps: profit from each decision to the next, marked at mid, shape (date,). cost: of the hedge's trades.
    turnover: value traded over notional. trades: how many, the last at the end not counted.
    """

    steps: FloatArray
    cost: float
    turnover: float
    trades: int

    @property
    def profit(self) -> float:
        """Of the whole life [bp]."""
        return float(self.steps.sum())


def outcome(path: BookPath, policy: HedgePolicy | None, *, cost_bps: float, aversion: float) -> Outcome:
    """Hedge a book by a policy, None for none. aversion: risk aversion times notional, dimensionless."""
    notional = UNITS * float(path.spot[0])
    held = np.zeros(len(path.markets))
    if policy is not None:
        held = _holdings(path, policy, cost_bps=cost_bps, risk_aversion=aversion / notional)
    trades = np.diff(held, prepend=0.0, append=0.0)
    traded = np.abs(trades) * path.spot
    cost = cost_bps / 1e4 * traded
    profit = path.option_profit() + held * path.index_profit() - cost[:-1]
    profit[-1] -= cost[-1]
    in_bps = 1e4 / notional
    return Outcome(
        steps=in_bps * profit,
        cost=in_bps * float(cost.sum()),
        turnover=float(traded.sum()) / notional,
        trades=int(np.count_nonzero(trades[:-1])),
    )


def _holdings(path: BookPath, policy: HedgePolicy, *, cost_bps: float, risk_aversion: float) -> FloatArray:
    """Units of the index held after each decision, shape (date,)."""
    curve = CostCurve(half_spread_bps=cost_bps, fee_bps=0.0, impact_coefficient=0.0, origin="stated")
    held = np.zeros(len(path.markets))
    contracts, last_trade = 0, None
    for at, (market, exposure) in enumerate(zip(path.markets, path.exposures, strict=True)):
        today = exchange_date(market.as_of)
        decision = policy.decide(
            HedgeSituation(
                exposure=with_hedge(exposure, market, contracts),
                market=market,
                cost_curve=curve,
                risk_aversion=risk_aversion,
                days_since_trade=None if last_trade is None else trading_days_between(last_trade, today),
            )
        )
        if decision.trade_contracts:
            contracts, last_trade = decision.target_contracts, today
        held[at] = contracts
    return held


def with_hedge(exposure: UnderlyingExposure, market: UnderlyingMarket, contracts: int) -> UnderlyingExposure:
    """The exposure of a book without hedge, now with `contracts` units of the index."""
    hedge = Greeks(value=contracts * market.hedge_price(), delta=contracts * market.hedge_delta())
    return replace(exposure, hedge=hedge, net=exposure.options + hedge, hedge_contracts=contracts)
