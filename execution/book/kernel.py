"""Matching by price-time priority over the book's arrays, compiled."""

from __future__ import annotations

from enum import IntEnum

from numba import njit

from execution.book.layout import (
    ASK,
    BID,
    MAX_ABS_PRICE_TICKS,
    NIL,
    BookArrays,
    EventKind,
    MessageKind,
    Record,
    RecordArray,
)


class Refusal(IntEnum):
    """Why a message was not applied; the book is unchanged."""

    PRICE_RANGE = -1
    ORDER_POOL = -2
    ORDER_IDS = -3


@njit(cache=True)
def process(book: BookArrays, messages: RecordArray, events: RecordArray) -> tuple[int, int, int]:
    """Apply messages in order; return how many were applied, how many events written, and 0 or a Refusal.

    Stops at the first refused message. `events` must hold 3 per message plus one per resting order.
    """
    count = 0
    for i in range(len(messages)):
        after = apply(book, messages[i], events, count)
        if after < 0:
            return i, count, after
        count = after
    return len(messages), count, 0


@njit(cache=True)
def screen(messages: RecordArray) -> tuple[int, int, int]:
    """Place of the first message that no book takes (else NIL), and the lowest and highest price named."""
    low, high = MAX_ABS_PRICE_TICKS, -MAX_ABS_PRICE_TICKS
    for i in range(len(messages)):
        message = messages[i]
        if not MessageKind.LIMIT <= message["kind"] <= MessageKind.CANCEL:
            return i, low, high
        if message["kind"] != MessageKind.CANCEL and (abs(message["side"]) != 1 or message["quantity"] < 1):
            return i, low, high
        if message["kind"] == MessageKind.LIMIT or message["kind"] == MessageKind.IMMEDIATE_OR_CANCEL:
            low, high = min(low, message["price_ticks"]), max(high, message["price_ticks"])
            if low < -MAX_ABS_PRICE_TICKS or high > MAX_ABS_PRICE_TICKS:
                return i, low, high
    return NIL, low, high


