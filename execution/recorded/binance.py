"""Binance recordings: changes of level totals, trades and best quotes, each a parquet table.

The feed names no orders. It is turned into orders that could have made it, stated as an approximation: every
growth of a level is a new order, a decrease is a TRADE where the trade feed explains it and else a
cancellation of the newest (execution/recorded/level_queues.py). Depth comes in packets of some 50 ms, and
what came and went within one is not seen; best quotes, where given, refine the touch between packets. A trade
against volume that was not shown is a HIDDEN_TRADE. A level that is first heard of later, and that the first
best quotes do not rule out, is taken to have been there from the start with the volume that was first told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import numpy as np

from execution.recorded.assemble import RawRecording, assemble
from execution.recorded.binance_tables import Source, Told, read_depth, read_quotes, read_trades
from execution.recorded.book_rows import book_row
from execution.recorded.level_queues import Change, LevelQueues
from execution.recorded.quality import Tolerance
from execution.recorded.raw_rows import RawRows
from execution.recorded.recording import Recording
from execution.recorded.tick import decimal_unit

_DAY_NS = 86_400_000_000_000
_UNIT = 1e-8
Level = tuple[int, int]


def read_binance(
    depth: Path,
    trades: Path | None = None,
    quotes: Path | None = None,
    *,
    tick_size: float | None = None,
    tolerance: Tolerance | None = None,
) -> Recording:
    """Read level changes, and trades and best quotes where there are any; times are the exchange's.

    RecordingError names every row that goes beyond the tolerance.
    """
    feeds = [read_depth(depth)]
    feeds += [] if trades is None else [read_trades(trades)]
    feeds += [] if quotes is None else [read_quotes(quotes)]
    told = sorted(row for feed in feeds for row in feed.told)
    initial = first_told(told)
    placed = list(_changes(told, initial))
    lot = decimal_unit(np.array([change.quantity for _, change in placed], np.int64))
    price_unit = decimal_unit(np.array([change.price for _, change in placed], np.int64))
    midnight_ns = (told[0].ts_ns if told else 0) // _DAY_NS * _DAY_NS
    raw = RawRecording(
        file=str(depth),
        symbol=depth.name.split(".")[0].split("_")[0].upper(),
        date=datetime.fromtimestamp(midnight_ns // 10**9, UTC).date().isoformat(),
        origin="Binance",
        rows=_rows(placed, midnight_ns, lot),
        read=sum(feed.rows for feed in feeds),
        findings=[finding for feed in feeds for finding in feed.findings],
        price_unit=_UNIT,
        usual_tick=price_unit,
        lot_size=round(lot * _UNIT, 12),
        initial=book_row({level: volume // lot for level, volume in initial.items()}),
        level_wise=True,
    )
    return assemble(raw, tick_size=tick_size, tolerance=tolerance or Tolerance())


def first_told(told: Iterable[Told]) -> dict[Level, int]:
    """Volume by (side, price) of the levels that the feed's start does not rule out, as first told."""
    rows = [row for row in told if row.source != Source.TRADE]
    best = {side: _best_at_start(rows, side) for side in (1, -1)}
    first: dict[Level, int] = {}
    for row in rows:
        if row.side * row.price <= row.side * best[row.side]:
            first.setdefault((row.side, row.price), row.volume)
    return {level: volume for level, volume in first.items() if volume > 0}


def _best_at_start(rows: list[Told], side: int) -> int:
    """The best price of the first quote, or of the first packet that has one."""
    of_side = [row for row in rows if row.side == side and row.volume > 0]
    quotes = [row for row in of_side if row.source == Source.QUOTE][:1]
    packet = [row for row in of_side if row.ts_ns == of_side[0].ts_ns]
    return max((row.side * row.price for row in quotes or packet), default=0) * side


def _changes(told: Iterable[Told], initial: dict[Level, int]) -> Iterator[tuple[Told, Change]]:
    """The messages of orders that could have made the feed, each beside the row that told of it."""
    queues = LevelQueues()
    for (side, price), volume in initial.items():
        queues.seed(side, price, volume)
    shown = dict(initial)
    traded: set[Level] = set()
    for source, rows in groupby(told, key=lambda row: (row.ts_ns, row.source, row.update)):
        packet = list(rows)
        if source[1] == Source.TRADE:
            traded |= {(row.side, row.price) for row in packet}
        else:
            shown.update({(row.side, row.price): row.volume for row in packet})
        for change in _packet_changes(queues, packet, shown, traded):
            yield packet[-1], change
        if source[1] == Source.DEPTH:
            traded.clear()


def _packet_changes(
    queues: LevelQueues, packet: list[Told], shown: dict[Level, int], traded: set[Level]
) -> Iterator[Change]:
    """What one trade, one pair of best quotes or one packet of levels did."""
    levels = [(row.side, row.price, row.volume) for row in packet]
    if packet[0].source == Source.TRADE:
        for side, price, volume in levels:
            yield from queues.trade(side, price, volume)
    elif packet[0].source == Source.QUOTE:
        for side, price, _ in levels:
            yield from queues.clear_beyond(side, price)
        yield from queues.set_levels(levels)
    else:
        # A level that traded and is not in the packet was filled up again to what it had.
        again = traded - {(side, price) for side, price, _ in levels}
        levels += [
            (side, price, shown[side, price]) for side, price in sorted(again) if (side, price) in shown
        ]
        yield from queues.set_levels(levels)


def _rows(placed: list[tuple[Told, Change]], midnight_ns: int, lot: int) -> RawRows:
    columns = np.array(
        [(told.ts_ns - midnight_ns, told.line, *change) for told, change in placed], np.int64
    ).reshape(-1, 2 + len(Change._fields))
    ts_ns, line, kind, order_id, side, quantity, price = columns.T
    return RawRows(
        ts_ns=ts_ns, kind=kind, order_id=order_id, side=side, quantity=quantity // lot, price=price, line=line
    )
