"""Placement over several venues learned outflow by outflow, as a desk sees them: no law, no programme."""

from __future__ import annotations

import math

import numpy as np

from execution.placement.cont_kukanov import Placement, PlacementProblem
from execution.placement.outflow import FloatArray
from execution.placement.programme import require_outflow

_FIRST = 100
_STEP = 0.3


def place_by_gradient(
    problem: PlacementProblem, outflow: FloatArray, *, start: FloatArray | None = None
) -> Placement:
    """Follow the cost's subgradient through a sample of outflows, shape (sample, venue), in its order.

    Outflow n moves market and limit quantities against its own subgradient by a step of 0.3 D / (G sqrt(n)),
    D the box's diagonal and G a bound of the gradient, back into the box from 0 to the quantity; the answer
    is the mean of the second half of the iterates, of the order of D G / sqrt(samples) dearer than the
    optimum, or than a local one where the cost is not convex.

    start: (market, limits ...) [contracts]; by default limits of what the first outflows would have filled on
    average, and the rest at market: a limit that always fills whole or never teaches nothing. ValueError as
    for place_by_programme.

    Reference: R. Cont and A. Kukanov (2017), section 4.2; A. Nemirovski, A. Juditsky, G. Lan and A. Shapiro,
    Robust stochastic approximation approach to stochastic programming, SIAM J. on Optimization 19 (2009).
    """
    require_outflow(problem, outflow)
    count = 1 + outflow.shape[1]
    here = _first_guess(problem, outflow[:_FIRST]) if start is None else np.array(start, dtype=np.float64)
    steps = _steepest(problem) * np.sqrt(np.arange(1.0, len(outflow) + 1.0))
    scale = _STEP * problem.quantity * math.sqrt(count)
    total, counted = np.zeros(count), 0
    for n, seen in enumerate(outflow):
        here = np.clip(here - scale / steps[n] * _slope(problem, here, seen), 0.0, problem.quantity)
        if 2 * n >= len(outflow):
            total, counted = total + here, counted + 1
    mean = total / counted
    cost = float(problem.costs(float(mean[0]), mean[1:], outflow).mean())
    return Placement(market=float(mean[0]), limits=tuple(mean[1:].tolist()), expected_cost=cost)


def _first_guess(problem: PlacementProblem, outflow: FloatArray) -> FloatArray:
    every = np.full(len(problem.queues), problem.quantity)
    limits = problem.filled(every, outflow).mean(axis=0)
    return np.append(max(0.0, problem.quantity - float(limits.sum())), limits)


def _slope(problem: PlacementProblem, here: FloatArray, outflow: FloatArray) -> FloatArray:
    """One outflow's subgradient of the cost in (market, limits ...)."""
    room = np.maximum(outflow - np.array(problem.queues), 0.0)
    missing = problem.quantity - here[0] - np.minimum(here[1:], room).sum()
    penalty = -problem.underfill if missing > 0.0 else problem.overfill if missing < 0.0 else 0.0
    earned = problem.half_spread + np.array(problem.rebates)
    limits = np.where(room > here[1:], penalty - earned, 0.0)
    return np.append(problem.half_spread + problem.taker_fee + penalty, limits)


def _steepest(problem: PlacementProblem) -> float:
    """A bound of the subgradient's length."""
    penalty = max(problem.underfill, problem.overfill)
    crossing = abs(problem.half_spread + problem.taker_fee) + penalty
    resting = [problem.half_spread + rebate + penalty for rebate in problem.rebates]
    return math.hypot(crossing, *resting)
