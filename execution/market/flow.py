"""Background order flow around a drifting reference price, compiled.

Zero-intelligence flow after Smith, Farmer, Gillemot and Krishnamurthy (2003) and Cont, Stoikov and Talreja
(2010): limit orders arrive at Poisson rates that fall by a power law with the distance from the touch, each
resting order is cancelled at a rate, market orders arrive at a rate. Distances are counted from a reference
price instead of the opposite best: a Gaussian random walk of news, and what trades displace in a latent book
(execution.market.reference). Orders that the reference has passed are stale: withdrawn fast, or taken by
informed traders.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled, inlined, int64, internal
from execution.book.kernel import apply
from execution.book.layout import (
    MAX_QUANTITY,
    NO_ASK,
    NO_BID,
    NO_SLOT,
    BookArrays,
    EventKind,
    MessageKind,
    Record,
    RecordArray,
)
from execution.book.plain import apply_plain
from execution.market.reference import REFERENCE_FIELDS, fade, feel_trade
from execution.market.regime import NEWS_NS, FlowParameters
from execution.random_stream import Stream, exponential, normal, uniform

FloatArray = npt.NDArray[np.float64]

OWN = 1  # owner of the orders that an agent entered; the flow's own have 0
COUNT_ALL = int64(-1)  # picks no stale order
DONE, OWN_FILL, REFUSED = 0, 1, 2

FLOW_STATE = np.dtype(
    [
        ("clock_ns", "i8"),  # of the event under way
        ("news_ns", "i8"),  # when the fundamental moves next
        ("news_ticks", "f8"),  # how far news alone have moved it since the start
        ("next_event_ns", "i8"),
        ("slots", "i8"),  # order slots and stale orders that the next event's rate was drawn for
        ("stale_orders", "i8"),
        ("pending", "i8"),  # 1 while a message was drawn and not yet applied
        ("expected_sign", "f8"),  # of the market order under way, as the market saw it coming
        *REFERENCE_FIELDS,
        ("traded_volume", "i8"),
        ("signed_volume", "i8"),  # what buyers began less what sellers began
        ("orders_sent", "i8"),  # they are numbered from 0; an agent's ids lie below
        ("last_bid", "i8"),
        ("last_ask", "i8"),
    ]
)


@compiled
def run_until(
    book: BookArrays,
    flow: RecordArray,
    parameters: FlowParameters,
    until_ns: int,
    rng: Stream,
    news: Stream,
    news_weights: FloatArray,
    message: RecordArray,
    events: RecordArray,
    whole: bool | None,
) -> tuple[int, int, int]:
    """Run the flow up to `until_ns`; return DONE, OWN_FILL or REFUSED, the event count, the book's refusal.

    news: streams, shape (source, 4), whose normal numbers by news_weights, shape (source,), drive the
    fundamental alone, so that its path is the same whatever an agent does in the book.
    OWN_FILL stops after a message that traded with the agent: its events are in `events`. REFUSED stops with
    the message kept: call again when the book has room. whole: None in a plain book (execution.book.plain),
    where the whole kernel need not be compiled; else True. Steps of any length give the same flow.
    """
    state = flow[0]
    while state["pending"] or state["next_event_ns"] <= until_ns:
        if not state["pending"]:
            _advance_reference(state, parameters, news, news_weights)
            state["pending"] = _draw(book, state, parameters, rng, message[0])
        count = 0
        if state["pending"]:
            # For a literal None numba drops the other branch, and so need not compile the whole kernel.
            if whole is None:
                count = _apply_plain(book, message[0], events, int64(0))
            else:
                count = apply(book, message[0], events, int64(0))
            if count < 0:
                return REFUSED, 0, count
            state["pending"] = 0
        own = settle(book, state, events, count)
        schedule_next(book, state, parameters, rng)
        if own:
            return OWN_FILL, count, 0
    return DONE, 0, 0


@internal
def _apply_plain(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    return apply_plain(book, message, events, count)


@compiled
def settle(book: BookArrays, state: Record, events: RecordArray, count: int) -> bool:
    """Let the reference feel the trades among `events`; return whether an order of the agent was hit.

    Background trades move it by their surprise, the sign less its expectation (Madhavan, Richardson and
    Roomans 1997), so that informed trades do not move it again to where it already is; the agent's in full.
    """
    own = False
    for i in range(count):
        if events[i]["kind"] == EventKind.TRADE:
            surprise = events[i]["quantity"] * (events[i]["side"] - state["expected_sign"])
            state["traded_volume"] += events[i]["quantity"]
            state["signed_volume"] += events[i]["quantity"] * events[i]["side"]
            feel_trade(state, surprise)
            # The agent's ids lie below 0: a taker with one is its stop, woken by this message.
            own |= events[i]["maker_owner"] == OWN or events[i]["order_id"] < 0
    state["expected_sign"] = 0.0
    best = book.state[0]
    if best["best_bid"] != NO_BID:
        state["last_bid"] = best["best_bid"]
    if best["best_ask"] != NO_ASK:
        state["last_ask"] = best["best_ask"]
    return own


@compiled
def schedule_next(book: BookArrays, state: Record, parameters: FlowParameters, rng: Stream) -> None:
    """Draw the time of the next event from the rates as they are now."""
    reference = state["fundamental_ticks"] + state["transient_ticks"]
    state["slots"] = book.state[0]["used_slots"]
    state["stale_orders"] = _stale_orders(book, reference, parameters, COUNT_ALL)
    state["next_event_ns"] += 1 + np.int64(1e9 * exponential(rng) / _total_rate(state, parameters))


@inlined
def _total_rate(state: Record, parameters: FlowParameters) -> float:
    """Rate of all events together [1/s]."""
    cancels = parameters.cancel_rate * state["slots"] + parameters.stale_rate * state["stale_orders"]
    return float(parameters.limit_rate + parameters.market_rate + cancels)


@inlined
def _advance_reference(
    state: Record, parameters: FlowParameters, news: Stream, news_weights: FloatArray
) -> None:
    """Let news and forgetting move the reference up to the next event."""
    deviation = parameters.volatility * math.sqrt(1e-9 * NEWS_NS)
    while state["news_ns"] <= state["next_event_ns"]:
        shock = 0.0
        for source in range(len(news_weights)):
            shock += news_weights[source] * normal(news[source])
        move = deviation * shock
        state["news_ticks"] += move
        state["fundamental_ticks"] += move
        state["news_ns"] += NEWS_NS
        fade(state)
    state["clock_ns"] = state["next_event_ns"]


@internal
def _draw(
    book: BookArrays,
    state: Record,
    parameters: FlowParameters,
    rng: Stream,
    message: Record,
) -> int:
    """Draw which event happens and write its message; return 0 when nothing does (thinning)."""
    reference = state["fundamental_ticks"] + state["transient_ticks"]
    message["owner"] = 0
    u = _total_rate(state, parameters) * uniform(rng) - parameters.limit_rate
    if u < 0.0:
        _draw_limit(book, reference, parameters, rng, message)
        _number(state, message)
        return 1
    u -= parameters.market_rate
    if u < 0.0:
        state["expected_sign"] = _draw_market(book, reference, parameters, rng, message)
        _number(state, message)
        return 1
    u -= parameters.cancel_rate * state["slots"]
    if u < 0.0:
        slot = int(state["slots"] * uniform(rng))
    else:
        slot = _stale_orders(book, reference, parameters, int64(state["stale_orders"] * uniform(rng)))
    return _cancel(book, slot, message)


@internal
def _draw_limit(
    book: BookArrays,
    reference: float,
    parameters: FlowParameters,
    rng: Stream,
    message: Record,
) -> None:
    """A limit order behind the touch that the reference implies; it joins the book and never takes."""
    side = 1 if uniform(rng) < 0.5 else -1
    last = len(parameters.offset_probability) - 1
    offset = min(last, int(np.searchsorted(parameters.offset_probability, uniform(rng))))
    if side > 0:
        price = math.floor(reference - parameters.half_spread + 0.5) - offset
        price = min(price, book.state[0]["best_ask"] - 1)
    else:
        price = math.ceil(reference + parameters.half_spread - 0.5) + offset
        price = max(price, book.state[0]["best_bid"] + 1)
    message["kind"] = MessageKind.LIMIT
    message["side"] = side
    message["quantity"] = _draw_size(parameters.log_one_minus_limit, rng)
    message["price_ticks"] = price


@internal
def _draw_market(
    book: BookArrays,
    reference: float,
    parameters: FlowParameters,
    rng: Stream,
    message: Record,
) -> float:
    """A market order of random sign unless informed of a stale quote; return its expected sign."""
    buy = 0.5
    if reference >= book.state[0]["best_ask"]:
        buy += 0.5 * parameters.informed_share
    elif reference <= book.state[0]["best_bid"]:
        buy -= 0.5 * parameters.informed_share
    message["kind"] = MessageKind.MARKET
    message["side"] = 1 if uniform(rng) < buy else -1
    message["quantity"] = _draw_size(parameters.log_one_minus_market, rng)
    return 2.0 * buy - 1.0


@inlined
def _cancel(book: BookArrays, slot: int, message: Record) -> int:
    """Cancel the order in a slot, unless the slot is free or the order is the agent's."""
    if book.orders[slot]["quantity"] == 0 or book.orders[slot]["owner"] == OWN:
        return 0
    message["kind"] = MessageKind.CANCEL
    message["order_id"] = book.orders[slot]["order_id"]
    return 1


