"""Which resting order a recorded cancellation or trade means in the simulated book."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.book.layout import BOOK_ROW, NO_ASK, NO_BID, NO_SLOT, BookArrays, Record
from execution.book.queues import next_above, next_below
from execution.market.flows.background import BACKGROUND
from execution.market.flows.marked_tape import RECENT

_QUEUE_SEARCH = 16  # orders at most that are compared in one queue


@compiled
def best_of(book: BookArrays, side: int) -> int:
    """Best price of a side that has orders [ticks]."""
    return int(book.state[0]["best_bid"] if side > 0 else book.state[0]["best_ask"])


@compiled
def volume_at(book: BookArrays, price_ticks: int) -> int:
    """What is shown at a price [lots]; 0 outside the ladder."""
    place = price_ticks - book.state[0]["origin_ticks"]
    return int(book.levels[place]["volume"]) if 0 <= place < book.state[0]["span"] else 0


@compiled
def price_behind(book: BookArrays, side: int, price_ticks: int) -> int:
    """The next price behind this one where orders rest; NO_BID or NO_ASK when there is none."""
    state = book.state[0]
    place = price_ticks - side - state["origin_ticks"]
    if not 0 <= place < state["span"]:
        return NO_BID if side > 0 else NO_ASK
    if side > 0:
        return int(next_below(state, book.occupied, BOOK_ROW, price_ticks - 1))
    return int(next_above(state, book.occupied, BOOK_ROW, price_ticks + 1))


@compiled
def has_level(price_ticks: int) -> bool:
    """Whether `price_behind` found a price."""
    return NO_BID < price_ticks < NO_ASK


@compiled
def youngest_own(book: BookArrays, price_ticks: int) -> int:
    """Slot of the last background order in a price's queue, NO_SLOT when none rests there."""
    slot = _youngest_at(book, price_ticks)
    while slot != NO_SLOT and book.orders[slot]["owner"] != BACKGROUND:
        slot = int(book.orders[slot]["prev"])
    return slot


@compiled
def linked_slot(book: BookArrays, state: Record, link: int) -> int:
    """Slot of the order that the flow placed from row `link`, NO_SLOT when it is gone or long ago."""
    place = link & (RECENT - 1)
    if link < state["stretch_row"] or state["recent_row"][place] != link:
        return NO_SLOT
    wanted = state["recent_id"][place]
    slot = _youngest_at(book, state["recent_price"][place])
    for _ in range(4 * _QUEUE_SEARCH):
        if slot == NO_SLOT or book.orders[slot]["order_id"] == wanted:
            return slot
        slot = int(book.orders[slot]["prev"])
    return NO_SLOT


@compiled
def similar_slot(book: BookArrays, side: int, distance: int, quantity: int) -> int:
    """Slot of the order nearest to `distance` ticks behind the best price whose size is most alike.

    At the best price only the best price will do; behind it, the nearest level at less than about twice or
    more than about half of the distance. NO_SLOT when there is none.
    """
    best = best_of(book, side)
    if distance == 0:
        return _alike(book, _youngest_at(book, best), quantity)
    wanted = best - side * distance
    farther = side * (best - price_behind(book, side, wanted + side))
    nearer = side * (best - price_behind(book, -side, wanted))
    behind = nearer if nearer > 0 and distance - nearer <= farther - distance else farther
    if not distance <= 2 * behind + 2 or not behind <= 2 * distance + 2:
        return NO_SLOT
    return _alike(book, _youngest_at(book, best - side * behind), quantity)


@compiled
def is_last(book: BookArrays, side: int, slot: int) -> bool:
    """Whether the side would be empty without the order in this slot."""
    order = book.orders[slot]
    if order["next"] != NO_SLOT or order["prev"] != NO_SLOT:
        return False
    price = order["price_ticks"]
    return price == best_of(book, side) and not has_level(price_behind(book, side, price))


@compiled
def _youngest_at(book: BookArrays, price_ticks: int) -> int:
    place = price_ticks - book.state[0]["origin_ticks"]
    return int(book.levels[place]["tail"]) if 0 <= place < book.state[0]["span"] else NO_SLOT


@compiled
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
