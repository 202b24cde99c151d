"""Small recordings for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution.recorded.book_history import rebuild
from execution.recorded.book_rows import BookHistory, book_row
from execution.recorded.messages import RecordedKind, RecordedMessages
from execution.recorded.quality import QualityReport
from execution.recorded.recording import Recording

ADD, REDUCE, DELETE, TRADE, HIDDEN = (
    RecordedKind.ADD,
    RecordedKind.REDUCE,
    RecordedKind.DELETE,
    RecordedKind.TRADE,
    RecordedKind.HIDDEN_TRADE,
)
Row = tuple[int, int, int, int, int]


def recorded(rows: Sequence[Row], *, level_wise: bool = False) -> RecordedMessages:
    """Messages a second apart, from second 1: (kind, order id, side, quantity, price)."""
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    return RecordedMessages(
        symbol="X",
        ts_ns=(1 + np.arange(len(rows))) * 10**9,
        kind=columns[0].astype(np.uint8),
        order_id=columns[1],
        side=columns[2].astype(np.int8),
        quantity=columns[3],
        price_ticks=columns[4],
        tick_size=0.01,
        lot_size=1.0,
        level_wise=level_wise,
    )


def recording(
    rows: Sequence[Row], initial: dict[tuple[int, int], int] | None = None, *, level_wise: bool = False
) -> Recording:
    """A recording of such messages; `initial` is volume by (side, price)."""
    messages = recorded(rows, level_wise=level_wise)
    before = book_row(initial or {})
    return Recording(
        messages=messages,
        history=rebuild(messages, 5, before),
        initial=before,
        report=QualityReport(rows=len(rows), messages=len(rows)),
    )


def random_rows(rng: np.random.Generator, count: int) -> list[Row]:
    """A consistent recording: orders that rest around 100 and leave, trades at the touch, oldest first."""
    live: list[list[int]] = []
    rows: list[Row] = []
    for number in range(count):
        side = int(rng.choice((-1, 1)))
        own_side = [order for order in live if order[1] == side]
        if rng.random() < 0.55 or not own_side:
            price = 100 - side * int(rng.integers(1, 5))
            order = [number, side, int(rng.integers(1, 9)), price]
            live.append(order)
            rows.append((ADD, *order))
            continue
        trade = rng.random() < 0.5
        order = (
            max(own_side, key=lambda o: o[1] * o[3]) if trade else own_side[int(rng.integers(len(own_side)))]
        )
        lots = int(rng.integers(1, order[2] + 1))
        kind = TRADE if trade else REDUCE if lots < order[2] else DELETE
        rows.append((kind, order[0], order[1], lots, order[3]))
        order[2] -= lots
        live = [o for o in live if o[2] > 0]
    return rows


def same_levels(one: BookHistory, other: BookHistory) -> np.ndarray:
    """(message,): every level of both is the same."""
    names = ("bid_ticks", "bid_volume", "ask_ticks", "ask_volume")
    return np.logical_and.reduce([(getattr(one, n) == getattr(other, n)).all(axis=1) for n in names])
