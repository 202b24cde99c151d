"""What a desk quotes of a smile: volatility at the money, risk reversal, butterfly, skew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

_POINTS = 801
_DEVIATIONS = 4.0
_WING_DELTA = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class SmileLandmarks:
    """Landmarks at each expiry, all per sqrt(year), arrays of shape [expiry].

    atm: volatility at the forward. skew: its slope in log(K / F) there. risk_reversal: volatility of the
    25-delta call less that of the 25-delta put. butterfly: their mean less the volatility at the forward.
    Deltas are undiscounted forward deltas.
    """

    expiry_years: FloatArray
    atm: FloatArray
    skew: FloatArray
    risk_reversal: FloatArray
    butterfly: FloatArray


def smile_landmarks(surface: VolSurface, expiry_years: npt.ArrayLike) -> SmileLandmarks:
    """Landmarks of `surface` at `expiry_years` [expiry], read off points to four deviations either side."""
    years = np.atleast_1d(np.asarray(expiry_years, dtype=np.float64))
    variance, slope, _ = surface.derivatives(0.0, years)
    atm = np.sqrt(variance / years)
    wings = np.array(
        [_wings(surface, each, width) for each, width in zip(years, np.sqrt(variance), strict=True)]
    )
    call, put = wings.T
    return SmileLandmarks(
        expiry_years=years,
        atm=atm,
        skew=slope / (2.0 * np.sqrt(variance * years)),
        risk_reversal=call - put,
        butterfly=0.5 * (call + put) - atm,
    )


def _wings(surface: VolSurface, years: float, width: float) -> tuple[float, float]:
    """Volatilities of the 25-delta call and put; width: sqrt of total variance at the forward."""
    grid = np.linspace(-_DEVIATIONS, _DEVIATIONS, _POINTS) * width
    volatility = surface.implied_volatility(grid, years)
    deviation = volatility * np.sqrt(years)
    call_delta = ndtr(-grid / deviation + 0.5 * deviation)
    # The delta falls with the strike wherever the smile is free of butterflies; interp wants it to rise.
    call, put = np.interp([_WING_DELTA, 1.0 - _WING_DELTA], call_delta[::-1], volatility[::-1])
    return float(call), float(put)
