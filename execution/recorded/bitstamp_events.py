"""Events of Bitstamp's live order feed, as its raw log or as a table of parsed orders has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from execution.recorded.quality import Finding, Flaw
from execution.recorded.text_table import (
    integers,
    ragged_lines,
    read_bytes,
    read_table,
    scaled,
    unreadable_cells,
)

PRICE_DIGITS = 8
VOLUME_DIGITS = 8
TABLE_COLUMNS = ("id", "timestamp", "exchange.timestamp", "price", "volume", "action", "direction")
_ACTIONS = {"order_created": "created", "order_changed": "changed", "order_deleted": "deleted"}
_SIDES = {"bid": 1, "ask": -1}
_IGNORED = ("diff", "diff_order_book")
_MOST_DIGITS = 17  # a sum of ninety such numbers is still an int64
_LAST_MS = 9_223_372_036_854  # nanoseconds since 1970 are an int64 up to here
_LARGEST_ID = 2**63 - 1


class OrderEvent(NamedTuple):
    """What happened to an order; price in 1e-8 currency, volume in 1e-8 coins: what is left AFTER the event.

    A deletion with volume 0 was a fill; with more it was a cancellation of that much.
    """

    line: int
    ts_ms: int
    action: str
    order_id: int
    side: int
    price: int
    volume: int


class FeedTrade(NamedTuple):
    """A trade of the public feed, which names no orders; units as in OrderEvent."""

    line: int
    price: int
    volume: int


class Snapshot(NamedTuple):
    """Best levels of both sides at one line of the log: (price, volume), best first, in the events' units."""

    line: int
    bids: tuple[tuple[int, int], ...]
    asks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """Everything that a file told; rows counts its lines."""

    events: list[OrderEvent]
    trades: list[FeedTrade]
    snapshots: list[Snapshot]
    findings: list[Finding]
    rows: int


def read_log(path: Path) -> EventLog:
    """The raw log: on each line milliseconds since 1970 of the recorder, the event's name, its JSON."""
    entries: list[OrderEvent | FeedTrade | Snapshot] = []
    bad: list[tuple[int, str]] = []
    lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    for line, text in enumerate(lines, start=1):
        try:
            entry = _entry(line, text)
        except (ValueError, KeyError, TypeError, InvalidOperation, OverflowError, RecursionError):
            bad.append((line, text))
        else:
            entries += [] if entry is None else [entry]
    return EventLog(
        events=[entry for entry in entries if isinstance(entry, OrderEvent)],
        trades=[entry for entry in entries if isinstance(entry, FeedTrade)],
        snapshots=[entry for entry in entries if isinstance(entry, Snapshot)],
        findings=_unreadable(path, bad, "milliseconds, an event's name and its JSON object"),
        rows=len(lines),
    )


def _entry(line: int, text: str) -> OrderEvent | FeedTrade | Snapshot | None:
    """What a line of the log says; None for differences of the book, which its orders tell already."""
    ts_text, name, body = text.split(" ", 2)
    content = json.loads(body, parse_float=str)
    if name in _ACTIONS:
        return _event(line, int(ts_text), _ACTIONS[name], content)
    if name == "trade":
        price, volume = fixed(content["price"], PRICE_DIGITS), fixed(content["amount"], VOLUME_DIGITS)
        return FeedTrade(line, price, volume)
    if name == "order_book":
        return _snapshot(line, content)
    if name not in _IGNORED:
        raise ValueError(f"{name} is no event of the feed")
    return None


