"""Placement over several venues by the sample average: linear programmes, exact where the cost is convex."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array, kron

from execution.errors import ExecutionError
from execution.placement.cont_kukanov import Placement, PlacementProblem
from execution.placement.outflow import FloatArray

_MOST_ROUNDS = 50


def place_by_programme(problem: PlacementProblem, outflow: FloatArray) -> Placement:
    """Minimise the mean cost over a sample of outflows, shape (sample, venue) [contracts].

    The mean cost is one of shortage, market and limit quantities, less (h + r_k - lambda_o) for each fill.
    Where that is positive at every venue, this is one linear programme and its optimum the sample's. Where
    overfilling costs more than it earns, fills cost and are concave in the limits: the convex-concave
    procedure solves the programme with them replaced by their tangent until nothing improves, from several
    starts, and the best local optimum is returned. at_least is the value of the programme that may refuse
    fills. Market and limit quantities lie between 0 and the quantity.

    Raises ValueError when the sample is empty, negative, not finite or of another number of venues, and
    ExecutionError when the solver gives up.

    Reference: R. Cont and A. Kukanov, Optimal order placement in limit order markets, Quantitative Finance 17
    (2017); T. Lipp and S. Boyd, Variations and extension of the convex-concave procedure, Optimization and
    Engineering 17 (2016).
    """
    require_outflow(problem, outflow)
    programme = _Programme(problem, outflow)
    relaxed = programme.with_refusal()
    at_least, best = relaxed.value, relaxed.quantities
    if not problem.is_convex:
        found = [programme.improved(start) for start in (best, *_single_starts(problem))]
        best = min(found, key=programme.mean_cost)
    return Placement(
        market=float(best[0]),
        limits=tuple(best[1:].tolist()),
        expected_cost=programme.mean_cost(best),
        at_least=at_least,
    )


def require_outflow(problem: PlacementProblem, outflow: FloatArray) -> None:
    """Raise ValueError unless the outflows are a sample for the problem's venues."""
    if outflow.ndim != 2 or outflow.shape[1] != len(problem.queues) or len(outflow) == 0:
        raise ValueError(f"expected outflows of {len(problem.queues)} venues; got shape {outflow.shape}")
    if not np.isfinite(outflow).all() or (outflow < 0.0).any():
        raise ValueError("expected outflows that are finite and not negative")


class _Solved(NamedTuple):
    """A programme's answer: market and limit quantities, shape (1 + venue,), and the programme's value."""

    quantities: FloatArray
    value: float


class _Programme:
    """The sample's linear programmes over (market, limits, fills by sample and venue, shortage by sample)."""

    def __init__(self, problem: PlacementProblem, outflow: FloatArray) -> None:
        self._problem = problem
        self._outflow = outflow
        self._room = np.maximum(outflow - np.array(problem.queues), 0.0)
        self._margin = problem.half_spread + np.array(problem.rebates) - problem.overfill
        self._crossing = problem.half_spread + problem.taker_fee + problem.overfill
        self._constraints = _constraints(*outflow.shape)

    def mean_cost(self, quantities: FloatArray) -> float:
        """True mean cost of (market, limits ...) over the sample [currency]."""
        return float(self._problem.costs(float(quantities[0]), quantities[1:], self._outflow).mean())

    def with_refusal(self) -> _Solved:
        """The optimum if a fill may be refused: exact where none is worth refusing, else a bound below."""
        return self._solved(np.zeros(len(self._margin)), self._margin)

    def improved(self, start: FloatArray) -> FloatArray:
        """The local optimum that the convex-concave procedure reaches from a start."""
        here, cost = start, self.mean_cost(start)
        for _ in range(_MOST_ROUNDS):
            slope = (self._room > here[1:]).mean(axis=0)
            following = self._solved(np.maximum(-self._margin, 0.0) * slope, np.maximum(self._margin, 0.0))
            lower = self.mean_cost(following.quantities)
            if not lower < cost:
                break
            here, cost = following.quantities, lower
        return here

    def _solved(self, resting: FloatArray, earned: FloatArray) -> _Solved:
        """Minimise with a price for each resting contract and a gain for each filled one, by venue."""
        problem, samples = self._problem, len(self._room)
        penalty = problem.underfill + problem.overfill
        each = np.concatenate((np.tile(-earned, samples), np.full(samples, penalty))) / samples
        now = np.full(1 + len(resting), problem.quantity)
        ceilings = np.concatenate((now, self._room.ravel(), np.full(samples, np.inf)))
        found = linprog(
            np.concatenate(([self._crossing], resting, each)),
            A_ub=self._constraints,
            b_ub=np.append(np.zeros(self._room.size), np.full(samples, -problem.quantity)),
            bounds=np.column_stack((np.zeros(len(ceilings)), ceilings)),
            method="highs",
        )
        if found.x is None:
            raise ExecutionError(f"no placement: {found.message}")
        value = float(found.fun) - problem.overfill * problem.quantity
        return _Solved(found.x[: len(now)], value)


def _single_starts(problem: PlacementProblem) -> FloatArray:
    """All of the quantity in one place, shape (1 + venue, 1 + venue), and evenly in all as the last row."""
    places = 1 + len(problem.queues)
    return np.vstack((np.eye(places), np.full((1, places), 1.0 / places))) * problem.quantity


def _constraints(samples: int, venues: int) -> csr_array:
    """No fill beyond its limit; market, fills and shortage together at least the quantity."""
    every = np.ones((samples, 1))
    fills = samples * venues
    beyond = [csr_array((fills, 1)), -kron(every, eye_array(venues)), eye_array(fills), None]
    in_all = kron(eye_array(samples), np.ones((1, venues)))
    balance = [csr_array(-every), None, -in_all, -eye_array(samples)]
    return csr_array(block_array([beyond, balance]))
