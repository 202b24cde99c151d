"""GJR-GARCH by filtered historical simulation, with an SSVI surface that moves with the returns."""

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
class GarchMarket:
    """Every day of a path draws a day of history: its standardised return and its residual of implied vol.

    The return goes through the GJR recursion, the residual through the law of implied volatility (Barone-
    Adesi, Giannopoulos and Vosper 1999, for both). Parameters, level and skew are those of one of `draws`;
    the start is the state at some close of history, at the draw's level. Spot is a martingale, since a log
    return is lowered by log E[exp(sqrt(h) z)] under the days themselves. Make it with `estimated`.
    """

    law: SurfaceLaw
    draws: SurfaceDraws
    spot: float = 1.0

    @classmethod
    def estimated(
        cls,
        *,
        until: date,
        variance_premium: bool = True,
        parameter_draws: int = 64,
        level_deviation: float = 0.25,
        spot: float = 1.0,
        seed: int = 0,
    ) -> GarchMarket:
        """Estimate on the embedded S&P 500 and VIX up to and including `until`.

        variance_premium: False scales implied volatility by a factor such that an at-the-money straddle held
        for 21 days earns nothing on average. parameter_draws: laws that the paths are spread over; 1 gives
        all of them the estimate. level_deviation: of the log of the factor on all volatilities of a draw.
        Raises InputError where `until` leaves too little data, ValueError for a number out of its range.
        """
        if parameter_draws < 1 or not (0.0 <= level_deviation <= 1.0 and 0.0 < spot < np.inf):
            raise ValueError("at least one draw, a deviation from 0 to 1 and a positive spot")
        law = estimate_surface_law(until)
        draws = SurfaceDraws.of(law, parameter_draws, level_deviation, np.random.default_rng(seed))
        market = cls(law=law, draws=draws, spot=spot)
        return market if variance_premium else market.without_premium()

    def without_premium(self) -> GarchMarket:
        """The same with implied volatilities scaled so that a month's straddle earns nothing on average."""
        pilot = self.simulate(_PILOT_PATHS, _PILOT_DAYS, np.random.SeedSequence(_PILOT_SEED))
        return replace(self, draws=self.draws.scaled(neutral_factor(pilot)))

    def simulate(self, paths: int, steps: int, seed: np.random.SeedSequence) -> MarketPaths:
        """Paths of `steps` days, which depend on `seed` alone."""
        rng = np.random.default_rng(fresh(seed))
        known = self.law.standardised_return.size
        return surface_paths(
            self.law,
            self.draws,
            draw=rng.integers(self.draws.level.size, size=paths),
            start=rng.integers(known, size=paths),
            days=rng.integers(known, size=(paths, steps)),
            spot=self.spot,
            description="GJR-GARCH by filtered historical simulation, SSVI surface moving with returns",
        )
