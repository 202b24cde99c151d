"""Band networks for tests: one that answers with its reference, and others that answer what they are told."""

from __future__ import annotations

import numpy as np

from hedger.network.inference import BandNetwork
from hedger.network.ladder import FEATURES, OUTPUTS


def constant_network(*outputs: float, reach: float = 30.0) -> BandNetwork:
    """Answers with the same outputs everywhere, the reference without any; saw features up to `reach`."""
    single = np.float32
    bias = np.array(outputs or (0.0,) * OUTPUTS, dtype=single)
    return BandNetwork(
        mean=np.zeros(FEATURES, single),
        deviation=np.ones(FEATURES, single),
        lowest=np.full(FEATURES, -reach, single),
        highest=np.full(FEATURES, reach, single),
        first=np.full((FEATURES, 4), 0.1, single),
        first_bias=np.zeros(4, single),
        hidden=np.zeros((1, 4, 4), single),
        hidden_bias=np.zeros((1, 4), single),
        last=np.zeros((4, OUTPUTS), single),
        last_bias=bias,
    )
