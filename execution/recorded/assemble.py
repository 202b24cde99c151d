"""From a file's raw rows to a recording: every check in its order, then the book after each message."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.book_history import rebuild, rebuild_checked, undo
from execution.recorded.book_rows import BookHistory
from execution.recorded.gaps import find_gaps
from execution.recorded.level_ladder import NO_PRICE
from execution.recorded.messages import IntArray, RecordedKind, RecordedMessages
from execution.recorded.order_checks import check_orders, strangers
from execution.recorded.quality import Finding, Flaw, QualityReport, Tolerance
from execution.recorded.raw_rows import RawRows, drop_impossible, mend_times, to_ticks
from execution.recorded.recording import Recording
from execution.recorded.tick import infer_tick

REBUILT_LEVELS = 10
_COARSEST_TICK = 1e18  # price units, still an int64


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecording:
    """What a reader hands over: rows that could be read, what could not, and how the file counts.

    price_unit [currency] and lot_size [shares or coins] are what one unit of a row's price and quantity is;
    usual_tick [price units] is believed of a recording with few prices. book: the recorded levels after each
    message, in price units, with as many rows as `rows`. initial: the book before the first message, in price
    units.
    """

    file: str
    symbol: str
    date: str
    origin: str
    rows: RawRows
    read: int
    findings: list[Finding]
    price_unit: float
    usual_tick: int
    lot_size: float
    book: BookHistory | None = None
    initial: BookHistory | None = None
    level_wise: bool = False


def assemble(raw: RawRecording, *, tick_size: float | None, tolerance: Tolerance) -> Recording:
    """Check, mend and count; RecordingError where a flaw goes beyond the tolerance or no message is left."""
    rows, findings = drop_impossible(raw.rows, raw.file)
    rows, found = mend_times(rows, raw.file)
    findings = [*raw.findings, *findings, *found]
    tick = _tick(raw, rows, tick_size)
    price_ticks, found = to_ticks(rows, tick, raw.file, raw.price_unit)
    findings += found
    if raw.level_wise:
        found = strangers(rows, raw.file)
    else:
        rows, price_ticks, found = check_orders(rows, price_ticks, raw.file)
    findings += found
    messages = _messages(raw, rows, price_ticks, tick)
    findings += find_gaps(messages, rows.line, raw.file, tolerance.gap_ns)
    initial, history, found = _books(raw, messages, rows, tick)
    findings += found
    report = QualityReport(rows=raw.read, messages=len(messages), findings=tuple(findings))
    report.require(tolerance)
    if len(messages) == 0:
        raise RecordingError(RecordingProblem(file=raw.file, expected="at least one message"))
    return Recording(
        messages=messages,
        history=history,
        initial=initial,
        report=report,
        history_is_recorded=raw.book is not None,
    )


def _tick(raw: RawRecording, rows: RawRows, tick_size: float | None) -> int:
    if tick_size is None:
        return infer_tick(rows.price[rows.kind <= RecordedKind.TRADE], raw.usual_tick)
    units = tick_size / raw.price_unit
    tick = round(min(units, _COARSEST_TICK))
    if tick < 1 or abs(tick / units - 1.0) > 1e-9:
        problem = RecordingProblem(
            file=raw.file,
            value=str(tick_size),
            expected=f"a tick that is a multiple of the file's own unit {raw.price_unit:.10g}",
        )
        raise RecordingError(problem)
    return tick


def _messages(raw: RawRecording, rows: RawRows, price_ticks: IntArray, tick: int) -> RecordedMessages:
    halt = rows.kind == RecordedKind.HALT
    return RecordedMessages(
        symbol=raw.symbol,
        ts_ns=rows.ts_ns,
        kind=rows.kind.astype(np.uint8),
        order_id=rows.order_id,
        side=np.where(halt, 0, rows.side).astype(np.int8),
        quantity=rows.quantity,
        price_ticks=np.where(halt, np.clip(rows.price, -1, 1), price_ticks),
        tick_size=round(tick * raw.price_unit, 12),
        lot_size=raw.lot_size,
        date=raw.date,
        origin=raw.origin,
        level_wise=raw.level_wise,
    )


def _books(
    raw: RawRecording, messages: RecordedMessages, rows: RawRows, tick: int
) -> tuple[BookHistory, BookHistory, list[Finding]]:
    """The book before the first message and after each: the file's own where it has one, else rebuilt."""
    if raw.book is not None and len(messages):
        kept = np.searchsorted(raw.rows.line, rows.line)
        history = replace(in_ticks(raw.book.rows(kept), tick), ts_ns=messages.ts_ns)
        initial = undo(history, messages)
        return initial, history, _own_book_findings(raw.file, messages, rows, initial, history)
    nothing = rebuild(messages.rows(slice(0)), 1)
    initial = nothing if raw.initial is None else in_ticks(raw.initial, tick)
    history, stale = rebuild_checked(messages, REBUILT_LEVELS, initial, None)
    expected = "no level that the message would cross or trade through"
    found = rows.finding(Flaw.CROSSED, raw.file, stale, "price", expected, "the level is taken out")
    return initial, history, found


def _own_book_findings(
    file: str, messages: RecordedMessages, rows: RawRows, initial: BookHistory, history: BookHistory
) -> list[Finding]:
    """Where the file's own book is crossed, and where its best quotes are not what its messages make."""
    findings = rows.finding(
        Flaw.CROSSED, file, history.crossed, "price", "a best bid below the best ask", "kept"
    )
    made = rebuild(messages, 1, initial)
    names = ("bid_ticks", "bid_volume", "ask_ticks", "ask_volume")
    unlike = np.logical_or.reduce([getattr(made, n)[:, 0] != getattr(history, n)[:, 0] for n in names])
    return findings + rows.finding(
        Flaw.OTHER_QUOTES,
        file,
        unlike,
        "price",
        "best quotes as the messages make",
        "the file's own are kept",
    )


def in_ticks(book: BookHistory, tick: int) -> BookHistory:
    """A book whose prices are in a file's unit, in ticks."""
    return replace(
        book,
        bid_ticks=np.where(book.bid_volume > 0, book.bid_ticks // tick, NO_PRICE),
        ask_ticks=np.where(book.ask_volume > 0, -(-book.ask_ticks // tick), NO_PRICE),
    )
