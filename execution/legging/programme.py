"""Legging by exact dynamic programming over the steps left and the set of legs that are filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.legging.actions import LeggingAction, complex_code, decoded, give_up_code
from execution.legging.kernel import follow_steps, solve_steps
from execution.legging.terms import FloatArray, LeggingTerms

IntArray = npt.NDArray[np.int64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LeggingPlan:
    """What to do with any number of steps left and any legs filled, and what it is expected to cost.

    values, actions: shape (steps + 1, 2 ** legs), by steps left and set of filled legs; cost from there on
    [currency per package], and the action's code (execution.legging.actions), -1 where nothing is to be done.
    """

    terms: LeggingTerms
    values: FloatArray
    actions: IntArray

    @property
    def expected_cost(self) -> float:
        """Of the whole, from the first step with no leg filled [currency per package]."""
        return float(self.values[-1, 0])

    def action(self, steps_left: int, filled: int) -> LeggingAction | None:
        """What to do now; None at the deadline, where the broken-leg rule holds, and once all is filled.

        filled: set of filled legs as bits. ValueError for more steps or another set than were planned.
        """
        if not (0 <= steps_left <= self.terms.steps and 0 <= filled < 1 << self.terms.legs):
            raise ValueError(f"no plan for {steps_left} steps left and the set {filled}")
        code = int(self.actions[steps_left, filled])
        return None if code < 0 else decoded(code, self.terms.legs)


def solve(terms: LeggingTerms, *, separate: bool = True) -> LeggingPlan:
    """The cheapest plan: V_k(S) = min over actions of what the step costs + E V_(k-1)(S and what fills).

    separate: each missing leg rests, crosses or waits by itself; without it all missing legs rest or all
    cross, the published form. Of equally cheap actions one is taken, always the same. To do nothing at all is
    no action, since with a step more the same can be had no dearer.
    """
    values, actions = _tables(terms)
    solve_steps(_arrays(terms), separate, values, values, actions)
    return LeggingPlan(terms=terms, values=values, actions=actions)


def greedy_actions(terms: LeggingTerms, estimates: FloatArray) -> IntArray:
    """The actions that are best where what follows a step costs what `estimates` say, (steps + 1, 2 ** legs).

    estimates: of the plan's values, of that shape; with the values themselves the plan's own actions come
    out. ValueError for another shape or a number that is not finite.
    """
    values, actions = _tables(terms)
    guide = np.ascontiguousarray(estimates, dtype=np.float64)
    if guide.shape != values.shape or not np.all(np.isfinite(guide)):
        raise ValueError(f"expected finite estimates of shape {values.shape}; got shape {guide.shape}")
    solve_steps(_arrays(terms), True, guide, values, actions)
    return actions


def policy_values(terms: LeggingTerms, actions: IntArray) -> FloatArray:
    """Expected costs of any table of actions, exactly: shape (steps + 1, 2 ** legs), as of LeggingPlan.

    actions: codes of that shape; those with no step left or no leg missing are not read. ValueError for
    another shape and for an action on a leg that is filled, or on the complex book with one filled.
    """
    values, table = _tables(terms)
    given = np.ascontiguousarray(actions, dtype=np.int64)
    if given.shape != table.shape:
        raise ValueError(f"actions have shape {given.shape}, expected {table.shape}")
    _require_possible(given[1:, :-1], terms.legs)
    follow_steps(_arrays(terms), given, values)
    return values


def _require_possible(codes: IntArray, legs: int) -> None:
    held = np.arange(codes.shape[1])
    rest, cross = codes & ((1 << legs) - 1), codes >> legs
    in_legs = (codes >= 0) & (codes < complex_code(legs)) & (rest & cross == 0) & ((rest | cross) & held == 0)
    as_whole = (codes == give_up_code(legs)) | ((codes == complex_code(legs)) & (held == 0))
    wrong = np.argwhere(~(in_legs | as_whole))
    if len(wrong):
        step, filled = wrong[0]
        raise ValueError(f"{codes[step, filled]} is no action with {step + 1} steps left and set {filled}")


def _tables(terms: LeggingTerms) -> tuple[FloatArray, IntArray]:
    shape = (terms.steps + 1, 1 << terms.legs)
    return np.empty(shape), np.empty(shape, dtype=np.int64)


def _arrays(
    terms: LeggingTerms,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, float, float, float]:
    half_spreads = np.array(terms.half_spreads, dtype=np.float64)
    return (
        half_spreads,
        np.array(terms.fill_probabilities, dtype=np.float64),
        np.array(terms.adverse_moves, dtype=np.float64) - half_spreads,
        np.array(terms.open_costs, dtype=np.float64),
        np.array(terms.leftover_costs, dtype=np.float64),
        float(terms.complex_fill_probability),
        float(terms.complex_cost),
        float(terms.without_package),
    )
