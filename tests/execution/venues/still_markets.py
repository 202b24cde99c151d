"""Markets in which nothing happens but what a test makes of the mid."""

from __future__ import annotations

import numpy as np

from execution.agents.terms import MarketTerms
from execution.book.layout import RecordArray
from execution.market.batch_kernel import ACCOUNT

TERMS = MarketTerms(lots_per_second=20.0, volatility_ticks=1.0, tick_size=0.01, spread_ticks=2.0)


class StillMarkets:
    """Books of one level a side whose touch is `bid` and `ask`, and a clock; agents' orders vanish."""

    def __init__(self, markets: int, bid: int = 100, ask: int = 103) -> None:
        self.depth = np.zeros((markets, 2, 1, 2), np.int32)
        self.account: RecordArray = np.zeros(markets, ACCOUNT)
        self.now_ns = np.zeros(markets, np.int64)
        self.surprise_ticks = np.zeros(markets)
        self.set(bid, ask)

    def __len__(self) -> int:
        return len(self.now_ns)

    def set(self, bid: int, ask: int) -> None:
        """Move the touch, seen after the next step."""
        self.next = np.array([[[bid, 50]], [[ask, 50]]], np.int32)
        if not self.now_ns.any():
            self.depth[:] = self.next

    def step_until(self, ts_ns: int | np.ndarray) -> np.ndarray:
        """Let time pass."""
        self.now_ns = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self)).copy()
        self.depth[:] = self.next
        return self.depth

    def enter(self, messages: RecordArray, slots: np.ndarray | None = None) -> np.ndarray:
        """Take no order."""
        return np.zeros(len(self), np.int64)

    def resting(self, slots: np.ndarray) -> np.ndarray:
        """Nothing rests."""
        return np.zeros((len(self), 2), np.int64)
