"""A flow that plays a recording's events in stretches, each from a book made as it was where they happened.

A bootstrap by blocks of random length (Politis and Romano 1994, 'The stationary bootstrap') of events that
are told relative to the book that they met: distance from the best price, share of the level taken, size,
wait, which earlier order a cancellation meant. A stretch ends by chance, or when the book and the recent
past, which are everybody's doing, are unlike those on the tape; then the next begins where the recording
was most like the present (Lall and Sharma 1996, 'A nearest neighbor bootstrap for resampling hydrologic
time series'), at times with both sides swapped, so that the recording's trend is not played. Before it, a
few messages at the recording's own pace make the levels as they were there, around the present mid.
"""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.book.layout import (
    MAX_QUANTITY,
    NIL,
    NO_SLOT,
    BookArrays,
    EventKind,
    MessageKind,
    Record,
    RecordArray,
)
from execution.market.flows.background import (
    THINNED,
    draw_live_slot,
    has_ask,
    has_bid,
    write_cancel,
    write_limit,
    write_market,
)
from execution.market.flows.marked_choice import choose_row
from execution.market.flows.marked_context import recall, remember, see_quotes
from execution.market.flows.marked_mend import centre_of, mend, take_off
from execution.market.flows.marked_orders import (
    best_of,
    has_level,
    is_last,
    linked_slot,
    price_behind,
    similar_slot,
    volume_at,
)
from execution.market.flows.marked_tape import RECENT, MarkedParameters, MarkKind
from execution.random_stream import Stream, below

_PRUNE_PROBES = 4
_NEARBY = 64  # rows whose waits a book that is being made takes its own from


@compiled
def next_time(book: BookArrays, state: Record, parameters: MarkedParameters, stream: Stream) -> int:
    """Draw which event comes next and when [ns]; the same answer until it has been drawn out."""
    if state["pending_ns"] == NIL:
        if state["mending"] == NIL:
            choose_row(state, parameters, stream)
            if state["mending"] != NIL:
                state["centre"] = centre_of(book, state, parameters, stream)
        row = state["row"]
        if state["mending"] != NIL:
            row = min(row + below(stream, _NEARBY), len(parameters.marks) - 1)
        else:
            state["prepared"] = parameters.marks[row]["gap"] == 0 or not parameters.touch_only
        state["pending_ns"] = state["clock_ns"] + parameters.marks[row]["wait_ns"]
    return int(max(state["pending_ns"], state["clock_ns"]))


@compiled
def draw(
    book: BookArrays, state: Record, parameters: MarkedParameters, stream: Stream, message: Record
) -> int:
    """Fill the pending event's message; see flows.background for what is returned (REDUCE as a cancel)."""
    state["resting_row"] = NIL
    if state["mending"] != NIL:
        return _mend(book, state, parameters, message)
    if state["pending_ns"] == NIL or not (has_bid(book) and has_ask(book)):
        state["pending_ns"] = state["row"] = NIL
        return THINNED
    if book.state[0]["live_orders"] > parameters.order_limit:
        return write_cancel(book, message, _far_slot(book, stream))
    mark = parameters.marks[state["row"]]
    side = mark["side"] * state["flip"]
    if not state["prepared"]:
        return _prepare(book, state, mark, side, message)
    state["pending_ns"] = NIL
    remember(state, state["clock_ns"] - state["event_ns"], side if mark["kind"] == MarkKind.TAKE else 0)
    state["event_ns"] = state["clock_ns"]
    if mark["kind"] == MarkKind.ADD:
        state["resting_row"] = state["row"]
        return write_limit(message, side, mark["quantity"], _limit_price(book, mark, side))
    if mark["kind"] == MarkKind.TAKE:
        quantity = min(_taken(book, mark, side), MAX_QUANTITY)
        return write_market(message, side, quantity) if quantity > 0 else THINNED
    return _take_out(book, state, mark, side, message)


@compiled
def _mend(book: BookArrays, state: Record, parameters: MarkedParameters, message: Record) -> int:
    """The next message that makes the book where a stretch begins; when it is made the tape goes on."""
    written = mend(book, state, parameters, message)
    if written == THINNED:
        state["mending"] = NIL
        state["prepared"] = parameters.marks[state["row"]]["gap"] == 0 or not parameters.touch_only
        recall(state, parameters, state["row"])
        return THINNED
    state["pending_ns"] = NIL
    state["mends"] += 1
    return written


