"""The same book in larger arrays, or over other prices: what happens outside of the hot path."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from execution.book.ids import insert_all
from execution.book.layout import (
    LEVELS_PER_WORD,
    NO_ASK,
    NO_BID,
    BookArrays,
    OrderKind,
    empty_book,
    id_bits,
)


def copied(book: BookArrays) -> BookArrays:
    """A book of its own that is equal."""
    return BookArrays._make(array.copy() for array in book)


def with_room(book: BookArrays, *, orders: int) -> BookArrays:
    """The same book with room for `orders` at once; one that has it already is returned as it is."""
    if orders < len(book.orders):
        return book
    pool, reserves = _lengthened(book.orders, orders + 1), _lengthened(book.reserves, orders + 1)
    if not len(book.ids):
        return book._replace(orders=pool, reserves=reserves)
    bits, state = id_bits(orders), book.state.copy()
    ids = np.zeros(2**bits, np.uint64)
    state["id_shift"] = 32 - bits
    insert_all(ids, state["id_shift"][0], pool, int(state["used_slots"][0]))
    return book._replace(state=state, orders=pool, reserves=reserves, ids=ids)


def with_ladder(book: BookArrays, *, origin_ticks: int, levels: int) -> BookArrays:
    """The same book over prices [origin_ticks, origin_ticks + levels), which hold every order of it."""
    moved = empty_book(origin_ticks=origin_ticks, levels=levels, orders=0, hashed=False)
    low, high = living_range(book)
    if low <= high:
        old, new = low - int(book.state["origin_ticks"][0]), low - origin_ticks
        count = high - low + 1
        _rows(moved.levels)[:, new : new + count] = _rows(book.levels)[:, old : old + count]
    bits = (moved.levels["head"] != 0).reshape(-1, LEVELS_PER_WORD)
    occupied = np.packbits(bits, axis=1, bitorder="little").view("<u8")[:, 0].astype(np.uint64)
    state = book.state.copy()
    state["origin_ticks"], state["span"] = origin_ticks, moved.state["span"]
    return book._replace(state=state, levels=moved.levels, occupied=occupied)


def translated(book: BookArrays, ticks: int) -> BookArrays:
    """The same book with every price moved by `ticks`."""
    state, orders, reserves = book.state.copy(), book.orders.copy(), book.reserves.copy()
    for name in ("best_bid", "best_ask", "buy_stop", "sell_stop"):
        if state[name][0] not in (NO_BID, NO_ASK):
            state[name] += ticks
    state["origin_ticks"] += ticks
    state["last_trade"] += ticks
    orders["price_ticks"] += np.int32(ticks)
    reserves["limit_ticks"] += np.int32(ticks)
    return book._replace(state=state, orders=orders, reserves=reserves)


def living_range(book: BookArrays) -> tuple[int, int]:
    """Lowest and highest price [ticks] of an order, a stop's trigger or limit; (1, 0) when there is none."""
    lives = book.orders["quantity"] > 0
    limited = lives & (book.orders["kind"] == OrderKind.STOP_LIMIT)
    prices = np.concatenate((book.orders["price_ticks"][lives], book.reserves["limit_ticks"][limited]))
    return (int(prices.min()), int(prices.max())) if len(prices) else (1, 0)


def _rows(levels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return levels.reshape(3, -1)


def _lengthened(array: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    longer = np.zeros(length, array.dtype)
    longer[: len(array)] = array
    return longer
