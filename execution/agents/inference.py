"""A trained network as numba arithmetic: from features to a permitted action, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import tanh
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt
from numba import njit

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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A multilayer perceptron on standardised features.

    mean, scale: (feature,), of the features in training; what is standardised with them is clipped to CLIP.
    sizes: units of each layer, the features first, the outputs last, shape (layer + 1,). parameters: each
    layer's weights (input, output), row by row, then its bias, all in one array, so that numba compiles once
    for networks of any depth. is_tanh: hidden units answer with tanh, otherwise with max(x, 0).
    """

    mean: SingleArray
    scale: SingleArray
    sizes: IntArray
    parameters: SingleArray
    is_tanh: bool

    @classmethod
    def of(cls, layers: Sequence[Layer], *, mean: SingleArray, scale: SingleArray, is_tanh: bool) -> Network:
        """Chain layers; ValueError where shapes do not fit, a number is not finite or a scale not above 0."""
        _require_chain(layers, mean, scale)
        parts = [array.ravel() for layer in layers for array in layer]
        return cls(
            mean=np.ascontiguousarray(mean, dtype=np.float32),
            scale=np.ascontiguousarray(scale, dtype=np.float32),
            sizes=np.array([len(mean), *(len(layer.bias) for layer in layers)], dtype=np.int64),
            parameters=np.concatenate(parts).astype(np.float32),
            is_tanh=is_tanh,
        )

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
