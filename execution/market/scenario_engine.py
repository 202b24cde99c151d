"""A scenario's participants as what drives a simulated market, in which an agent trades at one venue."""

from __future__ import annotations

import numpy as np

from execution.book.book import OrderBook
from execution.book.layout import RecordArray
from execution.market.agent_market import AgentMarket
from execution.market.engine import Made, VenueFees
from execution.market.scenario import MarketScenario, load_market


class ScenarioEngine:
    """The market of a scenario, seen from one of its venues, the first by default.

    Raises ScenarioError when the scenario is a name or path that cannot be read, KeyError when it has no such
    venue.
    """

    def __init__(
        self,
        scenario: MarketScenario | str,
        start_ns: int,
        seed: np.random.SeedSequence,
        *,
        venue: str | None = None,
        logged: bool = False,
    ) -> None:
        loaded = load_market(scenario) if isinstance(scenario, str) else scenario
        self.market = AgentMarket(loaded, start_ns, seed, logged=logged)
        self._at = 0 if venue is None else self.market.book_number(venue)
        terms = loaded.venues[self._at]
        self.fees = VenueFees(terms.maker_fee, terms.taker_fee)

    @property
    def book(self) -> OrderBook:
        """The venue's book."""
        return self.market.faces[self._at]

    @property
    def best_quotes(self) -> tuple[int, int]:
        """Best bid and ask [ticks]; of an empty side the last one seen."""
        venue = self.market.arrays.venues[self._at]
        return int(venue["last_bid"]), int(venue["last_ask"])

    @property
    def traded_volume(self) -> int:
        """Lots traded at the venue since the start."""
        return int(self.market.arrays.venues["traded"][self._at])

    @property
    def signed_volume(self) -> int:
        """Lots since the start that buyers began less those that sellers began."""
        return int(self.market.arrays.venues["signed"][self._at])

    @property
    def news_ticks(self) -> float:
        """How far news alone have moved the instrument's fundamental since the start."""
        instrument = self.market.arrays.venues["instrument"][self._at]
        return float(self.market.arrays.instruments["news_ticks"][instrument])

    def next_order_id(self) -> int:
        """An id that no other order of the market has."""
        return self.market.next_order_id()

    def run(self, until_ns: int) -> Made | None:
        """Run up to `until_ns`, or to the next message that takes an order of the agent."""
        stop = self.market.run(until_ns)
        return None if stop is None else Made(stop.events, stop.ts_ns)

    def settle(self, events: RecordArray) -> None:
        """Let everybody feel the events of the agent's own message."""
        self.market.settle_own(self._at, events)
