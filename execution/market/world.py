"""Where everything of a market lies in memory: one record that compiled code passes around."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.compiled import pasted
from execution.book.layout import LEVEL, ORDER, RESERVE, STATE, BookArrays
from execution.market.compiled import inlined
from execution.market.event_queue import ENTRY
from execution.market.layout import (
    CLOCK,
    FILL_REPORT,
    FILLS,
    HANDLE,
    INSTRUMENT,
    PARTICIPANT,
    SEGMENT,
    SIGHTING,
    TICKET,
    VENUE,
    MarketArrays,
    Record,
    RecordArray,
)
from execution.market.memory import array_reader, record_reader
from execution.random_stream import Stream

WORLD = np.dtype(
    [(name, "i8") for name in MarketArrays._fields + BookArrays._fields]
    + [(f"{name}_length", "i8") for name in MarketArrays._fields + BookArrays._fields]
    + [("ring", "i8"), ("link", "i8"), ("times", "i8"), ("prices", "i8")]
)

_clock, _instrument, _venue = record_reader(CLOCK), record_reader(INSTRUMENT), record_reader(VENUE)
_participant = record_reader(PARTICIPANT)
_segments, _instruments, _handles = array_reader(SEGMENT), array_reader(INSTRUMENT), array_reader(HANDLE)
_tickets, _reports, _sightings = array_reader(TICKET), array_reader(FILL_REPORT), array_reader(SIGHTING)
_entries, _words, _floats = array_reader(ENTRY), array_reader(np.uint64), array_reader(np.float64)
_states, _levels, _orders = array_reader(STATE), array_reader(LEVEL), array_reader(ORDER)
_reserves = array_reader(RESERVE)
_SIZES = tuple(np.dtype(dtype).itemsize for dtype in (STATE, LEVEL, np.uint64, ORDER, RESERVE))
_STATE, _LEVEL, _WORD, _ORDER, _RESERVE = _SIZES
_STREAM, _SIGHTING, _TICKET, _REPORT = 4 * _WORD, SIGHTING.itemsize, TICKET.itemsize, FILL_REPORT.itemsize


def world_of(market: MarketArrays, books: BookArrays) -> RecordArray:
    """The addresses of a market's arrays, shape (1,) of WORLD; whoever holds it must keep the arrays."""
    world = np.zeros(1, WORLD)
    for name, array in zip(market._fields + books._fields, (*market, *books), strict=True):
        world[name] = array.ctypes.data
        # A book's arrays have the books in front: what counts is the length of one.
        world[f"{name}_length"] = array.shape[1] if name in books._fields else len(array)
    world["ring"], world["link"] = market.sightings.shape[1], market.links.shape[1]
    world["times"], world["prices"] = market.tables.shape[1:]
    return world


@inlined
def clock_of(world: Record) -> Record:
    """The market's clock."""
    return _clock(world["clock"], 0)


@pasted
def timeline_of(world: Record) -> RecordArray:
    """The timeline's segments."""
    return _segments(world["timeline"], world["timeline_length"])  # type: ignore[no-any-return]


@inlined
def instrument_at(world: Record, at: int) -> Record:
    """One instrument."""
    return _instrument(world["instruments"], at)


@pasted
def instruments_of(world: Record) -> RecordArray:
    """Every instrument."""
    return _instruments(world["instruments"], world["instruments_length"])  # type: ignore[no-any-return]


@pasted
def cholesky_row(world: Record, at: int) -> npt.NDArray[np.float64]:
    """One row of the factor of the news' correlation."""
    length = world["instruments_length"]
    return _floats(world["cholesky"] + 8 * at * length, length)  # type: ignore[no-any-return]


@pasted
def news_stream(world: Record, at: int) -> Stream:
    """The random numbers of an instrument's news."""
    return _words(world["news_streams"] + _STREAM * at, 4)  # type: ignore[no-any-return]


@pasted
def fair_values(world: Record, table: int, time: int) -> npt.NDArray[np.float64]:
    """A table's values over prices at one of its times."""
    row = table * world["times"] + time
    return _floats(world["tables"] + 8 * row * world["prices"], world["prices"])  # type: ignore[no-any-return]


@pasted
def table_axis(world: Record, table: int) -> npt.NDArray[np.float64]:
    """First and step of a table's times [s] and prices [ticks]."""
    return _floats(world["table_axes"] + 32 * table, 4)  # type: ignore[no-any-return]


@inlined
def venue_at(world: Record, at: int) -> Record:
    """One venue."""
    return _venue(world["venues"], at)


@pasted
def sightings_at(world: Record, at: int) -> RecordArray:
    """The ring of sightings of one book."""
    ring = world["ring"]
    return _sightings(world["sightings"] + _SIGHTING * ring * at, ring)  # type: ignore[no-any-return]


@inlined
def participant_at(world: Record, at: int) -> Record:
    """One participant."""
    return _participant(world["participants"], at)


@pasted
def stream_at(world: Record, at: int) -> Stream:
    """The random numbers of one participant."""
    return _words(world["streams"] + _STREAM * at, 4)  # type: ignore[no-any-return]


@pasted
def handles_of(world: Record) -> RecordArray:
    """Every handle."""
    return _handles(world["handles"], world["handles_length"])  # type: ignore[no-any-return]


@pasted
def link_at(world: Record, at: int) -> RecordArray:
    """The ring of what is under way from one participant."""
    link = world["link"]
    return _tickets(world["links"] + _TICKET * link * at, link)  # type: ignore[no-any-return]


@pasted
def fills_at(world: Record, at: int) -> RecordArray:
    """The ring of fill reports under way to one participant."""
    return _reports(world["fills"] + _REPORT * FILLS * at, FILLS)  # type: ignore[no-any-return]


@pasted
def tickets_of(world: Record) -> RecordArray:
    """Room for what one participant decides."""
    return _tickets(world["tickets"], world["tickets_length"])  # type: ignore[no-any-return]


@pasted
def queue_of(world: Record) -> RecordArray:
    """The event queue."""
    return _entries(world["queue"], world["queue_length"])  # type: ignore[no-any-return]


@pasted
def book_at(world: Record, at: int) -> BookArrays:
    """One book of the batch."""
    levels, words, orders = world["levels_length"], world["occupied_length"], world["orders_length"]
    reserves, ids = world["reserves_length"], world["ids_length"]
    return BookArrays(
        _states(world["state"] + _STATE * at, 1),
        _levels(world["levels"] + _LEVEL * levels * at, levels),
        _words(world["occupied"] + _WORD * words * at, words),
        _orders(world["orders"] + _ORDER * orders * at, orders),
        _reserves(world["reserves"] + _RESERVE * reserves * at, reserves),
        _words(world["ids"] + _WORD * ids * at, ids),
    )
