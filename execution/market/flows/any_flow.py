"""One name for every flow's functions: compiled callers get the flow that their parameters belong to.

A kernel written against these three compiles once for each kind of parameters that it is called with, which
costs nothing when it runs and keeps one loop for all flows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import overload

from execution.book.layout import BookArrays, Record, RecordArray
from execution.market.flows import hawkes, marked, queue_reactive, santa_fe
from execution.market.flows.hawkes import HawkesFlowParameters
from execution.market.flows.marked_tape import MarkedParameters
from execution.market.flows.queue_law import QueueReactiveParameters
from execution.market.flows.santa_fe import SantaFeParameters
from execution.random_stream import Stream

FlowParameters = SantaFeParameters | HawkesFlowParameters | QueueReactiveParameters | MarkedParameters

_MODULES: dict[type[Any], Any] = {
    SantaFeParameters: santa_fe,
    HawkesFlowParameters: hawkes,
    QueueReactiveParameters: queue_reactive,
    MarkedParameters: marked,
}


def next_time(book: BookArrays, state: Record, parameters: FlowParameters, stream: Stream) -> int:
    """The time [ns] of the flow's next event, for compiled code."""
    return int(_MODULES[type(parameters)].next_time(book, state, parameters, stream))


def draw(book: BookArrays, state: Record, parameters: FlowParameters, stream: Stream, message: Record) -> int:
    """Fill the message of the flow's event that happens now, for compiled code; see flows.background."""
    return int(_MODULES[type(parameters)].draw(book, state, parameters, stream, message))


def observe(
    book: BookArrays, state: Record, parameters: FlowParameters, events: RecordArray, count: int
) -> None:
    """Show the flow what a message did, for compiled code."""
    _MODULES[type(parameters)].observe(book, state, parameters, events, count)


@overload(next_time, strict=False, jit_options={"forceinline": True})
def _next_time(
    book: types.Type, state: types.Type, parameters: Any, stream: types.Type
) -> Callable[..., int]:
    compiled = _MODULES[parameters.instance_class].next_time
    return lambda book, state, parameters, stream: compiled(book, state, parameters, stream)


@overload(draw, strict=False, jit_options={"forceinline": True})
def _draw(
    book: types.Type, state: types.Type, parameters: Any, stream: types.Type, message: types.Type
) -> Callable[..., int]:
    compiled = _MODULES[parameters.instance_class].draw
    return lambda book, state, parameters, stream, message: compiled(book, state, parameters, stream, message)


@overload(observe, strict=False, jit_options={"forceinline": True})
def _observe(
    book: types.Type, state: types.Type, parameters: Any, events: types.Type, count: types.Type
) -> Callable[..., None]:
    compiled = _MODULES[parameters.instance_class].observe
    return lambda book, state, parameters, events, count: compiled(book, state, parameters, events, count)
