"""Paths of Heston's model by Andersen's quadratic-exponential scheme with the martingale correction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.paths.blocks import checked_out, parameter_column, simulate_blocks
from pricing.paths.heston_kernel import heston_prices
from pricing.paths.lanes import Words

FloatArray = npt.NDArray[np.float64]

# A variance that moves less than this has nothing for the price to be correlated with.
_LEAST_SIGMA = 1e-8


def heston_paths(
    *,
    spot: float,
    initial_variance: npt.ArrayLike,
    mean_reversion: npt.ArrayLike,
    long_run_variance: npt.ArrayLike,
    volatility_of_variance: npt.ArrayLike,
    correlation: npt.ArrayLike,
    step_years: float,
    steps: int,
    paths: int,
    seed: np.random.SeedSequence,
    rate: npt.ArrayLike = 0.0,
    workers: int = 1,
    out: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Prices [currency] and variances [per year], both of shape (path, step + 1).

    dv = kappa (theta - v) dt + sigma sqrt(v) dW, correlated with the price; every parameter is one number or
    one a path, Feller's condition is not needed. The mean and the variance of v over a step are exact and so
    is the price's mean, exp(rate step_years), unless a positive correlation makes a step's mean infinite; the
    law between is Andersen's (2008, 'Simple and efficient simulation of the Heston stochastic volatility
    model', sections 3.2.4 and 4.3) with the variance over a step taken as the mean of its ends. The result
    depends on `seed`, not on `workers`. ValueError for a spot or step that is not positive, a parameter out
    of its range or not finite, and shapes that do not fit.
    """
    if not (0.0 < spot < np.inf and 0.0 < step_years < np.inf and steps >= 0):
        raise ValueError(f"spot {spot} and step {step_years} years are positive, {steps} steps not negative")
    table = step_coefficients(
        parameter_column("initial_variance", initial_variance, paths, low=0.0),
        parameter_column("mean_reversion", mean_reversion, paths, low=0.0),
        parameter_column("long_run_variance", long_run_variance, paths, low=0.0),
        parameter_column("volatility_of_variance", volatility_of_variance, paths, low=0.0),
        parameter_column("correlation", correlation, paths, low=-1.0, high=1.0),
        parameter_column("rate", rate, paths),
        step_years,
    )
    first, second = (None, None) if out is None else out
    prices, variances = checked_out(first, paths, steps), checked_out(second, paths, steps)

    def block(place: slice, words: Words) -> None:
        part = table if table.shape[1] == 1 else np.ascontiguousarray(table[:, place])
        heston_prices(words, float(spot), part, prices[place], variances[place])

    simulate_blocks(block, paths=paths, seed=seed, workers=workers)
    return prices, variances


def step_coefficients(
    start: FloatArray,
    kappa: FloatArray,
    theta: FloatArray,
    sigma: FloatArray,
    rho: FloatArray,
    rate: FloatArray,
    step_years: float,
) -> FloatArray:
    """What a step of the scheme multiplies with, in the kernel's order of rows, shape (10, 1 or path).

    v0; then E[v'] = pull + decay v, Var[v'] = noise + spread v; then Andersen's K1 to K4 with equal weights
    of both ends, K1 v being absorbed by the martingale correction; then the carry.
    """
    decay = np.exp(-kappa * step_years)
    # (1 - decay) / kappa, whose limit at no reversion is the step.
    reach = np.where(
        kappa > 0.0, -np.expm1(-kappa * step_years) / np.where(kappa > 0.0, kappa, 1.0), step_years
    )
    noise = 0.5 * theta * kappa * (sigma * reach) ** 2
    # Without volatility of variance there is nothing to correlate with.
    moves = sigma > _LEAST_SIGMA
    rho = np.where(moves, rho, 0.0)
    lever = rho / np.where(moves, sigma, 1.0)
    half = 0.5 * step_years
    after = half * (kappa * lever - 0.5) + lever
    mix = half * (1.0 - rho * rho)
    rows = (start, decay, theta * kappa * reach, sigma**2 * decay * reach, noise)
    return np.array(
        np.broadcast_arrays(*rows, after, mix, after + 0.5 * mix, rate * step_years), dtype=np.float64
    )
