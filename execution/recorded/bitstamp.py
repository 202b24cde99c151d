"""Bitstamp recordings, order by order: the raw log of the live feed, or the table of its parsed orders.

The feed tells of every order's creation, changes and deletion. A marketable order is created first and then
changed or deleted as it trades; here it becomes the TRADEs against the orders that it met and an ADD of its
rest, as in LOBSTER. Times are those of the recorder, in milliseconds; the exchange's own are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from execution.recorded.assemble import RawRecording, assemble
from execution.recorded.bitstamp_book import PlacedMessage, initial_book
from execution.recorded.bitstamp_events import (
    TABLE_COLUMNS,
    OrderEvent,
    drop_impossible_events,
    read_log,
    read_orders_table,
)
from execution.recorded.bitstamp_fills import pair_fills
from execution.recorded.bitstamp_lives import UNKNOWN, Act, Life, Step, lives
from execution.recorded.messages import RecordedKind
from execution.recorded.quality import Finding, Flaw, Tolerance
from execution.recorded.raw_rows import RawRows, longest_in_order
from execution.recorded.recording import Recording
from execution.recorded.text_table import read_bytes

_DAY_MS = 86_400_000
_PRICE_UNIT = 1e-8
_LOT_SIZE = 1e-8
_USUAL_TICK = 1_000_000


def read_bitstamp(
    path: Path, *, tick_size: float | None = None, tolerance: Tolerance | None = None
) -> Recording:
    """Read a raw log, or a CSV of parsed orders; quantities are in lots of 1e-8 coins.

    RecordingError names every line that goes beyond the tolerance.
    """
    log = read_orders_table(path) if is_orders_table(read_bytes(path)) else read_log(path)
    events, impossible = drop_impossible_events(path, log.events)
    every = lives(events)
    pair_fills(every)
    messages = sorted(message for life in every for message in _messages(life))
    ts_ms = {event.line: event.ts_ms for event in events}
    midnight_ms = _first_ms(events) // _DAY_MS * _DAY_MS
    raw = RawRecording(
        file=str(path),
        symbol="BTCUSD",
        date=datetime.fromtimestamp(midnight_ms / 1000, UTC).date().isoformat(),
        origin="Bitstamp",
        rows=_rows(messages, ts_ms, midnight_ms),
        read=log.rows,
        findings=log.findings + impossible + _findings(str(path), every),
        price_unit=_PRICE_UNIT,
        usual_tick=_USUAL_TICK,
        lot_size=_LOT_SIZE,
        initial=initial_book(messages, log.snapshots, {life.order_id for life in every if life.old}),
    )
    return assemble(raw, tick_size=tick_size, tolerance=tolerance or Tolerance())


def is_orders_table(content: bytes) -> bool:
    """Whether a file begins with the header of a table of parsed orders."""
    header = content[:4096].decode("utf-8-sig", "replace").partition("\n")[0]
    return [cell.strip().strip('"') for cell in header.split(",")] == list(TABLE_COLUMNS)


def _first_ms(events: list[OrderEvent]) -> int:
    """The first time that those after it bear out, so that one wrong time does not move the day."""
    times = np.array([event.ts_ms for event in events], np.int64)
    return int(times[longest_in_order(times)][0]) if len(times) else 0


def _rows(messages: list[PlacedMessage], ts_ms: dict[int, int], midnight_ms: int) -> RawRows:
    columns = np.array(messages, np.int64).reshape(-1, len(PlacedMessage._fields)).T
    line, _, kind, order_id, side, quantity, price = columns
    ts_ns = np.array([(ts_ms[at] - midnight_ms) * 1_000_000 for at in line.tolist()], np.int64)
    return RawRows(
        ts_ns=ts_ns, kind=kind, order_id=order_id, side=side, quantity=quantity, price=price, line=line
    )


def _messages(life: Life) -> Iterator[PlacedMessage]:
    """An order's messages, each later than the one before."""
    line, rank = 0, 0
    for where, kind, quantity, price in _outcome(life):
        if quantity < 1:
            continue
        # A rest enters after the trades that the same line tells of.
        place = max((where, int(kind == RecordedKind.ADD)), (line, rank + 1))
        line, rank = place
        yield PlacedMessage(line, rank, kind, life.order_id, life.side, quantity, price)


def _outcome(life: Life) -> Iterator[tuple[int, RecordedKind, int, int]]:
    """(line, kind, quantity, price) of what a life did to the visible book."""
    resting, leaves, price = life.old, UNKNOWN, life.steps[0].event.price
    for at, step in enumerate(life.steps):
        line = step.event.line
        if resting and (step.act is Act.REPRICE or step.took):
            if leaves != UNKNOWN:
                yield line, RecordedKind.DELETE, leaves, price
            resting = False
        elif resting and step.act is Act.FILL and step.quantity != UNKNOWN:
            yield step.trade_line or line, RecordedKind.TRADE, step.quantity, price
        elif resting and step.act is Act.CANCEL:
            yield line, RecordedKind.DELETE, step.quantity, price
        if step.act in (Act.CREATE, Act.REPRICE):
            leaves = step.quantity
        elif leaves != UNKNOWN:
            leaves = 0 if step.event.action == "deleted" else leaves - step.quantity
        price = step.event.price
        if not resting and leaves > 0 and not _takes_next(life.steps, at):
            yield line, RecordedKind.ADD, leaves, price
            resting = True


def _takes_next(steps: list[Step], at: int) -> bool:
    """Whether the order goes on as an aggressor: its next fill is one, if need be once repriced."""
    after = steps[at + 1 :]
    if after and after[0].act is Act.REPRICE:
        after = after[1:]
    return bool(after) and after[0].act is Act.FILL and after[0].took is True


def _findings(file: str, every: list[Life]) -> list[Finding]:
    alone = [
        step.event for life in every for step in life.steps if step.act is Act.FILL and step.took is None
    ]
    return [
        finding
        for flaw, events, expected, treatment in (
            (
                Flaw.DUPLICATE,
                [event for life in every for event in life.repeated],
                "one creation and one deletion of an order",
                "dropped",
            ),
            (
                Flaw.TIME_BACKWARDS,
                [event for life in every for event in life.misplaced],
                "an order's creation before its changes, and its deletion after them",
                "put into that order",
            ),
            (
                Flaw.ASSUMED_TRADE,
                alone,
                "a fill of the same volume on the other side within five seconds",
                "taken for a trade against the resting order",
            ),
        )
        for finding in _finding(file, flaw, events, expected, treatment)
    ]


def _finding(file: str, flaw: Flaw, events: list[OrderEvent], expected: str, treatment: str) -> list[Finding]:
    if not events:
        return []
    events = sorted(events, key=lambda event: event.line)
    return [
        Finding(
            flaw=flaw,
            file=file,
            lines=np.array([event.line for event in events]),
            values=tuple(f"order {event.order_id} {event.action}" for event in events),
            expected=expected,
            treatment=treatment,
        )
    ]
