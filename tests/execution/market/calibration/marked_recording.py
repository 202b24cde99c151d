"""A small recorded market whose every event is known, for the marked flow's tests."""

from __future__ import annotations

import numpy as np

from execution.recorded.book_history import BookHistory, rebuild
from execution.recorded.messages import RecordedKind, RecordedMessages

ADD, REDUCE, DELETE, TRADE = (
    RecordedKind.ADD,
    RecordedKind.REDUCE,
    RecordedKind.DELETE,
    RecordedKind.TRADE,
)


def recording(rows: list[tuple[int, int, int, int, int, int]]) -> tuple[RecordedMessages, BookHistory]:
    """Messages of (ts_ns, kind, order_id, side, quantity, price_ticks), and ten levels after each."""
    columns = np.array(rows, np.int64).T
    messages = RecordedMessages(
        symbol="TEST",
        ts_ns=columns[0],
        kind=columns[1].astype(np.uint8),
        order_id=columns[2],
        side=columns[3].astype(np.int8),
        quantity=columns[4],
        price_ticks=columns[5],
        tick_size=0.01,
        lot_size=1.0,
    )
    return messages, rebuild(messages, 10)


def random_recording(seed: int, events: int = 2_000) -> tuple[RecordedMessages, BookHistory]:
    """Orders that come, go and trade at random around a price of 1,000; both sides stay deep."""
    rng = np.random.default_rng(seed)
    rows = [(0, ADD, i, 1 if i % 2 else -1, 50, 999 - i if i % 2 else 1_001 + i) for i in range(20)]
    live = {row[2]: (row[3], row[4], row[5]) for row in rows}
    for number in range(20, 20 + events):
        ts_ns = int(1e6 * number + rng.integers(0, 1e6))
        side = 1 if rng.random() < 0.5 else -1
        own = [(price, order) for order, (s, _, price) in live.items() if s == side]
        kind = rng.random()
        if kind < 0.5 or len(own) < 8:
            other = [price for s, _, price in live.values() if s == -side]
            best = min(other) if side > 0 else max(other)
            price, size = best - side * int(rng.integers(1, 12)), int(rng.integers(1, 60))
            live[number] = side, size, price
            rows.append((ts_ns, ADD, number, side, size, price))
            continue
        if kind < 0.85:
            order = own[int(rng.integers(len(own)))][1]
            code = DELETE
        else:
            best = max(price for price, _ in own) if side > 0 else min(price for price, _ in own)
            order = min(o for price, o in own if price == best)
            code = TRADE
        s, size, price = live.pop(order)
        rows.append((ts_ns, code, order, s, size, price))
    return recording(rows)
