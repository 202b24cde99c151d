"""The exercise region of a spread option whose boundary bends sharply: quadrature on adaptive panels."""

from __future__ import annotations

from math import erfc, exp, log, sqrt

import numpy as np
from numba import njit

_SUMS = 6
_ROOT_HALF = sqrt(0.5)
_DENSITY = 1.0 / sqrt(2.0 * np.pi)
_REACH = 8.6
_PANELS = 3
_WIDTHS = 8.0
_DEEPEST = 44
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


@njit(error_model="numpy")
def panelled_sums(logs, first, second, rho, out, whole):  # type: ignore[no-untyped-def]
    """Integrate over the second asset's factor on panels, each halved until its halves agree with it.

    logs: log S1 and log S2 where both factors are zero, and the strike. The panels begin where the region
    does, or is thinnest: a step between two panels' nodes would not be seen.
    """
    loads = (sqrt((1.0 - rho) * (1.0 + rho)) * first, rho * first, 0.0, second)
    out[:] = 0.0
    breaks = _breaks(logs, loads)
    left, right = np.empty(_SUMS), np.empty(_SUMS)
    for at in range(len(breaks) - 1):
        width = (breaks[at + 1] - breaks[at]) / _PANELS
        if width > 0.0:
            for panel in range(_PANELS):
                _refined(breaks[at] + panel * width, width, logs, loads, out, whole, left, right)


@njit(error_model="numpy")
def _breaks(logs, loads):  # type: ignore[no-untyped-def]
    """Rising values of the outer factor: the ends, and around each place where the exercise region begins.

    The inner factor at the boundary is a convex curve over the outer one: it has one lowest point and crosses
    zero once on either side of it at most. A crossing is as wide as its slope is flat.
    """
    low = min(0.0, loads[1], loads[3]) - _REACH
    high = max(0.0, loads[1], loads[3]) + _REACH
    lowest, width = _lowest(logs, loads, low, high)
    breaks = np.array([low, high, lowest, lowest - width, lowest + width, low, low, low, low, low, low])
    for side, end in ((0, low), (1, high)):
        if _excess(end, logs, loads) * _excess(lowest, logs, loads) < 0.0:
            crossing = _crossing(end, lowest, logs, loads)
            move = 1e-6 * (high - low)
            slope = (_excess(crossing + move, logs, loads) - _excess(crossing - move, logs, loads)) / (
                2.0 * move
            )
            width = _WIDTHS * loads[0] / max(abs(slope), loads[0])
            breaks[5 + 3 * side] = crossing
            breaks[6 + 3 * side] = crossing - width
            breaks[7 + 3 * side] = crossing + width
    return np.sort(np.minimum(np.maximum(breaks, low), high))


@njit(error_model="numpy")
def _excess(outer, logs, loads):  # type: ignore[no-untyped-def]
    """log(S2 + K) - log S1 where the inner factor is zero."""
    return log(exp(logs[1] + loads[3] * outer) + logs[2]) - logs[0] - loads[1] * outer


@njit(error_model="numpy")
def _lowest(logs, loads, low, high):  # type: ignore[no-untyped-def]
    """Where that excess is least, and how wide a region that begins there is."""
    share = loads[1] / loads[3]
    if not 0.0 < share < 1.0 or logs[2] == 0.0:
        return (low, 0.0) if loads[1] < loads[3] else (high, 0.0)
    lowest = (log(logs[2] * share / (1.0 - share)) - logs[1]) / loads[3]
    curvature = loads[3] * loads[3] * share * (1.0 - share)
    return min(max(lowest, low), high), min(_WIDTHS * sqrt(loads[0] / curvature), _REACH)


@njit(error_model="numpy")
def _crossing(start, end, logs, loads):  # type: ignore[no-untyped-def]
    """The zero of the excess between two points of different sign, by bisection."""
    begins_above = _excess(start, logs, loads) > 0.0
    for _ in range(60):
        middle = 0.5 * (start + end)
        if (_excess(middle, logs, loads) > 0.0) == begins_above:
            start = middle
        else:
            end = middle
    return 0.5 * (start + end)


@njit(error_model="numpy")
def _refined(low, width, logs, loads, out, whole, left, right):  # type: ignore[no-untyped-def]
    """Add a panel's sums, by bisection without recursion: `low` walks to the right as panels settle."""
    end = low + width
    least = width * 0.5**_DEEPEST
    while low < end - 0.5 * least:
        _panel(low, width, logs, loads, whole)
        while True:
            _panel(low, 0.5 * width, logs, loads, left)
            _panel(low + 0.5 * width, 0.5 * width, logs, loads, right)
            if width <= 2.0 * least or _agreed(whole, left, right):
                break
            width *= 0.5
            whole[:] = left
        for term in range(_SUMS):
            out[term] += left[term] + right[term]
        low += width
        width = min(2.0 * width, end - low)


@njit(error_model="numpy")
def _agreed(whole, left, right):  # type: ignore[no-untyped-def]
    for term in range(_SUMS):
        scale = 1.0 if term < 3 else abs(left[term]) + abs(right[term])
        if abs(whole[term] - left[term] - right[term]) > 1e-11 * (1.0 if term < 3 else 1e3 * scale + 1e-3):
            return False
    return True


@njit(error_model="numpy")
def _panel(low, width, logs, loads, out):  # type: ignore[no-untyped-def]
    """Gauss-Legendre over one panel of the second asset's factor; the boundary is explicit."""
    first_inner, first_outer, _, second_outer = loads
    out[:] = 0.0
    for node in range(len(_NODES)):
        outer = low + 0.5 * width * (1.0 + _NODES[node])
        second_price = exp(logs[1] + second_outer * outer)
        inner = (log(second_price + logs[2]) - logs[0] - first_outer * outer) / first_inner
        _add(0.5 * width * _WEIGHTS[node], inner, outer, second_price, logs[2], loads, out)


@njit(error_model="numpy")
def _add(weight, inner, outer, second_price, strike, loads, total):  # type: ignore[no-untyped-def]
    """Add one point's terms to `total`, with weight 1 per unit of the outer factor."""
    first_inner, first_outer, second_inner, second_outer = loads
    half = 0.5 * _DENSITY * weight
    total[0] += half * exp(-0.5 * (outer - first_outer) ** 2) * erfc(_ROOT_HALF * (inner - first_inner))
    total[1] += half * exp(-0.5 * (outer - second_outer) ** 2) * erfc(_ROOT_HALF * (inner - second_inner))
    total[2] += half * exp(-0.5 * outer * outer) * erfc(_ROOT_HALF * inner)
    first_price = second_price + strike
    slope = first_inner * first_price - second_inner * second_price
    density = weight * _DENSITY * _DENSITY * exp(-0.5 * (inner * inner + outer * outer)) / slope
    total[3] += density * first_price * first_price
    total[4] += density * first_price * second_price
    total[5] += density * second_price * second_price
