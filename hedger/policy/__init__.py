"""Hedge policies: when to trade, how much, in which instrument."""

from __future__ import annotations

from hedger.errors import UsageError
from hedger.network.weights import SHIPPED
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
    *((DeepPolicy(),) if (SHIPPED / "universal.safetensors").is_file() else ()),
)


def policy_named(name: str) -> HedgePolicy:
    """The policy as typed on the command line, with its default settings; UsageError lists the names."""
    for policy in POLICIES:
        if policy.name == name:
            return policy
    raise UsageError(f"unknown policy '{name}'; expected one of {', '.join(p.name for p in POLICIES)}")
