"""Markets of one book and one background flow each, stepped side by side on every core, compiled.

Each market has arrays and random numbers of its own along the leading axis, so that what happens in one
depends neither on the others nor on the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from execution.book.compiled import inlined, int64, internal
from execution.book.core import (
    Refusal,
    cancel_slot,
    enter_immediate_or_cancel,
    enter_limit,
    enter_market,
    reduce_slot,
)
from execution.book.depth import queue_ahead
from execution.book.layout import (
    BOOK_ROW,
    NO_ASK,
    NO_BID,
    NO_SLOT,
    BookArrays,
    EventKind,
    MessageKind,
    Record,
    RecordArray,
)
from execution.book.queues import next_behind, place_of
from execution.book.slide import slide_towards
from execution.market.flows.any_flow import FlowParameters, draw, next_time, observe
from execution.market.flows.background import RESTING_ORDER, THINNED
from execution.random_stream import Stream

OWN = 1  # owner of the agent's orders
NO_MESSAGE = 255  # kind of a message that asks for nothing
NOT_DRAWN = -1

CONTROL = np.dtype(
    [
        ("due_ns", "i8"),  # of the flow's next event, NOT_DRAWN when it must be drawn
        ("waiting", "i8"),  # what `draw` returned for a message that is not applied yet, THINNED for none
        ("next_id", "i8"),
        ("done", "i8"),  # events of this step
        ("refusal", "i8"),  # why this step has stopped early, 0 when it has not
    ]
)
ACCOUNT = np.dtype(
    # The agent's account in one market. cash: ticks times lots received less paid, fees not counted.
    [
        ("position", "i8"),
        ("cash", "i8"),
        ("maker_lots", "i8"),
        ("taker_lots", "i8"),
        ("market_lots", "i8"),  # traded by everybody, each trade counted once
        ("signed_lots", "i8"),  # those that a buyer began less those that a seller began
        ("surprise", "f8"),  # lots bought less sold, times how far news had moved the price by then
    ]
)


class BatchArrays(NamedTuple):
    """All of a batch but its books and its flow's parameters; the leading axis is the market."""

    control: RecordArray  # (market,) CONTROL
    flow: RecordArray  # (market,), the flow's own state
    account: RecordArray  # (market,) ACCOUNT
    streams: npt.NDArray[np.uint64]  # (market, 4)
    waiting: RecordArray  # (market,) MESSAGE under way
    events: RecordArray  # (market, event) EVENT


@internal
def book_of(books: BookArrays, at: int) -> BookArrays:
    """One book of the batch, without a copy."""
    return BookArrays(
        books.state[at],
        books.levels[at],
        books.occupied[at],
        books.orders[at],
        books.reserves[at],
        books.ids[at],
    )


@njit(cache=True, parallel=True)
def step_all(
    books: BookArrays,
    batch: BatchArrays,
    parameters: FlowParameters,
    most_events: int,
    until_ns: npt.NDArray[np.int64],
    depth: npt.NDArray[np.int32],
) -> int:
    """Run every market to its `until_ns` or until it has done `most_events`, and write its depth.

    depth: (market, side, level, 2), see write_levels. Returns how many markets were refused and wait.
    """
    refused = 0
    for at in prange(len(batch.control)):
        book = book_of(books, at)
        run_market(
            book,
            batch.control[at],
            batch.flow[at],
            batch.account[at],
            parameters,
            batch.streams[at],
            batch.waiting[at],
            batch.events[at],
            most_events,
            until_ns[at],
        )
        write_levels(book, depth[at])
        refused += batch.control[at]["refusal"] != 0
    return refused


@njit(cache=True, parallel=True)
def enter_all(
    books: BookArrays,
    batch: BatchArrays,
    parameters: FlowParameters,
    messages: RecordArray,
    slots: npt.NDArray[np.int64],
) -> int:
    """Apply one message of the agent in each market; return how many markets were refused and wait.

    slots: (market,) in, where the order of a CANCEL or REDUCE rests; out, where a new order rests, NO_SLOT
    when nothing of it does. A message that is applied becomes NO_MESSAGE.
    """
    refused = 0
    for at in prange(len(batch.control)):
        if messages[at]["kind"] != NO_MESSAGE:
            book, control = book_of(books, at), batch.control[at]
            count = enter_own(book, control, messages[at], slots, at, batch.events[at])
            control["refusal"] = min(count, 0)
            refused += count < 0
            if count >= 0:
                messages[at]["kind"] = NO_MESSAGE
                book_account(batch.account[at], batch.events[at], count, OWN)
                observe(book, batch.flow[at], parameters, batch.events[at], count)
                control["due_ns"] = NOT_DRAWN
    return refused


