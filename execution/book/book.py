"""The limit order book: a Python face over the compiled kernel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from execution.book import depth
from execution.book.kernel import Refusal, process, screen
from execution.book.layout import (
    EVENT,
    MAX_ABS_PRICE_TICKS,
    MAX_QUANTITY,
    MESSAGE,
    NIL,
    BookArrays,
    MessageKind,
    RecordArray,
    empty_book,
    resting_range,
    side_is_empty,
    with_ladder,
    with_room,
)
from execution.errors import BookCapacityError, OrderRejectedError
from execution.orders import Side


class DepthLevel(NamedTuple):
    """One price and the quantity that rests there."""

    price_ticks: int
    volume: int


class OrderBook:
    """Continuous double auction with price-time priority in integer ticks and lots.

    Orders are numbered 0, 1, 2, ... in order of arrival, so that a batch can cancel what it entered itself.
    The price ladder and the order pool grow by themselves up to `max_levels` and `max_orders`; beyond them a
    message raises BookCapacityError. Every method that sends messages is all or nothing and returns their
    EVENT records.

    >>> book = OrderBook(centre_ticks=100)
    >>> sell = book.limit(Side.SELL, 5, 101)
    >>> [int(quantity) for quantity in book.market(Side.BUY, 3)["quantity"]], book.depth(Side.SELL, 1)
    ([3], [DepthLevel(price_ticks=101, volume=2)])
    """

    def __init__(
        self,
        *,
        centre_ticks: int = 0,
        levels: int = 1024,
        orders: int = 1024,
        max_levels: int = 2**20,
        max_orders: int = 2**24,
    ) -> None:
        self.arrays = empty_book(
            origin_ticks=centre_ticks - levels // 2, levels=levels, orders=orders, ids=4 * orders
        )
        self._max_levels = max(levels, max_levels)
        self._max_orders = max(orders, max_orders)

    def limit(self, side: Side, quantity: int, price_ticks: int, *, owner: int = 0) -> RecordArray:
        """Trade up to `price_ticks` and rest what is left."""
        return self.process(message(MessageKind.LIMIT, side, quantity, price_ticks, owner=owner))

    def immediate_or_cancel(
        self, side: Side, quantity: int, price_ticks: int, *, owner: int = 0
    ) -> RecordArray:
        """Trade up to `price_ticks`; what is left expires."""
        return self.process(
            message(MessageKind.IMMEDIATE_OR_CANCEL, side, quantity, price_ticks, owner=owner)
        )

    def market(self, side: Side, quantity: int, *, owner: int = 0) -> RecordArray:
        """Trade at any price; what finds nobody expires."""
        return self.process(message(MessageKind.MARKET, side, quantity, owner=owner))

    def cancel(self, order_id: int) -> RecordArray:
        """Take an order out: one CANCELLED event, or UNKNOWN when it is no longer in the book."""
        return self.process(message(MessageKind.CANCEL, order_id=order_id))

    def process(self, messages: RecordArray) -> RecordArray:
        """Apply an array of MESSAGE records in order.

        OrderRejectedError (a quantity or price that no book takes) and BookCapacityError leave the book as it
        was before the first message.
        """
        bad, low, high = screen(messages)
        if bad != NIL:
            raise OrderRejectedError(_explain(messages, bad))
        before = self._copy() if self._may_overflow(len(messages), low, high) else self.arrays
        try:
            return self._process(messages)
        except BookCapacityError:
            self.arrays = before
            raise

    @property
    def best_bid_ticks(self) -> int | None:
        """Highest price at which somebody buys [ticks]; None when nobody does."""
        return None if side_is_empty(self.arrays)[0] else int(self.arrays.state["best_bid"][0])

    @property
    def best_ask_ticks(self) -> int | None:
        """Lowest price at which somebody sells [ticks]; None when nobody does."""
        return None if side_is_empty(self.arrays)[1] else int(self.arrays.state["best_ask"][0])

    @property
    def live_orders(self) -> int:
        """How many orders rest in the book."""
        return int(self.arrays.state["live_orders"][0])

    def depth(self, side: Side, levels: int) -> list[DepthLevel]:
        """The best `levels` occupied prices of a side, best first."""
        prices, volumes = np.empty(levels, np.int64), np.empty(levels, np.int64)
        filled = depth.write_depth(self.arrays, int(side), prices, volumes)
        pairs = zip(prices[:filled].tolist(), volumes[:filled].tolist(), strict=True)
        return [DepthLevel(price, volume) for price, volume in pairs]

    def volume_ahead(self, order_id: int) -> int | None:
        """Quantity in front of an order in its own queue; None when it is not in the book."""
        ahead = int(depth.volume_ahead(self.arrays, order_id))
        return None if ahead < 0 else ahead

    def make_room(self, refusal: int, price_ticks: int) -> None:
        """Grow what the kernel refused a message for, or raise BookCapacityError."""
        if refusal == Refusal.PRICE_RANGE:
            self._widen(price_ticks)
        elif refusal == Refusal.ORDER_POOL:
            self._add_orders()
        else:
            self.arrays = with_room(self.arrays, orders=0, ids=2 * len(self.arrays.slot_of))

    def _process(self, messages: RecordArray) -> RecordArray:
        events = np.empty(3 * len(messages) + self.live_orders, EVENT)
        done = total = 0
        while True:
            applied, count, refusal = process(self.arrays, messages[done:], events[total:])
            done, total = done + applied, total + count
            if not refusal:
                return events[:total]
            self.make_room(refusal, int(messages["price_ticks"][done]))

    def _widen(self, price_ticks: int) -> None:
        low, high = resting_range(self.arrays)
        low, high = (
            (min(low, price_ticks), max(high, price_ticks)) if low <= high else (price_ticks, price_ticks)
        )
        span, levels = high - low + 1, self.arrays.levels.shape[1]
        if span > self._max_levels:
            raise BookCapacityError(
                f"price {price_ticks} ticks would stretch the book over {span} prices from {low} to {high}; "
                f"it holds at most {self._max_levels}"
            )
        while levels < min(2 * span, self._max_levels):
            levels = min(2 * levels, self._max_levels)
        self.arrays = with_ladder(self.arrays, origin_ticks=low - (levels - span) // 2, levels=levels)

    def _add_orders(self) -> None:
        orders = len(self.arrays.orders)
        if orders >= self._max_orders:
            raise BookCapacityError(f"the book holds {orders} resting orders, its maximum; cancel one first")
        self.arrays = with_room(self.arrays, orders=min(2 * orders, self._max_orders), ids=0)

    def _may_overflow(self, count: int, low_ticks: int, high_ticks: int) -> bool:
        """Whether `count` messages in a range of prices could need more than the book may have."""
        origin = int(self.arrays.state["origin_ticks"][0])
        low = min(origin, low_ticks)
        high = max(origin + self.arrays.levels.shape[1] - 1, high_ticks)
        return high - low >= self._max_levels or self.live_orders + count > self._max_orders

    def _copy(self) -> BookArrays:
        state, levels, orders, slot_of = self.arrays
        return BookArrays(state.copy(), levels.copy(), orders.copy(), slot_of.copy())


def message(
    kind: MessageKind,
    side: int = 0,
    quantity: int = 0,
    price_ticks: int = 0,
    *,
    owner: int = 0,
    order_id: int = 0,
) -> RecordArray:
    """One MESSAGE record in an array of length 1; OrderRejectedError where a number does not fit."""
    try:
        return np.array([(kind, side, quantity, price_ticks, owner, order_id)], MESSAGE)
    except OverflowError:
        raise OrderRejectedError(
            f"quantity {quantity} or price {price_ticks} ticks is outside of the 32 bits that the book keeps"
        ) from None


def _explain(messages: RecordArray, at: int) -> str:
    """Say which field of a message no book takes."""
    kind, side, quantity, price_ticks = messages[["kind", "side", "quantity", "price_ticks"]][at].item()
    if kind not in list(MessageKind):
        return f"message {at}: kind is {kind}, expected a MessageKind"
    if abs(price_ticks) > MAX_ABS_PRICE_TICKS:
        return f"message {at}: price_ticks is {price_ticks}, expected within {MAX_ABS_PRICE_TICKS} of 0"
    if abs(side) != 1:
        return f"message {at}: side is {side}, expected +1 or -1"
    return f"message {at}: quantity is {quantity}, expected 1 to {MAX_QUANTITY}"
