"""What drives a simulated market, and the plain one: background flow of one book."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from execution.book.book import OrderBook
from execution.book.growth import translated
from execution.book.layout import EVENT, MESSAGE, RecordArray
from execution.market.flow import FLOW_STATE, OWN_FILL, REFUSED, run_until, schedule_next, settle
from execution.market.reference import set_at_rest
from execution.market.regime import (
    MarketConditions,
    flow_parameters,
    parameters_of,
    reference_parameters,
)
from execution.market.shared_news import News, market_streams, own_news

BURN_IN_LIFETIMES = 15.0  # of a resting order: enough to forget that the book started empty


class VenueFees(NamedTuple):
    """Currency per lot; negative is a rebate."""

    maker: float = 0.0
    taker: float = 0.0


class Made(NamedTuple):
    """Events of a message that took the agent's resting orders, and its time."""

    events: RecordArray
    ts_ns: int


class Engine(Protocol):
    """One book with everything that happens around it."""

    fees: VenueFees

    @property
    def book(self) -> OrderBook:
        """The book; what the agent enters by it must be settled."""
        ...

    @property
    def best_quotes(self) -> tuple[int, int]:
        """Best bid and ask [ticks]; of an empty side the last one seen."""
        ...

    @property
    def traded_volume(self) -> int:
        """Lots traded since the start."""
        ...

    @property
    def signed_volume(self) -> int:
        """Lots since the start that buyers began less those that sellers began."""
        ...

    @property
    def news_ticks(self) -> float:
        """How far news alone have moved the fundamental since the start."""
        ...

    def next_order_id(self) -> int:
        """An id that no living order has."""
        ...

    def run(self, until_ns: int) -> Made | None:
        """Run up to `until_ns`, or to the next message that takes an order of the agent."""
        ...

    def settle(self, events: RecordArray) -> None:
        """Let everybody feel the events of the agent's own message."""
        ...


class BackgroundEngine:
    """The reference flow of execution.market.flow in one book, stationary around the stated mid.

    News keep their own random numbers: the fundamental moves alike whatever an agent does in the book. news:
    shared with other instruments (execution.market.shared_news); by default the market's own.
    """

    fees = VenueFees()

    def __init__(
        self,
        conditions: MarketConditions,
        start_ns: int,
        rng: np.random.Generator,
        *,
        news: News | None = None,
    ) -> None:
        regime = parameters_of(conditions.regime)
        self.parameters = flow_parameters(conditions, regime)
        self._reference = reference_parameters(conditions, regime)
        self.flow_stream, own = market_streams(rng)
        self.news = own_news(own) if news is None else news.copied()
        self._message = np.zeros(1, MESSAGE)
        self._events = np.empty(0, EVENT)
        self._next_id = 0
        self.state = np.zeros(1, FLOW_STATE)
        mid = conditions.mid_price / conditions.tick_size
        self.book = OrderBook(centre_ticks=round(mid), levels=4096, orders=4096)
        self._start(mid, start_ns, round(1e9 * BURN_IN_LIFETIMES / regime.cancel_rate))

    @property
    def best_quotes(self) -> tuple[int, int]:
        """Best bid and ask [ticks]; of an empty side the last one seen."""
        return int(self.state["last_bid"][0]), int(self.state["last_ask"][0])

    @property
    def traded_volume(self) -> int:
        """Lots traded since the start."""
        return int(self.state["traded_volume"][0])

    @property
    def signed_volume(self) -> int:
        """Lots since the start that buyers began less those that sellers began."""
        return int(self.state["signed_volume"][0])

    @property
    def news_ticks(self) -> float:
        """How far news alone have moved the fundamental since the start."""
        return float(self.state["news_ticks"][0])

    def next_order_id(self) -> int:
        """An id below 0, where the flow has none."""
        self._next_id -= 1
        return self._next_id

    def run(self, until_ns: int) -> Made | None:
        """Run up to `until_ns`, or to the next message that takes an order of the agent."""
        while True:
            status, count, refusal = run_until(
                self.book.arrays,
                self.state,
                self.parameters,
                until_ns,
                self.flow_stream,
                self.news.streams,
                self.news.weights,
                self._message,
                self._with_room(),
                None if self.book.is_plain else True,
            )
            if status == OWN_FILL:
                return Made(self._events[:count].copy(), int(self.state["clock_ns"][0]))
            if status != REFUSED:
                return None
            self.book.make_room(refusal, int(self._message["price_ticks"][0]))

    def settle(self, events: RecordArray) -> None:
        """Let the reference price feel the agent's trades."""
        settle(self.book.arrays, self.state[0], events, len(events))

    def _with_room(self) -> RecordArray:
        """Room for the events of one message, however many orders it meets."""
        needed = 4 * len(self.book.arrays.orders) + 64
        if len(self._events) < needed:
            self._events = np.empty(needed, EVENT)
        return self._events

    def _start(self, mid_ticks: float, start_ns: int, burn_in_ns: int) -> None:
        """Run the flow from an empty book, then move the whole market to start around `mid_ticks`."""
        state = self.state
        state["clock_ns"] = state["next_event_ns"] = state["news_ns"] = start_ns - burn_in_ns
        set_at_rest(state, self._reference, mid_ticks)
        state["last_bid"] = state["last_ask"] = round(mid_ticks)
        schedule_next(self.book.arrays, state[0], self.parameters, self.flow_stream)
        self.run(start_ns)
        reached = state["fundamental_ticks"][0] + state["transient_ticks"][0]
        drift = round(mid_ticks - reached)
        self.book.arrays = translated(self.book.arrays, drift)
        set_at_rest(state, self._reference, reached + drift)
        state["last_bid"] += drift
        state["last_ask"] += drift
        state["news_ticks"] = state["traded_volume"] = state["signed_volume"] = 0
