"""The exercise region of a spread option, integrated: one factor in closed form, the other by quadrature."""

from __future__ import annotations

from math import erfc, exp, log, sqrt

import numpy as np
from numba import njit

from pricing.black import FloatArray

SUMS = 6
_ROOT_HALF = sqrt(0.5)
_DENSITY = 1.0 / sqrt(2.0 * np.pi)
_REACH = 6.6  # beyond so many deviations lies less than 3e-11 of any term
_STEP = 1.15
_HALVINGS = 6
_AGREEMENT = 5e-7  # an analytic integrand's next halving about squares a disagreement
_TRANSVERSAL = 0.1  # least cosine between the closed-form factor and the boundary's normals
_PANELS = 12
_DEEPEST = 44
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


@njit(cache=True)
def spread_sums(
    first_forward: FloatArray,
    second_forward: FloatArray,
    strike: FloatArray,
    first_deviation: FloatArray,
    second_deviation: FloatArray,
    correlation: FloatArray,
    out: FloatArray,
) -> None:
    """Fill `out` [option, 6] with expectations over the region S1 - S2 > K, K >= 0, for columns.

    out[:, 0:3]: the region's probability under the measure of asset one, of asset two and of money.
    out[:, 3:6]: density on the region's boundary times S1 S1, S1 S2 and S2 S2 over the payoff's slope: with
    S_i = F_i it is the payoff's second derivative times F_i F_j. Deviations sigma sqrt(T) > 0; |rho| < 1.

    The plane of the two factors is turned so that the boundary is as nearly straight as can be and crossed
    once (Choi 2018, section 3); the inner factor is integrated in closed form up to the boundary, the outer
    one by the trapezoidal rule, halved until two rules agree to 5e-7 (each converges geometrically). Where
    the boundary bends too sharply for that, the second asset is the outer factor, on adaptive panels.
    """
    halved = np.empty(SUMS)
    for row in range(len(strike)):
        arguments = (
            log(first_forward[row]) - 0.5 * first_deviation[row] ** 2,
            log(second_forward[row]) - 0.5 * second_deviation[row] ** 2,
            strike[row],
        )
        if not _turned(
            arguments, first_deviation[row], second_deviation[row], correlation[row], out[row], halved
        ):
            _panelled(
                arguments, first_deviation[row], second_deviation[row], correlation[row], out[row], halved
            )


@njit(cache=True)
def _turned(logs, first, second, rho, out, halved):  # type: ignore[no-untyped-def]
    """Integrate in turned factors; False where the trapezoidal rule does not settle."""
    first_inner, first_outer, second_inner, second_outer, share = _rotation(logs, first, second, rho)
    loads = (first_inner, first_outer, second_inner, second_outer)
    if first_inner - share * second_inner <= 0.0:
        return False
    low = min(0.0, first_outer, second_outer) - _REACH
    high = max(0.0, first_outer, second_outer) + _REACH
    count = int((high - low) / _STEP) + 1
    step = (high - low) / count
    _trapezoid(low, step, count + 1, logs, loads, out)
    for _ in range(_HALVINGS):
        _trapezoid(low + 0.5 * step, step, count, logs, loads, halved)
        worst = max(abs(out[0] - halved[0]), abs(out[1] - halved[1]), abs(out[2] - halved[2]))
        for term in range(SUMS):
            out[term] = 0.5 * (out[term] + halved[term])
        if worst < 2.0 * _AGREEMENT:
            return True
        step *= 0.5
        count *= 2
    return False


@njit(cache=True)
def _rotation(logs, first, second, rho):  # type: ignore[no-untyped-def]
    """Loads of the two assets on the inner and the outer factor, and the second asset's share m.

    The inner factor points along the boundary's normal where S2 is its forward, v1 - m v2 with Kirk's
    m = F2 / (F2 + K). Where the boundary turns away from that direction elsewhere, it points along the middle
    of the normals v1 and v1 - v2 at its two ends, which crosses it once always.
    """
    parallel, across = rho * second, sqrt((1.0 - rho) * (1.0 + rho)) * second
    forward = exp(logs[1] + 0.5 * second * second)
    share = forward / (forward + logs[2])
    ends = sqrt((first - parallel) ** 2 + across * across)
    if ends == 0.0:
        return first, 0.0, second, 0.0, 1.0
    x, y = first - share * parallel, -share * across
    size = sqrt(x * x + y * y)
    crossing = min(x, (x * (first - parallel) - y * across) / ends)
    if crossing < _TRANSVERSAL * size:
        x, y = 1.0 + (first - parallel) / ends, -across / ends
        size = sqrt(x * x + y * y)
    if size < 1e-3:
        return first, 0.0, second, 0.0, 2.0 * first / second
    x, y = x / size, y / size
    return first * x, -first * y, parallel * x + across * y, across * x - parallel * y, share


