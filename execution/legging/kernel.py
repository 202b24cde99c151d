"""The recursion over steps and sets of filled legs, compiled: best actions, or values of given ones."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True)
def cost_of(  # type: ignore[no-untyped-def]
    rest, cross, held, following, half_spreads, fills, resting, open_costs
):
    """Expected cost from a step in which some missing legs cross, some rest and the others wait.

    rest, cross, held: disjoint sets of legs as bits. following: (set,), values with one step less. resting:
    (leg,), cost of a fill at rest.
    """
    legs = len(half_spreads)
    cost, after = 0.0, held | cross
    for leg in range(legs):
        if cross >> leg & 1:
            cost += half_spreads[leg]
    cost += open_costs[after]
    # Every subset of the resting legs may be what fills: down through them until none is left.
    filled = rest
    while True:
        chance, paid = 1.0, 0.0
        for leg in range(legs):
            if rest >> leg & 1:
                if filled >> leg & 1:
                    chance *= fills[leg]
                    paid += resting[leg]
                else:
                    chance *= 1.0 - fills[leg]
        cost += chance * (paid + following[after | filled])
        if filled == 0:
            return cost
        filled = (filled - 1) & rest


@njit(cache=True)
def end_values(half_spreads, leftovers, without, values):  # type: ignore[no-untyped-def]
    """Values (set,) at the deadline: what is missing is crossed, or what is held is crossed back."""
    legs = len(half_spreads)
    for held in range(len(values)):
        complete, unwind = 0.0, without
        for leg in range(legs):
            if held >> leg & 1:
                unwind += half_spreads[leg] + leftovers[leg]
            else:
                complete += half_spreads[leg] + leftovers[leg]
        values[held] = min(complete, unwind)
    values[len(values) - 1] = 0.0


@njit(cache=True)
def give_up_cost(held, half_spreads, without):  # type: ignore[no-untyped-def]
    """Cost of crossing the held legs back now and doing without the package."""
    cost = without
    for leg in range(len(half_spreads)):
        if held >> leg & 1:
            cost += half_spreads[leg]
    return cost


@njit(cache=True)
def best_in_legs(  # type: ignore[no-untyped-def]
    held, missing, separate, following, half_spreads, fills, resting, open_costs
):
    """Least cost of acting in the leg books, and its code; arguments as of `cost_of`."""
    legs, best, chosen = len(half_spreads), math.inf, -1
    acting = missing
    while acting:
        rest = acting
        while True:
            cross = acting ^ rest
            if separate or (acting == missing and (rest == 0 or cross == 0)):
                cost = cost_of(rest, cross, held, following, half_spreads, fills, resting, open_costs)
                if cost < best:
                    best, chosen = cost, rest | cross << legs
            if rest == 0:
                break
            rest = (rest - 1) & acting
        acting = (acting - 1) & missing
    return best, chosen


@njit(cache=True)
def solve_steps(terms, separate, guide, values, actions):  # type: ignore[no-untyped-def]
    """Fill values and actions, (steps left, set); without steps left no action is taken (-1).

    terms: LeggingTerms in plain arrays and numbers, as the first line takes them apart, with what a fill at
    rest costs for its adverse move. guide: (steps left, set), values that a step counts on for what follows
    it: `values` themselves for the best actions, or estimates of them.
    """
    half_spreads, fills, resting, open_costs, leftovers, on_complex, complex_cost, without = terms
    legs, sets = len(half_spreads), len(open_costs)
    whole, complex_order = sets - 1, 1 << (2 * legs)
    end_values(half_spreads, leftovers, without, values[0])
    actions[:] = -1
    for step in range(1, len(values)):
        following = guide[step - 1]
        values[step, whole] = 0.0
        for held in range(whole):
            best, chosen = give_up_cost(held, half_spreads, without), complex_order + 1
            if held == 0 and on_complex > 0.0:
                cost = on_complex * complex_cost + (1.0 - on_complex) * following[0]
                if cost < best:
                    best, chosen = cost, complex_order
            cost, code = best_in_legs(
                held, whole ^ held, separate, following, half_spreads, fills, resting, open_costs
            )
            if cost < best:
                best, chosen = cost, code
            values[step, held], actions[step, held] = best, chosen


@njit(cache=True)
def follow_steps(terms, actions, values):  # type: ignore[no-untyped-def]
    """Fill values (steps left, set) of a table of actions; terms as of `solve_steps`."""
    half_spreads, fills, resting, open_costs, leftovers, on_complex, complex_cost, without = terms
    legs, sets = len(half_spreads), len(open_costs)
    whole, complex_order = sets - 1, 1 << (2 * legs)
    end_values(half_spreads, leftovers, without, values[0])
    for step in range(1, len(values)):
        following = values[step - 1]
        values[step, whole] = 0.0
        for held in range(whole):
            action = actions[step, held]
            if action == complex_order:
                cost = on_complex * complex_cost + (1.0 - on_complex) * following[0]
            elif action > complex_order:
                cost = give_up_cost(held, half_spreads, without)
            else:
                cost = cost_of(
                    action & whole, action >> legs, held, following, half_spreads, fills, resting, open_costs
                )
            values[step, held] = cost
