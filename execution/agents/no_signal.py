"""Markets in which no agent can win: a fair game of a price, any amount at one spread, nothing rests in vain.

Orders that rest are never filled and all that is taken pays half the spread, so that every worker's order
costs the same once the price's own moves are taken off. A comparison that finds a winner here is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import IntArray, Markets
from execution.agents.terms import MarketTerms
from execution.book.layout import MessageKind, RecordArray
from execution.market.batch_kernel import ACCOUNT

_SECOND = 10**9
_TOUCH_LOTS = 10**6
TERMS = MarketTerms(lots_per_second=200.0, volatility_ticks=1.0, tick_size=0.01, spread_ticks=2.0)


@final
class FairGames:
    """Markets whose mid moves a tick up or down each second by a fair coin, two ticks wide."""

    def __init__(self, seeds: Sequence[np.random.SeedSequence], *, levels: int = 5) -> None:
        count = len(seeds)
        self._coins = [np.random.default_rng(seed) for seed in seeds]
        self._now, self._mid = np.zeros(count, np.int64), np.full(count, 10_000, np.int64)
        self._resting = np.zeros(count, np.int64)
        self._levels = np.arange(levels)
        self.account = np.zeros(count, ACCOUNT)
        self.surprise_ticks = np.zeros(count)
        self.depth = np.zeros((count, 2, levels, 2), np.int32)
        self._show()

    def __len__(self) -> int:
        return len(self._coins)

    @property
    def now_ns(self) -> IntArray:
        """The time that each market has reached, shape (market,)."""
        return self._now.copy()

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Toss a coin for every full second that begins until then."""
        until = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self))
        for at, coins in enumerate(self._coins):
            tosses = int(until[at] // _SECOND - self._now[at] // _SECOND)
            self._mid[at] += 2 * int(coins.binomial(tosses, 0.5)) - tosses
        self._now = until.astype(np.int64)
        self._show()
        return self.depth

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Fill what is taken, whatever its size, at the touch; keep what rests for ever."""
        kind = messages["kind"]
        takes = kind == MessageKind.MARKET
        bought = np.where(takes, messages["side"] * messages["quantity"], 0).astype(np.int64)
        self.account["position"] += bought
        self.account["cash"] -= bought * (self._mid + np.sign(bought))
        self.account["taker_lots"] += np.abs(bought)
        self.account["market_lots"] += np.abs(bought)
        self.account["signed_lots"] += bought
        self.account["surprise"] += bought * self.surprise_ticks
        self._resting[kind == MessageKind.CANCEL] = 0
        reduced = kind == MessageKind.REDUCE
        self._resting[reduced] -= messages["quantity"][reduced]
        rests = kind == MessageKind.LIMIT
        self._resting[rests] = messages["quantity"][rests]
        found: IntArray = rests.astype(np.int64)
        return found

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order and lots before it, shape (market, 2)."""
        own = np.where(slots > 0, self._resting, 0)
        return np.column_stack([own, np.where(own > 0, _TOUCH_LOTS, 0)])

    def _show(self) -> None:
        self.surprise_ticks = (self._mid - 10_000).astype(np.float64)
        for row, side in enumerate((1, -1)):
            self.depth[:, row, :, 0] = self._mid[:, None] - side * (1 + self._levels)
            self.depth[:, row, :, 1] = _TOUCH_LOTS


@final
class FairGameSource:
    """Fair games by their seeds."""

    def make(self, count: int, seed: np.random.SeedSequence) -> tuple[FairGames, list[MarketTerms]]:
        """As many fresh markets, and their terms."""
        return FairGames(seed.spawn(count)), [TERMS] * count

    def renew(self, markets: Markets, at: int, seed: np.random.SeedSequence) -> None:
        """The old one goes on: it has no memory."""
