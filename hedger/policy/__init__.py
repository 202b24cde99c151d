"""Hedge policies: when to trade, how much, in which instrument."""

from __future__ import annotations

from pathlib import Path

from hedger.errors import UsageError
from hedger.network.weights import read_network
from hedger.policy.deep import DeepPolicy
from hedger.policy.delta import DeltaPolicy
from hedger.policy.leland import LelandPolicy
from hedger.policy.minimum_variance import MinimumVariancePolicy
from hedger.policy.policy import Action, HedgeDecision, HedgePolicy, HedgeSituation
from hedger.policy.whalley_wilmott import WhalleyWilmottPolicy
from hedger.policy.zakamouline import ZakamoulinePolicy

__all__ = [
    "POLICIES",
    "Action",
    "DeepPolicy",
    "DeltaPolicy",
    "HedgeDecision",
    "HedgePolicy",
    "HedgeSituation",
    "LelandPolicy",
    "MinimumVariancePolicy",
    "WhalleyWilmottPolicy",
    "ZakamoulinePolicy",
    "policy_named",
]

POLICIES: tuple[HedgePolicy, ...] = (
    DeltaPolicy(),
    MinimumVariancePolicy(),
    LelandPolicy(),
    WhalleyWilmottPolicy(),
    ZakamoulinePolicy(),
    DeepPolicy(),
)


def policy_named(name: str, *, weights: Path | None = None) -> HedgePolicy:
    """The policy as typed on the command line, with its default settings; UsageError lists the names.

    weights: a file that 'hedger train hedge' wrote, in place of the shipped ones; for the deep policy alone.
    """
    if weights is not None:
        if name != DeepPolicy().name:
            raise UsageError(f"weights are for the policy 'deep', not for '{name}'")
        return DeepPolicy(network=read_network(weights))
    for policy in POLICIES:
        if policy.name == name:
            return policy
    raise UsageError(f"unknown policy '{name}'; expected one of {', '.join(p.name for p in POLICIES)}")
