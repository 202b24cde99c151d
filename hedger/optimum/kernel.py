"""The recursion's kernels: one step back in time under the exponential, and the trade at a date.

All in units of today's spot. value, slope: risk before the trade and its derivative in the holding, shape
(node, holding).
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from numba import njit

from hedger.optimum.problem import FloatArray

_BLOCK = 32
_LARGEST_EXPONENT = 690.0
_WINDOW_DEVIATIONS = 8.0
_WIDEST_PIECE_DEVIATIONS = 2.0


@njit(cache=True)
def padded(
    value: FloatArray, slope: FloatArray, intrinsic: FloatArray, half: int
) -> tuple[FloatArray, FloatArray]:
    """value and slope with `half` rows more on either side: there what is owed goes on at intrinsic value."""
    nodes, holdings = value.shape
    wide = np.empty((nodes + 2 * half, holdings))
    steep = np.empty_like(wide)
    for row in range(nodes + 2 * half):
        inner = min(max(row - half, 0), nodes - 1)
        more = intrinsic[row] - intrinsic[inner + half]
        wide[row] = value[inner] + more
        steep[row] = slope[inner]
    return wide, steep


@njit(cache=True, fastmath={"contract", "reassoc", "arcp"})
def step_back(
    wide: FloatArray,
    steep: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    weights: FloatArray,
    half: int,
    aversion: float,
    out_value: FloatArray,
    out_slope: FloatArray,
) -> None:
    """J(x, h) = log E exp(lambda (value(x', h) - h (S' - S))) / lambda and dJ/dh, by the trapezoid rule.

    wide, steep: padded. spot: of the padded nodes.
    """
    nodes, holdings = out_value.shape
    taps = 2 * half + 1
    rows = np.empty((_BLOCK + 2 * half, holdings))
    moments = np.empty((_BLOCK + 2 * half, holdings))
    shift = np.empty(holdings)
    total = np.empty(holdings)
    moment = np.empty(holdings)
    for first in range(0, nodes, _BLOCK):
        last = min(first + _BLOCK, nodes)
        middle = half + (first + last) // 2
        for h in range(holdings):
            shift[h] = aversion * (wide[middle, h] - holding[h] * spot[middle])
        for row in range(first, last + 2 * half):
            for h in range(holdings):
                power = aversion * (wide[row, h] - holding[h] * spot[row]) - shift[h]
                grown = exp(min(power, _LARGEST_EXPONENT))
                rows[row - first, h] = grown
                moments[row - first, h] = grown * (steep[row, h] - spot[row])
        for node in range(first, last):
            total[:] = 0.0
            moment[:] = 0.0
            for tap in range(taps):
                weight = weights[tap]
                row = node - first + tap
                for h in range(holdings):
                    total[h] += weight * rows[row, h]
                    moment[h] += weight * moments[row, h]
            own = spot[node + half]
            for h in range(holdings):
                out_value[node, h] = (log(total[h]) + shift[h]) / aversion + holding[h] * own
                out_slope[node, h] = moment[h] / total[h] + own


@njit(cache=True, fastmath={"contract", "reassoc", "arcp"})
def step_back_onto_expiry(  # type: ignore[no-untyped-def]
    wide,
    steep,
    log_spot,
    half,
    holding,
    variance,
    aversion,
    log_kink,
    level,
    slope,
    abscissae,
    masses,
    is_last,
    out_value,
    out_slope,
):
    """The same onto a date at which options expire: Gauss-Legendre between the kinks of what is owed.

    log_spot: of the padded nodes. level, slope: owed = level + slope S between the kinks. What follows the
    expiry is interpolated in log-spot by cubics; there is nothing when it is the last.
    """
    nodes, holdings = out_value.shape
    deviation = sqrt(variance)
    spacing = log_spot[1] - log_spot[0]
    shift = np.empty(holdings)
    total = np.empty(holdings)
    moment = np.empty(holdings)
    kinks = len(log_kink)
    tilt = min(aversion * (holding[-1] - holding[0]) * deviation, 16.0)
    window = _WINDOW_DEVIATIONS + tilt
    for node in range(nodes):
        own = log_spot[node + half]
        centre = own - 0.5 * variance
        lower, upper = centre - window * deviation, centre + window * deviation
        own_spot = exp(own)
        piece = 0
        while piece < kinks and log_kink[piece] <= own:
            piece += 1
        for h in range(holdings):
            after = 0.0 if is_last else wide[node + half, h]
            shift[h] = aversion * (after + level[piece] + slope[piece] * own_spot - holding[h] * own_spot)
        total[:] = 0.0
        moment[:] = 0.0
        start, piece = lower, 0
        while start < upper:
            while piece < kinks and log_kink[piece] <= start:
                piece += 1
            stop = min(upper, start + _WIDEST_PIECE_DEVIATIONS * deviation)
            if piece < kinks:
                stop = min(stop, log_kink[piece])
            for point in range(len(abscissae)):
                at = start + (stop - start) * abscissae[point]
                score = (at - centre) / deviation
                weight = masses[point] * (stop - start) * exp(-0.5 * score * score)
                there = exp(at)
                owed = level[piece] + slope[piece] * there
                if is_last:
                    for h in range(holdings):
                        power = aversion * (owed - holding[h] * there) - shift[h]
                        grown = weight * exp(min(power, _LARGEST_EXPONENT))
                        total[h] += grown
                        moment[h] -= grown * there
                else:
                    base = int((at - log_spot[0]) / spacing)
                    base = min(max(base, 1), len(log_spot) - 3)
                    t = (at - log_spot[base]) / spacing
                    c0 = -t * (t - 1.0) * (t - 2.0) / 6.0
                    c1 = (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0
                    c2 = -(t + 1.0) * t * (t - 2.0) / 2.0
                    c3 = (t + 1.0) * t * (t - 1.0) / 6.0
                    for h in range(holdings):
                        after = (
                            c0 * wide[base - 1, h]
                            + c1 * wide[base, h]
                            + c2 * wide[base + 1, h]
                            + c3 * wide[base + 2, h]
                        )
                        rate = (
                            c0 * steep[base - 1, h]
                            + c1 * steep[base, h]
                            + c2 * steep[base + 1, h]
                            + c3 * steep[base + 2, h]
                        )
                        power = aversion * (after + owed - holding[h] * there) - shift[h]
                        grown = weight * exp(min(power, _LARGEST_EXPONENT))
                        total[h] += grown
                        moment[h] += grown * (rate - there)
            start = stop
        scale = 1.0 / (deviation * sqrt(2.0 * np.pi))
        for h in range(holdings):
            out_value[node, h] = (log(total[h] * scale) + shift[h]) / aversion + holding[h] * own_spot
            out_slope[node, h] = moment[h] / total[h] + own_spot


@njit(cache=True)
def hermite(value: FloatArray, slope: FloatArray, holding: FloatArray, at: float) -> tuple[float, float]:
    """Cubic Hermite interpolation over the holding: (value, slope) at `at`, linear beyond the nodes."""
    width = holding[1] - holding[0]
    cell = min(max(int((at - holding[0]) / width), 0), len(holding) - 2)
    if at <= holding[0]:
        return value[0] + slope[0] * (at - holding[0]), slope[0]
    if at >= holding[-1]:
        return value[-1] + slope[-1] * (at - holding[-1]), slope[-1]
    t = (at - holding[cell]) / width
    rise = (value[cell + 1] - value[cell]) / width
    bend = 3.0 * rise - 2.0 * slope[cell] - slope[cell + 1]
    twist = slope[cell] + slope[cell + 1] - 2.0 * rise
    interpolated = value[cell] + width * t * (slope[cell] + t * (bend + t * twist))
    return interpolated, slope[cell] + t * (2.0 * bend + 3.0 * twist * t)


@njit(cache=True)
def cheapest(value: FloatArray, slope: FloatArray, holding: FloatArray, price: float) -> float:
    """The holding that minimises value + price * holding."""
    best = 0
    least = value[0] + price * holding[0]
    for h in range(1, len(holding)):
        here = value[h] + price * holding[h]
        if here < least:
            best, least = h, here
    cell = best if slope[best] + price < 0.0 else best - 1
    if cell < 0:
        return float(holding[0])
    if cell >= len(holding) - 1:
        return float(holding[-1])
    width = holding[1] - holding[0]
    rise = (value[cell + 1] - value[cell]) / width
    bend = 3.0 * rise - 2.0 * slope[cell] - slope[cell + 1]
    twist = slope[cell] + slope[cell + 1] - 2.0 * rise
    low, high = 0.0, 1.0
    for _ in range(40):
        t = 0.5 * (low + high)
        if slope[cell] + t * (2.0 * bend + 3.0 * twist * t) + price < 0.0:
            low = t
        else:
            high = t
    return float(holding[cell] + width * 0.5 * (low + high))


@njit(cache=True)
def indifferent(
    value: FloatArray,
    slope: FloatArray,
    holding: FloatArray,
    price: float,
    target: float,
    hurdle: float,
    direction: float,
) -> float:
    """First holding away from `target` at which waiting costs `hurdle` more than the trade to it.

    direction: -1 below the target (price is added for each unit bought), +1 above; the end of the nodes where
    waiting is never worse by so much.
    """
    at_target, _ = hermite(value, slope, holding, target)
    least = at_target + price * target + hurdle
    width = holding[1] - holding[0]
    inside = target
    while True:
        outside = inside + direction * width
        if outside <= holding[0] or outside >= holding[-1]:
            outside = float(holding[0] if direction < 0 else holding[-1])
            here, _ = hermite(value, slope, holding, outside)
            if here + price * outside <= least:
                return float(outside)
        here, _ = hermite(value, slope, holding, outside)
        if here + price * outside > least:
            break
        inside = outside
    for _ in range(40):
        middle = 0.5 * (inside + outside)
        here, _ = hermite(value, slope, holding, middle)
        if here + price * middle > least:
            outside = middle
        else:
            inside = middle
    return float(0.5 * (inside + outside))


@njit(cache=True)
def find_bands(
    value: FloatArray,
    slope: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    cost: float,
    fixed: float,
    bands: FloatArray,
) -> None:
    """Fill bands (node, 4) of least risk: lower edge, target from below, from above, upper edge."""
    for node in range(value.shape[0]):
        price = cost * spot[node]
        below = cheapest(value[node], slope[node], holding, price)
        above = cheapest(value[node], slope[node], holding, -price)
        above = max(above, below)
        bands[node, 1], bands[node, 2] = below, above
        bands[node, 0], bands[node, 3] = below, above
        if fixed > 0.0:
            bands[node, 0] = indifferent(value[node], slope[node], holding, price, below, fixed, -1.0)
            bands[node, 3] = indifferent(value[node], slope[node], holding, -price, above, fixed, 1.0)


@njit(cache=True)
def trade_by_bands(
    value: FloatArray,
    slope: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    cost: float,
    fixed: float,
    bands: FloatArray,
    out_value: FloatArray,
    out_slope: FloatArray,
) -> None:
    """Risk before the trade of a policy that waits within its edges and trades to its targets outside."""
    for node in range(value.shape[0]):
        price = cost * spot[node]
        below, above = bands[node, 1], bands[node, 2]
        at_below, _ = hermite(value[node], slope[node], holding, below)
        at_above, _ = hermite(value[node], slope[node], holding, above)
        for h in range(len(holding)):
            if holding[h] < bands[node, 0]:
                out_value[node, h] = fixed + price * (below - holding[h]) + at_below
                out_slope[node, h] = -price
            elif holding[h] > bands[node, 3]:
                out_value[node, h] = fixed + price * (holding[h] - above) + at_above
                out_slope[node, h] = price
            else:
                out_value[node, h] = value[node, h]
                out_slope[node, h] = slope[node, h]


@njit(cache=True)
def trade_to(
    value: FloatArray,
    slope: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    cost: float,
    fixed: float,
    target: FloatArray,
    out_value: FloatArray,
) -> None:
    """Risk before the trade of a policy that trades to `target` (node, holding); equal means waiting."""
    for node in range(value.shape[0]):
        for h in range(len(holding)):
            goal = target[node, h]
            after, _ = hermite(value[node], slope[node], holding, goal)
            paid = 0.0
            if goal != holding[h]:
                paid = fixed + cost * spot[node] * abs(goal - holding[h])
            out_value[node, h] = paid + after
