"""Numba kernel of the margin proxy: what a structure asks for under the strategy-based rules.

FINRA rule 4210(f)(2) in outline (Cboe Margin Manual): options that cover each other are charged their worst
loss over the strikes (the universal spread rule); what is left uncovered the greater of a share of spot less
the amount out of the money, and a floor, for the worse of the two sides, on top of its market value; a long
option must not expire before the short one that it covers; premiums are paid, or taken off the charge.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.spreads.profile_kernel import SIGN, STRIKE, UNITS, YEARS, inner

FloatArray = npt.NDArray[np.float64]

# Entries of a rule: share of spot and floor of what is uncovered, share of spot of a lot of the underlying.
SHARE, FLOOR, OUTRIGHT = range(3)


@inner
def margin_of(legs: FloatArray, values: FloatArray, spot: float, premium: float, rule: FloatArray) -> float:
    """Own funds that the structure asks for [currency], never negative.

    values: of each leg's option per unit [currency]. premium [currency]: paid for all legs.
    """
    lots, charge = 0.0, 0.0
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] == 0.0:
            lots += legs[UNITS, leg]
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] != 0.0:
            charge = max(charge, _charge_from(legs, values, spot, lots, legs[YEARS, leg], rule))
    own = charge + rule[OUTRIGHT] * abs(lots) * spot + premium - lots * spot
    return float(max(own, 0.0))


@inner
def _charge_from(
    legs: FloatArray, values: FloatArray, spot: float, lots: float, years: float, rule: FloatArray
) -> float:
    """The charge on the options that are left from an expiry on."""
    calls, puts = _net(legs, 1.0, years), _net(legs, -1.0, years)
    call, put = _nearest_short(legs, 1.0, years), _nearest_short(legs, -1.0, years)
    bare_calls = max(-calls - max(lots, 0.0), 0.0)
    bare_puts = max(-puts - max(-lots, 0.0), 0.0)
    charge = _strike_loss(legs, years, max(-calls, 0.0), call, max(-puts, 0.0), put)
    of_calls = of_puts = 0.0
    if bare_calls > 0.0:
        otm = max(legs[STRIKE, call] - spot, 0.0)
        of_calls = bare_calls * max(rule[SHARE] * spot - otm, rule[FLOOR] * spot)
        charge += bare_calls * values[call]
    if bare_puts > 0.0:
        otm = max(spot - legs[STRIKE, put], 0.0)
        of_puts = bare_puts * max(rule[SHARE] * spot - otm, rule[FLOOR] * legs[STRIKE, put])
        charge += bare_puts * values[put]
    return charge + max(of_calls, of_puts)


@inner
def _net(legs: FloatArray, sign: float, years: float) -> float:
    """Units of one right held from an expiry on; zero where only rounding is left."""
    total, size = 0.0, 0.0
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] == sign and legs[YEARS, leg] >= years:
            total += legs[UNITS, leg]
            size += abs(legs[UNITS, leg])
    return 0.0 if abs(total) <= 1e-9 * size else total


@inner
def _nearest_short(legs: FloatArray, sign: float, years: float) -> int:
    """The short option of a right that is exercised first: the lowest call, the highest put; -1 for none."""
    found = -1
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] != sign or legs[UNITS, leg] >= 0.0 or legs[YEARS, leg] < years:
            continue
        if found < 0 or sign * legs[STRIKE, leg] < sign * legs[STRIKE, found]:
            found = leg
    return found


@inner
def _strike_loss(
    legs: FloatArray, years: float, covered_calls: float, call: int, covered_puts: float, put: int
) -> float:
    """The worst loss over the strikes by intrinsic values, what is net short being charged elsewhere."""
    worst = 0.0
    for at in range(legs.shape[1]):
        if legs[SIGN, at] == 0.0 or legs[YEARS, at] < years:
            continue
        spot, worth = legs[STRIKE, at], 0.0
        for leg in range(legs.shape[1]):
            if legs[SIGN, leg] != 0.0 and legs[YEARS, leg] >= years:
                worth += legs[UNITS, leg] * max(legs[SIGN, leg] * (spot - legs[STRIKE, leg]), 0.0)
        if covered_calls > 0.0:
            worth += covered_calls * max(spot - legs[STRIKE, call], 0.0)
        if covered_puts > 0.0:
            worth += covered_puts * max(legs[STRIKE, put] - spot, 0.0)
        worst = min(worst, worth)
    return -worst
