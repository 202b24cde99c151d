"""The GARCH market day by day, from the law's own words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedger.network.markets.surface_law import SurfaceLaw
from pricing.paths.garch import GjrLaw
from pricing.paths.innovations import ParametricInnovations

FloatArray = npt.NDArray[np.float64]


def garch_path(law: SurfaceLaw, start: int, days: list[int]) -> list[tuple[float, float, float]]:
    """Spot, daily variance and the log of implied volatility (the VIX) at every step, spot from 1."""
    fitted = law.garch.law
    assert isinstance(fitted, GjrLaw)
    beta = fitted.persistence - fitted.alpha - law.loss_share * fitted.gamma
    spot, h, x, level = 1.0, law.next_variance[start], law.log_implied[start], law.log_level[start]
    path = [(spot, float(h), float(x))]
    for day in days:
        z = float(law.standardised_return[day])
        percent = fitted.mean_variance(1e4 * h, 21, ParametricInnovations())
        forecast = 0.5 * np.log(252 * percent.mean() / 1e4)
        x += law.volatility.expected_change(forecast, x, level, z) + law.residual[day]
        level += law.volatility.level_share * (x - level)
        spot *= np.exp(np.sqrt(h) * z) / np.mean(np.exp(np.sqrt(h) * law.standardised_return))
        h = fitted.omega / 1e4 + (fitted.alpha + fitted.gamma * (z < 0)) * h * z * z + beta * h
        path.append((float(spot), float(h), float(x)))
    return path
