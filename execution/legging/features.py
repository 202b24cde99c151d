"""What a learned policy is shown of two legs: the terms over the cost of crossing, and what is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.legging.terms import FloatArray, LeggingTerms

SingleArray = npt.NDArray[np.float32]

_BY_LEG = (
    "half_spread",
    "fill_probability",
    "rest_cost",
    "open_cost",
    "leftover_cost",
    "log_fill_probability",
    "log_open_cost",
    "survival",
    "cost_alone",
    "cost_after",
    "rest_plan",
)
_OF_ALL = ("log_steps", "inverse_steps", "complex_fill", "complex_cost", "complex_plan", "simple_cost")
FEATURE_NAMES = (*(f"{name}_{leg}" for leg in (1, 2) for name in _BY_LEG), *_OF_ALL)

_LEAST_PROBABILITY, _LEAST_COST = 1e-3, 1e-4


def one_leg_left(terms: LeggingTerms) -> FloatArray:
    """Exact cost of two legs of which only one is missing, shape (steps + 1, leg), by steps left and leg.

    It crosses at once, for h, or rests to the end: with m = k - 1, s = (1 - p)^m and g = (1 - s) / p,
    W_k = min(h, (c + p (a - h)) g + s min(h, c + p (a - h) + (1 - p) (h + leftover))), since what resting
    once more adds keeps its sign until the last step.
    """
    half, fills, rests, held, leftovers = _by_leg(terms)
    before = np.arange(terms.steps)[:, None]
    survival = (1.0 - fills) ** before
    # (1 - s) / p has the limit m where nothing fills.
    waited = np.where(fills > 0.0, (1.0 - survival) / np.where(fills > 0.0, fills, 1.0), before)
    step = held + fills * rests
    last = np.minimum(half, step + (1.0 - fills) * (half + leftovers))
    working = np.minimum(half, step * waited + survival * last)
    return np.vstack([half + leftovers, working])


def simple_cost(terms: LeggingTerms) -> FloatArray:
    """The cheapest of four plans for two legs with nothing held, shape (steps,), by steps left from 1.

    All crosses; or one leg rests, or the package rests on the complex book, until the last step crosses all.
    """
    cost: FloatArray = np.minimum(_plans(terms).min(axis=1), terms.crossing_cost)
    return cost


def observed(terms: LeggingTerms) -> SingleArray:
    """Features (steps, feature) of two legs with nothing held, by steps left from 1; FEATURE_NAMES.

    Costs are over the cost of crossing both. ValueError for other than two legs, for spreads that are both
    zero, and where the package may be given up, which no network was taught.
    """
    if terms.legs != 2 or not terms.crossing_cost > 0.0 or np.isfinite(terms.without_package):
        raise ValueError(f"expected two legs with a spread that must be had; got {terms}")
    unit, left = terms.crossing_cost, np.arange(1, terms.steps + 1)
    half, fills, rests, held, leftovers = _by_leg(terms)
    alone, plans = one_leg_left(terms)[1:], _plans(terms)
    by_leg = (
        half / unit,
        fills,
        rests / unit,
        held / unit,
        leftovers / unit,
        np.log(np.maximum(fills, _LEAST_PROBABILITY)),
        np.log(np.maximum(held / unit, _LEAST_COST)),
        (1.0 - fills) ** left[:, None],
        alone / unit,
        (rests + alone[:, ::-1]) / unit,
        plans[:, :2] / unit,
    )
    columns = [np.broadcast_to(numbers, (terms.steps, 2))[:, leg] for leg in (0, 1) for numbers in by_leg]
    of_all = (
        np.log(left),
        1.0 / left,
        terms.complex_fill_probability,
        terms.complex_cost / unit,
        plans[:, 2] / unit,
        simple_cost(terms) / unit,
    )
    columns += [np.broadcast_to(numbers, terms.steps) for numbers in of_all]
    return np.stack(columns, axis=1).astype(np.float32)


def _plans(terms: LeggingTerms) -> FloatArray:
    """Cost of resting leg 1, leg 2 or the package until the last step crosses, (steps, plan).

    What follows a leg's fill is taken to have all the steps left, so that these are estimates.
    """
    _, fills, rests, _, _ = _by_leg(terms)
    after = rests + one_leg_left(terms)[1:, ::-1]
    gains = np.column_stack([after, np.full(terms.steps, terms.complex_cost)])
    missed = (1.0 - np.append(fills, terms.complex_fill_probability)) ** np.arange(terms.steps)[:, None]
    plans: FloatArray = gains * (1.0 - missed) + missed * terms.crossing_cost
    return plans


def _by_leg(terms: LeggingTerms) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Half spread, fill probability, cost of a fill at rest, open cost while it is missing, leftover cost."""
    half = np.array(terms.half_spreads)
    return (
        half,
        np.array(terms.fill_probabilities),
        np.array(terms.adverse_moves) - half,
        np.array([terms.open_costs[0b10], terms.open_costs[0b01]]),
        np.array(terms.leftover_costs),
    )
