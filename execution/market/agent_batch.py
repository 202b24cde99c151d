"""Many markets of participants with one agent in each, stepped together: where agents train."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import final

import numpy as np
import numpy.typing as npt

from execution.book.layout import EVENT, RecordArray
from execution.market.agent_batch_kernel import enter_worlds, run_worlds, see_worlds
from execution.market.agent_market import AgentMarket
from execution.market.batch import check_messages
from execution.market.batch_kernel import ACCOUNT
from execution.market.layout import LOGGED
from execution.market.scenario import MarketScenario

_EVENTS = 1024


@final
class AgentMarketBatch:
    """AgentMarkets side by side, one agent in each, in one compiled call for all.

    scenarios: one for each market. seeds: one for each market, which alone decides what it is, whatever the
    others are and on how many threads. The agent trades at the first venue, or at as many of the first as
    `venue_count` says; ValueError where a scenario has fewer, or others of another instrument.

    depth: (market, side, level, 2) of the first venue, price [ticks] and volume [lots] of the best levels,
    bids first; (0, 0) where there is none. surprise_ticks: (market,), how far news but for their drift have
    moved the fundamental; reference_ticks: (market,), what the instrument is worth, impact included: no agent
    is shown these. sentiment: (market,), what headlines say, in [-1, 1], good
    above 0. venues: each with a depth and accounts of its own.
    """

    def __init__(
        self,
        scenarios: Sequence[MarketScenario],
        seeds: Sequence[np.random.SeedSequence],
        *,
        start_ns: int = 0,
        venue_count: int = 1,
        depth_levels: int = 5,
    ) -> None:
        if len(scenarios) != len(seeds):
            raise ValueError(f"{len(scenarios)} scenarios and {len(seeds)} seeds, expected as many")
        for scenario in scenarios:
            require_venues(scenario, venue_count)
        self.markets = [
            AgentMarket(scenario, start_ns, seed) for scenario, seed in zip(scenarios, seeds, strict=True)
        ]
        count = len(self.markets)
        self._accounts = np.zeros((venue_count, count), ACCOUNT)
        depths = np.zeros((venue_count, count, 2, depth_levels, 2), np.int32)
        self.venues = tuple(VenueOfBatch(self, at, depths[at]) for at in range(venue_count))
        self.depth: npt.NDArray[np.int32] = depths[0]
        self.surprise_ticks, self.reference_ticks, self.sentiment = np.zeros((3, count))
        self._start_ns = start_ns
        self._resting = np.zeros((count, 2), np.int64)
        self._refused = np.zeros((count, 2), np.int64)
        self._events = np.zeros((count, _EVENTS), EVENT)
        self._log = np.zeros(0, LOGGED)
        self._worlds = np.concatenate([market.world for market in self.markets])
        self._see_all()

    def __len__(self) -> int:
        return len(self.markets)

    @property
    def account(self) -> RecordArray:
        """The agent's accounts over all its venues, shape (market,) of ACCOUNT, volumes since the start."""
        if len(self.venues) == 1:
            return self.account_at(0)
        total = np.zeros(len(self), ACCOUNT)
        for name in ACCOUNT.names or ():
            total[name] = self._accounts[name].sum(axis=0)
        return total

    def account_at(self, venue: int) -> RecordArray:
        """The agent's accounts at one of its venues, shape (market,): no copy."""
        account: RecordArray = self._accounts[venue]
        return account

    @property
    def now_ns(self) -> npt.NDArray[np.int64]:
        """The time that each market has reached, shape (market,)."""
        return np.array([market.now_ns for market in self.markets])

    def step_until(self, ts_ns: int | npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own, shape (market,); return the depth."""
        until = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self)).copy()
        while run_worlds(self._worlds, until, self._accounts, self._events, self._log, self._refused):
            self._make_room()
        self._see_all()
        return self.depth

    def enter(
        self, messages: RecordArray, slots: npt.NDArray[np.int64] | None = None, *, venue: int = 0
    ) -> npt.NDArray[np.int64]:
        """Apply one MESSAGE of the agent in each market, shape (market,); NO_MESSAGE as its kind for none.

        slots: where the orders of CANCEL and REDUCE rest, beside their order_id; one that rests no longer is
        left alone. Returns the slots of new orders, 0 where nothing of them rests; `messages` then has their
        order_id. OrderRejectedError for a message that no book takes.
        """
        check_messages(messages, len(self))
        rest = np.zeros(len(self), np.int64) if slots is None else slots.astype(np.int64)
        waiting = messages.copy()
        while enter_worlds(
            self._worlds,
            venue,
            waiting,
            rest,
            self._accounts[venue],
            self._events,
            self._log,
            self._refused,
        ):
            self._make_room(waiting)
        messages["order_id"] = waiting["order_id"]
        return rest

    def resting(self, slots: npt.NDArray[np.int64], *, venue: int = 0) -> npt.NDArray[np.int64]:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        self._see(slots, venue)
        return self._resting.copy()

    def renew(self, at: int, scenario: MarketScenario, seed: np.random.SeedSequence) -> None:
        """Put another market in the place of one, at its start; ValueError as for the batch."""
        require_venues(scenario, len(self.venues))
        self.markets[at] = AgentMarket(scenario, self._start_ns, seed)
        self._worlds[at] = self.markets[at].world[0]
        self._accounts[:, at] = 0
        self._see_all()

    def twins(self) -> AgentMarketBatch:
        """The same markets once more; from here on each goes its own way (AgentMarket.twin)."""
        twins = copy(self)
        twins.part()
        return twins

    def part(self) -> None:
        """Share nothing any more with the batch that this is a shallow copy of."""
        self.markets = [market.twin() for market in self.markets]
        depths = np.stack([venue.depth for venue in self.venues])
        self.venues = tuple(VenueOfBatch(self, at, depth) for at, depth in enumerate(depths))
        self.depth, self._accounts = depths[0], self._accounts.copy()
        self.surprise_ticks, self.reference_ticks = self.surprise_ticks.copy(), self.reference_ticks.copy()
        self.sentiment = self.sentiment.copy()
        self._resting, self._refused = self._resting.copy(), self._refused.copy()
        self._events = self._events.copy()
        self._worlds = np.concatenate([market.world for market in self.markets])

    def meet(self, other: AgentMarketBatch, which: npt.NDArray[np.bool_]) -> None:
        """Make the chosen markets, shape (market,), twins of another batch's anew."""
        for at in np.flatnonzero(which):
            self.markets[at] = other.markets[at].twin()
            self._worlds[at] = self.markets[at].world[0]
            for venue in range(len(self.venues)):
                self._accounts[venue, at] = other.account_at(venue)[at]
            if self.markets[at].event_room > self._events.shape[1]:
                self._events = np.zeros((len(self), self.markets[at].event_room), EVENT)
        self._see_all()

    def _see_all(self) -> None:
        """Look at every venue, at no order."""
        for venue in range(len(self.venues)):
            self._see(np.zeros(len(self), np.int64), venue)

    def _see(self, slots: npt.NDArray[np.int64], venue: int) -> None:
        see_worlds(
            self._worlds,
            venue,
            slots,
            self.venues[venue].depth,
            self._resting,
            self.surprise_ticks,
            self.reference_ticks,
            self.sentiment,
        )

    def _make_room(self, messages: RecordArray | None = None) -> None:
        """Grow what refused a message of a participant, or the agent's own among `messages`."""
        for at in np.flatnonzero(self._refused[:, 0]):
            refusal, book = (int(word) for word in self._refused[at])
            market = self.markets[at]
            price = None if messages is None else int(messages[at]["price_ticks"])
            market.make_room(refusal, book, price)
            self._worlds[at] = market.world[0]
            room = market.event_room
            if room > self._events.shape[1]:
                self._events = np.zeros((len(self), room), EVENT)


@final
class VenueOfBatch:
    """One venue of every market of a batch.

    depth: (market, side, level, 2) of the venue. account: (market,) of ACCOUNT, what was traded there.
    """

    def __init__(self, batch: AgentMarketBatch, number: int, depth: npt.NDArray[np.int32]) -> None:
        self.depth = depth
        self._batch, self._number = batch, number

    @property
    def account(self) -> RecordArray:
        """The agent's accounts at the venue, shape (market,)."""
        return self._batch.account_at(self._number)

    def enter(
        self, messages: RecordArray, slots: npt.NDArray[np.int64] | None = None
    ) -> npt.NDArray[np.int64]:
        """Apply one MESSAGE of the agent in each market; see AgentMarketBatch.enter."""
        return self._batch.enter(messages, slots, venue=self._number)

    def resting(self, slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        return self._batch.resting(slots, venue=self._number)


def require_venues(scenario: MarketScenario, count: int) -> None:
    """ValueError unless the scenario's first `count` venues, one or more, trade one instrument."""
    symbols = [venue.symbol for venue in scenario.venues[:count]]
    if count < 1 or symbols != symbols[:1] * count:
        traded = ", ".join(symbols) or "nothing"
        raise ValueError(
            f"scenario {scenario.name} trades {traded} at its first {count} venues, "
            f"expected one instrument at each"
        )
