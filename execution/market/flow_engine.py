"""A background flow of execution.market.flows as what drives a simulated market with an agent in it."""

from __future__ import annotations

import math

import numpy as np

from execution.book.book import OrderBook
from execution.book.layout import EVENT, MESSAGE, RecordArray
from execution.market.engine import Made, VenueFees
from execution.market.flow_loop import (
    CONTROL_SIZE,
    LAST_ASK,
    LAST_BID,
    OWN_FILL,
    REFUSED,
    SIGNED,
    TRADED,
    run_against,
    show_own,
)
from execution.market.flow_start import FlowStart
from execution.random_stream import new_stream

_LEVELS, _ORDERS = 4096, 4096


class FlowEngine:
    """One flow in one book. The agent's own trades move the price through the book alone."""

    def __init__(
        self, start: FlowStart, seed: np.random.SeedSequence, *, fees: VenueFees | None = None
    ) -> None:
        self.fees = fees or VenueFees()
        self.parameters = start.parameters
        self.state = start.state.copy()
        self._stream = new_stream(seed)
        self._control = np.zeros(CONTROL_SIZE, np.int64)
        bid, ask = int(self.state["last_bid"][0]), int(self.state["last_ask"][0])
        self._control[LAST_BID], self._control[LAST_ASK] = bid, ask
        self._message = np.zeros(1, MESSAGE)
        self._events = np.empty(0, EVENT)
        self._next_id = 0
        self.book = OrderBook(centre_ticks=bid, levels=_LEVELS, orders=_ORDERS)
        self.run(start.start_ns)
        self._control[TRADED] = self._control[SIGNED] = 0

    @property
    def best_quotes(self) -> tuple[int, int]:
        """Best bid and ask [ticks]; of an empty side the last one seen."""
        return int(self._control[LAST_BID]), int(self._control[LAST_ASK])

    @property
    def traded_volume(self) -> int:
        """Lots traded since the start."""
        return int(self._control[TRADED])

    @property
    def signed_volume(self) -> int:
        """Lots since the start that buyers began less those that sellers began."""
        return int(self._control[SIGNED])

    @property
    def news_ticks(self) -> float:
        """A flow knows no fundamental price: NaN."""
        return math.nan

    def next_order_id(self) -> int:
        """An id below 0, where the flow has none."""
        self._next_id -= 1
        return self._next_id

    def run(self, until_ns: int) -> Made | None:
        """Run up to `until_ns`, or to the next message that takes an order of the agent."""
        while True:
            status, count, refusal = run_against(
                self.book.arrays,
                self.state,
                self.parameters,
                self._stream,
                until_ns,
                self._control,
                self._message,
                self._with_room(),
            )
            if status == OWN_FILL:
                return Made(self._events[:count].copy(), int(self.state["clock_ns"][0]))
            if status != REFUSED:
                return None
            self.book.make_room(refusal, int(self._message["price_ticks"][0]))

    def settle(self, events: RecordArray) -> None:
        """Show the flow the events of the agent's own message."""
        show_own(self.book.arrays, self.state, self.parameters, self._control, events)

    def _with_room(self) -> RecordArray:
        """Room for the events of one message, however many orders it meets."""
        needed = 4 * len(self.book.arrays.orders) + 64
        if len(self._events) < needed:
            self._events = np.empty(needed, EVENT)
        return self._events
