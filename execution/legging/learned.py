"""A learned way of legging into two legs: a small network estimates what is to come, a step looks ahead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, final

import numpy as np

from execution.agents.network_policy import NetworkPolicy
from execution.legging.features import FEATURE_NAMES, observed, one_leg_left, simple_cost
from execution.legging.programme import IntArray, greedy_actions, policy_values
from execution.legging.terms import FloatArray, LeggingTerms

OUTPUT_NAMES: Final = ("saving",)
SHIPPED: Final = Path(__file__).parent / "shipped" / "legging.safetensors"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedLegging:
    """Acts as is best for one step if the network is right about what follows it.

    network: what the simple plans' cheapest can still be lowered by with nothing held, over the cost of
    crossing both. With one leg held what follows is known exactly and not learned.
    """

    network: NetworkPolicy

    @classmethod
    def load(cls, path: Path) -> LearnedLegging:
        """Read what training wrote; AgentError for another file."""
        return cls(network=NetworkPolicy.load(path, features=FEATURE_NAMES, actions=OUTPUT_NAMES))

    def estimates(self, terms: LeggingTerms) -> FloatArray:
        """Estimated values, shape (steps + 1, 4), as of LeggingPlan; ValueError as of `observed`."""
        saved = self.network.outputs(observed(terms))[:, 0].astype(np.float64)
        alone = one_leg_left(terms)
        values = np.zeros((terms.steps + 1, 4))
        values[0, 0] = terms.crossing_cost + sum(terms.leftover_costs)
        values[1:, 0] = simple_cost(terms) - terms.crossing_cost * saved
        # Less time never costs less; of two answers the dearer is taken, as who hopes too much waits in vain.
        values[:, 0] = np.maximum.accumulate(values[::-1, 0])[::-1]
        values[:, 0b01], values[:, 0b10] = alone[:, 1], alone[:, 0]
        return values

    def actions(self, terms: LeggingTerms) -> IntArray:
        """Codes of actions by steps left and set of filled legs, as of LeggingPlan."""
        return greedy_actions(terms, self.estimates(terms))

    def expected_cost(self, terms: LeggingTerms) -> float:
        """What these actions really cost, by exact evaluation [currency per package]."""
        return float(policy_values(terms, self.actions(terms))[-1, 0])


@cache
def shipped_legging() -> LearnedLegging:
    """The policy that comes with the project."""
    return LearnedLegging.load(SHIPPED)
