"""Everything of a market that varies from path to path, by draw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hedger.network.markets.garch_kernel import (
    BETA,
    DOWNSIDE,
    FORECAST_CONSTANT,
    LEVERAGE,
    OMEGA,
)
from hedger.network.markets.parameter_draws import drawn_parameters
from hedger.network.markets.skew_draws import drawn_skews, swap_ratio
from hedger.network.markets.surface_law import SurfaceLaw
from pricing.paths.garch import GjrLaw

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceDraws:
    """Parameters of the kernel (draw, 12); by draw, the level of all volatilities as a factor, the smile's
    correlation and curvature, and the factor from the variance swap (the VIX) to the money.
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

    def variance_law(self, draw: int, loss_share: float) -> GjrLaw:
        """The law of daily variance [squared log return] of one draw."""
        omega, alpha, gamma, beta = self.parameters[draw, OMEGA : BETA + 1].tolist()
        return GjrLaw(omega=omega, alpha=alpha, gamma=gamma, beta=beta, loss_share=loss_share)
