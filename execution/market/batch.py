"""Many markets of one background flow, stepped together for learning."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import numpy as np
import numpy.typing as npt

from execution.book.core import Refusal
from execution.book.growth import with_ladder, with_room
from execution.book.layout import EVENT, MESSAGE, BookArrays, MessageKind, RecordArray, empty_book
from execution.errors import BookCapacityError, OrderRejectedError
from execution.market.batch_kernel import (
    ACCOUNT,
    CONTROL,
    NO_MESSAGE,
    NOT_DRAWN,
    BatchArrays,
    enter_all,
    resting_all,
    step_all,
)
from execution.market.flows.any_flow import FlowParameters
from execution.random_stream import new_streams

__all__ = ["ACCOUNT", "NO_MESSAGE", "MarketBatch"]

NEVER_NS = 2**62
MOST_LEVELS, MOST_ORDERS = 2**16, 2**16
_ALLOWED = (
    MessageKind.LIMIT,
    MessageKind.MARKET,
    MessageKind.IMMEDIATE_OR_CANCEL,
    MessageKind.CANCEL,
    MessageKind.REDUCE,
)
_IS_ALLOWED = np.isin(np.arange(256), _ALLOWED)  # by kind, which is a byte


@final
class MarketBatch:
    """`count` markets, each one book with one flow and one agent, stepped in one call.

    flow_state: makes the flow's state at the start, shape (1,). Each market draws from a child of `seed`, so
    that a market of the batch is, bit for bit, the market of a smaller or larger batch, in steps of any
    length, on any number of threads. Books start empty: run a burn-in first. They know orders by their slots
    alone and are small (`levels` prices, `orders` resting orders), which keeps them in cache; they grow when
    they must, all together, and follow the price.

    depth: shape (market, side, level, 2), after each step and entry: price [ticks] and volume [lots] of the
    best `depth_levels` occupied levels, bids first; (0, 0) where there is none.
    account: shape (market,) of ACCOUNT: the agent's position [lots], cash [ticks x lots], lots traded.
    """

    def __init__(
        self,
        parameters: FlowParameters,
        flow_state: Callable[[], RecordArray],
        *,
        count: int,
        seed: np.random.SeedSequence,
        centre_ticks: int,
        levels: int = 128,
        orders: int = 256,
        depth_levels: int = 10,
    ) -> None:
        one = empty_book(origin_ticks=centre_ticks - levels // 2, levels=levels, orders=orders, hashed=False)
        self._parameters = parameters
        self.books = stacked([one] * count)
        control = np.zeros(count, CONTROL)
        control["due_ns"] = NOT_DRAWN
        self.arrays = BatchArrays(
            control=control,
            flow=np.concatenate([flow_state() for _ in range(count)]),
            account=np.zeros(count, ACCOUNT),
            streams=new_streams(seed, count),
            waiting=np.zeros(count, MESSAGE),
            events=np.zeros((count, 128), EVENT),
        )
        self.depth = np.zeros((count, 2, depth_levels, 2), np.int32)

    def __len__(self) -> int:
        return len(self.arrays.control)

    @property
    def account(self) -> RecordArray:
        """The agent's accounts, shape (market,); changes with the next step."""
        return self.arrays.account

    @property
    def now_ns(self) -> npt.NDArray[np.int64]:
        """The time that each market has reached, shape (market,)."""
        return self.arrays.flow["clock_ns"].copy()

    def step_events(self, events: int) -> npt.NDArray[np.int32]:
        """Let every market do this many events of its flow; return the depth (the same array each time).

        BookCapacityError when a book would have to grow beyond its largest size.
        """
        return self._step(events, NEVER_NS)

    def step_until(self, ts_ns: int | npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own, shape (market,); return the depth."""
        return self._step(2**62, ts_ns)

    def resting(self, slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        found = np.zeros((len(self), 2), np.int64)
        resting_all(self.books, slots, found)
        return found

    def enter(
        self, messages: RecordArray, slots: npt.NDArray[np.int64] | None = None
    ) -> npt.NDArray[np.int64]:
        """Apply one MESSAGE of the agent in each market, shape (market,); NO_MESSAGE as its kind for none.

        slots: where the orders of CANCEL and REDUCE rest, beside their order_id; one that rests no longer is
        left alone. Returns the slots of new orders, shape (market,), 0 where nothing of them rests;
        `messages` then has their order_id. OrderRejectedError for a message that no book takes.
        """
        check_messages(messages, len(self))
        rest = np.zeros(len(self), np.int64) if slots is None else slots.astype(np.int64)
        waiting = messages.copy()
        while enter_all(self.books, self.arrays, self._parameters, waiting, rest):
            self._make_room()
        messages["order_id"] = waiting["order_id"]
        return rest

    def _step(self, events: int, until_ns: int | npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        self.arrays.control["done"] = 0
        until = np.broadcast_to(np.asarray(until_ns, np.int64), len(self)).copy()
        while step_all(self.books, self.arrays, self._parameters, events, until, self.depth):
            self._make_room()
        return self.depth

    def _make_room(self) -> None:
        """Double what any market was refused for, in all of them."""
        refusals = set(np.unique(self.arrays.control["refusal"]).tolist())
        if Refusal.EVENT_ROOM in refusals:
            count, room = self.arrays.events.shape
            self.arrays = self.arrays._replace(events=np.zeros((count, 2 * room), EVENT))
        levels, orders = int(self.books.state["span"].max()), self.books.orders.shape[1] - 1
        levels *= 2 if Refusal.PRICE_RANGE in refusals else 1
        orders *= 2 if Refusal.ORDER_POOL in refusals else 1
        if levels > MOST_LEVELS or orders > MOST_ORDERS:
            raise BookCapacityError(
                f"a market of the batch needs more than {MOST_LEVELS} prices or {MOST_ORDERS} resting orders"
            )
        self.books = stacked([_enlarged(book, levels, orders) for book in _unstacked(self.books)])


def stacked(books: list[BookArrays]) -> BookArrays:
    """Books of equal shape as one batch, along a leading axis."""
    return BookArrays(*(np.stack(arrays) for arrays in zip(*books, strict=True)))


def _unstacked(books: BookArrays) -> list[BookArrays]:
    return [BookArrays(*arrays) for arrays in zip(*books, strict=True)]


def _enlarged(book: BookArrays, levels: int, orders: int) -> BookArrays:
    more = levels - int(book.state["span"][0])
    if more:
        origin = int(book.state["origin_ticks"][0]) - more // 2
        book = with_ladder(book, origin_ticks=origin, levels=levels)
    return with_room(book, orders=orders)


def check_messages(messages: RecordArray, count: int) -> None:
    """OrderRejectedError unless there is one sound message for each market."""
    if messages.shape != (count,) or messages.dtype != MESSAGE:
        raise OrderRejectedError(f"messages have shape {messages.shape}, expected ({count},) of MESSAGE")
    asked = messages["kind"] != NO_MESSAGE
    if not asked.any():
        return
    new = asked & (messages["kind"] != MessageKind.CANCEL)
    wrong = {
        "kind": asked & ~_IS_ALLOWED[messages["kind"]],
        "side": new & (messages["kind"] != MessageKind.REDUCE) & (np.abs(messages["side"]) != 1),
        "quantity": new & (messages["quantity"] < 1),
    }
    for field, bad in wrong.items():
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise OrderRejectedError(f"message of market {at}: {field} is {messages[field][at]}")
