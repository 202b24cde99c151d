"""Queue-reactive flow: every queue's rates depend on its own length.

Huang, Lehalle and Rosenbaum (2015), 'Simulating and analyzing order book data: the queue-reactive model',
arXiv 1312.0563. K queues a side stand i - 1/2 ticks from a reference price; limit orders, cancels and market
orders come to each at rates of its length in average event sizes (model I), which may depend on the opposite
best queue and on whether the queue before is empty too (models IIb and IIa). When the mid-price moves and
leaves a first queue empty, the reference follows by a tick with probability theta, and then with probability
theta_reinit the whole book is drawn anew from its stationary law.
"""

from __future__ import annotations

import numpy as np

from execution.book.compiled import compiled, inlined
from execution.book.layout import BookArrays, Record, RecordArray
from execution.market.flows.background import (
    THINNED,
    draw_slot_at,
    has_ask,
    has_bid,
    remember_best,
    write_cancel,
    write_limit,
    write_market,
)
from execution.market.flows.queue_law import (
    LIMIT,
    MARKET,
    MAX_QUEUES,
    QueueReactive,
    QueueReactiveParameters,
)
from execution.market.flows.queue_redraw import draw_repair, plan_move, queue_ticks, queue_volume
from execution.random_stream import Stream, exponential, uniform

__all__ = [
    "QUEUE_REACTIVE_STATE",
    "QueueReactive",
    "QueueReactiveParameters",
    "draw",
    "next_time",
    "observe",
    "queue_reactive_state",
]

NEVER_NS = 2**62

QUEUE_REACTIVE_STATE = np.dtype(
    [
        ("clock_ns", "i8"),  # the present, set by whoever runs the flow
        ("below_ticks", "i8"),  # the reference price is half a tick above
        ("last_bid", "i8"),  # best prices [ticks] as last seen while there were any
        ("last_ask", "i8"),
        ("mid_move", "i8"),  # sign of a mid-price move that the reference has not answered yet
        ("rate", "f8"),  # of all events, for the contexts and lengths that next_time found [1/s]
        ("context", "i8", (2, MAX_QUEUES)),
        ("length", "i8", (2, MAX_QUEUES)),
        ("repairing", "i8"),  # 1 while the book is being brought to `target`
        ("target", "i8", (2, MAX_QUEUES)),  # of each queue [event sizes], -1 where any will do; bids first
    ]
)


def queue_reactive_state(*, start_ns: int, reference_ticks: float) -> RecordArray:
    """The flow's state at the start, shape (1,), for a book that its first messages fill.

    reference_ticks: half way between two prices. ValueError when it is not.
    """
    if reference_ticks % 1.0 != 0.5:
        raise ValueError(f"reference_ticks is {reference_ticks}, expected half way between two prices")
    state = np.zeros(1, QUEUE_REACTIVE_STATE)
    below = int(reference_ticks - 0.5)
    state["clock_ns"] = start_ns
    state["below_ticks"], state["last_bid"], state["last_ask"] = below, below, below + 1
    state["target"] = -1
    state["repairing"] = 2  # the first draw chooses the targets of the whole book
    return state


@compiled
def next_time(book: BookArrays, state: Record, parameters: QueueReactiveParameters, stream: Stream) -> int:
    """Draw the time [ns] of the next event: now while the book is being redrawn."""
    if state["mid_move"] != 0 or state["repairing"] != 0:
        return int(state["clock_ns"])
    rate = 0.0
    for queue in range(parameters.total_rate.shape[0]):
        for row in range(2):
            context, length = _context(book, state, parameters, 1 - 2 * row, queue)
            state["context"][row, queue] = context
            state["length"][row, queue] = length
            rate += parameters.total_rate[queue, context, length]
    state["rate"] = rate
    if rate <= 0.0:
        return NEVER_NS
    return int(state["clock_ns"] + 1 + np.int64(1e9 * exponential(stream) / rate))


