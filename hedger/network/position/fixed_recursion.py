"""Losses of hedging with a fixed cost per trade, and a gradient through the decision to trade.

A policy has four numbers at a state: below the first edge it buys up to the first target, above the last edge
it sells down to the last target. A path's loss jumps where an edge passes a holding, so the derivative of its
expectation is a density at the edge times the jump (smoothed perturbation analysis: Gong and Ho 1987, IEEE
Transactions on Automatic Control 32(10)). The density is estimated by a triangular kernel of a stated width
around the edge, and the jump by walking the same path once more with the other decision, which ends as soon
as both walks hold the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
ByteArray = npt.NDArray[np.int8]

_LEAST_WIDTH = 1e-12


@njit(cache=True, inline="always", error_model="numpy")
def _edge(table: FloatArray, n: int, column: int, place: float) -> float:
    """Linear interpolation among the nodes."""
    node = int(place)
    near = table[n, column, node]
    return float(near + (place - node) * (table[n, column, node + 1] - near))


@njit(cache=True, inline="always", error_model="numpy")
def _after(table: FloatArray, n: int, place: float, held: float) -> tuple[float, int]:
    """The holding after a date's decision, and the side of the trade."""
    if held < _edge(table, n, 0, place):
        return _edge(table, n, 1, place), 1
    if held > _edge(table, n, 3, place):
        return _edge(table, n, 2, place), -1
    return held, 0


@njit(cache=True, error_model="numpy")
def fixed_cost_losses(
    spot: FloatArray,
    place: FloatArray,
    table: FloatArray,
    costs: tuple[float, float],
    held_before: FloatArray,
    trade: ByteArray,
    loss: FloatArray,
) -> None:
    """Add costs less gains to `loss` (path,), which holds what is owed; write trades and holdings before.

    spot: (step + 1, path) [currency]; place: (step, path), as in `band_losses`. table: (step, 4, node), lower
    edge, target from below, target from above, upper edge [units of underlying]. costs: fraction of the
    traded value, and [currency] per trade. held_before: (step, path), before the decision of each date.
    """
    steps, paths = place.shape
    proportional, fixed = costs
    holding = np.zeros(paths)
    for n in range(steps):
        for p in range(paths):
            held = holding[p]
            now, side = _after(table, n, place[n, p], held)
            held_before[n, p], trade[n, p] = held, side
            charge = proportional * abs(now - held) * spot[n, p] + (fixed if side != 0 else 0.0)
            loss[p] += charge - now * (spot[n + 1, p] - spot[n, p])
            holding[p] = now


@njit(cache=True, error_model="numpy")
def _extra_loss(
    spot: FloatArray,
    place: FloatArray,
    table: FloatArray,
    costs: tuple[float, float],
    p: int,
    start: int,
    first: float,
    second: float,
) -> float:
    """Loss from a date's gains on, of holding `first` after its decision less that of holding `second`."""
    proportional, fixed = costs
    extra = 0.0
    n = start
    while first != second:
        extra -= (first - second) * (spot[n + 1, p] - spot[n, p])
        n += 1
        if n == place.shape[0]:
            break
        at, price = place[n, p], proportional * spot[n, p]
        now, side = _after(table, n, at, first)
        other, other_side = _after(table, n, at, second)
        extra += price * (abs(now - first) - abs(other - second))
        extra += fixed * (abs(side) - abs(other_side))
        first, second = now, other
    return extra


@njit(cache=True, error_model="numpy")
def fixed_cost_gradients(
    spot: FloatArray,
    place: FloatArray,
    table: FloatArray,
    costs: tuple[float, float],
    aversion: float,
    smoothing: float,
    held_before: FloatArray,
    trade: ByteArray,
    weight: FloatArray,
    gradient: FloatArray,
) -> None:
    """Add the gradient of an entropic risk with respect to the table, of shape (step, 4, node).

    aversion: of the risk, whose change by a jump d in a path's loss is (exp(aversion d) - 1) / aversion times
    the path's weight (path,). smoothing: half the kernel's width, as a share of edge to target.
    """
    steps, paths = place.shape
    for p in range(paths):
        later = 0.0
        for n in range(steps - 1, -1, -1):
            later -= weight[p] * (spot[n + 1, p] - spot[n, p])
            side = trade[n, p]
            if side != 0:
                charge = weight[p] * side * costs[0] * spot[n, p]
                _add(gradient, n, 1 if side > 0 else 2, place[n, p], later + charge)
                later = -charge
            for column in (0, 3):
                if side != 0 and side != (1 if column == 0 else -1):
                    continue
                held = held_before[n, p]
                density = _density(table, n, column, place[n, p], held, smoothing)
                if density > 0.0:
                    target = _edge(table, n, 1 if column == 0 else 2, place[n, p])
                    jump = costs[0] * abs(target - held) * spot[n, p] + costs[1]
                    jump += _extra_loss(spot, place, table, costs, p, n, target, held)
                    # The jump is of trading over waiting; the weight is that of the path which was taken.
                    taken = 1.0 if side == 0 else -1.0
                    change = taken * np.expm1(taken * aversion * jump) / aversion
                    push = weight[p] * density * change * (1.0 if column == 0 else -1.0)
                    _add(gradient, n, column, place[n, p], push)
                    later -= push


@njit(cache=True, inline="always", error_model="numpy")
def _density(table: FloatArray, n: int, column: int, place: float, held: float, smoothing: float) -> float:
    """A triangular kernel around the edge, at the holding [1 / units of underlying]."""
    edge = _edge(table, n, column, place)
    target = _edge(table, n, 1 if column == 0 else 2, place)
    width = smoothing * abs(target - edge) + _LEAST_WIDTH
    return max(1.0 - abs(held - edge) / width, 0.0) / width


@njit(cache=True, inline="always", error_model="numpy")
def _add(table: FloatArray, n: int, column: int, place: float, amount: float) -> None:
    """The adjoint of `_edge`."""
    node = int(place)
    share = place - node
    table[n, column, node] += amount * (1.0 - share)
    table[n, column, node + 1] += amount * share
