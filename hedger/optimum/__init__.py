"""The exact optimum of hedging under geometric Brownian motion with costs, and exact scores of policies."""

from __future__ import annotations

from hedger.optimum.problem import HedgingProblem
from hedger.optimum.score import score_bands, score_policy
from hedger.optimum.solve import OptimalHedge, solve

__all__ = ["HedgingProblem", "OptimalHedge", "score_bands", "score_policy", "solve"]