@compiled
def draw(
    book: BookArrays, state: Record, parameters: QueueReactiveParameters, stream: Stream, message: Record
) -> int:
    """Draw which event happens now and fill its message; see flows.background for what is returned.

    The queues are as `next_time` found them, which was asked after the last message.
    """
    if state["mid_move"] != 0 or state["repairing"] > 1:
        plan_move(book, state, parameters, stream)
    if state["repairing"] != 0:
        return draw_repair(book, state, parameters, message)
    left = uniform(stream) * state["rate"]
    for queue in range(parameters.total_rate.shape[0]):
        for row in range(2):
            context, length = state["context"][row, queue], state["length"][row, queue]
            total = parameters.total_rate[queue, context, length]
            if left < total:
                kind = _kind(parameters, queue, context, length, left)
                return _write(book, state, parameters, stream, message, 1 - 2 * row, queue, kind)
            left -= total
    return THINNED


@compiled
def observe(
    book: BookArrays, state: Record, parameters: QueueReactiveParameters, events: RecordArray, count: int
) -> None:
    """Note which way the mid-price moved, unless the flow itself is redrawing the book.

    A move counts when the first queue on the side that it goes to is empty: one that only fills a first queue
    again does not move the reference (section 3.1 of the paper).
    """
    before = state["last_bid"] + state["last_ask"]
    remember_best(book, state)
    after = state["last_bid"] + state["last_ask"]
    if state["repairing"] != 0:
        return
    if after > before and state["last_ask"] > state["below_ticks"] + 1:
        state["mid_move"] = 1
    elif after < before and state["last_bid"] < state["below_ticks"]:
        state["mid_move"] = -1


@inlined
def _kind(parameters: QueueReactiveParameters, queue: int, context: int, length: int, left: float) -> int:
    """Which kind of event the rest of a queue's uniform number falls on."""
    kind = 0
    while kind < MARKET and left >= parameters.rates[queue, context, length, kind]:
        left -= parameters.rates[queue, context, length, kind]
        kind += 1
    return kind


@inlined
def _context(
    book: BookArrays, state: Record, parameters: QueueReactiveParameters, side: int, queue: int
) -> tuple[int, int]:
    """Which row of the rates holds for a queue, and its length [event sizes, rounded up]."""
    length = _length(book, state, parameters, side, queue)
    if parameters.total_rate.shape[1] == 1:
        return 0, length
    if queue == 0:
        opposite = _length(book, state, parameters, -side, 0)
        context = 0
        while context < 3 and opposite > parameters.opposite_edges[context]:
            context += 1
        return context, length
    if queue == 1:
        return (1 if _length(book, state, parameters, side, 0) > 0 else 0), length
    return 0, length


@inlined
def _length(
    book: BookArrays, state: Record, parameters: QueueReactiveParameters, side: int, queue: int
) -> int:
    """Length of a queue [event sizes, rounded up], cut at what the rates know."""
    volume = queue_volume(book, side, queue_ticks(state, side, queue))
    size = parameters.event_size[queue]
    return int(min((volume + size - 1) // size, parameters.total_rate.shape[2] - 1))


@compiled
def _write(
    book: BookArrays,
    state: Record,
    parameters: QueueReactiveParameters,
    stream: Stream,
    message: Record,
    side: int,
    queue: int,
    kind: int,
) -> int:
    """Fill the message of an event of a queue; an event that would empty a side of the window is thinned."""
    price, size = queue_ticks(state, side, queue), parameters.event_size[queue]
    if kind == LIMIT:
        opposite = has_ask(book) if side > 0 else has_bid(book)
        best = book.state[0]["best_ask"] if side > 0 else book.state[0]["best_bid"]
        if opposite and side * (best - price) <= 0:
            return THINNED
        return write_limit(message, side, size, price)
    if _is_last(book, state, parameters, side, queue):
        return THINNED
    best = book.state[0]["best_bid"] if side > 0 else book.state[0]["best_ask"]
    if kind == MARKET and best == price:
        return write_market(message, -side, size)
    return write_cancel(book, message, draw_slot_at(book, side, price, stream))


@compiled
def _is_last(
    book: BookArrays, state: Record, parameters: QueueReactiveParameters, side: int, queue: int
) -> bool:
    """Whether a queue holds one event size at most and the others of its side nothing."""
    for other in range(parameters.total_rate.shape[0]):
        length = _length(book, state, parameters, side, other)
        if length > (1 if other == queue else 0):
            return False
    return True
