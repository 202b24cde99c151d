"""A simulated market that an agent trades in: its own orders among the background flow of one book."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from execution.book.book import DepthLevel, OrderBook
from execution.book.layout import EVENT, MESSAGE, EventKind, RecordArray, translated
from execution.errors import OrderRejectedError
from execution.market.flow import (
    FLOW_STATE,
    OWN,
    OWN_FILL,
    REFUSED,
    run_until,
    schedule_next,
    settle,
)
from execution.market.reference import set_at_rest
from execution.market.regime import (
    MarketConditions,
    Regime,
    flow_parameters,
    parameters_of,
    reference_parameters,
)
from execution.orders import Side
from execution.random_stream import new_streams

__all__ = ["MarketConditions", "MarketSimulator", "OwnFill", "Regime"]

BURN_IN_LIFETIMES = 15.0  # of a resting order: enough to forget that the book started empty


class OwnFill(NamedTuple):
    """A fill of one of the agent's orders.

    is_maker: the order rested and was taken. news_ticks: how far news alone had moved the fundamental since
    the start, which no agent sees.
    """

    order_id: int
    quantity: int
    price_ticks: int
    ts_ns: int
    is_maker: bool
    news_ticks: float


class MarketSimulator:
    """Background flow and the agent's orders in one book, from `start_ns` on.

    The book is in its stationary state around conditions.mid_price when it starts. The same seed gives the
    same market, event for event, in steps of any length; the agent's own orders change what follows, through
    the book and through their impact on the reference price (execution.market.flow). News keep their own
    random numbers: two agents on one seed meet the same fundamental price, whatever they do.
    """

    def __init__(self, conditions: MarketConditions, start_ns: int, rng: np.random.Generator) -> None:
        regime = parameters_of(conditions.regime)
        self._parameters = flow_parameters(conditions, regime)
        self._reference = reference_parameters(conditions, regime)
        self._rng, self._news = new_streams(np.random.SeedSequence(rng.integers(0, 2**32, 4).tolist()), 2)
        self._now_ns = start_ns
        self._own: dict[int, tuple[Side, int]] = {}
        self._fills: list[OwnFill] = []
        self._message = np.zeros(1, MESSAGE)
        mid = conditions.mid_price / conditions.tick_size
        self._book = OrderBook(centre_ticks=round(mid), levels=4096, orders=4096)
        self._events = np.empty(0, EVENT)
        self._start(mid, start_ns, round(1e9 * BURN_IN_LIFETIMES / regime.cancel_rate))

    @property
    def now_ns(self) -> int:
        """The time reached."""
        return self._now_ns

    @property
    def best_bid_ticks(self) -> int:
        """Highest price at which somebody buys; the last one seen while nobody does."""
        return int(self._flow["last_bid"][0])

    @property
    def best_ask_ticks(self) -> int:
        """Lowest price at which somebody sells; the last one seen while nobody does."""
        return int(self._flow["last_ask"][0])

    @property
    def mid_ticks(self) -> float:
        """Half way between the best prices [ticks]."""
        return 0.5 * (self.best_bid_ticks + self.best_ask_ticks)

    @property
    def traded_volume(self) -> int:
        """Contracts traded since the start, the agent's own included, each trade counted once."""
        return int(self._flow["traded_volume"][0])

    def depth(self, side: Side, levels: int) -> list[DepthLevel]:
        """The best `levels` prices of a side with what rests there, the agent's own included."""
        return self._book.depth(side, levels)

    def volume_ahead(self, order_id: int) -> int | None:
        """Quantity that trades before an own resting order at its price; None when it rests no longer."""
        return self._book.volume_ahead(order_id)

    def advance_to(self, ts_ns: int) -> None:
        """Let the market run up to `ts_ns`; ValueError when that is in the past."""
        if ts_ns < self._now_ns:
            raise ValueError(f"ts_ns is {ts_ns}, expected at least the time reached, {self._now_ns}")
        self._run(ts_ns)
        self._now_ns = ts_ns

    def submit_limit(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Trade up to `price_ticks`, rest what is left, and return the order's id.

        OrderRejectedError when it would trade with an own resting order; BookCapacityError when the price
        lies too far from the market for the book.
        """
        self._refuse_self_trade(side, price_ticks)
        events = self._book.limit(side, quantity, price_ticks, owner=OWN)
        order_id = int(events["order_id"][0])
        self._own[order_id] = side, price_ticks
        self._taken(events)
        return order_id

    def submit_market(self, side: Side, quantity: int) -> int:
        """Trade at any price and return the order's id; what finds nobody expires.

        OrderRejectedError while an own order rests on the other side.
        """
        self._refuse_self_trade(side, None)
        events = self._book.market(side, quantity, owner=OWN)
        self._taken(events)
        return int(events["order_id"][0])

    def cancel(self, order_id: int) -> int:
        """Take an own order out and return the quantity that had not traded; 0 when it rests no longer."""
        if order_id not in self._own:
            return 0
        events = self._book.cancel(order_id)
        self._settle(events)
        del self._own[order_id]
        return int(events["quantity"][0])

    def take_fills(self) -> list[OwnFill]:
        """The agent's fills since the last call, oldest first."""
        fills, self._fills = self._fills, []
        return fills

    def _start(self, mid_ticks: float, start_ns: int, burn_in_ns: int) -> None:
        """Run the flow from an empty book, then move the whole market to start around `mid_ticks`."""
        self._flow = np.zeros(1, FLOW_STATE)
        self._flow["clock_ns"] = self._flow["next_event_ns"] = self._flow["news_ns"] = start_ns - burn_in_ns
        set_at_rest(self._flow, self._reference, mid_ticks)
        self._flow["last_bid"] = self._flow["last_ask"] = round(mid_ticks)
        schedule_next(self._book.arrays, self._flow[0], self._parameters, self._rng)
        self._run(start_ns)
        flow = self._flow[0]
        drift = round(mid_ticks - flow["fundamental_ticks"] - flow["transient_ticks"])
        self._book.arrays = translated(self._book.arrays, drift)
        set_at_rest(self._flow, self._reference, flow["fundamental_ticks"] + drift + flow["transient_ticks"])
        flow["last_bid"] += drift
        flow["last_ask"] += drift
        flow["news_ticks"] = flow["traded_volume"] = 0

    def _run(self, until_ns: int) -> None:
        while True:
            if len(self._events) < len(self._book.arrays.orders) + 1:
                self._events = np.empty(len(self._book.arrays.orders) + 1, EVENT)
            status, count, refusal = run_until(
                self._book.arrays,
                self._flow,
                self._parameters,
                until_ns,
                self._rng,
                self._news,
                self._message,
                self._events,
            )
            if status == OWN_FILL:
                self._made(self._events[:count], int(self._flow["clock_ns"][0]))
            elif status == REFUSED:
                self._book.make_room(refusal, int(self._message["price_ticks"][0]))
            else:
                return

    def _taken(self, events: RecordArray) -> None:
        """Report what an own order took on arrival."""
        self._settle(events)
        for event in events[events["kind"] == EventKind.TRADE]:
            self._record(event, "order_id", self._now_ns, is_maker=False)
        self._forget_finished()

    def _made(self, events: RecordArray, ts_ns: int) -> None:
        """Report which own resting orders a background order took."""
        for event in events[(events["kind"] == EventKind.TRADE) & (events["maker_owner"] == OWN)]:
            self._record(event, "maker_id", ts_ns, is_maker=True)
        self._forget_finished()

    def _record(self, event: np.void, own_id: str, ts_ns: int, *, is_maker: bool) -> None:
        quantity, price_ticks = int(event["quantity"]), int(event["price_ticks"])
        news_ticks = float(self._flow["news_ticks"][0])
        self._fills.append(OwnFill(int(event[own_id]), quantity, price_ticks, ts_ns, is_maker, news_ticks))

    def _settle(self, events: RecordArray) -> None:
        settle(self._book.arrays, self._flow[0], events, len(events))

    def _forget_finished(self) -> None:
        for order_id in [known for known in self._own if self._book.volume_ahead(known) is None]:
            del self._own[order_id]

    def _refuse_self_trade(self, side: Side, price_ticks: int | None) -> None:
        for order_id, (own_side, own_price) in self._own.items():
            reached = price_ticks is None or side * (price_ticks - own_price) >= 0
            if own_side is not side and reached:
                raise OrderRejectedError(
                    f"the order would trade with the agent's own order {order_id} at {own_price} ticks; "
                    "cancel that one first"
                )
