"""The trade at a date: the cheapest holdings, the bands they make, and what a policy pays.

value, slope: risk after the trade and its derivative in the holding, shape (node, holding), in units of spot.
"""

from __future__ import annotations

from numba import njit

from hedger.optimum.kernel import hermite
from hedger.optimum.problem import FloatArray


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
