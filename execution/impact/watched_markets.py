"""Markets that are watched while an agent trades in them, so that it can be told what is forecast."""

from __future__ import annotations

from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.market_source import MarketSource
from execution.agents.markets import Markets
from execution.agents.terms import MarketTerms
from execution.agents.wrapped_markets import WrappedMarkets
from execution.impact.predictor import Forecast, Predictor
from execution.impact.watch import MarketWatch

IntArray = npt.NDArray[np.int64]

STEP_NS = 10**9  # what the shipped predictors were taught on


@final
class WatchedMarkets(WrappedMarkets):
    """Other Markets, stepped no further at a time than to their next look, one every step_ns from the start.

    The agent's own trades are part of what is seen.
    """

    def __init__(self, markets: Markets, predictor: Predictor, *, step_ns: int = STEP_NS) -> None:
        super().__init__(markets)
        if step_ns < 1:
            raise ValueError(f"step_ns is {step_ns}, expected at least 1")
        self.watch = MarketWatch(len(markets))
        self._predictor, self._step_ns = predictor, step_ns
        self._traded = self._lots()
        self._due_ns = np.asarray(markets.now_ns, np.int64).copy()
        self._look()

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""
        target = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self))
        while True:
            until = np.minimum(target, self._due_ns)
            self.wrapped.step_until(np.maximum(until, self.now_ns))
            self._look()
            if bool((self.now_ns >= target).all()):
                return self.depth

    def restart(self, at: int) -> None:
        """Forget a market that a fresh one has taken the place of, and look at that one."""
        which = np.arange(len(self)) == at
        self.watch.forget(which)
        self._traded[:, at] = self._lots()[:, at]
        self._due_ns[at] = self.now_ns[at]
        self._look()

    def forecast(self, side: npt.ArrayLike = 1, quantity: npt.ArrayLike = 1.0) -> Forecast:
        """What was forecast at each market's last look, as of Predictor.forecast."""
        return self._predictor.forecast(self.watch.window, self.watch.scales, side, quantity)

    def _look(self) -> None:
        due = self.now_ns >= self._due_ns
        if not due.any():
            return
        lots = self._lots()
        # A recording may tell the direction of trades that its volume does not count, hidden ones.
        new = np.maximum(lots - self._traded, 0)
        self._traded[:, due] = lots[:, due]
        self.watch.see(self.depth, new[0], new[1], markets=due)
        self._due_ns[due] += self._step_ns

    def _lots(self) -> IntArray:
        """Lots that buyers and that sellers have taken so far, (2, market)."""
        whole, signed = (self.account[name].astype(np.int64) for name in ("market_lots", "signed_lots"))
        return np.stack(((whole + signed) // 2, (whole - signed) // 2))


@final
class WatchedSource:
    """The markets of another source, watched, so that agents learn with forecasts before them."""

    def __init__(self, source: MarketSource, predictor: Predictor) -> None:
        self.source, self.predictor = source, predictor

    def make(self, count: int, seed: np.random.SeedSequence) -> tuple[WatchedMarkets, list[MarketTerms]]:
        """As many fresh markets, and their terms."""
        markets, terms = self.source.make(count, seed)
        return WatchedMarkets(markets, self.predictor), terms

    def renew(self, markets: Markets, at: int, seed: np.random.SeedSequence) -> MarketTerms | None:
        """Put a fresh market in the place of one; its terms, or None when the old one goes on."""
        if not isinstance(markets, WatchedMarkets):
            raise TypeError(f"expected WatchedMarkets, found {type(markets).__name__}")
        terms = self.source.renew(markets.wrapped, at, seed)
        if terms is not None:
            markets.restart(at)
        return terms
