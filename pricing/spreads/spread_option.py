"""European options on the spread of two assets, exact, with every Greek from one quadrature."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.spreads.spread_columns import SpreadColumns, exercise_greeks
from pricing.spreads.spread_kernel import SUMS, spread_sums
from pricing.spreads.two_assets import TwoAssetColumns, TwoAssets

# One deviation below this share of the other, or a correlation nearer to one, changes values by less than
# 1e-10 of a price; the plane of the two factors would have no second direction left.
_LEAST_SHARE = 1e-10
_FULL_CORRELATION = 1.0 - 1e-12


def spread_option(
    assets: TwoAssets,
    strike: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    first_units: npt.ArrayLike = 1.0,
    second_units: npt.ArrayLike = 1.0,
) -> SpreadColumns:
    """Value and Greeks of max(w (a S1 - b S2 - K), 0) at expiry, w = 1 for a call and -1 for a put.

    a, b: units of each asset, positive. strike K [currency]: any sign. Inputs broadcast. The quadrature is
    `spread_sums`; deltas are probabilities under each asset's own measure, gammas the density on the exercise
    boundary, vegas, correlation sensitivity and theta follow from gammas by the heat equation (Carr 2001),
    so that all satisfy the pricing equation exactly. Where neither asset moves (expiry not ahead, or both
    volatilities zero) the value is the discounted intrinsic one, gammas are zero and deltas those of a
    forward or of nothing (half at the money). Full correlation is taken as 1 - 1e-12.

    Not finite, prices or units not positive, a volatility below zero or |rho| > 1: NaN.
    """
    columns, (strikes, calls, first, second) = assets.broadcast(strike, is_call, first_units, second_units)
    good = columns.in_domain(strikes, first, second) & (first > 0.0) & (second > 0.0) & ~np.isnan(calls)
    forwards = (first * columns.first_forward, second * columns.second_forward)
    sums = np.full((*good.shape, SUMS), np.nan)
    sums[good] = _exercise_sums(columns, forwards, strikes, good)
    return exercise_greeks(columns, forwards, strikes, calls, sums)


def _exercise_sums(
    columns: TwoAssetColumns,
    forwards: tuple[FloatArray, FloatArray],
    strike: FloatArray,
    good: npt.NDArray[np.bool_],
) -> FloatArray:
    """The kernel's sums over S1 - S2 > K for the good rows, for strikes of either sign.

    For K < 0 the complement is S2 - S1 >= -K, the same region with the assets exchanged.
    """
    first, second, strikes, first_deviation, second_deviation, correlation = (
        column[good]
        for column in (
            *forwards,
            strike,
            columns.first_deviation,
            columns.second_deviation,
            columns.correlation,
        )
    )
    swapped = strikes < 0.0
    still = (first_deviation == 0.0) & (second_deviation == 0.0)
    least = np.where(still, 1.0, _LEAST_SHARE * np.maximum(first_deviation, second_deviation))
    first_deviation, second_deviation = (
        np.maximum(each, least) for each in (first_deviation, second_deviation)
    )
    sums = np.empty((len(strikes), SUMS))
    spread_sums(
        np.where(swapped, second, first),
        np.where(swapped, first, second),
        np.abs(strikes),
        np.where(swapped, second_deviation, first_deviation),
        np.where(swapped, first_deviation, second_deviation),
        np.clip(correlation, -_FULL_CORRELATION, _FULL_CORRELATION),
        sums,
    )
    sums[swapped] = (sums @ _EXCHANGE + _COMPLEMENT)[swapped]
    sums[still] = 0.0
    sums[still, :3] = 0.5 * (1.0 + np.sign(first - second - strikes))[still, None]
    return sums


_EXCHANGE = np.zeros((SUMS, SUMS))
_EXCHANGE[[1, 0, 2], [0, 1, 2]] = -1.0
_EXCHANGE[[5, 4, 3], [3, 4, 5]] = 1.0
_COMPLEMENT = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
