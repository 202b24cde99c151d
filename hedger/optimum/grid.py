"""The grid of log-spot and holdings on which the recursion runs, in units of spot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from hedger.optimum.problem import FloatArray, HedgingProblem

_REACH_DEVIATIONS = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How fine the recursion is. nodes_per_deviation: of log-spot, to the deviation of one step.

    holdings: nodes of the holding. piece_nodes: Gauss-Legendre nodes to each piece of at most two deviations
    in a step onto an expiry, whose payoff has kinks.
    """

    nodes_per_deviation: float = 3.0
    holdings: int = 161
    piece_nodes: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Nodes and weights of the recursion; everything in units of today's spot.

    log_spot: shape (node,), its middle is today's spot. holding: shape (holding,), even. weights: shape
    (2 half + 1,), trapezoid weights of one step's law. intrinsic: shape (step + 1, node + 2 half): owed at
    intrinsic value for all that expires after a date, the padding by `half` nodes on either side included.
    """

    log_spot: FloatArray
    holding: FloatArray
    weights: FloatArray
    half: int
    intrinsic: FloatArray


def make_grid(problem: HedgingProblem, resolution: Resolution) -> Grid:
    """Reach of six deviations to the last expiry; holdings cover every delta, and zero, with a margin."""
    deviation = np.sqrt(problem.step_variance)
    spacing = deviation / resolution.nodes_per_deviation
    reach = _REACH_DEVIATIONS * deviation * np.sqrt(problem.steps) + 4.0 * deviation
    side = int(np.ceil(reach / spacing))
    log_spot = spacing * np.arange(-side, side + 1)
    aversion = problem.risk_aversion * problem.spot
    holding = _holdings(problem, log_spot, resolution.holdings)
    # A tilt by exp(lambda h S) moves the mass of a step by lambda h S deviations.
    tilt = aversion * float(np.ptp(holding)) * deviation
    half = int(np.ceil((8.0 + min(tilt, 16.0)) * resolution.nodes_per_deviation))
    moves = spacing * np.arange(-half, half + 1)
    law = np.exp(-0.5 * (moves + 0.5 * problem.step_variance) ** 2 / problem.step_variance)
    padded = spacing * np.arange(-side - half, side + half + 1)
    return Grid(
        log_spot=log_spot,
        holding=holding,
        weights=law / law.sum(),
        half=half,
        intrinsic=_intrinsic(problem, padded),
    )


def _holdings(problem: HedgingProblem, log_spot: FloatArray, nodes: int) -> FloatArray:
    """From the least to the largest hedge at any date and spot, and zero, with a margin on either side."""
    least, largest = 0.0, 0.0
    for step in range(problem.steps):
        remaining = problem.expiry_step - step
        alive = remaining > 0
        deviation = np.sqrt(problem.step_variance * np.where(alive, remaining, 1))
        d1 = (log_spot[:, None] - np.log(problem.strike / problem.spot)) / deviation + 0.5 * deviation
        delta = np.where(problem.is_call, ndtr(d1), ndtr(d1) - 1.0)
        hedge = -(delta * np.where(alive, problem.units, 0.0)).sum(axis=1)
        least, largest = min(least, float(hedge.min())), max(largest, float(hedge.max()))
    margin = 0.1 * max(largest - least, 1e-9)
    return np.linspace(least - margin, largest + margin, nodes)


def _intrinsic(problem: HedgingProblem, log_spot: FloatArray) -> FloatArray:
    spot = problem.spot * np.exp(log_spot)
    owed = np.array([problem.owed(step, spot) for step in range(problem.steps + 1)]) / problem.spot
    after = np.zeros_like(owed)
    after[:-1] = np.cumsum(owed[::-1], axis=0)[::-1][1:]
    return after


def expiring(problem: HedgingProblem, step: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Kinks of what is owed at a date: (log strike over spot, sorted; slope to its left; jump of slope).

    owed(S) / spot = constant + slope S piece by piece: returned as (log_kink, level, slope), pieces from the
    left, with level and slope of length one more than the kinks; in units of spot.
    """
    mine = problem.expiry_step == step
    strike = problem.strike[mine] / problem.spot
    is_call, units = problem.is_call[mine], problem.units[mine]
    order = np.argsort(strike)
    strike, is_call, units = strike[order], is_call[order], units[order]
    puts = np.where(is_call, 0.0, units)
    # Left of every strike: puts pay strike - S, of which -units is owed.
    level, slope = -(puts * strike).sum(), puts.sum()
    jump = -units
    levels = level + np.concatenate([[0.0], np.cumsum(-jump * strike)])
    slopes = slope + np.concatenate([[0.0], np.cumsum(jump)])
    return np.log(strike), levels, slopes
