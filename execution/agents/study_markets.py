"""The markets of a study with all their venues, and how much of them a worker is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets, Venue, venues_of
from execution.agents.terms import MarketTerms, terms_of_scenario
from execution.agents.wrapped_markets import WrappedMarkets
from execution.book.layout import RecordArray
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import MarketScenario
from execution.venues.dark_markets import DarkMarkets, terms_with_pools

IntArray = npt.NDArray[np.int64]
# Whoever comes to a market's pools is drawn apart from its participants, by the market's own seed.
_POOLS_KEY = 0xDA2C


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyVenue:
    """Where an order may trade; fees: currency a lot, negative is a rebate."""

    name: str
    maker_fee: float
    taker_fee: float
    is_dark: bool


def study_venues(scenario: MarketScenario) -> tuple[StudyVenue, ...]:
    """The lit venues of the first one's instrument, then the pools, as fills number them."""
    lit = scenario.lit_venues
    tick = next(one.tick_size for one in scenario.instruments if one.symbol == lit[0].symbol)
    return (
        *(
            StudyVenue(name=one.name, maker_fee=one.maker_fee, taker_fee=one.taker_fee, is_dark=False)
            for one in lit
        ),
        *(
            StudyVenue(
                name=one.name, maker_fee=tick * one.fee_ticks, taker_fee=tick * one.fee_ticks, is_dark=True
            )
            for one in scenario.pools
        ),
    )


def study_terms(scenario: MarketScenario) -> MarketTerms:
    """What is known of the scenario's market beforehand, the fees of every venue among it."""
    lit = len(scenario.lit_venues)
    return terms_with_pools(terms_of_scenario(scenario, venue_count=lit), scenario.pools, lit)


def with_pools(
    batch: AgentMarketBatch, scenario: MarketScenario, seeds: Sequence[np.random.SeedSequence]
) -> Markets:
    """The batch with the scenario's pools beside its lit venues, drawn by each market's own seed."""
    if not scenario.pools:
        return batch
    markets = DarkMarkets(batch, scenario.pools, np.random.SeedSequence(0))
    for at, seed in enumerate(seeds):
        key = (*seed.spawn_key, _POOLS_KEY)
        markets.renew_pools(at, np.random.SeedSequence(seed.entropy, spawn_key=key))
    return markets


@final
class FirstVenue(WrappedMarkets):
    """Markets of which who works there knows the first venue alone, by its accounts and volumes."""

    def __init__(self, markets: Markets) -> None:
        super().__init__(markets)
        self._first = venues_of(markets)[0]

    @property
    def venues(self) -> tuple[Venue, ...]:
        """The one."""
        return (self,)

    @property
    def account(self) -> RecordArray:
        """The agent's accounts there, shape (market,)."""
        return self._first.account

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""
        return self.wrapped.step_until(ts_ns)

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market; return slots of new orders."""
        return self._first.enter(messages, slots)

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        return self._first.resting(slots)
