"""Mutually exciting flow: limit orders, cancels and trades of both sides set one another off.

Limit, cancel and market orders of both sides as one Hawkes process: Abergel and Jedidi (2015), 'Long-time
behavior of a Hawkes process-based limit order book'; Bacry, Jaisson and Muzy (2016), 'Estimation of slowly
decreasing Hawkes kernels: application to high-frequency order book dynamics'. Whatever happens in the book
excites the flow, its own events and everybody else's alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled
from execution.book.layout import NO_SLOT, BookArrays, EventKind, Record, RecordArray
from execution.market.flows.alias_table import AliasTable, alias_table, draw_index
from execution.market.flows.background import (
    BACKGROUND,
    THINNED,
    best_ticks,
    draw_geometric,
    draw_live_slot,
    draw_slot_at,
    has_ask,
    has_bid,
    log_one_minus,
    remember_best,
    write_cancel,
    write_limit,
    write_market,
)
from execution.market.flows.hawkes_process import (
    Hawkes,
    HawkesParameters,
    decay_excitation,
    draw_type,
    excite,
    next_arrival,
)
from execution.random_stream import Stream, exponential, uniform

FloatArray = npt.NDArray[np.float64]

MAX_SCALES = 4
NEVER_NS = 2**62
_NO_TYPE = -1
_TRIES = 64  # to find an order behind the touch among all live ones
_CANCEL_CAP = 2.0  # of how much a full book speeds its cancels up


class HawkesEvent(IntEnum):
    """What can happen on the bid side; _ASK_SIDE added, on the ask side. TRADE: by a market order that buys.

    TOUCH: at the best price of its side or inside the spread. BEHIND: the rest.
    """

    LIMIT_TOUCH = 0
    LIMIT_BEHIND = 1
    CANCEL_TOUCH = 2
    CANCEL_BEHIND = 3
    TRADE = 4


ASK_SIDE = len(HawkesEvent)  # offset of the same event of a sell order, or of a market order that sells
EVENT_TYPES = 2 * ASK_SIDE

HAWKES_STATE = np.dtype(
    [
        ("clock_ns", "i8"),  # the present, set by whoever runs the flow
        ("excited_ns", "i8"),  # when `excitation` was as it is
        ("last_bid", "i8"),  # best prices [ticks] before the message under way, or as last seen
        ("last_ask", "i8"),
        ("scale_total", "f8", (MAX_SCALES,)),  # room to work
        ("excitation", "f8", (MAX_SCALES, EVENT_TYPES)),  # [1/s]
    ]
)


class HawkesFlowParameters(NamedTuple):
    """What the compiled flow reads: see HawkesFlow, from whom they come."""

    process: HawkesParameters
    weight: FloatArray  # bound of each type's intensity relative to the process's
    cancels_per_order: float  # relative speed of cancels per live order; 0 lets them be
    improve_share: float
    improve_fraction: float
    usual_spread: int
    distance: AliasTable
    log_one_minus_limit: float
    log_one_minus_market: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HawkesFlow:
    """A Hawkes process over the types of HawkesEvent, bid side first, and how its orders look.

    improve_share: part of touch orders that enter a spread wider than one tick; improve_fraction: by how much
    of the room in it, on average but for the cut at the opposite price, exponentially. behind_weights: law of
    the distance 1, 2, ... ticks behind the own best price, shape (distance,). usual_spread: [ticks]; where
    the spread is more than twice as wide, or a side is empty, a touch order goes to that distance from the
    opposite best price. limit_size, market_size: mean of the geometric sizes [lots]. target_orders: live
    orders, both sides together, at which cancels run at the process's intensity; they run in proportion to
    live orders, up to twice as fast, which holds the book's size. None lets the process alone decide; the
    book then grows or empties unless its rates balance.

    Raises ValueError when a number is out of range, or the process is not of ten types and four scales or
    fewer.
    """

    process: Hawkes
    improve_share: float
    behind_weights: FloatArray
    usual_spread: float = 1.0
    improve_fraction: float = 0.5
    limit_size: float = 1.0
    market_size: float = 1.0
    target_orders: float | None = None

    def __post_init__(self) -> None:
        if len(self.process.baseline) != EVENT_TYPES or len(self.process.decay) > MAX_SCALES:
            raise ValueError(
                f"the process has {len(self.process.baseline)} types and {len(self.process.decay)} scales, "
                f"expected {EVENT_TYPES} types and up to {MAX_SCALES} scales"
            )
        for name in ("improve_share", "improve_fraction"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected a number from 0 to 1")
        for name in ("usual_spread", "limit_size", "market_size"):
            if not 1.0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is {getattr(self, name)}, expected a finite number from 1 on")
        if self.target_orders is not None and not 0.0 < self.target_orders < math.inf:
            raise ValueError(f"target_orders is {self.target_orders}, expected a positive number")
        alias_table(self.behind_weights)

    def parameters(self) -> HawkesFlowParameters:
        """What the compiled flow reads."""
        weight = np.ones(EVENT_TYPES)
        if self.target_orders is not None:
            for event in (HawkesEvent.CANCEL_TOUCH, HawkesEvent.CANCEL_BEHIND):
                weight[[event, ASK_SIDE + event]] = _CANCEL_CAP
        return HawkesFlowParameters(
            process=self.process.parameters(),
            weight=weight,
            cancels_per_order=0.0 if self.target_orders is None else 1.0 / self.target_orders,
            improve_share=float(self.improve_share),
            improve_fraction=float(self.improve_fraction),
            usual_spread=round(self.usual_spread),
            distance=alias_table(self.behind_weights),
            log_one_minus_limit=log_one_minus(self.limit_size),
            log_one_minus_market=log_one_minus(self.market_size),
        )


def hawkes_state(*, start_ns: int, bid_ticks: int, ask_ticks: int) -> RecordArray:
    """The flow's state at the start with no past events, shape (1,); prices stand in for empty sides."""
    if bid_ticks >= ask_ticks:
        raise ValueError(f"bid_ticks is {bid_ticks}, expected less than ask_ticks, {ask_ticks}")
    state = np.zeros(1, HAWKES_STATE)
    state["clock_ns"] = state["excited_ns"] = start_ns
    state["last_bid"], state["last_ask"] = bid_ticks, ask_ticks
    return state


