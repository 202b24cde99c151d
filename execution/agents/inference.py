"""A trained network as numba arithmetic: from features to a permitted action, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import tanh
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.impact.memory_cell import remember

SingleArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Standardised features are clipped here, in training too: beyond it the network has nothing to say.
CLIP = 10.0

ANSWERED, NO_ACTION, NOT_FINITE = 0, 1, 2


class Layer(NamedTuple):
    """One affine layer: weights (input, output), bias (output,)."""

    weights: SingleArray
    bias: SingleArray


class Memory(NamedTuple):
    """A long short-term memory's weights, gates in the order i, f, g, o.

    input: (feature, 4 x unit). recurrent: (unit, 4 x unit). bias: (4 x unit,).
    """

    input: SingleArray
    recurrent: SingleArray
    bias: SingleArray


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A multilayer perceptron on standardised features and, where it has a memory, on what that remembers.

    mean, scale: (feature,), of the features in training; what is standardised with them is clipped to CLIP.
    What is remembered counts as further features, of mean 0 and scale 1. sizes: units of each layer, the
    features first, the outputs last, shape (layer + 1,). parameters: each layer's weights (input, output),
    row by row, then its bias, all in one array, so that numba compiles once for networks of any depth.
    is_tanh: hidden units answer with tanh, otherwise with max(x, 0). memory: None for none.
    """

    mean: SingleArray
    scale: SingleArray
    sizes: IntArray
    parameters: SingleArray
    is_tanh: bool
    memory: Memory | None = None

    @classmethod
    def of(
        cls,
        layers: Sequence[Layer],
        *,
        mean: SingleArray,
        scale: SingleArray,
        is_tanh: bool,
        memory: Memory | None = None,
    ) -> Network:
        """Chain layers; ValueError where shapes do not fit, a number is not finite or a scale not above 0."""
        _require_chain(layers, mean, scale)
        if memory is not None:
            _require_memory(memory, mean, scale)
            memory = Memory(*(np.ascontiguousarray(array, dtype=np.float32) for array in memory))
        parts = [array.ravel() for layer in layers for array in layer]
        return cls(
            mean=np.ascontiguousarray(mean, dtype=np.float32),
            scale=np.ascontiguousarray(scale, dtype=np.float32),
            sizes=np.array([len(mean), *(len(layer.bias) for layer in layers)], dtype=np.int64),
            parameters=np.concatenate(parts).astype(np.float32),
            is_tanh=is_tanh,
            memory=memory,
        )

    @property
    def units(self) -> int:
        """How much it remembers, 0 for a network without a memory."""
        return 0 if self.memory is None else len(self.memory.recurrent)

    @property
    def features(self) -> int:
        """How many features it is shown."""
        return int(self.sizes[0]) - self.units

    def layers(self) -> list[Layer]:
        """The layers as views into the parameters."""
        found, at = [], 0
        for inputs, outputs in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            bias = at + int(inputs * outputs)
            weights = self.parameters[at:bias].reshape(inputs, outputs)
            at = bias + int(outputs)
            found.append(Layer(weights, self.parameters[bias:at]))
        return found


def _require_chain(layers: Sequence[Layer], mean: SingleArray, scale: SingleArray) -> None:
    if not layers or mean.ndim != 1 or len(mean) == 0 or scale.shape != mean.shape:
        raise ValueError("a network needs a layer, and a mean and a scale for each feature")
    inputs = len(mean)
    for place, layer in enumerate(layers):
        outputs = layer.weights.shape[-1] if layer.weights.ndim == 2 else 0
        if layer.weights.shape != (inputs, outputs) or layer.bias.shape != (outputs,) or outputs == 0:
            raise ValueError(
                f"layer {place} has weights {layer.weights.shape} and bias {layer.bias.shape}, "
                f"expected {inputs} inputs"
            )
        inputs = outputs
    arrays = [mean, scale, *(array for layer in layers for array in layer)]
    if not all(np.all(np.isfinite(array)) for array in arrays) or not np.all(scale > 0.0):
        raise ValueError("weights must be finite and scales positive")


def _require_memory(memory: Memory, mean: SingleArray, scale: SingleArray) -> None:
    units = len(memory.recurrent)
    shapes = ((len(mean) - units, 4 * units), (units, 4 * units), (4 * units,))
    if units == 0 or len(mean) <= units or tuple(array.shape for array in memory) != shapes:
        raise ValueError(f"a memory has arrays of {[array.shape for array in memory]}, expected {shapes}")
    if not all(np.all(np.isfinite(array)) for array in memory):
        raise ValueError("weights must be finite and scales positive")
    if np.any(mean[-units:] != 0.0) or np.any(scale[-units:] != 1.0):
        raise ValueError("what is remembered has a mean of 0 and a scale of 1")


