"""The market of a block of options: what its quotes and the underlying say, and the rest as it is stated.

From the chain come each option's touch, hence its half spread and what crossing it costs; from the surface
and the forecast come the deltas and the underlying's volatility, hence how the legs move together. No chain
tells how often quotes lag, who takes an order inside of the spread, what makers of packages and dealers want:
that is `execution.spread.terms.stated_market`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from execution.market.regime import SECONDS_PER_DAY
from execution.spread.order import SpreadOrder
from execution.spread.terms import LegMarket, PackageMarket, stated_market
from execution.spread.work import legs_of
from hedger.spreads.choice_market import OPTION_TICK
from pricing.book import OptionColumns, value_options
from pricing.market import UnderlyingMarket
from pricing.option import Exercise, Option, Right
from pricing.time import TRADING_DAYS_PER_YEAR, year_fraction

STEP_SECONDS = 5.0
_UNITS_TO_TOUCH = 4
_MOST_UNITS = 3
_FACTOR_MOVE = 0.2
# With four legs a rest at three prices each takes five times as long to plan, and is worth nothing.
_RESTING_LEGS = 3
# No price is below a tick: nobody sells for less than this offer, and it cannot fall.
_OFFERED_AT_A_TICK = LegMarket(
    mid_ticks=0, half_spread_ticks=1, widest=0, loading=0, own_move=0.0, takers=0.0, maker_takers=0.0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionQuote:
    """An option's touch and delta. bid, ask [currency per unit of underlying]; delta: per unit of underlying.

    A bid of zero is none: such an option can be bought. Raises ValueError without a positive ask, for a bid
    that is negative or above the ask, and for what is no number.
    """

    bid: float
    ask: float
    delta: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.bid <= self.ask < math.inf or self.ask <= 0.0:
            raise ValueError(f"a bid of {self.bid:g} and an ask of {self.ask:g} are no touch")
        if not math.isfinite(self.delta):
            raise ValueError(f"a delta of {self.delta} is no number")

    @property
    def bid_ticks(self) -> int:
        """The bid in cents, down to a whole one."""
        return math.floor(self.bid / OPTION_TICK + 1e-6)

    @property
    def ask_ticks(self) -> int:
        """The ask in cents, up to a whole one."""
        return math.ceil(self.ask / OPTION_TICK - 1e-6)

    @property
    def mid_ticks(self) -> float:
        """Half way between bid and ask [cents]."""
        return 0.5 * (self.bid_ticks + self.ask_ticks)

    @property
    def half_spread_ticks(self) -> float:
        """From the mid to the touch [cents]."""
        return 0.5 * (self.ask_ticks - self.bid_ticks)


def with_deltas(
    quoted: Sequence[tuple[str, Option, float, float]], market: UnderlyingMarket
) -> dict[str, OptionQuote]:
    """Symbol, option, bid and ask of each option as a quote by symbol; deltas by the market's surface."""
    options = [option for _, option, _, _ in quoted]
    columns = OptionColumns(
        strike=np.array([option.strike for option in options]),
        expiry_years=np.array([year_fraction(market.as_of, option.expiry) for option in options]),
        is_call=np.array([option.right is Right.CALL for option in options], dtype=np.bool_),
        is_american=np.array([option.exercise is Exercise.AMERICAN for option in options], dtype=np.bool_),
    )
    delta = value_options(columns, market)[0].delta
    return {
        symbol: OptionQuote(bid=bid, ask=ask, delta=float(delta[at]))
        for at, (symbol, _, bid, ask) in enumerate(quoted)
    }


def net_mid_ticks(order: SpreadOrder, quotes: Mapping[str, OptionQuote]) -> float:
    """Mid of one package [ticks of net price]."""
    legs = zip(order.legs, order.net_weights, strict=True)
    return sum(int(leg.side) * weight * quotes[leg.symbol].mid_ticks for leg, weight in legs)


def half_spread_ticks(order: SpreadOrder, quotes: Mapping[str, OptionQuote]) -> float:
    """What crossing every leg of one package costs beyond its mid [ticks of net price]."""
    legs = zip(order.legs, order.net_weights, strict=True)
    return sum(weight * quotes[leg.symbol].half_spread_ticks for leg, weight in legs)


def block_market(
    order: SpreadOrder, quotes: Mapping[str, OptionQuote], *, underlying_move: float, steps: int
) -> PackageMarket:
    """The market of a block of options for a clip of so many steps of five seconds.

    quotes: by symbol of the order's legs. underlying_move: standard deviation of the underlying over a step
    (`step_move`) [currency]. Crossing a leg costs exactly its touch. The fair value of a leg is told in
    quarters of its half spread; the underlying's move reaches it as delta x move, of which quotes lag by one
    quarter, the rest moves quotes and orders together. A declined request for quotes moves the widest leg by
    a quarter. A single option is worked in its own book alone; of four legs each rests at the mid or not at
    all. What is offered at a tick stands still until it is crossed. Raises KeyError for a leg without a quote
    and ValueError for a leg sold without a bid, a move that is negative or not finite.
    """
    if not 0.0 <= underlying_move < math.inf:
        raise ValueError(f"an underlying's move of {underlying_move} is not one")
    sides = {leg.symbol: int(leg.side) for leg in order.legs}
    legs = legs_of(order, {s: _leg(quotes[s], side, underlying_move) for s, side in sides.items()})
    widest = max(range(len(legs)), key=lambda at: legs[at].package_half_spread)
    legs = tuple(
        replace(leg, leak_ticks=leg.unit_ticks if at == widest else 0) for at, leg in enumerate(legs)
    )
    market = replace(stated_market(legs, steps=steps, step_seconds=STEP_SECONDS), factor_move=_FACTOR_MOVE)
    if len(legs) == 1:
        return replace(market, complex_offsets=(), dealers=0)
    return market if len(legs) <= _RESTING_LEGS else replace(market, offsets=(0.0,))


def step_move(spot: float, volatility: float) -> float:
    """Standard deviation of an underlying over five seconds [currency]; volatility per sqrt(year)."""
    return spot * volatility * math.sqrt(STEP_SECONDS / (TRADING_DAYS_PER_YEAR * SECONDS_PER_DAY))


def _leg(quote: OptionQuote, side: int, underlying_move: float) -> LegMarket:
    """One leg: its touch on our side to the cent; of an odd spread the mid is half a cent off."""
    if side < 0 and quote.bid_ticks < 1:
        raise ValueError("an option without a bid cannot be sold")
    if side > 0 and quote.ask_ticks == 1:
        return _OFFERED_AT_A_TICK
    half = max(1, (quote.ask_ticks - quote.bid_ticks) // 2)
    unit = max(1, round(half / _UNITS_TO_TOUCH))
    # The factor moves by this or not at all in a step, so that its variance is the underlying's.
    moved = quote.delta * underlying_move / (OPTION_TICK * math.sqrt(_FACTOR_MOVE))
    loading = int(math.copysign(1, moved)) if abs(moved) >= unit else 0
    return LegMarket(
        mid_ticks=(quote.ask_ticks if side > 0 else quote.bid_ticks) - side * half,
        half_spread_ticks=half,
        unit_ticks=unit,
        widest=min(_MOST_UNITS, (half - 1) // unit),
        loading=loading,
        followed_ticks=round(moved) - loading * unit,
        jump_ticks=2 * unit,
    )
