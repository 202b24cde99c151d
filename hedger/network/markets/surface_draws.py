"""Everything of a market that varies from path to path, by draw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hedger.network.markets.garch_kernel import (
    DOWNSIDE,
    FORECAST_CONSTANT,
    LEVERAGE,
    OMEGA,
)
from hedger.network.markets.parameter_draws import drawn_parameters
from hedger.network.markets.skew_draws import drawn_skews, swap_ratio
from hedger.network.markets.surface_law import SurfaceLaw

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceDraws:
    """Laws that paths are spread over, every field by draw.

    parameters: of `garch_kernel.market_paths`, shape (draw, 12). level: factor on all volatilities of the
    draw, already in its parameters. correlation, curvature: the smile's rho and eta. to_the_money: from the
    variance swap's volatility (the VIX) to that at the money.
    """

    parameters: FloatArray
    level: FloatArray
    correlation: FloatArray
    curvature: FloatArray
    to_the_money: FloatArray

    @classmethod
    def of(
        cls, law: SurfaceLaw, draws: int, level_deviation: float, rng: np.random.Generator
    ) -> SurfaceDraws:
        """Draw from the sampling error of `law`; the first draw has its own parameters and level."""
        parameters = drawn_parameters(law, draws, rng)
        level = np.exp(level_deviation * np.append(0.0, rng.standard_normal(draws - 1)))
        parameters[:, [OMEGA, FORECAST_CONSTANT]] *= level[:, None] ** 2
        reaction = parameters[:, LEVERAGE] + parameters[:, DOWNSIDE] * law.loss_share
        correlation, curvature = drawn_skews(reaction, rng)
        return cls(
            parameters=parameters,
            level=level,
            correlation=correlation,
            curvature=curvature,
            to_the_money=1.0 / swap_ratio(correlation, curvature),
        )

    def scaled(self, factor: float) -> SurfaceDraws:
        """The same with every implied volatility times a factor."""
        return replace(self, to_the_money=factor * self.to_the_money)
