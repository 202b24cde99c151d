"""A multilayer perceptron as one would write it on paper."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.agents.inference import CLIP, Network


def plain_outputs(network: Network, observation: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Outputs (row, output) in double precision."""
    now = np.clip((observation.astype(float) - network.mean) / network.scale, -CLIP, CLIP)
    layers = network.layers()
    for place, layer in enumerate(layers):
        now = now @ layer.weights.astype(float) + layer.bias
        if place < len(layers) - 1:
            now = np.tanh(now) if network.is_tanh else np.maximum(now, 0.0)
    return now