@compiled
def next_time(book: BookArrays, state: Record, parameters: HawkesFlowParameters, stream: Stream) -> int:
    """Draw the time [ns] of the next event; NEVER_NS when none will come."""
    _fade(state, parameters)
    seconds = next_arrival(
        state["excitation"], parameters.process, parameters.weight, state["scale_total"], stream
    )
    if not seconds < 1e9:
        return NEVER_NS
    return int(state["clock_ns"] + 1 + np.int64(1e9 * seconds))


@compiled
def draw(
    book: BookArrays, state: Record, parameters: HawkesFlowParameters, stream: Stream, message: Record
) -> int:
    """Draw which event happens now and fill its message; see flows.background for what is returned."""
    _fade(state, parameters)
    kind = draw_type(state["excitation"], parameters.process, parameters.weight, stream)
    side = 1 if kind < ASK_SIDE else -1
    event = kind if side > 0 else kind - ASK_SIDE
    if event == HawkesEvent.LIMIT_TOUCH or event == HawkesEvent.LIMIT_BEHIND:
        price = _limit_ticks(book, state, parameters, stream, side, event)
        return write_limit(message, side, draw_geometric(parameters.log_one_minus_limit, stream), price)
    if event == HawkesEvent.TRADE:
        if not (has_ask(book) if side > 0 else has_bid(book)):
            return THINNED
        return write_market(message, side, draw_geometric(parameters.log_one_minus_market, stream))
    if parameters.cancels_per_order > 0.0:
        speed = parameters.cancels_per_order * book.state[0]["live_orders"]
        if uniform(stream) * parameters.weight[kind] >= speed:
            return THINNED
    return write_cancel(book, message, _cancel_slot(book, state, stream, side, event))


@compiled
def observe(
    book: BookArrays, state: Record, parameters: HawkesFlowParameters, events: RecordArray, count: int
) -> None:
    """Let what a message did, anybody's, excite the flow."""
    kind = _kind_of(state, events, count)
    if kind != _NO_TYPE:
        _fade(state, parameters)
        excite(state["excitation"], parameters.process.jump, kind)
    remember_best(book, state)


@compiled
def _fade(state: Record, parameters: HawkesFlowParameters) -> None:
    """Bring the excitation to the present."""
    seconds = 1e-9 * (state["clock_ns"] - state["excited_ns"])
    decay_excitation(state["excitation"], parameters.process.decay, seconds)
    state["excited_ns"] = state["clock_ns"]


@compiled
def _kind_of(state: Record, events: RecordArray, count: int) -> int:
    """The type of what a message did by the prices before it; _NO_TYPE when it is none."""
    for i in range(count):
        kind, side = events[i]["kind"], events[i]["side"]
        offset = 0 if side > 0 else ASK_SIDE
        if kind == EventKind.TRADE:
            return int(offset + HawkesEvent.TRADE)
        if kind == EventKind.RESTED or kind == EventKind.CANCELLED:
            best = state["last_bid"] if side > 0 else state["last_ask"]
            behind = side * (events[i]["price_ticks"] - best) < 0
            first = HawkesEvent.LIMIT_TOUCH if kind == EventKind.RESTED else HawkesEvent.CANCEL_TOUCH
            return int(offset + first + behind)
    return _NO_TYPE


@compiled
def _limit_ticks(
    book: BookArrays,
    state: Record,
    parameters: HawkesFlowParameters,
    stream: Stream,
    side: int,
    event: int,
) -> int:
    """Price of a limit order, at the touch or behind; it never trades."""
    best, opposite = best_ticks(book, state, side), best_ticks(book, state, -side)
    best = min(best, opposite - 1) if side > 0 else max(best, opposite + 1)
    if event == HawkesEvent.LIMIT_BEHIND:
        return best - side * (1 + draw_index(parameters.distance, stream))
    room = side * (opposite - best) - 1
    empty = not (has_bid(book) if side > 0 else has_ask(book))
    if empty or room >= 2 * parameters.usual_spread:
        return opposite - side * parameters.usual_spread
    if room < 1 or uniform(stream) >= parameters.improve_share:
        return best
    ticks = 1 + int(exponential(stream) * parameters.improve_fraction * room)
    return best + side * min(room, ticks)


@compiled
def _cancel_slot(book: BookArrays, state: Record, stream: Stream, side: int, event: int) -> int:
    """The slot of a background order at the touch or behind, each equally likely; NO_SLOT when none is."""
    best = best_ticks(book, state, side)
    if event == HawkesEvent.CANCEL_TOUCH:
        return draw_slot_at(book, side, best, stream)
    for _ in range(_TRIES):
        slot = draw_live_slot(book, stream)
        if slot == NO_SLOT:
            return NO_SLOT
        order = book.orders[slot]
        if order["side"] == side and order["price_ticks"] != best and order["owner"] == BACKGROUND:
            return slot
    return NO_SLOT
