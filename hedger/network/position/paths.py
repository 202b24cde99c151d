"""Batches of antithetic paths of geometric Brownian motion, laid out for the recursion over dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from hedger.network.position.grid import SpotGrid
from hedger.optimum.problem import HedgingProblem
from pricing.paths.gbm import gbm_paths
from pricing.paths.lanes import logarithm

FloatArray = npt.NDArray[np.float64]

_TILE = 64
# Keeps a place below the last node, so that it always has a node to its right.
_BELOW = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class PathBatch:
    """spot: (step + 1, path) [currency]. place: (step, path), of log spot among the grid's nodes.

    owed: (path,), for all options of the problem at their expiries [currency].
    """

    spot: FloatArray
    place: FloatArray
    owed: FloatArray


def simulate_batch(
    problem: HedgingProblem,
    grid: SpotGrid,
    paths: int,
    seed: np.random.SeedSequence,
    *,
    drift: float = 0.0,
) -> PathBatch:
    """Paths of the problem's martingale, the second half mirroring the first; `paths` is even.

    drift: of a date's log return besides; a study of another's set-up may need one.
    """
    prices = gbm_paths(
        spot=problem.spot,
        volatility=np.sqrt(problem.step_variance),
        rate=drift,
        step_years=1.0,
        steps=problem.steps,
        paths=paths,
        seed=seed,
        antithetic=True,
    )
    spot = np.empty((problem.steps + 1, paths))
    place = np.empty((problem.steps, paths))
    _lay_out(prices, grid.centre, grid.scale, grid.nodes, spot, place)
    owed = np.zeros(paths)
    for step in np.unique(problem.expiry_step):
        owed += problem.owed(int(step), spot[step])
    return PathBatch(spot=spot, place=place, owed=owed)


@njit(cache=True, error_model="numpy")
def _lay_out(
    prices: FloatArray, centre: float, scale: FloatArray, nodes: int, spot: FloatArray, place: FloatArray
) -> None:
    """Turn prices (path, step + 1) into spot (step + 1, path), and into places among the nodes."""
    paths, steps = place.shape[1], place.shape[0]
    last, middle = nodes - 1 - _BELOW, 0.5 * (nodes - 1)
    for begin in range(0, paths, _TILE):
        end = min(begin + _TILE, paths)
        for n in range(steps + 1):
            for p in range(begin, end):
                spot[n, p] = prices[p, n]
        for n in range(steps):
            for p in range(begin, end):
                at = middle + scale[n] * (logarithm(spot[n, p]) - centre)
                place[n, p] = min(max(at, 0.0), last)
