"""What every background flow needs of the book: its own orders, the best prices, and messages to fill."""

from __future__ import annotations

import math

from numba import njit

from execution.book.layout import MAX_QUANTITY, NIL, BookArrays, MessageKind, Record
from execution.random_stream import Stream, uniform

BACKGROUND = 0  # owner of every order that a flow enters
THINNED, NEW_ORDER, RESTING_ORDER = 0, 1, 2  # what `draw` returns; RESTING_ORDER + slot for a cancel


@njit(cache=True, forceinline=True)
def has_bid(book: BookArrays) -> bool:
    """Whether anybody buys."""
    return bool(book.state[0]["best_bid"] >= book.state[0]["origin_ticks"])


@njit(cache=True, forceinline=True)
def has_ask(book: BookArrays) -> bool:
    """Whether anybody sells."""
    return bool(book.state[0]["best_ask"] < book.state[0]["origin_ticks"] + book.levels.shape[1])


@njit(cache=True, forceinline=True)
def draw_live_slot(book: BookArrays, stream: Stream) -> int:
    """The slot of a live order, each equally likely, by probing used slots; NIL when there is none."""
    if book.state[0]["live_orders"] == 0:
        return NIL
    used = book.state[0]["used_slots"]
    while True:
        slot = int(uniform(stream) * used)
        if book.orders[slot]["quantity"] > 0:
            return slot


@njit(cache=True, forceinline=True)
def write_limit(message: Record, side: int, quantity: int, price_ticks: int) -> int:
    """Fill the message of a limit order."""
    message["kind"] = MessageKind.LIMIT
    message["side"] = side
    message["quantity"] = quantity
    message["price_ticks"] = price_ticks
    message["owner"] = BACKGROUND
    return NEW_ORDER


@njit(cache=True, forceinline=True)
def write_market(message: Record, side: int, quantity: int) -> int:
    """Fill the message of a market order."""
    message["kind"] = MessageKind.MARKET
    message["side"] = side
    message["quantity"] = quantity
    message["owner"] = BACKGROUND
    return NEW_ORDER


@njit(cache=True, forceinline=True)
def write_cancel(book: BookArrays, message: Record, slot: int) -> int:
    """Fill the message that cancels the order in a slot; THINNED when there is none or it is not the flow's."""
    if slot == NIL or book.orders[slot]["owner"] != BACKGROUND:
        return THINNED
    message["kind"] = MessageKind.CANCEL
    message["order_id"] = book.orders[slot]["order_id"]
    message["owner"] = BACKGROUND
    return RESTING_ORDER + slot


@njit(cache=True, forceinline=True)
def draw_geometric(log_one_minus: float, stream: Stream) -> int:
    """A geometric size on 1, 2, ... by inversion; log_one_minus is log(1 - 1 / mean), -inf makes it 1."""
    if log_one_minus == -math.inf:
        return 1
    return min(MAX_QUANTITY, 1 + int(math.log1p(-uniform(stream)) / log_one_minus))


def log_one_minus(mean: float) -> float:
    """Give log(1 - 1 / mean), the parameter of the geometric law on 1, 2, ... with this mean of 1 or more."""
    return math.log1p(-1.0 / mean) if mean > 1.0 else -math.inf
