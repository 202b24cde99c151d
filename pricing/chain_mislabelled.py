"""Quotes whose right is exchanged, or whose price is another option's, found by their neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.parity_fit import ParityFit

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_NEIGHBOURS = 4  # on either side
_FEWEST_STRIKES = 5
_FACTOR = 4.0
_SMALLEST_SHARE_OF_FORWARD = 5e-4


def mislabelled(
    strike: FloatArray, is_call: BoolArray, bid: FloatArray, ask: FloatArray, fit: ParityFit
) -> BoolArray:
    """Which quotes of one expiry cannot be prices of the option that they name.

    The time value of a call and a put at one strike is the same, and changes little to the next strike. A
    quote is taken for mislabelled when its time value lies above four times the upper quartile, or below a
    quarter of the lower one, of the nearest four strikes' on either side, by more than its own width, what an
    uncertain rate leaves open, and 0.05% of the forward: an exchanged right is off by the whole distance from
    the forward. Near the forward no one can tell, and it does no harm. Nothing is judged among fewer than
    five strikes.
    """
    sign = np.where(is_call, 1.0, -1.0)
    intrinsic = fit.discount * np.maximum(sign * (fit.forward - strike), 0.0)
    low, high = bid - intrinsic, ask - intrinsic
    known, at = np.unique(strike, return_inverse=True)
    if len(known) < _FEWEST_STRIKES:
        return np.zeros(len(strike), dtype=np.bool_)
    lower, upper = _quartiles_around(_least_time_values(at, np.maximum((low + high) / 2, 0.0)))
    margin = (ask - bid) + _SMALLEST_SHARE_OF_FORWARD * fit.forward + fit.intrinsic_error(strike)
    above = low > _FACTOR * upper[at] + margin
    below = high < lower[at] / _FACTOR - margin
    return np.asarray(above | below, dtype=np.bool_)


def _least_time_values(at: npt.NDArray[np.intp], time_value: FloatArray) -> FloatArray:
    """The least at each strike: exchanging its right adds to one option's, or takes it below zero."""
    order = np.argsort(at, kind="stable")
    starts = np.flatnonzero(np.diff(at[order], prepend=-1))
    return np.asarray(np.minimum.reduceat(time_value[order], starts), dtype=np.float64)


def _quartiles_around(time_value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Quartiles of the neighbours' time values at each strike, its own left out."""
    padded = np.pad(time_value, _NEIGHBOURS, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1).copy()
    around[:, _NEIGHBOURS] = np.nan
    lower, upper = np.nanquantile(around, (0.25, 0.75), axis=1)
    return np.asarray(lower), np.asarray(upper)
