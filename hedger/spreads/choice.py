"""The cheapest whole quantities that meet every row, with a proven gap."""

from __future__ import annotations

import numpy as np

from hedger.spreads.choice_infeasible import beyond_reach, infeasibility
from hedger.spreads.choice_problem import Choice, ChoiceProblem, InfeasibleChoiceError
from hedger.spreads.choice_relaxation import relax
from hedger.spreads.choice_search import MOST_SEARCHED, search


def choose(problem: ChoiceProblem, *, most_searched: int = MOST_SEARCHED) -> Choice:
    """Solve a choice; `Choice.gap` says how far from the best it can be, zero in the usual case.

    most_searched: combinations enumerated before HiGHS's branch and bound takes over; the answer depends on
    it, but not on how fast the machine is. Raises InfeasibleChoiceError with a sentence that names the rows
    in the way.
    """
    if np.all((problem.lower <= 0.0) & (problem.upper >= 0.0)):
        return _nothing(problem)
    if (too_far := beyond_reach(problem)) is not None:
        raise InfeasibleChoiceError(too_far)
    relaxation = relax(problem)
    found = None if relaxation is None else search(problem, relaxation, most_searched=most_searched)
    if found is None:
        raise InfeasibleChoiceError(infeasibility(problem, divisible=relaxation is not None))
    return found


def _nothing(problem: ChoiceProblem) -> Choice:
    """What meets every row when trading nothing does: every trade costs something."""
    return Choice(
        quantity=np.zeros(len(problem.names), dtype=np.int64),
        cost=0.0,
        lower_bound=0.0,
        relaxed_cost=0.0,
        shadow_price=np.zeros(len(problem.row_names)),
        searched=1,
        method="enumeration",
    )