@internal
def _stale_orders(book: BookArrays, reference: float, parameters: FlowParameters, pick: int) -> int:
    """Count the background orders priced through the quotes that the reference implies.

    With `pick` from 0 on: the slot of the pick-th of them, best bid first, or NO_SLOT when there are fewer.
    """
    gap = parameters.half_spread - 0.5 - parameters.stale_tolerance
    state, found = book.state[0], 0
    for side in (1, -1):
        price = state["best_bid"] if side > 0 else state["best_ask"]
        while 0 <= price - state["origin_ticks"] < state["span"]:
            if side * (price - reference) + gap <= 0.0:
                break
            slot = book.levels[price - state["origin_ticks"]]["head"]
            while slot != NO_SLOT:
                if book.orders[slot]["owner"] != OWN:
                    if found == pick:
                        return int(slot)
                    found += 1
                slot = book.orders[slot]["next"]
            price -= side
    return found if pick == COUNT_ALL else NO_SLOT


@inlined
def _number(state: Record, message: Record) -> None:
    """Give a new order the flow's next id."""
    message["order_id"] = state["orders_sent"]
    state["orders_sent"] += 1


@internal
def _draw_size(log_one_minus: float, rng: Stream) -> int:
    """A geometric size on 1, 2, ... by inversion."""
    return min(MAX_QUANTITY, 1 + int(math.log1p(-uniform(rng)) / log_one_minus))
