"""Many markets of participants with one agent in each, stepped together: where agents train."""

from __future__ import annotations

from collections.abc import Sequence
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
    others are and on how many threads. The agent trades at one venue, by its number.

    depth: (market, side, level, 2), price [ticks] and volume [lots] of the best levels, bids first; (0, 0)
    where there is none. account: (market,) of ACCOUNT; market_lots and signed_lots are the venue's since the
    start. surprise_ticks: (market,), how far news but for their drift have moved the fundamental, which no
    agent is shown. sentiment: (market,), what headlines say, in [-1, 1], good above 0.
    """

    def __init__(
        self,
        scenarios: Sequence[MarketScenario],
        seeds: Sequence[np.random.SeedSequence],
        *,
        start_ns: int = 0,
        venue: int = 0,
        depth_levels: int = 5,
    ) -> None:
        if len(scenarios) != len(seeds):
            raise ValueError(f"{len(scenarios)} scenarios and {len(seeds)} seeds, expected as many")
        self.markets = [
            AgentMarket(scenario, start_ns, seed) for scenario, seed in zip(scenarios, seeds, strict=True)
        ]
        count = len(self.markets)
        self.account = np.zeros(count, ACCOUNT)
        self.depth = np.zeros((count, 2, depth_levels, 2), np.int32)
        self.surprise_ticks, self.sentiment = np.zeros(count), np.zeros(count)
        self._venue, self._start_ns = venue, start_ns
        self._resting = np.zeros((count, 2), np.int64)
        self._refused = np.zeros((count, 2), np.int64)
        self._events = np.zeros((count, _EVENTS), EVENT)
        self._log = np.zeros(0, LOGGED)
        self._worlds = np.concatenate([market.world for market in self.markets])
        self._see(np.zeros(count, np.int64))

    def __len__(self) -> int:
        return len(self.markets)

    @property
    def now_ns(self) -> npt.NDArray[np.int64]:
        """The time that each market has reached, shape (market,)."""
        return np.array([market.now_ns for market in self.markets])

    def step_until(self, ts_ns: int | npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own, shape (market,); return the depth."""
        until = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self)).copy()
        while run_worlds(
            self._worlds, self._venue, until, self.account, self._events, self._log, self._refused
        ):
            self._make_room()
        self._see(np.zeros(len(self), np.int64))
        return self.depth

    def enter(
        self, messages: RecordArray, slots: npt.NDArray[np.int64] | None = None
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
            self._venue,
            waiting,
            rest,
            self.account,
            self._events,
            self._log,
            self._refused,
        ):
            self._make_room(waiting)
        messages["order_id"] = waiting["order_id"]
        return rest

    def resting(self, slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        self._see(slots)
        return self._resting.copy()

    def renew(self, at: int, scenario: MarketScenario, seed: np.random.SeedSequence) -> None:
        """Put another market in the place of one, at its start."""
        self.markets[at] = AgentMarket(scenario, self._start_ns, seed)
        self._worlds[at] = self.markets[at].world[0]
        self.account[at] = 0
        self._see(np.zeros(len(self), np.int64))

    def _see(self, slots: npt.NDArray[np.int64]) -> None:
        see_worlds(
            self._worlds,
            self._venue,
            slots,
            self.depth,
            self._resting,
            self.surprise_ticks,
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
