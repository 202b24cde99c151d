"""Bitstamp's book before the recording: from the log's snapshots and from the older orders' own ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median_low
from typing import NamedTuple

from execution.recorded.bitstamp_events import Snapshot
from execution.recorded.book_rows import BookHistory, book_row
from execution.recorded.messages import RecordedKind

Level = tuple[int, int]


class PlacedMessage(NamedTuple):
    """A message and where it belongs: the line that tells of it, and a rank among what one line tells."""

    line: int
    rank: int
    kind: RecordedKind
    order_id: int
    side: int
    quantity: int
    price: int


def initial_book(
    messages: Sequence[PlacedMessage], snapshots: Sequence[Snapshot], old_orders: set[int]
) -> BookHistory:
    """One row in the messages' units: what snapshots had less what had come, or what older orders lost.

    The feed tells of every order, so that what an order from before the recording gave was there all the
    time.
    """
    volume: Counter[Level] = Counter()
    for message in messages:
        if message.order_id in old_orders:
            volume[message.side, message.price] += message.quantity
    for level, estimates in _before_messages(messages, snapshots).items():
        volume[level] = max(volume[level], int(median_low(estimates)))
    return book_row(volume)


def _before_messages(
    messages: Sequence[PlacedMessage], snapshots: Sequence[Snapshot]
) -> dict[Level, list[int]]:
    """Each snapshot's levels less what the messages before it brought, one number a level but for haste.

    Snapshots come on another way than the messages, so that now and then one is ahead of or behind them.
    """
    flow: Counter[Level] = Counter()
    estimates: dict[Level, list[int]] = {}
    rest = iter(messages)
    message = next(rest, None)
    for snapshot in snapshots:
        while message is not None and message.line < snapshot.line:
            sign = 1 if message.kind == RecordedKind.ADD else -1
            flow[message.side, message.price] += sign * message.quantity
            message = next(rest, None)
        for side, levels in ((1, snapshot.bids), (-1, snapshot.asks)):
            for price, lots in levels:
                estimates.setdefault((side, price), []).append(lots - flow[side, price])
    return estimates
