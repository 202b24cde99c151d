"""The cheapest whole quantities that meet every row, with a proven gap."""

from __future__ import annotations

from hedger.spreads.choice_infeasible import infeasibility
from hedger.spreads.choice_problem import Choice, ChoiceProblem, InfeasibleChoiceError
from hedger.spreads.choice_relaxation import relax
from hedger.spreads.choice_search import MOST_SEARCHED, search


def choose(problem: ChoiceProblem, *, most_searched: int = MOST_SEARCHED) -> Choice:
    """Solve a choice; `Choice.gap` says how far from the best it can be, zero in the usual case.

    most_searched: combinations enumerated before HiGHS's branch and bound takes over; the answer depends on
    it, but not on the machine. Raises InfeasibleChoiceError with a sentence that names the rows in the way.
    """
    relaxation = relax(problem)
    found = None if relaxation is None else search(problem, relaxation, most_searched=most_searched)
    if found is None:
        raise InfeasibleChoiceError(infeasibility(problem, divisible=relaxation is not None))
    return found
