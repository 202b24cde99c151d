"""Which resting order a recorded cancellation or trade means in the simulated book."""

from __future__ import annotations

from numba import njit

from execution.book.layout import BOOK_ROW, NO_ASK, NO_BID, NO_SLOT, BookArrays, Record
from execution.book.queues import next_above, next_below
from execution.market.flows.background import BACKGROUND
from execution.market.flows.marked_tape import RECENT

_LEVEL_SEARCH = 64  # ticks at most between the level that a mark means and the one that stands in
_QUEUE_SEARCH = 16  # orders at most that are compared in one queue


@njit(cache=True)
def best_of(book: BookArrays, side: int) -> int:
    """Best price of a side that has orders [ticks]."""
    return int(book.state[0]["best_bid"] if side > 0 else book.state[0]["best_ask"])


@njit(cache=True)
def volume_at(book: BookArrays, price_ticks: int) -> int:
    """What is shown at a price [lots]; 0 outside the ladder."""
    place = price_ticks - book.state[0]["origin_ticks"]
    return int(book.levels[place]["volume"]) if 0 <= place < book.state[0]["span"] else 0


@njit(cache=True)
def price_behind(book: BookArrays, side: int, price_ticks: int) -> int:
    """The next price behind this one where orders rest; NO_BID or NO_ASK when there is none."""
    state = book.state[0]
    place = price_ticks - side - state["origin_ticks"]
    if not 0 <= place < state["span"]:
        return NO_BID if side > 0 else NO_ASK
    if side > 0:
        return int(next_below(state, book.occupied, BOOK_ROW, price_ticks - 1))
    return int(next_above(state, book.occupied, BOOK_ROW, price_ticks + 1))


@njit(cache=True)
def has_level(price_ticks: int) -> bool:
    """Whether `price_behind` found a price."""
    return NO_BID < price_ticks < NO_ASK


@njit(cache=True)
def oldest_at(book: BookArrays, price_ticks: int) -> int:
    """Slot of the first order in a price's queue, NO_SLOT when nothing rests there."""
    place = price_ticks - book.state[0]["origin_ticks"]
    return int(book.levels[place]["head"]) if 0 <= place < book.state[0]["span"] else NO_SLOT


@njit(cache=True)
def linked_slot(book: BookArrays, state: Record, link: int) -> int:
    """Slot of the order that the flow placed from row `link`, NO_SLOT when it is gone or long ago."""
    place = link & (RECENT - 1)
    if link < 0 or state["recent_row"][place] != link:
        return NO_SLOT
    wanted = state["recent_id"][place]
    slot = _youngest_at(book, state["recent_price"][place])
    for _ in range(4 * _QUEUE_SEARCH):
        if slot == NO_SLOT or book.orders[slot]["order_id"] == wanted:
            return slot
        slot = int(book.orders[slot]["prev"])
    return NO_SLOT


@njit(cache=True)
def similar_slot(book: BookArrays, side: int, distance: int, quantity: int) -> int:
    """Slot of the order nearest to `distance` ticks behind the best price whose size is most alike.

    At the best price only the best price will do; behind it, a level off by less than a quarter of the way.
    NO_SLOT when there is none.
    """
    best = best_of(book, side)
    for offset in range(min(_LEVEL_SEARCH, (distance + 3) // 4) + 1):
        for step in (offset, -offset):
            behind = distance + step
            if behind > 0 or distance == 0:
                slot = _alike(book, _youngest_at(book, best - side * behind), quantity)
                if slot != NO_SLOT:
                    return slot
    return NO_SLOT


@njit(cache=True)
def is_last(book: BookArrays, side: int, slot: int) -> bool:
    """Whether the side would be empty without the order in this slot."""
    order = book.orders[slot]
    if order["next"] != NO_SLOT or order["prev"] != NO_SLOT:
        return False
    price = order["price_ticks"]
    return price == best_of(book, side) and not has_level(price_behind(book, side, price))


@njit(cache=True)
def _youngest_at(book: BookArrays, price_ticks: int) -> int:
    place = price_ticks - book.state[0]["origin_ticks"]
    return int(book.levels[place]["tail"]) if 0 <= place < book.state[0]["span"] else NO_SLOT


@njit(cache=True)
def _alike(book: BookArrays, youngest: int, quantity: int) -> int:
    """The background order of a queue, from its youngest on, whose size is nearest to `quantity`."""
    slot, best, nearest = youngest, NO_SLOT, 0.0
    for _ in range(_QUEUE_SEARCH):
        if slot == NO_SLOT:
            break
        order = book.orders[slot]
        if order["owner"] == BACKGROUND:
            resting = float(order["quantity"])
            unlike = max(resting / quantity, quantity / resting)
            if best == NO_SLOT or unlike < nearest:
                best, nearest = slot, unlike
            if unlike == 1.0:
                break
        slot = int(order["prev"])
    return best