@njit(cache=True, fastmath={"contract"})
def respond(  # type: ignore[no-untyped-def]
    observation, mean, scale, sizes, parameters, is_tanh, now, following, out
):
    """Outputs of one observation (feature,) into out; whether they are finite.

    now, following: scratch, float32, as wide as the widest layer.
    """
    for feature in range(sizes[0]):
        score = (observation[feature] - mean[feature]) / scale[feature]
        now[feature] = min(max(score, np.float32(-CLIP)), np.float32(CLIP))
        if not np.isfinite(observation[feature]):
            return False
    at, last = 0, len(sizes) - 2
    for layer in range(last + 1):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        bias = at + inputs * outputs
        # Slices, since an index that might be negative keeps the compiler from using vector instructions.
        sums, offset = following[:outputs], parameters[bias : bias + outputs]
        for unit in range(outputs):
            sums[unit] = offset[unit]
        for source in range(inputs):
            value, row = now[source], at + source * outputs
            # Half of what max(x, 0) answers is nothing.
            if value != np.float32(0.0):
                line = parameters[row : row + outputs]
                for unit in range(outputs):
                    sums[unit] += value * line[unit]
        at = bias + outputs
        if layer < last:
            _activate(following, now, outputs, is_tanh)
    for unit in range(sizes[last + 1]):
        out[unit] = following[unit]
    return True


@njit(cache=True)
def _activate(following, now, units, is_tanh):  # type: ignore[no-untyped-def]
    for unit in range(units):
        if is_tanh:
            now[unit] = np.float32(tanh(following[unit]))
        else:
            now[unit] = max(following[unit], np.float32(0.0))


@njit(cache=True)
def best_permitted(values, permitted):  # type: ignore[no-untyped-def]
    """The first of the permitted actions with the highest value; -1 where none is permitted."""
    best = -1
    for action in range(len(values)):
        if permitted[action] and (best < 0 or values[action] > values[best]):
            best = action
    return best


@njit(cache=True)
def choose(  # type: ignore[no-untyped-def]
    observation, permitted, mean, scale, sizes, parameters, is_tanh, chosen
):
    """An action for each row into chosen. Returns (ANSWERED or what is wrong, row of the trouble)."""
    width = sizes.max()
    now, following = np.empty(width, np.float32), np.empty(width, np.float32)
    out = np.empty(sizes[-1], np.float32)
    for row in range(len(observation)):
        if not respond(observation[row], mean, scale, sizes, parameters, is_tanh, now, following, out):
            return NOT_FINITE, row
        chosen[row] = best_permitted(out, permitted[row])
        if chosen[row] < 0:
            return NO_ACTION, row
    return ANSWERED, -1


@njit(cache=True)
def outputs_of(observation, mean, scale, sizes, parameters, is_tanh, out):  # type: ignore[no-untyped-def]
    """Outputs of each row into out (row, output). Returns the first row that is not finite, or -1."""
    width = sizes.max()
    now, following = np.empty(width, np.float32), np.empty(width, np.float32)
    for row in range(len(observation)):
        if not respond(observation[row], mean, scale, sizes, parameters, is_tanh, now, following, out[row]):
            return row
    return -1


@njit(cache=True)
def recall(  # type: ignore[no-untyped-def]
    observation, mean, scale, first, recurrent, bias, hidden, cell, joined
):
    """Take each row's features into its memory and write both side by side into joined (row, feature + unit).

    hidden, cell: (row, unit), changed. Returns -1, or the first row that is not finite, for which nothing is
    changed.
    """
    features, units = observation.shape[1], hidden.shape[1]
    for row in range(len(observation)):
        for feature in range(features):
            if not np.isfinite(observation[row, feature]):
                return row
    seen, gates = np.empty(features, np.float32), np.empty(4 * units, np.float32)
    for row in range(len(observation)):
        for feature in range(features):
            score = (observation[row, feature] - mean[feature]) / scale[feature]
            seen[feature] = min(max(score, np.float32(-CLIP)), np.float32(CLIP))
        remember(seen, first, recurrent, bias, gates, hidden[row], cell[row])
        joined[row, :features] = observation[row]
        joined[row, features:] = hidden[row]
    return -1
