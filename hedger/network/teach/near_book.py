"""Problems near a book's, their labels and exact gaps on them: what fine-tuning needs besides torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hedger.network.inference import BandNetwork
from hedger.network.labels import Labels, problem_labels
from hedger.network.teach.gate import exact_gaps
from hedger.optimum.problem import HedgingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuneSettings:
    """problems: drawn near the book's to learn from, `states` labels of each; fresh: other ones to judge by.

    cost, risk_aversion: half range of their logarithms; volatility: the same; moves: deviation of the spot's
    starts, in deviations to the mean expiry. steps, rows, rate: of the optimiser on the last hidden layer and
    the outputs.
    """

    problems: int = 96
    fresh: int = 24
    states: int = 192
    cost: float = 0.7
    risk_aversion: float = 0.7
    volatility: float = 0.25
    moves: float = 0.5
    steps: int = 800
    rows: int = 2048
    rate: float = 5e-4
    seed: int = 0


def drawn(
    problems: Sequence[HedgingProblem], settings: FineTuneSettings, count: int, *, stream: int
) -> list[HedgingProblem]:
    """In turn near each of the problems; a draw depends on the seed, the stream and its number."""
    return [
        nearby(
            problems[number % len(problems)], settings, np.random.default_rng([settings.seed, stream, number])
        )
        for number in range(count)
    ]


def nearby(problem: HedgingProblem, settings: FineTuneSettings, rng: np.random.Generator) -> HedgingProblem:
    """The book at another spot, cost, aversion and volatility."""
    cost, aversion, volatility = rng.uniform(-1.0, 1.0, 3) * (
        settings.cost,
        settings.risk_aversion,
        settings.volatility,
    )
    variance = problem.step_variance * np.exp(2.0 * volatility)
    deviation = np.sqrt(variance * problem.expiry_step.mean())
    return replace(
        problem,
        strike=problem.strike * np.exp(-settings.moves * deviation * rng.normal()),
        step_variance=float(variance),
        proportional_cost=min(float(problem.proportional_cost * np.exp(cost)), 0.5),
        risk_aversion=float(problem.risk_aversion * np.exp(aversion)),
    )


def labels_near(settings: FineTuneSettings, problem: HedgingProblem, number: int) -> Labels:
    """Labels of a problem; they depend on the seed and its number."""
    rng = np.random.default_rng([settings.seed, 2, number])
    return problem_labels(problem, settings.states, rng)


def gaps_of_both(one: BandNetwork, other: BandNetwork, problem: HedgingProblem) -> tuple[float, float]:
    """Exact gaps to the optimum of two networks on one problem [bp of spot]."""
    first, second = exact_gaps(problem, (one, other))
    return first, second
