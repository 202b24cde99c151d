"""One background flow and an agent in one book: the loop that runs the flow up to the agent's next fill."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled, inlined
from execution.book.layout import NO_ASK, NO_BID, BookArrays, EventKind, RecordArray
from execution.market.flows.any_flow import FlowParameters, draw, next_time, observe
from execution.market.flows.background import THINNED
from execution.market.flows.lone_flow import DUE_NS, WAITING, carry_out
from execution.random_stream import Stream

DONE, OWN_FILL, REFUSED = 0, 1, 2
OWN = 1  # owner of the agent's orders, whose ids lie below 0; the flow's are numbered from 0
# Of `control`, behind lone_flow's: lots, buyers' less sellers' lots, best prices last seen [ticks].
TRADED, SIGNED, LAST_BID, LAST_ASK = 3, 4, 5, 6
CONTROL_SIZE = 7

Control = npt.NDArray[np.int64]


@compiled
def run_against(
    book: BookArrays,
    states: RecordArray,
    parameters: FlowParameters,
    stream: Stream,
    until_ns: int,
    control: Control,
    messages: RecordArray,
    events: RecordArray,
) -> tuple[int, int, int]:
    """Run the flow up to `until_ns`; return DONE, OWN_FILL or REFUSED, the event count, the book's refusal.

    states, messages: (1,). control: (CONTROL_SIZE,), zeros but for the prices at the start. OWN_FILL stops
    after a message that traded with the agent: its events are in `events`. REFUSED stops with the message
    kept: call again when the book has room. Steps of any length give the same market.
    """
    state, message = states[0], messages[0]
    while True:
        if control[WAITING] == THINNED:
            if control[DUE_NS] == 0:
                control[DUE_NS] = next_time(book, state, parameters, stream)
            if control[DUE_NS] > until_ns:
                state["clock_ns"] = until_ns
                return DONE, 0, 0
            state["clock_ns"] = control[DUE_NS]
            control[DUE_NS] = 0
            control[WAITING] = draw(book, state, parameters, stream, message)
            if control[WAITING] == THINNED:
                continue
        count = carry_out(book, message, control, events)
        if count < 0:
            return REFUSED, 0, count
        own = _book_events(book, control, events, count)
        observe(book, state, parameters, events, count)
        if own:
            return OWN_FILL, count, 0


@compiled
def show_own(
    book: BookArrays,
    states: RecordArray,
    parameters: FlowParameters,
    control: Control,
    events: RecordArray,
) -> None:
    """Show the flow the events of the agent's own message; what comes next is drawn anew from there."""
    _book_events(book, control, events, len(events))
    observe(book, states[0], parameters, events, len(events))
    control[DUE_NS] = 0


@inlined
def _book_events(book: BookArrays, control: Control, events: RecordArray, count: int) -> bool:
    """Count what traded, remember the best prices and say whether an order of the agent was filled."""
    own = False
    for i in range(count):
        if events[i]["kind"] == EventKind.TRADE:
            control[TRADED] += events[i]["quantity"]
            control[SIGNED] += events[i]["quantity"] * events[i]["side"]
            # A taker with an id below 0 is the agent's stop, woken by this message.
            own |= events[i]["maker_owner"] == OWN or events[i]["order_id"] < 0
    if book.state[0]["best_bid"] != NO_BID:
        control[LAST_BID] = book.state[0]["best_bid"]
    if book.state[0]["best_ask"] != NO_ASK:
        control[LAST_ASK] = book.state[0]["best_ask"]
    return own
