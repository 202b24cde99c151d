"""Numba kernel of all that is known of one structure from its legs: Greeks, profile, probability, margin."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.black_kernel import BLOCK
from pricing.greeks_kernel import GREEK_ROWS, fill_greeks
from pricing.spreads.margin_kernel import margin_of
from pricing.spreads.profile_kernel import (
    DISCOUNT,
    FORWARD,
    SIGN,
    STRIKE,
    UNITS,
    VOLATILITY,
    YEARS,
    fill_profile,
    first_expiry,
    inner,
)

FloatArray = npt.NDArray[np.float64]

GREEKS = 12
# What comes before the profile in the result: the Greeks in the order of GreekColumns, premium and margin.
PREMIUM, MARGIN, PROFILE = GREEKS, GREEKS + 1, GREEKS + 2


@njit(cache=True, error_model="numpy")
def fill_analysis(
    legs: FloatArray,
    spot: float,
    premium: float,
    outlook: FloatArray,
    rule: FloatArray,
    out: FloatArray,
) -> None:
    """Write Greeks of the whole package, premium, margin and the profile of `fill_profile`.

    legs: as in `profile_kernel`; Greeks are those of European options. premium [currency]: paid; NaN for the
    value of the legs. outlook: of spot, filled in where its first element is NaN: lognormal with the
    volatility of the first expiry's leg nearest to the forward.
    """
    greeks = np.empty((GREEKS, legs.shape[1]))
    columns = (legs[FORWARD], legs[STRIKE], legs[YEARS], legs[VOLATILITY], legs[DISCOUNT])
    fill_greeks(columns, np.full(1, spot), legs[SIGN] > 0.0, np.ones(GREEK_ROWS * BLOCK), greeks)
    for row in range(GREEKS):
        total = 0.0
        for leg in range(legs.shape[1]):
            if legs[SIGN, leg] != 0.0:
                total += legs[UNITS, leg] * greeks[row, leg]
            elif row < 2:
                total += legs[UNITS, leg] * (spot if row == 0 else 1.0)
        out[row] = total
    out[PREMIUM] = out[0] if math.isnan(premium) else premium
    out[MARGIN] = margin_of(legs, greeks[0], spot, out[PREMIUM], rule)
    if math.isnan(outlook[0]):
        _fill_outlook(legs, outlook)
    fill_profile(legs, out[PREMIUM], outlook, out[PROFILE:])


@inner
def _fill_outlook(legs: FloatArray, outlook: FloatArray) -> None:
    first, distance = first_expiry(legs), math.inf
    for leg in range(legs.shape[1]):
        off = abs(legs[STRIKE, leg] - legs[FORWARD, leg])
        if (
            first >= 0
            and legs[SIGN, leg] != 0.0
            and legs[YEARS, leg] == legs[YEARS, first]
            and off < distance
        ):
            distance = off
            outlook[0] = legs[FORWARD, leg]
            outlook[1] = legs[VOLATILITY, leg] * math.sqrt(legs[YEARS, leg])
