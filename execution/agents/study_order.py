"""An order in a scenario and what is known of its market beforehand: usual volume, volatility, spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.market.layout import ParticipantKind
from execution.market.regime import MarketConditions
from execution.market.scenario import InstrumentTerms, MarketScenario
from execution.market.session import u_shape
from execution.market.stated_order import StatedOrder
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.volume import VolumeCurve

_CURVE_BINS = 36
_USUAL_MINUTES, _USUAL_SHARE = 60.0, 0.1  # of the usual volume: an order that nobody has stated


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyOrder:
    """An order at a scenario's first venue; what it tells of the market is as usual, without regimes."""

    scenario: MarketScenario
    stated: StatedOrder

    @property
    def instrument(self) -> InstrumentTerms:
        """What is traded."""
        symbol = self.scenario.venues[0].symbol
        return next(one for one in self.scenario.instruments if one.symbol == symbol)

    def parent(self) -> ParentOrder:
        """The order with its instrument's rules; the timeline begins at 0."""
        return ParentOrder(
            parent_id=self.scenario.name,
            symbol=self.instrument.symbol,
            side=self.stated.side,
            quantity=self.stated.quantity,
            start_ns=round(60e9 * self.stated.after_minutes),
            horizon_ns=round(60e9 * self.stated.minutes),
            rules=TradingRules(symbol=self.instrument.symbol, tick_size=self.instrument.tick_size),
        )

    def usual_curve(self) -> VolumeCurve:
        """The usual volume over the order's time [lots], by bins: the session's U."""
        session, stated = self.scenario.session, self.stated
        middles = stated.after_minutes + stated.minutes * (np.arange(_CURVE_BINS) + 0.5) / _CURVE_BINS
        shape = np.array([u_shape(at / (60.0 * session.hours), session.activity_u) for at in middles])
        even = self.instrument.average_daily_volume * stated.minutes / (60.0 * session.hours)
        return VolumeCurve(volume=tuple((shape * even / _CURVE_BINS).tolist()))

    def usual_volume(self) -> float:
        """Lots that others usually trade in the order's time."""
        return sum(self.usual_curve().volume)

    def conditions(self) -> MarketConditions:
        """The market's statistics, with what the makers state for its spread.

        ValueError for an instrument that is valued on another and states no volatility of its own.
        """
        instrument, venue = self.instrument, self.scenario.venues[0].name
        half = [
            one.numbers["half_spread_ticks"]
            for one in self.scenario.participants
            if one.kind is ParticipantKind.MARKET_MAKER and one.venue == venue
        ]
        return MarketConditions(
            mid_price=instrument.price,
            tick_size=instrument.tick_size,
            volatility=instrument.volatility,
            half_spread_ticks=max([0.5, *half]),
            average_daily_volume=instrument.average_daily_volume,
        )


def study_order(
    scenario: MarketScenario,
    *,
    side: Side | None = None,
    quantity: int | None = None,
    minutes: float | None = None,
) -> StudyOrder:
    """The scenario's own order, changed where it is said; else a tenth of an hour's usual volume to sell."""
    own = scenario.order
    chosen = StatedOrder(
        side=side or (own.side if own else Side.SELL),
        quantity=quantity or (own.quantity if own else 1),
        minutes=minutes or (own.minutes if own else _USUAL_MINUTES),
        after_minutes=own.after_minutes if own else 0.0,
    )
    found = StudyOrder(scenario=scenario, stated=chosen)
    if quantity or own:
        return found
    lots = max(1, round(_USUAL_SHARE * found.usual_volume()))
    return StudyOrder(
        scenario=scenario,
        stated=StatedOrder(side=chosen.side, quantity=lots, minutes=chosen.minutes),
    )
