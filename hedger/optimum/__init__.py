"""The exact optimum of hedging under geometric Brownian motion with costs, and exact scores of policies."""

from __future__ import annotations

from hedger.optimum.impact import ImpactOptimum, PowerImpact, score_with_impact, solve_with_impact
from hedger.optimum.problem import HedgingProblem
from hedger.optimum.score import score_bands, score_policy
from hedger.optimum.solve import OptimalHedge, solve

__all__ = [
    "HedgingProblem",
    "ImpactOptimum",
    "OptimalHedge",
    "PowerImpact",
    "score_bands",
    "score_policy",
    "score_with_impact",
    "solve",
    "solve_with_impact",
]
