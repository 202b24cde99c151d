"""Twin of the band at dates: the stationary local problem by plain iteration on a grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def marginal_risk(
    price: float, *, impact: float = 0.0, exponent: float = 1.0, reach: float, nodes: int = 801
) -> tuple[FloatArray, FloatArray]:
    """Deviations after the trade, and what one more unit of each costs in all that follows.

    The deviation moves by a standard normal from date to date, costs half its square at each, and a trade of
    q costs price q + impact q^(1 + exponent).
    """
    deviation = np.linspace(-reach, reach, nodes)
    law = np.exp(-0.5 * (deviation[:, None] - deviation[None, :]) ** 2)
    law /= law.sum(axis=1, keepdims=True)
    marginal = deviation.copy()
    sizes = np.linspace(0.0, reach, 4_001)
    costs = price + impact * (1.0 + exponent) * sizes**exponent
    for _ in range(5_000):
        # From a deviation x the trade q ends where the last unit's cost is what one more unit costs there.
        ends = np.interp(costs, marginal, deviation)
        paid = np.interp(np.abs(deviation), ends + sizes, costs)
        before = np.clip(marginal, -paid, paid)
        after = deviation + law @ before
        if np.abs(after - marginal).max() < 1e-10 * max(1.0, price):
            break
        marginal = after
    return deviation, marginal


def half_width(price: float, *, reach: float) -> float:
    """Edge of the band where cost is proportional."""
    deviation, marginal = marginal_risk(price, reach=reach)
    return float(np.interp(price, marginal, deviation))
