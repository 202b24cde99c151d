"""The limit order book: a Python face over the compiled kernel."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from execution.book import depth
from execution.book.capacity import Capacity
from execution.book.core import EVENTS_PER_TAKER, EVENTS_PER_TOUCH, Refusal
from execution.book.desk import Desk
from execution.book.growth import copied
from execution.book.kernel import apply_unbounded, own_slices, process, screen
from execution.book.layout import (
    EVENT,
    NIL,
    NO_ASK,
    NO_BID,
    OrderKind,
    Reason,
    RecordArray,
    SelfTrade,
    empty_book,
)
from execution.book.message import explain, message
from execution.errors import BookCapacityError, OrderRejectedError
from execution.orders import Side

__all__ = ["DepthLevel", "OrderBook", "QueuePosition", "message"]

MAX_ROOM = 2**20  # events kept ready for what one message may cause at most; beyond it they are counted first
MAX_EVENTS = 2**24  # of one message
_REASON_BYTE = int(EVENT.fields["reason"][1]) if EVENT.fields else 0
_NOT_PLAIN = int(Refusal.NOT_PLAIN)
# Plain integers: an enum's member costs a look-up at each message.
_LIMIT, _MARKET, _IMMEDIATE_OR_CANCEL, _CANCEL, _FILL_OR_KILL, _POST_ONLY, _ICEBERG = range(7)
_STOP, _STOP_LIMIT, _REDUCE, _REPLACE, _HALT, _RESUME = range(7, 13)


class DepthLevel(NamedTuple):
    """One price and the quantity that is shown there."""

    price_ticks: int
    volume: int


class QueuePosition(NamedTuple):
    """What trades before an order at its own price: quantity shown [lots] and number of orders."""

    volume: int
    orders: int


class OrderBook:
    """Continuous double auction with price-time priority in integer ticks and lots.

    Order ids are any 64-bit integers, chosen by the caller; left out, they are the next free ones from 0 on.
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
        self.arrays = empty_book(origin_ticks=centre_ticks - levels // 2, levels=levels, orders=orders)
        span = int(self.arrays.state["span"][0])
        self._capacity = Capacity(max_levels=max(span, max_levels), max_orders=max(orders, max_orders))
        self._desk = Desk(self.arrays)
        self._next_id = 0

    def limit(
        self,
        side: Side,
        quantity: int,
        price_ticks: int,
        *,
        order_id: int | None = None,
        owner: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Trade up to `price_ticks` and rest what is left."""
        return self._enter(_LIMIT, side, quantity, price_ticks, 0, 0, order_id, owner, self_trade)

    def post_only(
        self, side: Side, quantity: int, price_ticks: int, *, order_id: int | None = None, owner: int = 0
    ) -> RecordArray:
        """Rest at `price_ticks`; one REJECTED event when it would trade."""
        return self._enter(_POST_ONLY, side, quantity, price_ticks, 0, 0, order_id, owner, SelfTrade.ALLOW)

    def iceberg(
        self,
        side: Side,
        quantity: int,
        price_ticks: int,
        display: int,
        *,
        order_id: int | None = None,
        owner: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Trade up to `price_ticks` and rest what is left, showing `display` of it at a time."""
        return self._enter(_ICEBERG, side, quantity, price_ticks, display, 0, order_id, owner, self_trade)

    def immediate_or_cancel(
        self,
        side: Side,
        quantity: int,
        price_ticks: int,
        *,
        order_id: int | None = None,
        owner: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Trade up to `price_ticks`; what is left expires."""
        kind = _IMMEDIATE_OR_CANCEL
        return self._enter(kind, side, quantity, price_ticks, 0, 0, order_id, owner, self_trade)

    def fill_or_kill(
        self,
        side: Side,
        quantity: int,
        price_ticks: int,
        *,
        order_id: int | None = None,
        owner: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Trade all of it up to `price_ticks`, or nothing."""
        return self._enter(_FILL_OR_KILL, side, quantity, price_ticks, 0, 0, order_id, owner, self_trade)

    def market(
        self,
        side: Side,
        quantity: int,
        *,
        order_id: int | None = None,
        owner: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Trade at any price; what finds nobody expires."""
        return self._enter(_MARKET, side, quantity, 0, 0, 0, order_id, owner, self_trade)

    def stop(
        self,
        side: Side,
        quantity: int,
        stop_ticks: int,
        *,
        limit_ticks: int | None = None,
        order_id: int | None = None,
        owner: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Wait for a trade at or beyond stop_ticks, then be a market order, or a limit order."""
        kind, limit = (_STOP, 0) if limit_ticks is None else (_STOP_LIMIT, limit_ticks)
        return self._enter(kind, side, quantity, limit, 0, stop_ticks, order_id, owner, self_trade)

    def cancel(self, order_id: int) -> RecordArray:
        """Take an order out: one CANCELLED event, or UNKNOWN when it no longer lives."""
        return self._send(_CANCEL, 0, 0, 0, 0, 0, 0, 0, order_id)

    def reduce(self, order_id: int, quantity: int) -> RecordArray:
        """Take quantity off an order, which keeps its place; all that it has or more cancels it."""
        return self._send(_REDUCE, 0, 0, quantity, 0, 0, 0, 0, order_id)

    def replace(
        self,
        order_id: int,
        quantity: int,
        price_ticks: int,
        *,
        stop_ticks: int = 0,
        self_trade: SelfTrade = SelfTrade.ALLOW,
    ) -> RecordArray:
        """Give an order new leaves and a new price; it keeps its place when only the quantity falls.

        stop_ticks is the new trigger of a stop that waits, and nothing to other orders.
        """
        return self._send(_REPLACE, 0, self_trade, quantity, price_ticks, 0, stop_ticks, 0, order_id)

    def halt(self) -> RecordArray:
        """Stop continuous trading: until `resume` only CANCEL and REDUCE work."""
        return self._send(_HALT, 0, 0, 0, 0, 0, 0, 0, 0)

    def resume(self) -> RecordArray:
        """Go on with continuous trading."""
        return self._send(_RESUME, 0, 0, 0, 0, 0, 0, 0, 0)

    def process(self, messages: RecordArray) -> RecordArray:
        """Apply an array of MESSAGE records in order.

        OrderRejectedError (a quantity or price that no book takes) and BookCapacityError leave the book as it
        was before the first message.
        """
        if len(messages) == 1:
            return self._send(*messages[0].item())
        return self._process_whole(messages)

    def _process_whole(self, messages: RecordArray) -> RecordArray:
        """Apply messages of every kind, all or none."""
        bad, low, high = screen(messages)
        if bad != NIL:
            raise OrderRejectedError(explain(messages, bad))
        before = (
            copied(self.arrays)
            if self._capacity.may_overflow(self.arrays, len(messages), low, high)
            else self.arrays
        )
        try:
            return self._process(messages)
        except BookCapacityError:
            self.arrays = before
            raise

    @property
    def best_bid_ticks(self) -> int | None:
        """Highest price at which somebody buys [ticks]; None when nobody does."""
        best = int(self.arrays.state["best_bid"][0])
        return None if best == NO_BID else best

    @property
    def best_ask_ticks(self) -> int | None:
        """Lowest price at which somebody sells [ticks]; None when nobody does."""
        best = int(self.arrays.state["best_ask"][0])
        return None if best == NO_ASK else best

    @property
    def live_orders(self) -> int:
        """How many orders rest in the book."""
        return int(self.arrays.state["live_orders"][0])

    @property
    def waiting_stops(self) -> int:
        """How many stops wait for their trigger."""
        return int(self.arrays.state["stops"][0])

    @property
    def is_halted(self) -> bool:
        """Whether continuous trading is halted."""
        return bool(self.arrays.state["halted"][0])

    @property
    def is_plain(self) -> bool:
        """Whether no stop waits, no iceberg hides anything and trading goes on."""
        state = self.arrays.state[0]
        return not (state["stops"] or state["refills"] or state["halted"])

    @property
    def microprice_ticks(self) -> float | None:
        """Best prices weighted by what the other side shows [ticks]; None unless both sides are there."""
        price = float(depth.microprice(self.arrays))
        return None if math.isnan(price) else price

    def imbalance(self, levels: int = 1) -> float | None:
        """(bid - ask) / (bid + ask) of what the best `levels` prices show; None when the book is empty."""
        value = float(depth.imbalance(self.arrays, levels))
        return None if math.isnan(value) else value

    def depth(self, side: Side, levels: int) -> list[DepthLevel]:
        """The best `levels` occupied prices of a side, best first."""
        prices, volumes, orders = np.empty((3, levels), np.int64)
        filled = depth.write_depth(self.arrays, int(side), prices, volumes, orders)
        pairs = zip(prices[:filled].tolist(), volumes[:filled].tolist(), strict=True)
        return [DepthLevel(price, volume) for price, volume in pairs]

    def volume_at(self, price_ticks: int) -> int:
        """What is shown at a price [lots]."""
        return int(depth.volume_at(self.arrays, price_ticks))

    def volume_ahead(self, order_id: int) -> int | None:
        """Quantity in front of an order in its own queue; None when it does not rest in the book."""
        position = self.queue_position(order_id)
        return None if position is None else position.volume

    def queue_position(self, order_id: int) -> QueuePosition | None:
        """What trades before an order at its own price; None when it does not rest in the book."""
        slot = depth.slot_of(self.arrays, order_id)
        volume, orders = depth.queue_ahead(self.arrays, slot)
        return None if volume < 0 else QueuePosition(int(volume), int(orders))

    def make_room(self, refusal: int, price_ticks: int) -> None:
        """Grow the ladder or the pool, which the kernel refused a message for, or raise BookCapacityError."""
        self.arrays = self._capacity.grown(self.arrays, refusal, price_ticks)

    def _enter(
        self,
        kind: int,
        side: int,
        quantity: int,
        price_ticks: int,
        display: int,
        stop_ticks: int,
        order_id: int | None,
        owner: int,
        self_trade: int,
    ) -> RecordArray:
        if order_id is not None:
            return self._send(
                kind, side, self_trade, quantity, price_ticks, display, stop_ticks, owner, order_id
            )
        while True:
            order_id, self._next_id = self._next_id, self._next_id + 1
            events = self._send(
                kind, side, self_trade, quantity, price_ticks, display, stop_ticks, owner, order_id
            )
            if len(events) != 1 or events.tobytes()[_REASON_BYTE] != Reason.DUPLICATE_ID:
                return events

    def _send(self, *fields: int) -> RecordArray:
        """Apply one message, fields in MESSAGE's order; by the whole kernel only where it must be."""
        desk = self._desk
        if desk.arrays is not self.arrays:
            desk = self._desk = Desk(self.arrays)
        desk.write(fields)
        end = desk.apply_plain()
        if end == _NOT_PLAIN:
            end = desk.apply()
        return desk.take_events(end) if end >= 0 else self._send_again(fields, end)

    def _send_again(self, fields: tuple[int, ...], refusal: int) -> RecordArray:
        """Apply the message that the desk was refused, after what helps against that."""
        before = self.arrays
        if refusal == Refusal.EVENT_ROOM and not self._desk.has_blank_page:
            self._desk.turn_page()
        elif refusal in (Refusal.EVENT_ROOM, Refusal.NOT_PLAIN):
            return self._process_whole(self._desk.message.copy())
        else:
            self._grow(refusal, self._desk.message[0])
        try:
            return self._send(*fields)
        except BookCapacityError:
            self.arrays = before
            raise

    def _process(self, messages: RecordArray) -> RecordArray:
        events = np.empty(2 * len(messages) + self._room(), EVENT)
        done = total = 0
        while True:
            applied, count, refusal = process(self.arrays, messages[done:], events[total:])
            done, total = done + applied, total + count
            if not refusal:
                return events[:total]
            if refusal != Refusal.EVENT_ROOM:
                self._grow(refusal, messages[done])
            elif len(events) - total < self._room():
                more = np.empty(max(len(events), 2 * (len(messages) - done) + self._room()), EVENT)
                events = np.concatenate((events[:total], more))
            else:
                events, total = self._apply_in_copy(messages[done], events, total)
                done += 1

    def _room(self) -> int:
        """Events to keep ready for one message: what it can cause at most, within reason."""
        state = self.arrays.state[0]
        touches, takers = state["live_orders"] + state["refills"], state["stops"] + 1
        return min(MAX_ROOM, int(EVENTS_PER_TOUCH * touches + EVENTS_PER_TAKER * takers))

    def _apply_in_copy(self, one: np.void, events: RecordArray, total: int) -> tuple[RecordArray, int]:
        """Apply a message that might cause more events than fit, to copies of the book until they do."""
        state = self.arrays.state[0]
        slices = int(state["live_orders"] + state["refills"]) + int(own_slices(self.arrays, one))
        if (touches := min(slices, self._at_stake(one))) > MAX_EVENTS:
            raise BookCapacityError(
                f"the message could trade with {touches} slices of icebergs; {MAX_EVENTS} are the most"
            )
        while True:
            trial = copied(self.arrays)
            count = int(apply_unbounded(trial, one, events, total))
            if count < 0:
                self._grow(count, one)
            elif count > len(events):
                events = np.concatenate((events[:total], np.empty(count - total, EVENT)))
            else:
                self.arrays = trial
                return events, count

    def _at_stake(self, one: np.void) -> int:
        """Quantity that may trade when a message arrives, its own and that of all stops."""
        orders = self.arrays.orders
        waiting = (orders["quantity"] > 0) & (orders["kind"] >= OrderKind.STOP)
        return int(one["quantity"]) + int(orders["quantity"][waiting].sum(dtype=np.int64))

    def _grow(self, refusal: int, one: np.void) -> None:
        self.make_room(refusal, int(one["stop_ticks" if refusal == Refusal.STOP_RANGE else "price_ticks"]))
