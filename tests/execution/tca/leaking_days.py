"""Simulated days of quotes with orders that leak or do not, for tests and benchmarks of leakage."""

from __future__ import annotations

import numpy as np

from execution.tca.blotter import NO_TIME, Blotter, FillColumns, OrderColumns
from execution.tca.market_tape import MarketTape, SymbolTape

SECOND = 10**9
DAY = 23_400  # seconds
WAIT = 60


def blotter_of(
    decided: np.ndarray, first: np.ndarray, side: np.ndarray, *, last: np.ndarray | None = None
) -> Blotter:
    """Orders with a fill at `first` and one at `last` [s]; a decision below zero is unknown."""
    count = len(first)
    unknown, none = np.full(count, np.nan), np.full(count, NO_TIME)
    fill_s = np.concatenate((first, first + 30 if last is None else last))
    order = np.concatenate((np.arange(count), np.arange(count)))
    rows = np.full(2 * count, np.nan)
    return Blotter(
        origin="",
        orders=OrderColumns(
            parent_id=np.arange(count).astype(np.str_),
            symbol=np.full(count, "X"),
            side=side.astype(np.float64),
            quantity=unknown,
            decision_ns=np.where(decided >= 0, np.round(decided * SECOND), NO_TIME).astype(np.int64),
            arrival_ns=none,
            end_ns=none,
            decision_price=unknown,
            arrival_price=unknown,
            end_price=unknown,
            reversion_price=unknown,
            interval_vwap=unknown,
            interval_twap=unknown,
            close_price=unknown,
            volatility=unknown,
            market_volume=unknown,
            multiplier=np.ones(count),
            algorithm=np.full(count, ""),
            regime=np.full(count, ""),
            package_id=np.full(count, ""),
        ),
        fills=FillColumns(
            order=order,
            ts_ns=np.round(fill_s * SECOND).astype(np.int64),
            price=np.full(2 * count, 100.0),
            quantity=np.ones(2 * count),
            fee=np.zeros(2 * count),
            mid=rows,
            bid=rows,
            ask=rows,
            taker=np.ones(2 * count),
            venue=np.full(2 * count, "LIT"),
            counterparty=np.full(2 * count, ""),
        ).sorted(),
    )


def tape_of(log_mid: np.ndarray, *, half_spread: float = 0.01) -> SymbolTape:
    mid, none = np.exp(log_mid), np.empty(0)
    return SymbolTape(
        quote_ns=np.arange(len(mid)) * SECOND,
        bid=mid - half_spread,
        ask=mid + half_spread,
        trade_ns=none.astype(np.int64),
        price=none,
        size=none,
    )


def market_and_orders(seed: int, leak_bps: float, *, orders: int = 30) -> tuple[MarketTape, Blotter]:
    """A day of momentum and changing volatility; the price leans by leak_bps before each order."""
    rng = np.random.default_rng(seed)
    volatility = np.repeat(np.exp(0.4 * rng.standard_normal(DAY // 900)), 900)[:DAY]
    shock = 0.3 * volatility * rng.standard_normal(len(volatility))
    moves = shock + 0.3 * np.concatenate(([0.0], shock[:-1]))
    decided = np.arange(orders) * (DAY // orders) + 200 + rng.integers(0, 300, orders)
    wait = rng.integers(WAIT // 2, WAIT * 2, orders)
    side = rng.choice([-1, 1], orders)
    for start, length, sign in zip(decided, wait, side, strict=True):
        moves[start + 1 : start + length] += sign * leak_bps / (length - 1)
    log_mid = np.log(100.0) + 1e-4 * np.cumsum(moves)
    tape = MarketTape(symbols={"": tape_of(log_mid)})
    return tape, blotter_of(decided.astype(np.float64), (decided + wait).astype(np.float64), side)
