"""Legging by plain recursion over sets of legs: slow, obvious, the authority of the compiled programme."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

from execution.legging.terms import LeggingTerms
from execution.legging.threshold import ThresholdTerms

Legs = frozenset[int]


def bits(legs: Legs) -> int:
    return sum(1 << leg for leg in legs)


def outcomes(terms: LeggingTerms, rest: Legs) -> Iterator[tuple[float, float, Legs]]:
    """(probability, cost, legs that fill) of resting for one step."""
    order = sorted(rest)
    for hits in product((True, False), repeat=len(order)):
        chance, cost = 1.0, 0.0
        for leg, hit in zip(order, hits, strict=True):
            chance *= terms.fill_probabilities[leg] if hit else 1.0 - terms.fill_probabilities[leg]
            cost += terms.adverse_moves[leg] - terms.half_spreads[leg] if hit else 0.0
        yield chance, cost, frozenset(leg for leg, hit in zip(order, hits, strict=True) if hit)


def legging_value(terms: LeggingTerms, *, separate: bool, steps: int, held: Legs = frozenset()) -> float:
    """Expected cost with so many steps left and these legs held."""
    everything = frozenset(range(terms.legs))

    def crossed(legs: Legs, *, late: bool) -> float:
        return sum(terms.half_spreads[leg] + (terms.leftover_costs[leg] if late else 0.0) for leg in legs)

    @cache
    def value(left: int, held: Legs) -> float:
        missing = everything - held
        if not missing:
            return 0.0
        given_up = terms.without_package + crossed(held, late=left == 0)
        if left == 0:
            return min(crossed(missing, late=True), given_up)
        found = [given_up]
        if not held and terms.complex_fill_probability > 0.0:
            chance = terms.complex_fill_probability
            found.append(chance * terms.complex_cost + (1.0 - chance) * value(left - 1, held))
        for way in product(("rest", "cross", "wait"), repeat=len(missing)):
            if not separate and way not in {("rest",) * len(missing), ("cross",) * len(missing)}:
                continue
            named = list(zip(sorted(missing), way, strict=True))
            rest = frozenset(leg for leg, verb in named if verb == "rest")
            cross = frozenset(leg for leg, verb in named if verb == "cross")
            after = held | cross
            cost = crossed(cross, late=False) + terms.open_costs[bits(after)]
            for chance, paid, filled in outcomes(terms, rest):
                cost += chance * (paid + value(left - 1, after | filled))
            found.append(cost)
        return min(found)

    return value(steps, held)


def crossed_legs(terms: ThresholdTerms, values: list[float]) -> list[int | None]:
    """By set, the missing leg that crosses where that is worth the set's value; None where all rest."""
    found: list[int | None] = [None] * len(values)
    for held in range(1, len(values) - 1):
        for leg in range(terms.legs):
            if not held >> leg & 1 and terms.half_spreads[leg] + values[held | 1 << leg] == values[held]:
                found[held] = leg
    return found


def simulated_threshold(terms: ThresholdTerms, crossed: list[int | None], rng: np.random.Generator) -> float:
    """Cost of one package: all that is missing rests, or the leg crosses that `crossed` says."""
    held, cost = 0, 0.0
    while held != (1 << terms.legs) - 1:
        leg = crossed[held]
        if leg is not None:
            cost += terms.half_spreads[leg]
        else:
            missing = [leg for leg in range(terms.legs) if not held >> leg & 1]
            waits = [rng.exponential(1.0 / terms.fill_rates[leg]) for leg in missing]
            leg = missing[int(np.argmin(waits))]
            cost += min(waits) * terms.open_costs[held] + terms.adverse_moves[leg] - terms.half_spreads[leg]
        held |= 1 << leg
    return cost


def solved_threshold(terms: ThresholdTerms, crossed: list[int | None]) -> list[float]:
    """Values by set of doing as `crossed` says: one linear system."""
    sets = 1 << terms.legs
    system, right = np.eye(sets), np.zeros(sets)
    for held in range(sets - 1):
        leg = crossed[held]
        if leg is not None:
            system[held, held | 1 << leg] = -1.0
            right[held] = terms.half_spreads[leg]
            continue
        missing = [leg for leg in range(terms.legs) if not held >> leg & 1]
        rate = sum(terms.fill_rates[leg] for leg in missing)
        right[held] = terms.open_costs[held] / rate
        for leg in missing:
            part = terms.fill_rates[leg] / rate
            system[held, held | 1 << leg] = -part
            right[held] += part * (terms.adverse_moves[leg] - terms.half_spreads[leg])
    solution: list[float] = np.linalg.solve(system, right).tolist()
    return solution
