"""Tapes for tests: hand-made ones, and a small random market in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from execution.realism.tape import Tape
from execution.recorded.book_history import rebuild
from execution.recorded.messages import RecordedKind, RecordedMessages

ADD, REDUCE, DELETE, TRADE = RecordedKind.ADD, RecordedKind.REDUCE, RecordedKind.DELETE, RecordedKind.TRADE
BID, ASK = 1, -1

Row = tuple[float, int, int, int, int, int]
"""(seconds, kind, order id, side, quantity, price in ticks)"""


def messages_of(rows: Sequence[Row]) -> RecordedMessages:
    columns = list(zip(*rows, strict=True))
    return RecordedMessages(
        symbol="TEST",
        ts_ns=np.rint(1e9 * np.array(columns[0])).astype(np.int64),
        kind=np.array(columns[1], np.uint8),
        order_id=np.array(columns[2], np.int64),
        side=np.array(columns[3], np.int8),
        quantity=np.array(columns[4], np.int64),
        price_ticks=np.array(columns[5], np.int64),
        tick_size=0.01,
        lot_size=1.0,
    )


def tape_of(rows: Sequence[Row], levels: int = 3) -> Tape:
    messages = messages_of(rows)
    return Tape(messages=messages, history=rebuild(messages, levels))


@cache
def random_tape(
    seed: int, count: int = 2_000, *, spread: int = 2, rate: float = 10.0, levels: int = 5
) -> Tape:
    """Orders around 1,000 ticks that arrive, are cut, withdrawn and executed, `spread` apart."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    live: dict[int, tuple[int, int, int]] = {}
    now = 0.0
    while len(rows) < count:
        now += rng.exponential(1.0 / rate)
        choice = rng.random()
        side = BID if rng.random() < 0.5 else ASK
        mine = [i for i, order in live.items() if order[0] == side]
        if len(mine) < 5 or (choice < 0.5 and len(mine) < 25):
            price = 1_000 - side * (spread // 2 + int(rng.geometric(0.3)))
            quantity = int(rng.geometric(0.1))
            rows.append((now, ADD, len(rows), side, quantity, price))
            live[len(rows) - 1] = (side, quantity, price)
            continue
        if choice < 0.8:
            order_id = int(rng.choice(mine))
            _, quantity, price = live[order_id]
            part = choice < 0.1 and quantity > 1
            gone = 1 if part else quantity
            rows.append((now, REDUCE if part else DELETE, order_id, side, gone, price))
        else:
            order_id = min(mine, key=lambda i: (-side * live[i][2], i))
            _, quantity, price = live[order_id]
            gone = quantity if rng.random() < 0.7 else int(rng.integers(1, quantity + 1))
            rows.append((now, TRADE, order_id, side, gone, price))
        if gone == quantity:
            del live[order_id]
        else:
            live[order_id] = (side, quantity - gone, price)
    return tape_of(rows, levels)
