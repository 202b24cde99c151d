"""The protocols of a policy: what to do in every market, given what a desk shows of it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


@runtime_checkable
class ExecutionPolicy(Protocol):
    """Chooses an action for each market; needs no torch. One that remembers is a PolicyOfOrders too."""

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        ...

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Actions (market,), from FEATURES (market, feature) and what may be chosen (market, action)."""
        ...


@runtime_checkable
class PolicyOfOrders(Protocol):
    """A policy that may remember what it saw of an order, and is asked for anew when orders begin."""

    def begin(self, markets: int) -> ExecutionPolicy:
        """The policy for one order in each of so many markets, with nothing remembered."""
        ...


def begun(policy: ExecutionPolicy, markets: int) -> ExecutionPolicy:
    """A policy for orders that begin now, one in each of so many markets; one without a memory as it is."""
    return policy.begin(markets) if isinstance(policy, PolicyOfOrders) else policy
