"""The protocol of a policy: what to do in every market, given what a desk shows of it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


@runtime_checkable
class ExecutionPolicy(Protocol):
    """Chooses an action for each market; needs no torch and keeps no memory."""

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        ...

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Actions (market,), from FEATURES (market, feature) and what may be chosen (market, action)."""
        ...