@compiled
def observe(
    book: BookArrays, state: Record, parameters: MarkedParameters, events: RecordArray, count: int
) -> None:
    """Take a message's events into the context: the quotes after them."""
    if count == 0 or not (has_bid(book) and has_ask(book)):
        return
    if events[0]["kind"] == EventKind.RESTED and state["resting_row"] != NIL:
        _note_resting(state, events[0]["order_id"], events[0]["price_ticks"])
    bid, ask = best_of(book, 1), best_of(book, -1)
    see_quotes(state, parameters.scale, bid, volume_at(book, bid), ask, volume_at(book, ask))


@compiled
def _note_resting(state: Record, order_id: int, price_ticks: int) -> None:
    row = state["resting_row"]
    place = row & (RECENT - 1)
    state["recent_row"][place] = row
    state["recent_id"][place] = order_id
    state["recent_price"][place] = price_ticks
    state["resting_row"] = NIL


@compiled
def _limit_price(book: BookArrays, mark: Record, side: int) -> int:
    """Where the order goes: as far from the nearer best price as recorded, never through the other side.

    In a spread below the recorded one, or more than twice as wide, an order inside goes to the same share of
    it: that neither shuts a narrow spread nor leaves one open that the recording never had.
    """
    own, opposite = best_of(book, side), best_of(book, -side)
    price = own - side * mark["distance"]
    if mark["distance"] < 0:
        spread, recorded = abs(opposite - own), mark["opposite"] - mark["distance"]
        if spread < recorded or spread > 2 * recorded:
            price = own - side * (mark["distance"] * spread // recorded)
        elif mark["opposite"] < -mark["distance"]:
            price = opposite - side * mark["opposite"]
    return int(min(price, opposite - 1) if side > 0 else max(price, opposite + 1))


@compiled
def _taken(book: BookArrays, mark: Record, side: int) -> int:
    """Size of the aggressor's order: whole levels as recorded, then its lots or, if too many, its share.

    One level at least is left on the other side.
    """
    price, quantity = best_of(book, -side), 0
    for _ in range(mark["opposite"]):
        behind = price_behind(book, -side, price)
        if not has_level(behind):
            break
        quantity += volume_at(book, price)
        price = behind
    if mark["quantity"] == 0:
        return quantity
    resting = volume_at(book, price)
    part = mark["quantity"]
    if part >= resting:
        part = min(resting - 1, max(1, round(mark["share"] * resting)))
    return int(quantity + part)


@compiled
def _take_out(book: BookArrays, state: Record, mark: Record, side: int, message: Record) -> int:
    """Cancel or reduce the order that the mark means; THINNED when there is none or it is its side's last.

    An order that was there before the stretch stands for all that rested beside it: it loses what the
    recorded one was.
    """
    slot = linked_slot(book, state, mark["link"])
    known = slot != NO_SLOT
    if not known:
        slot = similar_slot(book, side, mark["distance"], mark["quantity"])
    if slot == NO_SLOT or is_last(book, side, slot):
        state["met_none"] += 1
        return THINNED
    written = write_cancel(book, message, slot)
    partly = mark["kind"] == MarkKind.REDUCE or not known
    if written != THINNED and partly and mark["quantity"] < book.orders[slot]["quantity"]:
        message["kind"] = MessageKind.REDUCE
        message["quantity"] = mark["quantity"]
    return written


@compiled
def _prepare(book: BookArrays, state: Record, mark: Record, side: int, message: Record) -> int:
    """Make the level behind the best one as recorded, where the recording cannot show how it came about.

    One message a call: what rests too near is taken out, and what is missing or too much at the price.
    """
    resting_side = -side if mark["kind"] == MarkKind.TAKE else side
    best = best_of(book, resting_side)
    behind, wanted = price_behind(book, resting_side, best), best - resting_side * mark["gap"]
    excess = volume_at(book, wanted) - max(1, mark["revealed"])
    written = THINNED
    if has_level(behind) and resting_side * (behind - wanted) > 0:
        written = take_off(book, behind, volume_at(book, behind), message)
    elif excess > 0:
        written = take_off(book, wanted, excess, message)
    elif excess < 0:
        return write_limit(message, resting_side, -excess, wanted)
    state["prepared"] = written == THINNED
    return written


@compiled
def _far_slot(book: BookArrays, stream: Stream) -> int:
    """Of some live orders the one farthest from the middle."""
    middle = 0.5 * (best_of(book, 1) + best_of(book, -1))
    far, distance = NO_SLOT, -1.0
    for _ in range(_PRUNE_PROBES):
        slot = draw_live_slot(book, stream)
        if slot != NO_SLOT and abs(book.orders[slot]["price_ticks"] - middle) > distance:
            far, distance = slot, abs(book.orders[slot]["price_ticks"] - middle)
    return int(far)
