"""How the queue-reactive flow answers a mid-price move: the reference steps, the book is redrawn."""

from __future__ import annotations

from execution.book.compiled import compiled, inlined
from execution.book.layout import NO_SLOT, BookArrays, Record
from execution.market.flows.background import BACKGROUND, THINNED, write_cancel, write_limit
from execution.market.flows.queue_law import QueueReactiveParameters
from execution.random_stream import Stream, uniform

_TRIES = 100  # to draw a side that is not empty


@inlined
def queue_ticks(state: Record, side: int, queue: int) -> int:
    """Price of the queue-th queue of a side, 0 the first."""
    return int(state["below_ticks"] - queue if side > 0 else state["below_ticks"] + 1 + queue)


@inlined
def queue_volume(book: BookArrays, side: int, price_ticks: int) -> int:
    """What rests at a price on a side [lots]; 0 beyond the ladder."""
    index = price_ticks - book.state[0]["origin_ticks"]
    if not 0 <= index < book.state[0]["span"] or book.levels[index]["orders"] == 0:
        return 0
    if book.orders[book.levels[index]["head"]]["side"] != side:
        return 0
    return int(book.levels[index]["volume"])


@compiled
def plan_move(book: BookArrays, state: Record, parameters: QueueReactiveParameters, stream: Stream) -> None:
    """Answer a mid-price move: choose whether the reference follows and what the book shall become."""
    whole = state["repairing"] > 1
    move = state["mid_move"]
    state["mid_move"] = state["repairing"] = 0
    if not whole:
        if uniform(stream) >= parameters.theta:
            return
        state["below_ticks"] += move
        whole = uniform(stream) < parameters.theta_reinit
    state["repairing"] = 1
    last = parameters.cumulative.shape[0] - 1
    for side in (1, -1):
        row = 0 if side > 0 else 1
        for queue in range(last + 1):
            state["target"][row, queue] = -1
        if whole:
            _draw_side(state, parameters, stream, row)
        elif side * move < 0:
            state["target"][row, last] = _draw_length(parameters, stream, last)
            _fill_if_empty(book, state, side, row, last)


@compiled
def draw_repair(book: BookArrays, state: Record, parameters: QueueReactiveParameters, message: Record) -> int:
    """The next message on the way to the targets; THINNED, and done, when there is none left."""
    queues = parameters.cumulative.shape[0]
    for side in (1, -1):
        for queue in range(-2, queues + 2):
            if not 0 <= queue < queues:
                slot = _last_slot(book, side, queue_ticks(state, side, queue))
                if slot != NO_SLOT:
                    return write_cancel(book, message, slot)
    for side in (1, -1):
        for queue in range(queues):
            target = state["target"][0 if side > 0 else 1, queue]
            if target >= 0:
                returned = _towards(book, state, parameters, message, side, queue, target)
                if returned != THINNED:
                    return returned
    state["repairing"] = 0
    return THINNED


@compiled
def _towards(
    book: BookArrays,
    state: Record,
    parameters: QueueReactiveParameters,
    message: Record,
    side: int,
    queue: int,
    target: int,
) -> int:
    """A message that brings a queue's background orders nearer to a target; THINNED when it is reached.

    What is there is kept in the order of its priority: the youngest are cancelled, new ones join the back.
    """
    price, size = queue_ticks(state, side, queue), parameters.event_size[queue]
    missing = target * size - _background_volume(book, side, price)
    if missing > 0:
        row = 0 if side > 0 else 1
        if missing <= size:
            state["target"][row, queue] = -1
        return write_limit(message, side, min(missing, size), price)
    slot = _last_slot(book, side, price)
    if slot != NO_SLOT and book.orders[slot]["quantity"] <= -missing:
        return write_cancel(book, message, slot)
    state["target"][0 if side > 0 else 1, queue] = -1
    return THINNED


@compiled
def _last_slot(book: BookArrays, side: int, price_ticks: int) -> int:
    """The youngest background order at a price of a side; NO_SLOT when there is none."""
    index = price_ticks - book.state[0]["origin_ticks"]
    if not 0 <= index < book.state[0]["span"]:
        return NO_SLOT
    slot = int(book.levels[index]["tail"])
    while slot != NO_SLOT:
        if book.orders[slot]["owner"] == BACKGROUND and book.orders[slot]["side"] == side:
            return slot
        slot = int(book.orders[slot]["prev"])
    return NO_SLOT


@compiled
def _background_volume(book: BookArrays, side: int, price_ticks: int) -> int:
    """What the background's orders amount to at a price of a side [lots]."""
    volume = 0
    slot = _last_slot(book, side, price_ticks)
    while slot != NO_SLOT:
        if book.orders[slot]["owner"] == BACKGROUND:
            volume += book.orders[slot]["quantity"]
        slot = int(book.orders[slot]["prev"])
    return volume


@compiled
def _draw_side(state: Record, parameters: QueueReactiveParameters, stream: Stream, row: int) -> None:
    """Draw all queues of a side from their stationary law, given that not all are empty."""
    for _ in range(_TRIES):
        total = 0
        for queue in range(parameters.cumulative.shape[0]):
            state["target"][row, queue] = _draw_length(parameters, stream, queue)
            total += state["target"][row, queue]
        if total > 0:
            return
    state["target"][row, parameters.cumulative.shape[0] - 1] = 1


@compiled
def _draw_length(parameters: QueueReactiveParameters, stream: Stream, queue: int) -> int:
    """Draw a queue's length [event sizes] from its stationary law."""
    u = uniform(stream)
    for length in range(parameters.cumulative.shape[1] - 1):
        if u < parameters.cumulative[queue, length]:
            return length
    return int(parameters.cumulative.shape[1] - 1)


@compiled
def _fill_if_empty(book: BookArrays, state: Record, side: int, row: int, last: int) -> None:
    """Let the farthest queue be one event size at least when the others of its side are empty."""
    for queue in range(last):
        if queue_volume(book, side, queue_ticks(state, side, queue)) > 0:
            return
    state["target"][row, last] = max(state["target"][row, last], 1)
