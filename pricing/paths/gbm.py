"""Paths of geometric Brownian motion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.paths.blocks import checked_out, parameter_column, simulate_blocks
from pricing.paths.gbm_kernel import gbm_prices
from pricing.paths.lanes import Words

FloatArray = npt.NDArray[np.float64]


def gbm_paths(
    *,
    spot: float,
    volatility: npt.ArrayLike,
    step_years: float,
    steps: int,
    paths: int,
    seed: np.random.SeedSequence,
    rate: npt.ArrayLike = 0.0,
    antithetic: bool = False,
    workers: int = 1,
    out: FloatArray | None = None,
) -> FloatArray:
    """Prices [currency] of shape (path, step + 1), step 0 being `spot`, by the exact transition.

    log(S' / S) = (rate - volatility^2 / 2) step_years + volatility sqrt(step_years) z. volatility per
    sqrt(year) and rate per year (the carry; 0 makes S a martingale) are one number or one a path.
    antithetic: path i + paths / 2 has the normals of path i with the other sign; `paths` is even then and a
    parameter is one number or one a pair. out: C-contiguous float64 array to fill instead of a new one. The
    result depends on `seed`, not on `workers`. ValueError for a spot or step that is not positive, a negative
    volatility, what is not finite, and shapes that do not fit.
    """
    drawn = paths // 2 if antithetic else paths
    sigma = parameter_column("volatility", volatility, drawn, low=0.0)
    carry = parameter_column("rate", rate, drawn)
    if not (0.0 < spot < np.inf and 0.0 < step_years < np.inf and steps >= 0):
        raise ValueError(f"spot {spot} and step {step_years} years are positive, {steps} steps not negative")
    if antithetic and paths % 2:
        raise ValueError(f"antithetic paths come in pairs, not {paths} of them")
    drift = (carry - 0.5 * sigma * sigma) * step_years
    deviation = np.sqrt(step_years) * sigma
    prices = checked_out(out, paths, steps)

    def block(place: slice, words: Words) -> None:
        gbm_prices(words, float(spot), _part(drift, place), _part(deviation, place), prices[place])

    simulate_blocks(block, paths=drawn, seed=seed, workers=workers)
    if antithetic:
        trend = np.exp(2.0 * drift[:, None] * np.arange(steps + 1))
        np.divide(spot * spot * trend, prices[:drawn], out=prices[drawn:])
    return prices


def _part(column: FloatArray, place: slice) -> FloatArray:
    return column if column.size == 1 else column[place]
