"""Read the book without changing it: depth by level and the queue ahead of an order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.layout import ASK, BID, NIL, BookArrays

IntArray = npt.NDArray[np.int64]


@njit(cache=True)
def write_depth(book: BookArrays, side: int, price_ticks: IntArray, volume: IntArray) -> int:
    """Fill the occupied levels of a side, best first, into both arrays; return how many were filled."""
    state = book.state[0]
    row = BID if side > 0 else ASK
    step = -1 if side > 0 else 1
    index = (state["best_bid"] if side > 0 else state["best_ask"]) - state["origin_ticks"]
    filled = 0
    while filled < len(volume) and 0 <= index < book.levels.shape[1]:
        if book.levels[row, index]["volume"] > 0:
            price_ticks[filled] = index + state["origin_ticks"]
            volume[filled] = book.levels[row, index]["volume"]
            filled += 1
        index += step
    return filled


@njit(cache=True)
def volume_ahead(book: BookArrays, order_id: int) -> int:
    """Quantity that trades before the order at its own price; -1 when the order is not in the book."""
    slot = book.slot_of[order_id] if 0 <= order_id < len(book.slot_of) else NIL
    if slot == NIL:
        return -1
    ahead = 0
    slot = book.orders[slot]["prev"]
    while slot != NIL:
        ahead += book.orders[slot]["quantity"]
        slot = book.orders[slot]["prev"]
    return ahead
