"""The trade at a date where cost per unit is proportional plus a power of the units traded.

value, slope: risk after the trade and its derivative in the holding, shape (node, holding), in units of spot.
"""

from __future__ import annotations

from numba import njit

from hedger.optimum.kernel import hermite
from hedger.optimum.problem import FloatArray

_HALVINGS = 35


@njit(cache=True)
def best_trade(
    value: FloatArray,
    slope: FloatArray,
    holding: FloatArray,
    held: float,
    side: float,
    cost: float,
    impact: float,
    exponent: float,
) -> float:
    """Units to trade on a side (1 buys, -1 sells) until the next one costs more than it saves."""
    least = 0.0
    most = holding[-1] - held if side > 0.0 else held - holding[0]
    for _ in range(_HALVINGS):
        units = 0.5 * (least + most)
        _, rate = hermite(value, slope, holding, held + side * units)
        if cost + impact * (1.0 + exponent) * units**exponent < -side * rate:
            least = units
        else:
            most = units
    return float(0.5 * (least + most))


@njit(cache=True)
def trade_optimally(
    value: FloatArray,
    slope: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    cost: float,
    impact: float,
    exponent: float,
    out_target: FloatArray,
    out_value: FloatArray,
    out_slope: FloatArray,
) -> None:
    """Targets of least risk (node, holding), the risk before the trade to them, and its slope."""
    for node in range(len(value)):
        price, steep = cost * spot[node], impact * spot[node]
        for h in range(len(holding)):
            held, rate = holding[h], slope[node, h]
            out_target[node, h], out_value[node, h], out_slope[node, h] = held, value[node, h], rate
            if abs(rate) > price:
                side = -1.0 if rate > 0.0 else 1.0
                units = best_trade(value[node], slope[node], holding, held, side, price, steep, exponent)
                after, _ = hermite(value[node], slope[node], holding, held + side * units)
                out_target[node, h] = held + side * units
                out_value[node, h] = after + units * (price + steep * units**exponent)
                out_slope[node, h] = -side * (price + steep * (1.0 + exponent) * units**exponent)


@njit(cache=True)
def trade_to_targets(
    value: FloatArray,
    slope: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    cost: float,
    impact: float,
    exponent: float,
    target: FloatArray,
    out_value: FloatArray,
) -> None:
    """Risk before the trade of a policy that trades to `target` (node, holding)."""
    for node in range(len(value)):
        for h in range(len(holding)):
            units = abs(target[node, h] - holding[h])
            after, _ = hermite(value[node], slope[node], holding, target[node, h])
            out_value[node, h] = after + spot[node] * units * (cost + impact * units**exponent)
