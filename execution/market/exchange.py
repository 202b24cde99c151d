"""A message at the exchange: applied to the book, booked to both owners, felt by the price, compiled."""

from __future__ import annotations

import numpy as np

from execution.book.core import cancel_slot, enter_immediate_or_cancel, enter_limit, enter_market
from execution.book.layout import NO_ASK, NO_BID, NO_SLOT, BookArrays, EventKind, SelfTrade
from execution.market.compiled import inner
from execution.market.layout import (
    FILLS,
    FIRST_PARTICIPANT,
    HANDLE_MASK,
    NO_HANDLE,
    OWN,
    Action,
    ParticipantKind,
    Record,
    RecordArray,
)
from execution.market.participants.noise import forget
from execution.market.world import fills_at, handles_of, participant_at


@inner
def apply_ticket(
    book: BookArrays, ticket: Record, handles: RecordArray, owner: int, events: RecordArray
) -> int:
    """Apply a participant's message; return how many events were written, or the book's Refusal."""
    action, side, order_id = ticket["action"], ticket["side"], ticket["order_id"]
    if action == Action.CANCEL:
        return _cancel(book, handles[ticket["handle"]], events)
    allow = SelfTrade.ALLOW.value
    if action == Action.MARKET:
        return enter_market(book, side, ticket["quantity"], owner, order_id, allow, events, 0)
    price = ticket["price_ticks"]
    if action == Action.TAKE:
        return enter_immediate_or_cancel(
            book, side, ticket["quantity"], price, owner, order_id, allow, events, 0
        )
    if action == Action.SLIDE:
        price = uncrossed(book, side, price)
    slot, count = enter_limit(book, side, ticket["quantity"], price, owner, order_id, allow, events, 0)
    if count >= 0 and ticket["handle"] != NO_HANDLE:
        handle = handles[ticket["handle"]]
        handle["slot"] = slot
        handle["rested_id"] = order_id
    return count


@inner
def uncrossed(book: BookArrays, side: int, price_ticks: int) -> int:
    """The price itself where it does not trade, else the one next to the opposite best."""
    state = book.state[0]
    if side > 0:
        return min(price_ticks, int(state["best_ask"]) - 1)
    return max(price_ticks, int(state["best_bid"]) + 1)


@inner
def _cancel(book: BookArrays, handle: Record, events: RecordArray) -> int:
    """Cancel the order that last rested behind a handle; nothing happens where it rests no longer."""
    slot = handle["slot"]
    if slot == NO_SLOT:
        return 0
    order = book.orders[slot]
    if order["quantity"] == 0 or order["order_id"] != handle["rested_id"]:
        return 0
    handle["slot"] = NO_SLOT
    return cancel_slot(book, np.uint32(slot), events, 0)


@inner
def book_trades(
    world: Record,
    venue: Record,
    instrument: Record,
    taker: int,
    order_id: int,
    events: RecordArray,
    count: int,
    now_ns: int,
) -> tuple[int, int, bool]:
    """Book the trades among `events` to maker and taker; return signed lots, OWN's that rested, and its hits.

    order_id: of the taker's message. A trade of another taker is a woken stop's, which OWN alone has; it is
    a hit of OWN's as well.
    """
    signed, rested, own = 0, 0, False
    for i in range(count):
        event = events[i]
        if event["kind"] != EventKind.TRADE:
            if event["kind"] == EventKind.EXPIRED:
                venue["expired"] += event["quantity"]
            continue
        quantity, price = event["quantity"], event["price_ticks"]
        bought = event["side"] * quantity
        signed += bought
        venue["traded"] += quantity
        venue["signed"] += bought
        instrument["traded"] += quantity
        maker = event["maker_owner"]
        own |= maker == OWN or event["order_id"] != order_id
        rested -= bought if maker == OWN else 0
        if taker >= FIRST_PARTICIPANT and event["order_id"] == order_id:
            _book(world, taker, bought, price, venue["taker_fee"], order_id, now_ns)
        if maker >= FIRST_PARTICIPANT:
            maker_id = event["maker_id"]
            _book(world, maker, -bought, price, venue["maker_fee"], maker_id, now_ns)
    return signed, rested, own


@inner
def _book(
    world: Record,
    owner: int,
    bought: int,
    price: int,
    fee: float,
    order_id: int,
    now_ns: int,
) -> None:
    """Change a participant's account and let the report of it leave the exchange."""
    at = owner - FIRST_PARTICIPANT
    me, fills = participant_at(world, at), fills_at(world, at)
    me["position"] += bought
    me["traded"] += abs(bought)
    me["cash"] -= bought * price + abs(bought) * fee
    if me["fills_next"] - me["fills_first"] == FILLS:
        me["overruns"] += 1
        _notice(me, handles_of(world), fills[me["fills_first"] & (FILLS - 1)])
    report = fills[me["fills_next"] & (FILLS - 1)]
    report["ts_ns"] = now_ns
    report["quantity"] = bought
    report["price_ticks"] = price
    report["order_id"] = order_id
    me["fills_next"] += 1


@inner
def read_fills(me: Record, handles: RecordArray, fills: RecordArray) -> None:
    """Let a participant take notice of its fills up to what it has seen."""
    while me["fills_first"] < me["fills_next"]:
        report = fills[me["fills_first"] & (FILLS - 1)]
        if report["ts_ns"] > me["seen_ns"]:
            return
        _notice(me, handles, report)
    me["fills_first"] = me["fills_next"] = 0


@inner
def _notice(me: Record, handles: RecordArray, report: Record) -> None:
    me["fills_first"] += 1
    me["inventory"] += report["quantity"]
    row = report["order_id"] & HANDLE_MASK
    if row != NO_HANDLE and handles[row]["sent_id"] == report["order_id"]:
        handle = handles[row]
        handle["believed"] -= abs(report["quantity"])
        if handle["believed"] == 0 and me["kind"] == ParticipantKind.NOISE:
            forget(me, handles, row)


@inner
def meets_nobody(book: BookArrays, ticket: Record) -> bool:
    """Whether a marketable message arrives where the other side is empty."""
    if ticket["action"] != Action.MARKET and ticket["action"] != Action.TAKE:
        return False
    state = book.state[0]
    return bool(state["best_ask"] == NO_ASK if ticket["side"] > 0 else state["best_bid"] == NO_BID)
