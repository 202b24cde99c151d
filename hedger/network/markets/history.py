"""Stretches of the S&P 500's own history, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from hedger.network.markets.paths import MarketPaths, fresh
from hedger.network.markets.premium import neutral_factor
from hedger.network.markets.surface_draws import SurfaceDraws
from hedger.network.markets.surface_law import SurfaceLaw, estimate_surface_law
from hedger.network.markets.surface_paths import surface_paths

_PILOT_PATHS, _PILOT_DAYS, _PILOT_SEED = 65_536, 21, 20_140_103


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMarket:
    """Block bootstrap of history: a path lives through `block_days` days in their order, then others.

    The first block starts in the state in which it started, so that its returns and implied volatilities are
    those of history less the drift; the next goes on from the state that the path has come to, with the
    returns and residuals of its own days, so that nothing jumps where blocks meet. Implied volatility is the
    VIX where there is one and the law's before (`law.observed_share`); observed_only leaves these days out.
    Skew is of the one law that was estimated. Over all days the mean gross return is one, without the drift
    of `law.removed_drift` and `daily_drift`; in a given state it need not be.
    """

    law: SurfaceLaw
    draws: SurfaceDraws
    block_days: int
    observed_only: bool
    spot: float = 1.0
    since: date | None = None

    @classmethod
    def estimated(
        cls,
        *,
        until: date,
        block_days: int = 63,
        observed_only: bool = False,
        variance_premium: bool = True,
        spot: float = 1.0,
        seed: int = 0,
        since: date | None = None,
    ) -> HistoryMarket:
        """Take the embedded S&P 500 and VIX up to and including `until`.

        since: no block has a day before; the law is estimated on all days. variance_premium as in
        `GarchMarket`. Raises InputError where `until` leaves too little data, ValueError for blocks that are
        not from a day to the number of days, or a spot that is not positive.
        """
        law = estimate_surface_law(until)
        draws = SurfaceDraws.of(law, 1, 0.0, np.random.default_rng(seed))
        market = cls(
            law=law, draws=draws, block_days=block_days, observed_only=observed_only, spot=spot, since=since
        )
        if not (1 <= block_days <= market.days.size and 0.0 < spot < np.inf):
            raise ValueError(f"blocks have 1 to {market.days.size} days and spot is positive")
        return market if variance_premium else market.without_premium()

    @property
    def days(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Places of the days that blocks are cut from, one after the other."""
        first = 0 if self.since is None else int(np.searchsorted(self.law.dates, np.datetime64(self.since)))
        if not self.observed_only:
            return np.arange(first, self.law.standardised_return.size)
        observed = np.flatnonzero(self.law.observed)
        return np.arange(max(first, observed[0]), observed[-1] + 1)

    @property
    def daily_drift(self) -> float:
        """Log of the mean gross return of the days after the law's own correction, which is taken off."""
        z, deviation = self.law.standardised_return[self.days], np.sqrt(self.law.next_variance[self.days])
        moments = np.array(
            [np.log(np.mean(np.exp(each * self.law.standardised_return))) for each in deviation]
        )
        return float(np.log(np.mean(np.exp(deviation * z - moments))))

    def without_premium(self) -> HistoryMarket:
        """The same with implied volatilities scaled so that a month's straddle earns nothing on average."""
        pilot = self.simulate(_PILOT_PATHS, _PILOT_DAYS, np.random.SeedSequence(_PILOT_SEED))
        return replace(self, draws=self.draws.scaled(neutral_factor(pilot)))

    def simulate(self, paths: int, steps: int, seed: np.random.SeedSequence) -> MarketPaths:
        """Paths of `steps` days, which depend on `seed` alone."""
        rng = np.random.default_rng(fresh(seed))
        days, blocks = self.days, -(-steps // self.block_days)
        starts = days[rng.integers(days.size - self.block_days + 1, size=(paths, max(blocks, 1)))]
        lived = (starts[:, :, None] + np.arange(self.block_days)).reshape(paths, -1)[:, :steps]
        return surface_paths(
            self.law,
            self.draws,
            draw=np.zeros(paths, dtype=np.int64),
            start=np.ascontiguousarray(starts[:, 0]),
            days=np.ascontiguousarray(lived),
            spot=self.spot,
            drift=self.daily_drift,
            description=f"S&P 500 from {self.law.dates[0]} in blocks of {self.block_days} days",
        )
