"""Many markets of participants with one agent in each, run side by side on every core, compiled.

A market is one record of addresses (execution.market.world), so that a batch is an array of them. Only what
takes long is spread over the cores: to wake them costs more than to enter a message in every market.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from execution.book.compiled import int64, internal
from execution.book.depth import queue_ahead
from execution.book.layout import Record, RecordArray
from execution.market.batch_kernel import (
    NO_MESSAGE,
    apply_own,
    asks_for_order,
    book_account,
    rests,
    write_levels,
)
from execution.market.event_loop import OWN_FILL, REFUSED, run_until, settle
from execution.market.layout import HANDLE_BITS, OWN
from execution.market.world import book_at, clock_of, instrument_at, timeline_of, venue_at

MEMORY_SECONDS = 900.0  # of a headline


@njit(cache=True, parallel=True)
def run_worlds(
    worlds: RecordArray,
    until_ns: npt.NDArray[np.int64],
    accounts: RecordArray,
    events: RecordArray,
    log: RecordArray,
    refused: npt.NDArray[np.int64],
) -> int:
    """Run every market to its `until_ns`; return how many were refused and wait.

    accounts: (venue, market), of the first venues, where the agent trades. events: (market, event). log: of
    length 0. refused: (market, 2) out, the book's Refusal, 0 where there is none, and which book.
    """
    waiting = 0
    for at in prange(len(worlds)):
        run_world(worlds[at : at + 1], until_ns[at], accounts[:, at], events[at], log, refused[at])
        for venue in range(len(accounts)):
            note_volume(worlds[at], venue, accounts[venue, at])
        waiting += refused[at, 0] != 0
    return waiting


@internal
def run_world(
    world: RecordArray,
    until_ns: int,
    accounts: RecordArray,
    events: RecordArray,
    log: RecordArray,
    refused: npt.NDArray[np.int64],
) -> None:
    """Run one market, booking the agent's fills on the way; accounts: (venue,)."""
    refused[0] = 0
    while True:
        status, count, refusal, at = run_until(world, until_ns, events, log)
        if status == REFUSED:
            refused[0], refused[1] = refusal, at
        if status != OWN_FILL:
            return
        account = accounts[at]
        position = account["position"]
        book_account(account, events, count, 0)
        account["surprise"] += (account["position"] - position) * surprise_of(world[0], at)


@njit(cache=True)
def enter_worlds(
    worlds: RecordArray,
    venue: int,
    messages: RecordArray,
    slots: npt.NDArray[np.int64],
    accounts: RecordArray,
    events: RecordArray,
    log: RecordArray,
    refused: npt.NDArray[np.int64],
) -> int:
    """Apply one message of the agent in each market; return how many were refused and wait.

    slots: (market,) in, where the order of a CANCEL or REDUCE rests; out, where a new order rests. A message
    that is applied becomes NO_MESSAGE.
    """
    waiting = 0
    for at in range(len(worlds)):
        refused[at, 0] = 0
        if messages[at]["kind"] != NO_MESSAGE:
            world, book = worlds[at], book_at(worlds[at], venue)
            clock, message = clock_of(world), messages[at]
            order_id = clock["orders"] << HANDLE_BITS
            count = apply_own(book, message, order_id, slots, at, events[at])
            if count < 0:
                refused[at, 0], refused[at, 1] = count, venue
                waiting += 1
            else:
                if asks_for_order(message):
                    message["order_id"] = order_id
                    clock["orders"] += 1
                message["kind"] = NO_MESSAGE
                settle(world, book, venue, OWN, order_id, events[at], count, log)
                position = accounts[at]["position"]
                book_account(accounts[at], events[at], count, OWN)
                accounts[at]["surprise"] += (accounts[at]["position"] - position) * surprise_of(world, venue)
                note_volume(world, venue, accounts[at])
    return waiting


@njit(cache=True)
def see_worlds(
    worlds: RecordArray,
    venue: int,
    slots: npt.NDArray[np.int64],
    depth: npt.NDArray[np.int32],
    resting: npt.NDArray[np.int64],
    surprise_ticks: npt.NDArray[np.float64],
    reference_ticks: npt.NDArray[np.float64],
    sentiment: npt.NDArray[np.float64],
) -> None:
    """Write what an agent is shown of each market: its depth, the agent's order, and the news.

    depth: (market, side, level, 2). resting: (market, 2), lots of the order in `slots` and lots before it.
    surprise_ticks: (market,), how far news but for their drift have moved the fundamental since the start,
    reference_ticks: (market,), what the venue's instrument is worth; no agent is shown either. sentiment:
    (market,), see sentiment_of.
    """
    for at in range(len(worlds)):
        world, book = worlds[at], book_at(worlds[at], venue)
        write_levels(book, depth[at])
        resting[at, 0], resting[at, 1] = 0, 0
        slot = np.uint32(slots[at])
        if rests(book, slot):
            resting[at, 0] = book.orders[slot]["quantity"]
            resting[at, 1] = queue_ahead(book, int64(slot))[0]
        surprise_ticks[at] = surprise_of(world, venue)
        reference_ticks[at] = instrument_at(world, venue_at(world, venue)["instrument"])["reference_ticks"]
        sentiment[at] = sentiment_of(world)


@internal
def surprise_of(world: Record, venue: int) -> float:
    """How far news but for their drift have moved the venue's instrument [ticks]."""
    instrument = instrument_at(world, venue_at(world, venue)["instrument"])
    return float(instrument["news_ticks"] - instrument["drift_ticks"])


@internal
def sentiment_of(world: Record) -> float:
    """What the headlines so far say, above 0 for good ones: jumps of the timeline, forgotten in time."""
    clock, timeline = clock_of(world), timeline_of(world)
    told = 0.0
    for at in range(min(clock["segment"] + 1, len(timeline))):
        age = 1e-9 * (clock["now_ns"] - timeline[at]["start_ns"])
        told += math.tanh(timeline[at]["jump"]) * math.exp(-age / MEMORY_SECONDS)
    return told


@internal
def note_volume(world: Record, venue: int, account: Record) -> None:
    """Copy the venue's volume into the account."""
    here = venue_at(world, venue)
    account["market_lots"] = here["traded"]
    account["signed_lots"] = here["signed"]
