"""The smooth surface's total variance with slope and curvature: one pass over plain columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def evaluate(
    log_moneyness: FloatArray,
    years: FloatArray,
    expiry_years: FloatArray,
    deviation: FloatArray,
    knots: FloatArray,
    stretch: FloatArray,
    pieces: FloatArray,
    growth: float,
    out: FloatArray,
) -> None:
    """Write total variance, slope and curvature by log-moneyness into the columns of `out` (3, point).

    Slice j is a cubic in z = k / deviation[j] between `knots`, straight outside: pieces[j, i] holds its value
    and first, half second and sixth third derivative at knot i. Knots are found by the inverse of
    z = u / (1 - a |u|), u = s i, with `stretch` = (s, a). Linear in years between slices and from zero to
    the first; `growth` a year is added after the last. NaN stays NaN, and an infinite k has no value.
    """
    last, half = len(expiry_years) - 1, len(knots) // 2
    furthest, per_step = knots[len(knots) - 1], 1.0 / stretch[0]
    top = 1
    while 2 * top <= last:
        top *= 2
    for i in range(len(log_moneyness)):
        k, t = log_moneyness[i], years[i]
        if not (abs(k) < np.inf and t > 0.0):
            empty = 0.0 if t <= 0.0 else np.nan
            out[0, i] = out[1, i] = out[2, i] = empty
            continue
        # Position of the first slice at or after t, the last one at most: halving without branches.
        after, step = 0, top
        while step > 0:
            ahead = after + step
            after = ahead if ahead <= last and expiry_years[ahead - 1] < t else after
            step //= 2
        before = max(after - 1, 0)
        start = expiry_years[before] if after > 0 else 0.0
        share = min((t - start) / (expiry_years[after] - start), 1.0)
        weight = 1.0 - share if after > 0 else 0.0
        total, first, second = 0.0, 0.0, 0.0
        for j in (after, before):
            z = k / deviation[j]
            inside = min(max(z, -furthest), furthest)
            # Rounding may choose the neighbour at a knot: harmless, since the pieces join there.
            place = half + per_step * inside / (1.0 + stretch[1] * abs(inside))
            at = min(int(place), 2 * half - 1)
            x = inside - knots[at]
            piece = pieces[j, at]
            slope = piece[1] + x * (2.0 * piece[2] + 3.0 * x * piece[3])
            curvature = 2.0 * piece[2] + 6.0 * x * piece[3]
            value = piece[0] + x * (piece[1] + x * (piece[2] + x * piece[3]))
            part = share if j == after else weight
            total += part * (value + slope * (z - inside))
            first += part * slope / deviation[j]
            second += part * (curvature if z == inside else 0.0) / (deviation[j] * deviation[j])
            if weight == 0.0:
                break
        out[0, i] = total + growth * max(t - expiry_years[last], 0.0)
        out[1, i], out[2, i] = first, second
