"""Orders into and out of the queues of the ladder's levels and the pool's slots, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.bits import leading_zeros, trailing_zeros
from execution.book.compiled import inlined, int64, internal
from execution.book.ids import erase
from execution.book.layout import (
    BOOK_ROW,
    BUY_STOP_ROW,
    NO_ASK,
    NO_BID,
    NO_SLOT,
    SELL_STOP_ROW,
    BookArrays,
    OrderKind,
    Record,
)

Words = npt.NDArray[np.uint64]

_BIT, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_WORD_SHIFT, _IN_WORD = np.uint64(6), np.uint64(63)


@inlined
def place_of(state: Record, row: int, price_ticks: int) -> np.uint64:
    """Where a price's level is in `levels`."""
    return np.uint64(row * state["span"] + price_ticks - state["origin_ticks"])


@inlined
def row_of(order: Record) -> int:
    """The row of `levels` that an order waits in."""
    if order["kind"] < OrderKind.STOP:
        return BOOK_ROW
    return BUY_STOP_ROW if order["side"] > 0 else SELL_STOP_ROW


@inlined
def take_slot(book: BookArrays) -> np.uint32:
    """A free slot: the one freed last, which is still in cache, else the next unused one."""
    state = book.state[0]
    slot = state["free_head"]
    if slot == NO_SLOT:
        slot = state["used_slots"]
        state["used_slots"] = slot + 1
    else:
        state["free_head"] = book.orders[slot]["next"]
    return slot  # type: ignore[no-any-return]


@inlined
def free_slot(book: BookArrays, slot: np.uint32) -> None:
    """Give a slot back."""
    state, order = book.state[0], book.orders[slot]
    order["quantity"] = 0
    order["next"] = state["free_head"]
    state["free_head"] = slot


@inlined
def is_full(book: BookArrays) -> bool:
    """Whether no slot is free."""
    state = book.state[0]
    return bool(state["free_head"] == NO_SLOT and state["used_slots"] == len(book.orders))


@inlined
def join_queue(book: BookArrays, row: int, slot: np.uint32) -> None:
    """Put an order at the back of its level's queue; the row's best price follows."""
    state, order = book.state[0], book.orders[slot]
    side, price = int64(order["side"]), int64(order["price_ticks"])
    at = place_of(state, row, price)
    level = book.levels[at]
    tail = level["tail"]
    order["prev"] = tail
    order["next"] = NO_SLOT
    level["tail"] = slot
    level["volume"] += order["quantity"]
    level["orders"] += 1
    if tail == NO_SLOT:
        level["head"] = slot
        book.occupied[at >> _WORD_SHIFT] |= _BIT << (at & _IN_WORD)
        _improve(state, row, side, price)
    else:
        book.orders[tail]["next"] = slot


@inlined
def leave_queue(book: BookArrays, row: int, slot: np.uint32) -> None:
    """Take an order out of its queue; the row's best price follows. Slot 0 takes what has no neighbour."""
    state, order = book.state[0], book.orders[slot]
    side, price = int64(order["side"]), int64(order["price_ticks"])
    at = place_of(state, row, price)
    level = book.levels[at]
    before, after = order["prev"], order["next"]
    book.orders[before]["next"] = after
    book.orders[after]["prev"] = before
    head = after if before == NO_SLOT else level["head"]
    level["head"] = head
    level["tail"] = before if after == NO_SLOT else level["tail"]
    level["volume"] -= order["quantity"]
    level["orders"] -= 1
    if head == NO_SLOT:
        empty_level(state, book.occupied, row, side, price)


@internal
def empty_level(state: Record, occupied: Words, row: int, side: int, price_ticks: int) -> None:
    """Mark a level as empty and move its row's best price on to the next level that is not."""
    at = place_of(state, row, price_ticks)
    occupied[at >> _WORD_SHIFT] &= ~(_BIT << (at & _IN_WORD))
    if row == BOOK_ROW:
        if side > 0:
            if price_ticks == state["best_bid"]:
                state["best_bid"] = next_below(state, occupied, row, price_ticks)
        elif price_ticks == state["best_ask"]:
            state["best_ask"] = next_above(state, occupied, row, price_ticks)
    elif side > 0:
        if price_ticks == state["buy_stop"]:
            state["buy_stop"] = next_above(state, occupied, row, price_ticks)
    elif price_ticks == state["sell_stop"]:
        state["sell_stop"] = next_below(state, occupied, row, price_ticks)


