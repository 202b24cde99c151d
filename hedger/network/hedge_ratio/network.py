"""The network's arithmetic in numpy, and its weights on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hedger.network.weight_file import array_bytes, read_arrays, require_shapes

FloatArray = npt.NDArray[np.float64]

FEATURES = 3
LARGEST_LOG_FACTOR = 0.7
CLIP = 3.0
SHIPPED = Path(__file__).parents[1] / "shipped" / "hedge_ratio.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioNetwork:
    """Mean of several networks of one hidden layer, a correction factor of the response.

    factor = exp(0.7 mean over networks of tanh(last . tanh(first x + bias) + last_bias)), between 0.50 and
    2.01, x the features less `mean` over `deviation`, within three deviations of training. With `last` and
    `last_bias` zero, as before training, the factor is 1.

    mean, deviation: (feature,). first: (network, feature, width). bias, last: (network, width). last_bias:
    (network,).
    """

    mean: FloatArray
    deviation: FloatArray
    first: FloatArray
    bias: FloatArray
    last: FloatArray
    last_bias: FloatArray

    def factor(self, features: FloatArray) -> FloatArray:
        """Correction factors, shape (state,), of features (state, feature); 1 where one is not finite."""
        standardised = np.clip((features - self.mean) / self.deviation, -CLIP, CLIP)
        seen = np.all(np.isfinite(features), axis=1)
        inputs = np.where(seen[:, None], standardised, 0.0)
        hidden = np.tanh(np.einsum("sf,nfw->snw", inputs, self.first) + self.bias)
        each = np.tanh(np.einsum("snw,nw->sn", hidden, self.last) + self.last_bias)
        return np.where(seen, np.exp(LARGEST_LOG_FACTOR * each.mean(axis=1)), 1.0)


@cache
def shipped_ratio_network() -> RatioNetwork:
    """The weights that every installation has."""
    return read_ratio_network(SHIPPED)


def read_ratio_network(path: Path) -> RatioNetwork:
    """Read weights. Raises UsageError where the file is none of ours."""
    arrays = read_arrays(path, RatioNetwork, title="hedge-ratio network")
    networks, width = arrays["bias"].shape[0], arrays["bias"].shape[-1]
    shapes = {
        "mean": (FEATURES,),
        "deviation": (FEATURES,),
        "first": (networks, FEATURES, width),
        "bias": (networks, width),
        "last": (networks, width),
        "last_bias": (networks,),
    }
    require_shapes(path, arrays, shapes)
    return RatioNetwork(**{name: array.astype(np.float64) for name, array in arrays.items()})


def ratio_network_bytes(network: RatioNetwork) -> bytes:
    """The content of a weights file."""
    return array_bytes(network)
