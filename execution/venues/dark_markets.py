"""Markets with dark pools beside their lit venues, for desks, routers and agents alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.market_source import MarketSource
from execution.agents.markets import Markets, Venue, venues_of
from execution.agents.terms import MarketTerms, VenueFees
from execution.agents.wrapped_markets import WrappedMarkets
from execution.book.layout import RecordArray
from execution.market.batch_kernel import ACCOUNT
from execution.market.pool_terms import DarkPoolTerms
from execution.venues.dark import DarkPool

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@final
class DarkMarkets(WrappedMarkets):
    """Other markets with pools as further venues after the lit ones; `account` is of all together.

    Who knows what comes may come to a pool in the stretch before each step's move: informed counterparties
    are drawn by the move of the first venue's mid, and trade at the mid that they find. The mid is the last
    one seen while a side is empty.
    """

    def __init__(
        self, markets: Markets, pools: Sequence[DarkPoolTerms], seed: np.random.SeedSequence
    ) -> None:
        super().__init__(markets)
        levels = markets.depth.shape[2]
        self.pools = tuple(
            DarkPool(terms, len(markets), levels, one)
            for terms, one in zip(pools, seed.spawn(len(pools)), strict=True)
        )
        self._mids_twice = np.zeros(len(markets), np.int64)
        self._look()

    @property
    def venues(self) -> tuple[Venue, ...]:
        """The lit venues, then the pools."""
        return *venues_of(self.wrapped), *self.pools

    @property
    def account(self) -> RecordArray:
        """The agent's accounts over all venues, shape (market,) of ACCOUNT; volumes are the lit ones."""
        total: RecordArray = self.wrapped.account.copy()
        for pool in self.pools:
            for name in ACCOUNT.names or ():
                total[name] += pool.account[name]
        return total

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the first venue's depth."""
        began, before = self.wrapped.now_ns, self._mids_twice.copy()
        depth = self.wrapped.step_until(ts_ns)
        self._look()
        # News as they are after the stretch: who comes may know them, so that only what was left before them
        # is a holding whose gain from them is zero on average.
        surprise = np.array(getattr(self.wrapped, "surprise_ticks", np.zeros(len(self))), np.float64)
        seconds = np.asarray(1e-9 * (self.wrapped.now_ns - began), np.float64)
        moved = np.asarray(0.5 * (self._mids_twice - before), np.float64)
        for pool in self.pools:
            pool.match(seconds, before, moved, surprise)
        return depth

    def renew_pools(self, at: int, seed: np.random.SeedSequence) -> None:
        """Empty the pools of one market, whose mid is another's now."""
        for pool, one in zip(self.pools, seed.spawn(len(self.pools)), strict=True):
            pool.renew(at, one)
        self._mids_twice[at] = 0
        self._look()

    def _look(self) -> None:
        best = self.wrapped.depth[:, :, 0].astype(np.int64)
        quoted = (best[:, :, 1] > 0).all(axis=1)
        self._mids_twice = np.where(quoted, best[:, 0, 0] + best[:, 1, 0], self._mids_twice)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DarkSource:
    """Markets of another source with pools beside them; the lit ones are those of the same seed."""

    source: MarketSource
    pools: tuple[DarkPoolTerms, ...]

    def make(self, count: int, seed: np.random.SeedSequence) -> tuple[DarkMarkets, list[MarketTerms]]:
        """As many fresh markets, and their terms, the pools' fees after those of the lit venues."""
        markets, terms = self.source.make(count, seed)
        lit = len(venues_of(markets))
        with_pools = [terms_with_pools(one, self.pools, lit) for one in terms]
        return DarkMarkets(markets, self.pools, seed.spawn(1)[0]), with_pools

    def renew(self, markets: Markets, at: int, seed: np.random.SeedSequence) -> MarketTerms | None:
        """Put a fresh market in the place of one, its pools empty; None when the old one goes on."""
        if not isinstance(markets, DarkMarkets):
            raise TypeError(f"expected DarkMarkets, found {type(markets).__name__}")
        terms = self.source.renew(markets.wrapped, at, seed)
        if terms is None:
            return None
        markets.renew_pools(at, seed.spawn(1)[0])
        return terms_with_pools(terms, self.pools, len(venues_of(markets.wrapped)))


def terms_with_pools(terms: MarketTerms, pools: Sequence[DarkPoolTerms], lit: int) -> MarketTerms:
    """Terms with the pools' fees after those of the first `lit` venues."""
    fees = tuple(VenueFees(pool.fee_ticks, pool.fee_ticks) for pool in pools)
    return replace(terms, further_fees=(*terms.further_fees[: lit - 1], *fees))