def read_orders_table(path: Path) -> EventLog:
    """The parsed orders: CSV with TABLE_COLUMNS; volume in 1e-8 coins, timestamps in milliseconds."""
    table = read_table(read_bytes(path), list(TABLE_COLUMNS), skip_lines=1)
    cells = table.columns
    numbers = {name: integers(cells[name]) for name in ("id", "timestamp", "volume")}
    numbers["price"] = scaled(cells["price"], PRICE_DIGITS)
    findings = ragged_lines(path, table, f"{len(TABLE_COLUMNS)} columns")
    bad = np.zeros(len(table.line), np.bool_)
    most = 10**_MOST_DIGITS
    for name, (values, wrong) in numbers.items():
        least, largest = {"timestamp": (0, _LAST_MS), "id": (-_LARGEST_ID, _LARGEST_ID)}.get(
            name, (-most, most)
        )
        wrong |= (values < least) | (values > largest)
        findings += unreadable_cells(path, table, name, name, wrong & ~bad)
        bad |= wrong
    sides = np.array([_SIDES.get(text, 0) for text in cells["direction"].to_pylist()], np.int64)
    actions = cells["action"].to_pylist()
    strange = np.array([action not in _ACTIONS.values() for action in actions], np.bool_)
    for name, wrong in (("action", strange), ("direction", sides == 0)):
        findings += unreadable_cells(path, table, name, name, wrong & ~bad)
        bad |= wrong
    columns: tuple[Any, ...] = (table.line, numbers["timestamp"][0], actions, numbers["id"][0], sides)
    columns += (numbers["price"][0], numbers["volume"][0])
    every = zip(*(column if isinstance(column, list) else column.tolist() for column in columns), strict=True)
    events = [OrderEvent(*event) for event, wrong in zip(every, bad.tolist(), strict=True) if not wrong]
    rows = len(table.line) + len(table.ragged)
    return EventLog(events=events, trades=[], snapshots=[], findings=findings, rows=rows)


def _event(line: int, ts_ms: int, action: str, body: dict[str, Any]) -> OrderEvent:
    side = {0: 1, 1: -1}[body["order_type"]]
    price, volume = fixed(body["price"], PRICE_DIGITS), fixed(body["amount"], VOLUME_DIGITS)
    order_id = int(body["id"])
    if not 0 <= ts_ms <= _LAST_MS or abs(order_id) > _LARGEST_ID:
        raise ValueError("a time or an order id beyond 64 bits")
    return OrderEvent(line, ts_ms, action, order_id, side, price, volume)


def _snapshot(line: int, body: dict[str, Any]) -> Snapshot:
    bids, asks = (
        tuple((fixed(price, PRICE_DIGITS), fixed(volume, VOLUME_DIGITS)) for price, volume in body[name])
        for name in ("bids", "asks")
    )
    return Snapshot(line, bids, asks)


def fixed(number: Any, digits: int) -> int:
    """A decimal number or its text times 10**digits, rounded; ValueError where it is none."""
    value = Decimal(str(number)) if not isinstance(number, bool) else Decimal("nan")
    if not value.is_finite():
        raise ValueError(f"{number!r} is no decimal number")
    if value.adjusted() + digits >= _MOST_DIGITS:
        raise ValueError(f"{number!r} has more digits than are counted")
    return int(value.scaleb(digits).to_integral_value())


def drop_impossible_events(path: Path, events: list[OrderEvent]) -> tuple[list[OrderEvent], list[Finding]]:
    """Drop events with a price that is not positive, a negative volume, or a creation of none."""
    found = []
    for flaw, column, expected, wrong in (
        (Flaw.UNREADABLE, "price", "a positive price", _no_price),
        (
            Flaw.BAD_QUANTITY,
            "volume",
            "a volume that is not negative, and an order of more than none",
            _no_volume,
        ),
    ):
        bad = [event for event in events if wrong(event)]
        if bad:
            events = [event for event in events if not wrong(event)]
            found.append(
                Finding(
                    flaw=flaw,
                    file=str(path),
                    lines=np.array([event.line for event in bad]),
                    values=tuple(f"{getattr(event, column) * 1e-8:.8f}" for event in bad),
                    expected=expected,
                    treatment="dropped",
                    column=column,
                )
            )
    return events, found


def _no_price(event: OrderEvent) -> bool:
    return event.price <= 0


def _no_volume(event: OrderEvent) -> bool:
    return event.volume < int(event.action == "created")


def _unreadable(path: Path, bad: list[tuple[int, str]], expected: str) -> list[Finding]:
    if not bad:
        return []
    return [
        Finding(
            flaw=Flaw.UNREADABLE,
            file=str(path),
            lines=np.array([line for line, _ in bad]),
            values=tuple(text for _, text in bad),
            expected=expected,
            treatment="dropped",
        )
    ]