@internal
def next_above(state: Record, occupied: Words, row: int, price_ticks: int) -> int:
    """Lowest occupied price of a row from price_ticks on; NO_ASK when there is none."""
    at = place_of(state, row, price_ticks)
    word, end = at >> _WORD_SHIFT, np.uint64((row + 1) * state["span"]) >> _WORD_SHIFT
    bits = occupied[word] & (_ALL << (at & _IN_WORD))
    while bits == 0:
        word += _BIT
        if word == end:
            return NO_ASK
        bits = occupied[word]
    found = (word << _WORD_SHIFT) + trailing_zeros(bits)
    return int64(int64(found) - row * state["span"] + state["origin_ticks"])


@internal
def next_below(state: Record, occupied: Words, row: int, price_ticks: int) -> int:
    """Highest occupied price of a row up to price_ticks; NO_BID when there is none."""
    at = place_of(state, row, price_ticks)
    word, first = at >> _WORD_SHIFT, np.uint64(row * state["span"]) >> _WORD_SHIFT
    bits = occupied[word] & (_ALL >> (_IN_WORD - (at & _IN_WORD)))
    while bits == 0:
        if word == first:
            return NO_BID
        word -= _BIT
        bits = occupied[word]
    found = (word << _WORD_SHIFT) + _IN_WORD - leading_zeros(bits)
    return int64(int64(found) - row * state["span"] + state["origin_ticks"])


@internal
def next_behind(state: Record, occupied: Words, side: int, price_ticks: int) -> int:
    """The next occupied price of a side behind price_ticks; NO_BID or NO_ASK when there is none."""
    behind = price_ticks - side
    if not 0 <= behind - state["origin_ticks"] < state["span"]:
        return NO_BID if side > 0 else NO_ASK
    if side > 0:
        return next_below(state, occupied, BOOK_ROW, behind)
    return next_above(state, occupied, BOOK_ROW, behind)


@inlined
def hidden_of(book: BookArrays, slot: np.uint32) -> int:
    """What an iceberg does not show; 0 for every other order."""
    if book.orders[slot]["kind"] == OrderKind.ICEBERG:
        return int64(book.reserves[slot]["hidden"])
    return int64(0)


@internal
def change_hidden(book: BookArrays, slot: np.uint32, hidden: int) -> None:
    """Let an iceberg in its queue hide another quantity; its level's and the book's sums follow."""
    state, order, reserve = book.state[0], book.orders[slot], book.reserves[slot]
    display = reserve["display"]
    level = book.levels[place_of(state, BOOK_ROW, int64(order["price_ticks"]))]
    level["hidden"] += hidden - reserve["hidden"]
    state["refills"] += (hidden + display - 1) // display - (reserve["hidden"] + display - 1) // display
    reserve["hidden"] = hidden


@inlined
def drop(book: BookArrays, slot: np.uint32) -> None:
    """Take an order out of the book, whatever it is, and free its slot."""
    state, order = book.state[0], book.orders[slot]
    if order["kind"] == OrderKind.PLAIN:
        leave_queue(book, BOOK_ROW, slot)
        state["live_orders"] -= 1
    else:
        _drop_rare(book, slot)
    if len(book.ids):
        erase(book.ids, state["id_shift"], order["order_id"], slot)
    free_slot(book, slot)


@internal
def _drop_rare(book: BookArrays, slot: np.uint32) -> None:
    """Take an iceberg or a stop out of its queue."""
    state, order = book.state[0], book.orders[slot]
    if order["kind"] == OrderKind.ICEBERG:
        change_hidden(book, slot, int64(0))
        state["live_orders"] -= 1
    else:
        state["stops"] -= 1
    leave_queue(book, row_of(order), slot)


@inlined
def _improve(state: Record, row: int, side: int, price_ticks: int) -> None:
    """Let the best price of a row take in a level that has become occupied."""
    if row == BOOK_ROW:
        if side > 0:
            state["best_bid"] = max(state["best_bid"], price_ticks)
        else:
            state["best_ask"] = min(state["best_ask"], price_ticks)
    elif side > 0:
        state["buy_stop"] = min(state["buy_stop"], price_ticks)
    else:
        state["sell_stop"] = max(state["sell_stop"], price_ticks)
