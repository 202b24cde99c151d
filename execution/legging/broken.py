"""A broken leg: some legs are filled, others are missing, and time or the risk limit is out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from execution.legging.programme import LeggingPlan


class BrokenLegRule(StrEnum):
    """What becomes of a package of which some legs are held."""

    WORK = "work"
    COMPLETE = "complete"
    UNWIND = "unwind"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLeg:
    """What to do, what it is expected to cost, and what the two ways out cost [currency per package].

    complete_cost: of crossing what is missing at once. unwind_cost: of crossing back what is held and doing
    without the package; infinite where that is not allowed.
    """

    rule: BrokenLegRule
    cost: float
    complete_cost: float
    unwind_cost: float


def broken_leg(plan: LeggingPlan, *, filled: int, steps_left: int, may_rest: bool = True) -> BrokenLeg:
    """The rule, which is the plan's own answer: work on while that is cheapest, else the cheaper way out.

    filled: set of held legs as bits, neither none nor all. may_rest: false once a leg-risk limit is broken,
    so that only the two ways out are left; of equal ones the package is completed. At the deadline each leg
    that is crossed costs its leftover cost too. ValueError for another set or more steps than were planned.
    """
    terms = plan.terms
    whole = (1 << terms.legs) - 1
    if not 0 < filled < whole:
        raise ValueError(f"the set {filled} is no broken package of {terms.legs} legs")
    action = plan.action(steps_left, filled)
    extra = terms.leftover_costs if steps_left == 0 else (0.0,) * terms.legs
    crossing = [half + more for half, more in zip(terms.half_spreads, extra, strict=True)]
    held = [bool(filled >> leg & 1) for leg in range(terms.legs)]
    complete = sum(cost for cost, is_held in zip(crossing, held, strict=True) if not is_held)
    unwind = terms.without_package + sum(
        cost for cost, is_held in zip(crossing, held, strict=True) if is_held
    )
    if may_rest and action is not None and action.rest:
        rule, cost = BrokenLegRule.WORK, float(plan.values[steps_left, filled])
    elif complete <= unwind:
        rule, cost = BrokenLegRule.COMPLETE, complete
    else:
        rule, cost = BrokenLegRule.UNWIND, unwind
    return BrokenLeg(rule=rule, cost=cost, complete_cost=complete, unwind_cost=unwind)
