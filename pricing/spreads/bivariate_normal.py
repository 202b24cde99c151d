"""The distribution function of two correlated standard normals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

from pricing.black import FloatArray

_NEAR = 1e-100
_FAR = 40.0  # the normal distribution function is 0 or 1 in double precision well before


def bivariate_normal(first: npt.ArrayLike, second: npt.ArrayLike, correlation: npt.ArrayLike) -> FloatArray:
    """P(X <= first, Y <= second) for standard normals of a correlation; inputs broadcast; NaN stays NaN.

    By Owen's T function (Owen 1956, equation 2.1): absolute error about 1e-15, no relative accuracy in the
    far tails. The correlation lies in [-1, 1]; at the ends the law is that of one normal.
    """
    h, k, rho = np.broadcast_arrays(
        np.clip(first, -_FAR, _FAR), np.clip(second, -_FAR, _FAR), np.asarray(correlation, dtype=np.float64)
    )
    # No negative zeros, since a slope's sign is taken from them, and nothing so small that it overflows.
    h, k = (np.where(np.abs(each) < _NEAR, 0.0, each) for each in (h, k))
    root = np.sqrt((1.0 - rho) * (1.0 + rho))
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = _owen(h, (k - rho * h) / (h * root)) + _owen(k, (h - rho * k) / (k * root))
        middle = np.arccos(-rho) / (2.0 * np.pi)  # both at zero: the quadrant's angle
    opposite = (h * k < 0.0) | ((h * k == 0.0) & (h + k < 0.0))
    joint = 0.5 * (ndtr(h) + ndtr(k)) - inner - np.where(opposite, 0.5, 0.0)
    joint = np.where((h == 0.0) & (k == 0.0), middle, joint)
    joint = np.where(rho == 1.0, ndtr(np.minimum(h, k)), joint)
    joint = np.where(rho == -1.0, np.maximum(ndtr(h) - ndtr(-k), 0.0), joint)
    return np.asarray(np.clip(joint, 0.0, 1.0), dtype=np.float64)


def _owen(h: FloatArray, slope: FloatArray) -> FloatArray:
    return np.asarray(owens_t(h, slope), dtype=np.float64)