@njit(cache=True)
def resting_all(books: BookArrays, slots: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> None:
    """Write lots of the agent's order in each slot and lots that trade before it: found (market, 2)."""
    for at in range(len(slots)):
        book, slot = book_of(books, at), np.uint32(slots[at])
        if rests(book, slot):
            found[at, 0] = book.orders[slot]["quantity"]
            found[at, 1] = queue_ahead(book, int64(slot))[0]


@internal
def run_market(
    book: BookArrays,
    control: Record,
    state: Record,
    account: Record,
    parameters: FlowParameters,
    stream: Stream,
    message: Record,
    events: RecordArray,
    most_events: int,
    until_ns: int,
) -> None:
    """Run one market to `until_ns` or until it has done `most_events`, thinned draws not counted."""
    control["refusal"] = 0
    while control["done"] < most_events:
        if control["waiting"] == THINNED:
            if control["due_ns"] == NOT_DRAWN:
                control["due_ns"] = next_time(book, state, parameters, stream)
            if control["due_ns"] > until_ns:
                state["clock_ns"] = until_ns
                return
            state["clock_ns"] = control["due_ns"]
            control["due_ns"] = NOT_DRAWN
            control["waiting"] = draw(book, state, parameters, stream, message)
            if control["waiting"] == THINNED:
                continue
        count = apply_drawn(book, control, message, events)
        if count == Refusal.PRICE_RANGE.value and slide_towards(book, message["price_ticks"]):
            count = apply_drawn(book, control, message, events)
        if count < 0:
            control["refusal"] = count
            return
        control["waiting"] = THINNED
        control["done"] += 1
        book_account(account, events, count, message["owner"])
        observe(book, state, parameters, events, count)


@inlined
def apply_drawn(book: BookArrays, control: Record, message: Record, events: RecordArray) -> int:
    """Apply the message that the flow has drawn; return the count of events or a Refusal."""
    drawn = control["waiting"]
    if drawn >= RESTING_ORDER:
        slot = np.uint32(drawn - RESTING_ORDER)
        if message["kind"] == MessageKind.CANCEL:
            return cancel_slot(book, slot, events, int64(0))
        return reduce_slot(book, slot, int64(message["quantity"]), events, int64(0))
    side, quantity, owner = int64(message["side"]), int64(message["quantity"]), int64(message["owner"])
    price, order_id, none = int64(message["price_ticks"]), control["next_id"], int64(0)
    if message["kind"] == MessageKind.LIMIT:
        _, count = enter_limit(book, side, quantity, price, owner, order_id, none, events, none)
    else:
        count = enter_market(book, side, quantity, owner, order_id, none, events, none)
    if count >= 0:
        control["next_id"] = order_id + 1
    return count


@internal
def enter_own(
    book: BookArrays,
    control: Record,
    message: Record,
    slots: npt.NDArray[np.int64],
    at: int,
    events: RecordArray,
) -> int:
    """Apply a message of the agent, sliding the ladder where that helps; return the count or a Refusal."""
    order_id, is_new = control["next_id"], asks_for_order(message)
    count = apply_own(book, message, order_id, slots, at, events)
    if count == Refusal.PRICE_RANGE.value and slide_towards(book, message["price_ticks"]):
        count = apply_own(book, message, order_id, slots, at, events)
    if count >= 0 and is_new:
        message["order_id"] = order_id
        control["next_id"] = order_id + 1
    return count


@internal
def asks_for_order(message: Record) -> bool:
    """Whether a message is a new order rather than a change to one."""
    return bool(message["kind"] != MessageKind.CANCEL and message["kind"] != MessageKind.REDUCE)


@internal
def apply_own(
    book: BookArrays,
    message: Record,
    order_id: int,
    slots: npt.NDArray[np.int64],
    at: int,
    events: RecordArray,
) -> int:
    """Apply a message of the agent as it is; return the count of events or the book's Refusal.

    order_id: of a new order. slots: see enter_all.
    """
    kind, side, quantity = message["kind"], int64(message["side"]), int64(message["quantity"])
    price, self_trade = int64(message["price_ticks"]), int64(message["self_trade"])
    own, none = int64(OWN), int64(0)
    if not asks_for_order(message):
        slot = np.uint32(slots[at])
        if not rests(book, slot) or book.orders[slot]["order_id"] != message["order_id"]:
            return 0
        if kind == MessageKind.CANCEL:
            return cancel_slot(book, slot, events, none)
        return reduce_slot(book, slot, quantity, events, none)
    slots[at] = NO_SLOT
    if kind == MessageKind.LIMIT:
        slot, count = enter_limit(book, side, quantity, price, own, order_id, self_trade, events, none)
        slots[at] = slot
        return count
    if kind == MessageKind.MARKET:
        return enter_market(book, side, quantity, own, order_id, self_trade, events, none)
    return enter_immediate_or_cancel(book, side, quantity, price, own, order_id, self_trade, events, none)


@internal
def rests(book: BookArrays, slot: np.uint32) -> bool:
    """Whether an order of the agent rests in the slot."""
    if slot == NO_SLOT or slot >= len(book.orders):
        return False
    order = book.orders[slot]
    return bool(order["quantity"] > 0 and order["owner"] == OWN)


@inlined
def book_account(account: Record, events: RecordArray, count: int, taker: int) -> None:
    """Book the agent's side of the trades that a message of `taker` has made."""
    for i in range(count):
        event = events[i]
        if event["kind"] == EventKind.TRADE:
            quantity = event["quantity"]
            bought = event["side"] * quantity
            account["market_lots"] += quantity
            account["signed_lots"] += bought
            if taker == OWN:
                account["taker_lots"] += quantity
                account["position"] += bought
                account["cash"] -= bought * event["price_ticks"]
            if event["maker_owner"] == OWN:
                account["maker_lots"] += quantity
                account["position"] -= bought
                account["cash"] += bought * event["price_ticks"]


@internal
def write_levels(book: BookArrays, depth: npt.NDArray[np.int32]) -> None:
    """Write the best occupied levels of both sides, bids first: depth[side, level] = (price_ticks, volume).

    Levels that are not there are (0, 0); volumes beyond 2**31 - 1 are written as that.
    """
    state = book.state[0]
    for row in range(2):
        side = 1 - 2 * row
        price = state["best_bid"] if side > 0 else state["best_ask"]
        for level in range(depth.shape[1]):
            if NO_BID < price < NO_ASK:
                volume = book.levels[place_of(state, BOOK_ROW, price)]["volume"]
                depth[row, level, 0] = price
                depth[row, level, 1] = min(volume, 2147483647)
                price = next_behind(state, book.occupied, side, price)
            else:
                depth[row, level, 0] = 0
                depth[row, level, 1] = 0
