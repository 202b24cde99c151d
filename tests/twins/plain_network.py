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


def plain_memory(network: Network, observation: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """What a network's memory holds after each step, (step, row, unit), of observations (step, row, feature).

    Hochreiter and Schmidhuber (1997) with a forget gate, in double precision.
    """
    assert network.memory is not None
    units, features = network.units, network.features
    weights = [array.astype(float) for array in network.memory]
    hidden = cell = np.zeros((observation.shape[1], units))
    held = []
    for step in observation:
        seen = np.clip((step - network.mean[:features]) / network.scale[:features], -CLIP, CLIP)
        take, keep, new, show = np.split(seen @ weights[0] + hidden @ weights[1] + weights[2], 4, axis=1)
        cell = _sigmoid(keep) * cell + _sigmoid(take) * np.tanh(new)
        hidden = _sigmoid(show) * np.tanh(cell)
        held.append(hidden)
    return np.array(held)


def _sigmoid(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-x))
