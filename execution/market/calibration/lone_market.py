"""A fitted flow alone in a market, written down as a recording of it would be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.book.capacity import Capacity
from execution.book.layout import EVENT, MESSAGE, RecordArray, empty_book
from execution.market.flows.any_flow import FlowParameters
from execution.market.flows.lone_flow import FINISHED, LOG, LOG_FULL, play
from execution.random_stream import new_stream
from execution.recorded.book_history import BookHistory, rebuild
from execution.recorded.messages import RecordedMessages

_LEVELS, _ORDERS = 4096, 4096
_CAPACITY = Capacity(max_levels=2**22, max_orders=2**20)
_LOG_ROWS = 2**17


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What a log needs to look like a recording of `symbol`; a flow's lot is `lots` of the recording's."""

    symbol: str
    tick_size: float
    lot_size: float
    lots: int = 1


def simulate_alone(
    parameters: FlowParameters,
    state: RecordArray,
    instrument: Instrument,
    *,
    duration_ns: int,
    burn_in_ns: int,
    levels: int,
    seed: int | np.random.SeedSequence,
) -> tuple[RecordedMessages, BookHistory]:
    """Run a flow from its state, shape (1,), in an empty book; return what happened after the burn-in.

    The history has the best `levels` after each message. ts_ns counts from the burn-in's end.
    """
    entropy = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    start_ns = int(state["clock_ns"][0]) + burn_in_ns
    log = _played(parameters, state, start_ns + duration_ns, entropy)
    whole = RecordedMessages(
        symbol=instrument.symbol,
        ts_ns=log["ts_ns"] - start_ns,
        kind=np.ascontiguousarray(log["kind"]),
        order_id=np.ascontiguousarray(log["order_id"]),
        side=np.ascontiguousarray(log["side"]),
        quantity=log["quantity"] * instrument.lots,
        price_ticks=np.ascontiguousarray(log["price_ticks"]),
        tick_size=instrument.tick_size,
        lot_size=instrument.lot_size,
        origin="simulated",
    )
    kept = whole.ts_ns >= 0
    return whole.rows(kept), rebuild(whole, levels).rows(kept)


def _played(
    parameters: FlowParameters, state: RecordArray, until_ns: int, seed: np.random.SeedSequence
) -> RecordArray:
    """Every change of the book up to a time, (row,) LOG."""
    centre = int(state["last_bid"][0])
    book = empty_book(origin_ticks=centre - _LEVELS // 2, levels=_LEVELS, orders=_ORDERS, hashed=False)
    stream, control = new_stream(seed), np.zeros(3, np.int64)
    message, events = np.zeros(1, MESSAGE), np.zeros(3 * _ORDERS + 64, EVENT)
    parts: list[RecordArray] = []
    while True:
        log = np.zeros(_LOG_ROWS + len(events), LOG)
        status, _, rows, refusal = play(
            book, state, parameters, stream, until_ns, 2**62, control, message, events, log
        )
        parts.append(log[:rows])
        if status == FINISHED:
            return np.concatenate(parts)
        if status != LOG_FULL:
            book = _CAPACITY.grown(book, refusal, int(message["price_ticks"][0]))
            events = np.zeros(3 * len(book.orders) + 64, EVENT)
