"""What is known of a market before an order is worked in it: usual volume and volatility, tick and fees."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from execution.market.regime import SECONDS_PER_DAY, TRADING_DAYS_PER_YEAR, MarketConditions
from execution.market.scenario import MarketScenario


class VenueFees(NamedTuple):
    """What a venue charges a lot that rested and one that took [ticks]; negative is a rebate."""

    maker_ticks: float
    taker_ticks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTerms:
    """A market as its statistics describe it; agents see it in these units.

    lots_per_second: traded on an average day. volatility_ticks: of the mid [ticks per sqrt(second)], as
    implied for the time ahead. tick_size: currency. maker_fee_ticks, taker_fee_ticks: a lot at the first
    venue, negative is a rebate. spread_ticks: usual. further_fees: of the venues after the first.
    """

    lots_per_second: float
    volatility_ticks: float
    tick_size: float
    spread_ticks: float = 1.0
    maker_fee_ticks: float = 0.0
    taker_fee_ticks: float = 0.0
    further_fees: tuple[VenueFees, ...] = ()

    @property
    def fees(self) -> tuple[VenueFees, ...]:
        """Of every venue, in their order."""
        return VenueFees(self.maker_fee_ticks, self.taker_fee_ticks), *self.further_fees


def terms_of_scenario(scenario: MarketScenario, venue: int = 0, venue_count: int = 1) -> MarketTerms:
    """State a scenario's venue, or several from it on: usual volume, the first regime's volatility, fees."""
    where = scenario.venues[venue]
    instrument = next(one for one in scenario.instruments if one.symbol == where.symbol)
    regime, seconds = scenario.timeline[0].regime, 3600.0 * scenario.session.hours
    daily_ticks = instrument.volatility * instrument.price / instrument.tick_size
    return MarketTerms(
        lots_per_second=instrument.average_daily_volume / seconds,
        volatility_ticks=regime.volatility * daily_ticks / math.sqrt(TRADING_DAYS_PER_YEAR * seconds),
        tick_size=instrument.tick_size,
        spread_ticks=2.0 * regime.spread,
        maker_fee_ticks=where.maker_fee / instrument.tick_size,
        taker_fee_ticks=where.taker_fee / instrument.tick_size,
        further_fees=tuple(
            VenueFees(one.maker_fee / instrument.tick_size, one.taker_fee / instrument.tick_size)
            for one in scenario.venues[venue + 1 : venue + venue_count]
        ),
    )


def terms_of_conditions(conditions: MarketConditions, *, fee_per_contract: float = 0.0) -> MarketTerms:
    """State a market by its conditions; fee_per_contract: currency of price, paid by maker and taker."""
    daily_ticks = conditions.volatility * conditions.mid_price / conditions.tick_size
    fee_ticks = fee_per_contract / conditions.tick_size
    return MarketTerms(
        lots_per_second=conditions.average_daily_volume / SECONDS_PER_DAY,
        volatility_ticks=daily_ticks / math.sqrt(TRADING_DAYS_PER_YEAR * SECONDS_PER_DAY),
        tick_size=conditions.tick_size,
        spread_ticks=2.0 * conditions.half_spread_ticks,
        maker_fee_ticks=fee_ticks,
        taker_fee_ticks=fee_ticks,
    )