@njit(cache=True)
def apply(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Apply one message, writing events from `count` on; return the new count, or a Refusal."""
    if message["kind"] == MessageKind.CANCEL:
        return _cancel(book, message["order_id"], events, count)
    limit = _limit_ticks(book, message)
    refusal = _refusal(book, message, limit)
    if refusal < 0:
        return refusal
    order_id = book.state[0]["next_id"]
    book.state[0]["next_id"] = order_id + 1
    leaves, count = _match(book, message, limit, order_id, events, count)
    if leaves == 0:
        return count
    kind = EventKind.EXPIRED.value
    if message["kind"] == MessageKind.LIMIT:
        _rest(book, message, leaves, order_id)
        kind = EventKind.RESTED.value
    return _write(events, count, kind, message["side"], leaves, message["price_ticks"], order_id)


@njit(cache=True)
def _remove(book: BookArrays, slot: int) -> None:
    """Take a resting order out of its queue and free its slot; the best price follows."""
    state, order = book.state[0], book.orders[slot]
    row = BID if order["side"] > 0 else ASK
    level = book.levels[row, order["price_ticks"] - state["origin_ticks"]]
    before, after = order["prev"], order["next"]
    if before == NIL:
        level["head"] = after
    else:
        book.orders[before]["next"] = after
    if after == NIL:
        level["tail"] = before
    else:
        book.orders[after]["prev"] = before
    level["volume"] -= order["quantity"]
    book.slot_of[order["order_id"]] = NIL
    order["quantity"] = 0
    order["next"] = state["free_head"]
    state["free_head"] = slot
    state["live_orders"] -= 1
    if level["head"] == NIL:
        _worsen_best(book, row)


@njit(cache=True)
def _limit_ticks(book: BookArrays, message: Record) -> int:
    """The worst price that the message accepts; for a market order the far end of the ladder."""
    origin = book.state[0]["origin_ticks"]
    if message["kind"] != MessageKind.MARKET:
        return int(message["price_ticks"])
    return int(origin + book.levels.shape[1] - 1 if message["side"] > 0 else origin)


@njit(cache=True)
def _refusal(book: BookArrays, message: Record, limit: int) -> int:
    """0 when the order can be taken, else the Refusal, decided before anything changes."""
    state = book.state[0]
    if state["next_id"] >= len(book.slot_of):
        return Refusal.ORDER_IDS.value
    if not 0 <= limit - state["origin_ticks"] < book.levels.shape[1]:
        return Refusal.PRICE_RANGE.value
    # An order that crosses and still has something left to rest has emptied at least one slot.
    full = state["free_head"] == NIL and state["used_slots"] == len(book.orders)
    if full and message["kind"] == MessageKind.LIMIT and not _crosses(book, message["side"], limit):
        return Refusal.ORDER_POOL.value
    return 0


@njit(cache=True)
def _crosses(book: BookArrays, side: int, limit: int) -> bool:
    """Whether an order of this side trades at once at `limit`; an absent best lies outside the ladder."""
    state = book.state[0]
    if side > 0:
        end = state["origin_ticks"] + book.levels.shape[1]
        return bool(state["best_ask"] <= limit and state["best_ask"] < end)
    return bool(state["best_bid"] >= limit and state["best_bid"] >= state["origin_ticks"])


@njit(cache=True)
def _match(
    book: BookArrays, message: Record, limit: int, order_id: int, events: RecordArray, count: int
) -> tuple[int, int]:
    """Trade against the best price first and its oldest order first; return what is left and the count."""
    state = book.state[0]
    row = ASK if message["side"] > 0 else BID
    leaves = message["quantity"]
    while leaves > 0 and _crosses(book, message["side"], limit):
        best = state["best_ask"] if row == ASK else state["best_bid"]
        level = book.levels[row, best - state["origin_ticks"]]
        slot = level["head"]
        maker = book.orders[slot]
        traded = min(leaves, maker["quantity"])
        events[count]["maker_id"] = maker["order_id"]
        events[count]["maker_owner"] = maker["owner"]
        count = _write(events, count, EventKind.TRADE, message["side"], traded, best, order_id)
        leaves -= traded
        maker["quantity"] -= traded
        level["volume"] -= traded
        if maker["quantity"] == 0:
            _remove(book, slot)
    return leaves, count


@njit(cache=True)
def _rest(book: BookArrays, message: Record, quantity: int, order_id: int) -> None:
    """Put what is left of an order at the back of its price's queue."""
    state, side, price = book.state[0], message["side"], message["price_ticks"]
    slot = _take_slot(book)
    order = book.orders[slot]
    level = book.levels[BID if side > 0 else ASK, price - state["origin_ticks"]]
    order["prev"] = level["tail"]
    order["next"] = NIL
    order["quantity"] = quantity
    order["price_ticks"] = price
    order["side"] = side
    order["owner"] = message["owner"]
    order["order_id"] = order_id
    if level["tail"] == NIL:
        level["head"] = slot
    else:
        book.orders[level["tail"]]["next"] = slot
    level["tail"] = slot
    level["volume"] += quantity
    book.slot_of[order_id] = slot
    if side > 0:
        state["best_bid"] = max(state["best_bid"], price)
    else:
        state["best_ask"] = min(state["best_ask"], price)


@njit(cache=True)
def _take_slot(book: BookArrays) -> int:
    """A free slot: the one freed last, which is still in cache, else the next unused one."""
    state = book.state[0]
    state["live_orders"] += 1
    slot = state["free_head"]
    if slot == NIL:
        slot = state["used_slots"]
        state["used_slots"] = slot + 1
    else:
        state["free_head"] = book.orders[slot]["next"]
    return int(slot)


@njit(cache=True)
def _worsen_best(book: BookArrays, row: int) -> None:
    """Move the best price of a side away from the middle to the next level that holds an order."""
    state = book.state[0]
    origin, levels = state["origin_ticks"], book.levels.shape[1]
    if row == BID:
        best = state["best_bid"] - origin
        while best >= 0 and book.levels[row, best]["head"] == NIL:
            best -= 1
        state["best_bid"] = origin + best
    else:
        best = state["best_ask"] - origin
        while best < levels and book.levels[row, best]["head"] == NIL:
            best += 1
        state["best_ask"] = origin + best


@njit(cache=True)
def _cancel(book: BookArrays, order_id: int, events: RecordArray, count: int) -> int:
    """Take an order out by id; an id that is not in the book is an UNKNOWN event."""
    slot = book.slot_of[order_id] if 0 <= order_id < len(book.slot_of) else NIL
    if slot == NIL:
        return _write(events, count, EventKind.UNKNOWN, 0, 0, 0, order_id)
    order = book.orders[slot]
    count = _write(
        events, count, EventKind.CANCELLED, order["side"], order["quantity"], order["price_ticks"], order_id
    )
    _remove(book, slot)
    return count


@njit(cache=True)
def _write(
    events: RecordArray, count: int, kind: int, side: int, quantity: int, price_ticks: int, order_id: int
) -> int:
    """Write one event and return the next count."""
    event = events[count]
    event["kind"] = kind
    event["side"] = side
    event["quantity"] = quantity
    event["price_ticks"] = price_ticks
    event["order_id"] = order_id
    if kind != EventKind.TRADE:
        event["maker_id"] = NIL
        event["maker_owner"] = 0
    return count + 1
