"""Whether what a predictor is asked can be answered, in one pass over the arrays."""

from __future__ import annotations

import math

from numba import njit

SOUND, NOT_FINITE, NO_SCALE, NO_SIDE, NO_QUANTITY = range(5)


@njit(cache=True)
def flaw_of(window, scales, side, quantity):  # type: ignore[no-untyped-def]
    """The first flaw of windows (market, step, feature), scales (market, 3), sides, quantities (market,)."""
    for market in range(len(window)):
        for step in range(window.shape[1]):
            for feature in range(window.shape[2]):
                if not math.isfinite(window[market, step, feature]):
                    return NOT_FINITE
        for scale in range(scales.shape[1]):
            if not math.isfinite(scales[market, scale]):
                return NOT_FINITE
        if not (scales[market, 0] > 0.0 and scales[market, 1] > 0.0):
            return NO_SCALE
        if abs(side[market]) != 1.0:
            return NO_SIDE
        if not (math.isfinite(quantity[market]) and quantity[market] >= 0.0):
            return NO_QUANTITY
    return SOUND
