"""What every background flow needs of the book: its own orders, the best prices, and messages to fill."""

from __future__ import annotations

import math

from execution.book.compiled import compiled, inlined
from execution.book.layout import (
    MAX_QUANTITY,
    NO_ASK,
    NO_BID,
    NO_SLOT,
    BookArrays,
    MessageKind,
    OrderKind,
    Record,
)
from execution.random_stream import Stream, uniform

BACKGROUND = 0  # owner of every order that a flow enters
THINNED, NEW_ORDER, RESTING_ORDER = 0, 1, 2  # what `draw` returns; RESTING_ORDER + slot for a cancel


@inlined
def has_bid(book: BookArrays) -> bool:
    """Whether anybody buys."""
    return bool(book.state[0]["best_bid"] != NO_BID)


@inlined
def has_ask(book: BookArrays) -> bool:
    """Whether anybody sells."""
    return bool(book.state[0]["best_ask"] != NO_ASK)


@inlined
def best_ticks(book: BookArrays, state: Record, side: int) -> int:
    """The best price of a side; where it was last seen while nobody is there."""
    if side > 0:
        return int(book.state[0]["best_bid"] if has_bid(book) else state["last_bid"])
    return int(book.state[0]["best_ask"] if has_ask(book) else state["last_ask"])


@inlined
def remember_best(book: BookArrays, state: Record) -> None:
    """Keep the best prices in a flow's state, for when a side is empty."""
    if has_bid(book):
        state["last_bid"] = book.state[0]["best_bid"]
    if has_ask(book):
        state["last_ask"] = book.state[0]["best_ask"]


@inlined
def draw_live_slot(book: BookArrays, stream: Stream) -> int:
    """The slot of a resting order, each equally likely, by probing used slots; NO_SLOT when there is none."""
    if book.state[0]["live_orders"] == 0:
        return NO_SLOT
    used = float(book.state[0]["used_slots"] - 1)
    while True:
        slot = 1 + int(uniform(stream) * used)
        if book.orders[slot]["quantity"] > 0 and book.orders[slot]["kind"] < OrderKind.STOP:
            return slot


@compiled
def draw_slot_at(book: BookArrays, side: int, price_ticks: int, stream: Stream) -> int:
    """The slot of a background order at a price, each equally likely; NO_SLOT when there is none."""
    chosen, seen = NO_SLOT, 0
    index = price_ticks - book.state[0]["origin_ticks"]
    slot = int(book.levels[index]["head"]) if 0 <= index < book.state[0]["span"] else NO_SLOT
    while slot != NO_SLOT:
        order = book.orders[slot]
        if order["owner"] == BACKGROUND and order["side"] == side:
            seen += 1
            if uniform(stream) * seen < 1.0:
                chosen = slot
        slot = int(order["next"])
    return chosen


@inlined
def write_limit(message: Record, side: int, quantity: int, price_ticks: int) -> int:
    """Fill the message of a limit order."""
    message["kind"] = MessageKind.LIMIT
    message["side"] = side
    message["quantity"] = quantity
    message["price_ticks"] = price_ticks
    message["owner"] = BACKGROUND
    return NEW_ORDER


@inlined
def write_market(message: Record, side: int, quantity: int) -> int:
    """Fill the message of a market order."""
    message["kind"] = MessageKind.MARKET
    message["side"] = side
    message["quantity"] = quantity
    message["owner"] = BACKGROUND
    return NEW_ORDER


@inlined
def write_cancel(book: BookArrays, message: Record, slot: int) -> int:
    """Fill the message that cancels the order in a slot; THINNED unless it is the flow's."""
    if slot == NO_SLOT or book.orders[slot]["owner"] != BACKGROUND:
        return THINNED
    message["kind"] = MessageKind.CANCEL
    message["order_id"] = book.orders[slot]["order_id"]
    message["owner"] = BACKGROUND
    return RESTING_ORDER + slot


@inlined
def draw_geometric(log_one_minus: float, stream: Stream) -> int:
    """A geometric size on 1, 2, ... by inversion; log_one_minus is log(1 - 1 / mean), -inf makes it 1."""
    if log_one_minus == -math.inf:
        return 1
    return int(min(float(MAX_QUANTITY), 1.0 + math.floor(math.log1p(-uniform(stream)) / log_one_minus)))


def log_one_minus(mean: float) -> float:
    """Give log(1 - 1 / mean), the parameter of the geometric law on 1, 2, ... with this mean of 1 or more."""
    return math.log1p(-1.0 / mean) if mean > 1.0 else -math.inf
