"""Choices by looking at every combination, and random small problems to look at."""

from __future__ import annotations

from itertools import product

import numpy as np

from hedger.spreads.choice_problem import ChoiceProblem


def brute_force(problem: ChoiceProblem) -> float:
    """Cost of the cheapest combination that meets every row, infinite where none does."""
    ranges = [
        range(-int(sold), int(bought) + 1)
        for sold, bought in zip(problem.most_sold, problem.most_bought, strict=True)
    ]
    quantity = np.array(list(product(*ranges)), dtype=np.float64)
    activity = quantity @ problem.coefficients.T
    margin = 1e-9 * np.abs(problem.coefficients).max(axis=1)
    allowed = np.all((activity >= problem.lower - margin) & (activity <= problem.upper + margin), axis=1)
    if problem.most_legs is not None:
        allowed &= np.count_nonzero(quantity[:, problem.is_leg], axis=1) <= problem.most_legs
    cost = np.maximum(quantity, 0.0) @ problem.buy_cost + np.maximum(-quantity, 0.0) @ problem.sell_cost
    return float(cost[allowed].min(initial=np.inf))


def small_problem(rng: np.random.Generator, *, columns: int = 6, rows: int = 3) -> ChoiceProblem:
    """A random problem in which some whole combination lies near the middle of the rows, or beside it."""
    coefficients = rng.normal(size=(rows, columns)) * 10.0 ** rng.uniform(-3, 4, size=(rows, 1))
    wanted = coefficients @ rng.integers(-2, 3, columns)
    width = rng.choice([0.02, 0.2, 0.6]) * np.abs(coefficients).max(axis=1)
    middle = wanted + rng.uniform(-1.2, 1.2, rows) * width
    lower, upper = middle - width, middle + width
    if rng.random() < 0.3:
        upper[rng.integers(rows)] = np.inf
    cost = rng.integers(1, 20, (2, columns)) * 0.5 + (rng.random((2, columns)) if rng.random() < 0.5 else 0.0)
    return ChoiceProblem(
        names=tuple(f"c{i}" for i in range(columns)),
        buy_cost=cost[0],
        sell_cost=cost[1],
        most_bought=rng.integers(0, 4, columns),
        most_sold=rng.integers(0, 4, columns),
        row_names=tuple(f"r{i}" for i in range(rows)),
        coefficients=coefficients,
        lower=lower,
        upper=upper,
        is_leg=rng.random(columns) < 0.8,
        most_legs=int(rng.integers(1, 5)) if rng.random() < 0.4 else None,
    )
