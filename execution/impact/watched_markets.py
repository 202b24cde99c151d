"""Markets that are watched while an agent trades in them, so that it can be told what is forecast."""

from __future__ import annotations

from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.book.layout import RecordArray
from execution.impact.predictor import Forecast, Predictor
from execution.impact.watch import MarketWatch

IntArray = npt.NDArray[np.int64]

STEP_NS = 10**9  # what the shipped predictors were taught on


@final
class WatchedMarkets:
    """Other Markets, stepped no further at a time than to their next look, one every step_ns from the start.

    The agent's own trades are part of what is seen.
    """

    def __init__(self, markets: Markets, predictor: Predictor, *, step_ns: int = STEP_NS) -> None:
        if step_ns < 1:
            raise ValueError(f"step_ns is {step_ns}, expected at least 1")
        self.watch = MarketWatch(len(markets))
        self._markets, self._predictor, self._step_ns = markets, predictor, step_ns
        self._traded = self._lots()
        self._due_ns = np.asarray(markets.now_ns, np.int64).copy()
        self._look()

    def __len__(self) -> int:
        return len(self._markets)

    @property
    def depth(self) -> npt.NDArray[np.int32]:
        """The best levels, shape (market, side, level, 2)."""
        return self._markets.depth

    @property
    def account(self) -> RecordArray:
        """The agent's accounts, shape (market,)."""
        return self._markets.account

    @property
    def now_ns(self) -> IntArray:
        """The time that each market has reached, shape (market,)."""
        return self._markets.now_ns

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""
        target = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self))
        while True:
            until = np.minimum(target, self._due_ns)
            self._markets.step_until(np.maximum(until, self.now_ns))
            self._look()
            if bool((self.now_ns >= target).all()):
                return self.depth

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market; return slots of new orders."""
        return self._markets.enter(messages, slots)

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        return self._markets.resting(slots)

    def forecast(self, side: npt.ArrayLike = 1, quantity: npt.ArrayLike = 1.0) -> Forecast:
        """What was forecast at each market's last look, as of Predictor.forecast."""
        return self._predictor.forecast(self.watch.window, self.watch.scales, side, quantity)

    def _look(self) -> None:
        due = self.now_ns >= self._due_ns
        if not due.any():
            return
        lots = self._lots()
        new = np.where(due, lots - self._traded, 0)
        self._traded[:, due] = lots[:, due]
        self.watch.see(self.depth, new[0], new[1], markets=due)
        self._due_ns[due] += self._step_ns

    def _lots(self) -> IntArray:
        """Lots that buyers and that sellers have taken so far, (2, market)."""
        whole, signed = (
            self._markets.account[name].astype(np.int64) for name in ("market_lots", "signed_lots")
        )
        return np.stack(((whole + signed) // 2, (whole - signed) // 2))
