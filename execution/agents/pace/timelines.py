"""Long orders in markets whose timelines are drawn: shocks of either sign, surges of either side, calm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from execution.agents.pace.order import LongOrder
from execution.agents.study_order import StudyOrder
from execution.market.scenario import MarketScenario, RegimeTerms, TimelineStretch, load_market
from execution.market.stated_order import StatedOrder
from execution.orders import Side

_CALM = RegimeTerms()
_CONTINUES = 0.7  # chance that prices go on after news in the direction of its jump


@dataclass(frozen=True, slots=True, kw_only=True)
class LongOrders:
    """What markets and orders are drawn from.

    markets: whose participants trade. hours: of an order. participation: over the usual volume of its time.
    watch_minutes: seen of the market before it. shocks, surges: chances of 0, 1, 2 of them.
    """

    markets: Sequence[MarketScenario]
    hours: tuple[float, float] = (1.0, 3.5)
    participation: tuple[float, float] = (0.15, 0.8)
    watch_minutes: tuple[float, float] = (10.0, 15.0)
    shocks: tuple[float, ...] = (0.25, 0.5, 0.25)
    surges: tuple[float, ...] = (0.4, 0.4, 0.2)

    def draw(self, rng: np.random.Generator) -> StudyOrder:
        """A market with a timeline of its own and the order in it."""
        base = self.markets[int(rng.integers(len(self.markets)))]
        minutes = 60.0 * float(np.exp(rng.uniform(*np.log(self.hours))))
        watch = float(rng.uniform(*self.watch_minutes))
        scenario = replace(
            _session_drawn(base, minutes + watch, rng),
            timeline=_timeline(self, base.timeline[0].regime, minutes + watch, rng),
        )
        stated = StatedOrder(
            side=Side.BUY if rng.random() < 0.5 else Side.SELL,
            quantity=1,
            minutes=minutes,
            after_minutes=watch,
        )
        usual = StudyOrder(scenario=scenario, stated=stated).usual_volume()
        share = float(np.exp(rng.uniform(*np.log(self.participation))))
        stated = replace(stated, quantity=max(1, round(share * usual)))
        return StudyOrder(scenario=replace(scenario, order=stated), stated=stated)


def shipped_law() -> LongOrders:
    """What the shipped agents are taught on: the participants of the market qdi, timelines of their own."""
    return LongOrders(markets=[load_market("qdi")])


def long_order(order: StudyOrder) -> LongOrder:
    """A study's order as an agent of the pace is told it."""
    return LongOrder(
        side=int(order.stated.side),
        quantity=order.stated.quantity,
        seconds=60.0 * order.stated.minutes,
        curve=order.usual_curve(),
    )


def _session_drawn(base: MarketScenario, minutes: float, rng: np.random.Generator) -> MarketScenario:
    """The session of another length at the same rate of volume: the order meets any part of its U."""
    hours = max(minutes / 60.0, float(rng.uniform(3.0, 9.0)))
    scale = hours / base.session.hours
    instruments = tuple(
        replace(
            one,
            average_daily_volume=one.average_daily_volume * scale,
            volatility=one.volatility * float(rng.uniform(0.7, 1.3)),
        )
        for one in base.instruments
    )
    session = replace(base.session, hours=hours, activity_u=float(rng.uniform(0.0, 0.5)))
    return replace(base, session=session, instruments=instruments)


def _timeline(
    law: LongOrders, calm: RegimeTerms, minutes: float, rng: np.random.Generator
) -> tuple[TimelineStretch, ...]:
    """Shocks and surges at any time, each followed by what it leaves, calm between them."""
    shocks = int(rng.choice(len(law.shocks), p=law.shocks))
    surges = int(rng.choice(len(law.surges), p=law.surges))
    kinds = rng.permutation([True] * shocks + [False] * surges)
    begins = np.sort(rng.uniform(3.0, minutes, len(kinds)))
    found: list[TimelineStretch] = []
    reached = 0.0
    for is_shock, begin in zip(kinds, begins, strict=True):
        if begin > reached:
            found.append(TimelineStretch(regime=calm, minutes=begin - reached))
        found += _shock(calm, rng) if is_shock else [_surge(calm, rng)]
        reached = max(reached, begin) + sum(one.minutes for one in found[-2 if is_shock else -1 :])
    return (*found, TimelineStretch(regime=calm, minutes=1e4))


def _shock(calm: RegimeTerms, rng: np.random.Generator) -> list[TimelineStretch]:
    """News of either sign, that thin out one side most, and the volatile time after them."""
    sign = 1.0 if rng.random() < 0.5 else -1.0
    thin, other = float(rng.uniform(0.15, 0.5)), float(rng.uniform(0.5, 1.0))
    goes_on = 1.0 if rng.random() < _CONTINUES else -0.5
    shock = _against(
        calm,
        activity=float(rng.uniform(1.3, 2.5)),
        volatility=float(rng.uniform(1.6, 3.2)),
        spread=float(rng.uniform(1.8, 4.0)),
        depths=(thin, other),
        sign=sign,
        name="shock",
    )
    shock = replace(
        shock, jump=sign * float(rng.uniform(0.1, 0.8)), drift=sign * goes_on * float(rng.uniform(0.0, 1.5))
    )
    aftermath = _against(
        calm,
        activity=float(rng.uniform(1.0, 1.8)),
        volatility=float(rng.uniform(1.2, 2.2)),
        spread=float(rng.uniform(1.2, 2.4)),
        depths=(min(1.0, 2.0 * thin), float(rng.uniform(0.6, 1.0))),
        sign=sign,
        name="volatile",
    )
    return [
        TimelineStretch(regime=shock, minutes=float(rng.uniform(5.0, 25.0))),
        TimelineStretch(regime=aftermath, minutes=float(rng.uniform(5.0, 50.0))),
    ]


def _surge(calm: RegimeTerms, rng: np.random.Generator) -> TimelineStretch:
    """Buyers or sellers are about: their side is deep, the other thin."""
    regime = _against(
        calm,
        activity=float(rng.uniform(1.3, 2.2)),
        volatility=float(rng.uniform(1.0, 1.7)),
        spread=float(rng.uniform(0.9, 1.7)),
        depths=(float(rng.uniform(0.6, 0.9)), float(rng.uniform(1.4, 2.5))),
        sign=1.0 if rng.random() < 0.5 else -1.0,
        name="surge",
    )
    return TimelineStretch(regime=regime, minutes=float(rng.uniform(5.0, 20.0)))


def _against(
    calm: RegimeTerms,
    *,
    activity: float,
    volatility: float,
    spread: float,
    depths: tuple[float, float],
    sign: float,
    name: str,
) -> RegimeTerms:
    """A regime by factors on the calm one; depths: of the side that the sign runs into, and of the other."""
    bid, ask = depths if sign < 0.0 else depths[::-1]
    return replace(
        calm,
        name=name,
        activity=calm.activity * activity,
        volatility=calm.volatility * volatility,
        spread=calm.spread * spread,
        bid_depth=calm.bid_depth * bid,
        ask_depth=calm.ask_depth * ask,
    )
