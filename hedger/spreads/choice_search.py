"""From the relaxation to whole contracts: enumeration in rising budgets, and HiGHS where that is too much."""

from __future__ import annotations

import numpy as np

from hedger.spreads.choice_bound import branch_and_bound
from hedger.spreads.choice_problem import Choice, ChoiceProblem, IntArray
from hedger.spreads.choice_relaxation import Relaxation
from hedger.spreads.choice_table import ChoiceTable

MOST_SEARCHED = 8_000_000
_FIRST_BUDGET = 0.002
_BUDGET_GROWTH = 1.3


def search(
    problem: ChoiceProblem, relaxation: Relaxation, *, most_searched: int = MOST_SEARCHED
) -> Choice | None:
    """The cheapest whole solution; None where there is none.

    Every solution costs the relaxation plus the reduced costs of what it holds and the price of what its rows
    leave between them and their binding sides. All solutions within a budget of that sum are enumerated, and
    the budget rises until one is found, which is then the cheapest of all. Where more than most_searched
    combinations would have to be looked at, HiGHS takes over, and the last budget without a solution stays
    a bound.
    """
    table = ChoiceTable.of(problem, relaxation)
    searched, budget, proven, incumbent = 0, 0.0, 0.0, None
    while table is not None:
        incumbent, looked, whole = table.enumerate(budget, most_searched - searched)
        searched += looked
        if incumbent is not None and whole:
            return _choice(problem, relaxation, incumbent, None, searched)
        if not whole:
            break
        if budget > table.largest_budget:
            return None
        proven = budget
        budget = max(_BUDGET_GROWTH * budget, _FIRST_BUDGET * relaxation.cost, 1e-6)
    found, bound = branch_and_bound(problem, relaxation, incumbent)
    if found is None:
        return None
    return _choice(problem, relaxation, found, max(bound, relaxation.cost + proven), searched)


def _choice(
    problem: ChoiceProblem, relaxation: Relaxation, signed: IntArray, bound: float | None, searched: int
) -> Choice:
    columns = len(problem.names)
    cost = float(signed @ problem.signed().cost)
    return Choice(
        quantity=np.asarray(signed[:columns] - signed[columns:], dtype=np.int64),
        cost=cost,
        lower_bound=cost if bound is None else min(bound, cost),
        relaxed_cost=relaxation.cost,
        shadow_price=relaxation.price,
        searched=searched,
        method="enumeration" if bound is None else "branch and bound",
    )