@njit(cache=True)
def _trapezoid(low, step, count, logs, loads, out):  # type: ignore[no-untyped-def]
    """Sums at `count` points from `low`; the boundary is followed from each point to the next."""
    first_inner, first_outer, second_inner, second_outer = loads
    first_log, second_log, strike = logs
    total = np.zeros(SUMS)
    inner = 0.0
    for point in range(count):
        outer = low + point * step
        inner, second_price = _boundary(
            inner, first_log + first_outer * outer, second_log + second_outer * outer, strike, loads
        )
        _add(1.0, inner, outer, second_price, strike, loads, total)
        first_price = second_price + strike
        slope = first_inner * first_price - second_inner * second_price
        inner -= step * (first_outer * first_price - second_outer * second_price) / slope
    for term in range(SUMS):
        out[term] = step * total[term]


@njit(cache=True)
def _boundary(inner, first_log, second_log, strike, loads):  # type: ignore[no-untyped-def]
    """The inner factor at which S1 = S2 + K, and S2 there, by Newton on log S1 - log(S2 + K), concave."""
    first_inner, _, second_inner, _ = loads
    second_price = 0.0
    for _ in range(60):
        second_price = exp(second_log + second_inner * inner)
        total = second_price + strike
        excess = first_log + first_inner * inner - log(total)
        move = excess / (first_inner - second_inner * second_price / total)
        inner -= move
        if abs(move) < 1e-7:
            second_price *= 1.0 - second_inner * move
            break
    return inner, second_price


@njit(cache=True)
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


@njit(cache=True)
def _panelled(logs, first, second, rho, out, whole):  # type: ignore[no-untyped-def]
    """Integrate over the second asset's factor on panels, each halved until its halves agree with it."""
    loads = (sqrt((1.0 - rho) * (1.0 + rho)) * first, rho * first, 0.0, second)
    out[:] = 0.0
    middle = _widest(logs, first, second)
    low = min(0.0, loads[1], second) - 2.0 - _REACH
    high = max(0.0, loads[1], second) + 2.0 + _REACH
    left, right = np.empty(SUMS), np.empty(SUMS)
    for start, end in ((low, min(max(middle, low), high)), (min(max(middle, low), high), high)):
        for panel in range(_PANELS):
            width = (end - start) / _PANELS
            if width > 0.0:
                _refined(start + panel * width, width, logs, loads, out, whole, left, right)


@njit(cache=True)
def _widest(logs, first, second):  # type: ignore[no-untyped-def]
    """Where S1 - S2 is extreme if both move as one: a thin exercise region lies around it."""
    if first == second:
        return 0.0
    return (logs[0] - logs[1] + log(first / second)) / (second - first)


@njit(cache=True)
def _refined(low, width, logs, loads, out, whole, left, right):  # type: ignore[no-untyped-def]
    """Add a panel's sums, by bisection without recursion: `low` walks to the right as panels settle."""
    end = low + width
    least = width * 0.5**_DEEPEST
    while low < end - 0.5 * least:
        _panel(low, width, logs, loads, whole)
        while True:
            _panel(low, 0.5 * width, logs, loads, left)
            _panel(low + 0.5 * width, 0.5 * width, logs, loads, right)
            if width <= 2.0 * least or _settled(whole, left, right):
                break
            width *= 0.5
            whole[:] = left
        for term in range(SUMS):
            out[term] += left[term] + right[term]
        low += width
        width = min(2.0 * width, end - low)


@njit(cache=True)
def _settled(whole, left, right):  # type: ignore[no-untyped-def]
    for term in range(SUMS):
        scale = 1.0 if term < 3 else abs(left[term]) + abs(right[term])
        if abs(whole[term] - left[term] - right[term]) > 1e-11 * (1.0 if term < 3 else 1e3 * scale + 1e-3):
            return False
    return True


@njit(cache=True)
def _panel(low, width, logs, loads, out):  # type: ignore[no-untyped-def]
    """Gauss-Legendre over one panel of the second asset's factor; the boundary is explicit."""
    first_inner, first_outer, _, second_outer = loads
    out[:] = 0.0
    for node in range(len(_NODES)):
        outer = low + 0.5 * width * (1.0 + _NODES[node])
        second_price = exp(logs[1] + second_outer * outer)
        inner = (log(second_price + logs[2]) - logs[0] - first_outer * outer) / first_inner
        _add(0.5 * width * _WEIGHTS[node], inner, outer, second_price, logs[2], loads, out)
