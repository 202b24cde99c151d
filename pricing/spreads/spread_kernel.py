"""The exercise region of a spread option, integrated: one factor in closed form, the other by quadrature."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from numba import njit

from pricing.black import FloatArray
from pricing.normal_kernel import exp_of_minus_half_square, log_quotient, mills_ratios
from pricing.spreads.spread_panels import panelled_sums

SUMS = 6
_INVERSE_TWO_PI = 0.5 / np.pi
_INVERSE_SQRT_TWO_PI = 1.0 / sqrt(2.0 * np.pi)
_REACH = 7.4  # beyond so many deviations lies less than 1e-13 of any term
_SPACING = 0.95
_AGREEMENT = 5e-9  # an analytic integrand's next halving about squares a disagreement
_TRANSVERSAL = 0.1  # least cosine between the closed-form factor and the boundary's normals
_LEAST_TURN = 1e-3
_BLOCK = 1024
_LEAST_NORMAL = 1e-290


@njit(cache=True, error_model="numpy")
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
    once by every line of the inner factor (Choi 2018, section 3). That factor is integrated in closed form;
    the outer one along the boundary, which is explicit in log S2, by the trapezoidal rule, halved until two
    rules agree to 5e-9: each converges geometrically. Where the boundary bends too sharply, `panelled_sums`.
    """
    work, halved, loads = np.empty((SUMS + 1) * _BLOCK), np.empty(SUMS), np.empty(4)
    for row in range(len(strike)):
        first, second, rho = first_deviation[row], second_deviation[row], correlation[row]
        logs = (log(first_forward[row]) - 0.5 * first**2, log(second_forward[row]) - 0.5 * second**2)
        turned = _turn(second_forward[row], strike[row], first, second, rho, loads)
        if not turned or not _settled(logs, strike[row], loads, work, out[row], halved):
            panelled_sums((logs[0], logs[1], strike[row]), first, second, rho, out[row], halved)


@njit(error_model="numpy")
def _turn(second_forward, strike, first, second, rho, loads):  # type: ignore[no-untyped-def]
    """Fill loads: each asset's on the inner, then the outer factor; False where no turn is a good one.

    The inner factor points along the boundary's normal where S2 is its forward, v1 - m v2 with Kirk's
    m = F2 / (F2 + K). Where the boundary turns away from that direction elsewhere, it points along the middle
    of the normals v1 and v1 - v2 at its two ends, and so crosses it once.
    """
    parallel, across = rho * second, sqrt((1.0 - rho) * (1.0 + rho)) * second
    share = second_forward / (second_forward + strike)
    ends = sqrt((first - parallel) ** 2 + across * across)
    x, y = first - share * parallel, -share * across
    size = sqrt(x * x + y * y)
    if min(x, (x * (first - parallel) - y * across) / ends) < _TRANSVERSAL * size:
        x, y = 1.0 + (first - parallel) / ends, -across / ends
        size = sqrt(x * x + y * y)
        if not size > _LEAST_TURN:
            return False
    x, y = x / size, y / size
    loads[0], loads[1] = first * x, parallel * x + across * y
    loads[2], loads[3] = -first * y, across * x - parallel * y
    return ends > 0.0


@njit(error_model="numpy")
def _settled(logs, strike, loads, work, out, halved):  # type: ignore[no-untyped-def]
    """The trapezoidal rule along the boundary, halved until it agrees; False where it does not."""
    low = _log_price_at(min(0.0, loads[2], loads[3]) - _REACH, logs, strike, loads)
    high = _log_price_at(max(0.0, loads[2], loads[3]) + _REACH, logs, strike, loads)
    reach = max(0.0, loads[2], loads[3]) - min(0.0, loads[2], loads[3]) + 2.0 * _REACH
    count = int(reach / _SPACING) + 1
    step = (high - low) / count
    if not abs(step) > 0.0 or count >= _BLOCK:
        return False
    _trapezoid(low, step, count + 1, logs, strike, loads, work, out)
    while count <= _BLOCK:
        _trapezoid(low + 0.5 * step, step, count, logs, strike, loads, work, halved)
        worst = max(abs(out[0] - halved[0]), abs(out[1] - halved[1]), abs(out[2] - halved[2]))
        for term in range(SUMS):
            out[term] = 0.5 * (out[term] + halved[term])
        if worst < 2.0 * _AGREEMENT:
            return True
        step *= 0.5
        count *= 2
    return False


@njit(error_model="numpy")
def _log_price_at(outer, logs, strike, loads):  # type: ignore[no-untyped-def]
    """log S2 less logs[1] on the boundary at a value of the outer factor, within 0.01 of it, by Newton."""
    first_inner, second_inner, first_outer, second_outer = loads
    turn = first_inner * second_outer - second_inner * first_outer
    move = price = 0.0
    for _ in range(12):
        total = exp(logs[1] + price) + strike
        found = (first_inner * price - second_inner * (log(total) - logs[0])) / turn
        slope = (first_inner - second_inner * (1.0 - strike / total)) / turn
        move = (outer - found) / slope
        price += move
        if abs(move * slope) < 0.01:
            break
    return price


@njit(error_model="numpy")
def _trapezoid(low, step, count, logs, strike, loads, work, out):  # type: ignore[no-untyped-def]
    """Sums over `count` points of the boundary; log S2 less logs[1] goes from `low` by `step`."""
    second_base = exp(logs[1])
    for i in range(count):
        # Not by multiplying on: the logarithm must stay that of the price to the last digit.
        work[SUMS * _BLOCK + i] = second_base * exp(low + i * step)
    _terms(low, step, count, exp(logs[0]), second_base, strike, loads, work)
    for term in range(SUMS):
        total = 0.0
        for i in range(count):
            total += work[term * _BLOCK + i]
        out[term] = total


@njit(error_model="numpy")
def _terms(low, step, count, first_base, second_base, strike, loads, work):  # type: ignore[no-untyped-def]
    """Each point's terms, without a branch so that the loop vectorises."""
    first_inner, second_inner, first_outer, second_outer = loads[0], loads[1], loads[2], loads[3]
    inverse_turn = 1.0 / (first_inner * second_outer - second_inner * first_outer)
    first_size = exp(0.5 * (first_inner * first_inner + first_outer * first_outer))
    second_size = exp(0.5 * (second_inner * second_inner + second_outer * second_outer))
    per_first, per_second = 1.0 / (first_base * first_size), 1.0 / (second_base * second_size)
    for i in range(count):
        second_price = work[SUMS * _BLOCK + i]
        first_price = second_price + strike
        first_log, _ = log_quotient(first_price, first_base)
        second_log = low + i * step
        inner = (second_outer * first_log - first_outer * second_log) * inverse_turn
        outer = (first_inner * second_log - second_inner * first_log) * inverse_turn
        slope = first_inner * first_price - second_inner * second_price
        width = abs(step * inverse_turn * slope / first_price)
        density = _INVERSE_TWO_PI * width * exp_of_minus_half_square(sqrt(inner * inner + outer * outer), 0.0)
        on_first = density * first_price * per_first
        on_second = density * second_price * per_second
        work[i] = _tail(inner - first_inner, outer - first_outer, on_first, width)
        work[_BLOCK + i] = _tail(inner - second_inner, outer - second_outer, on_second, width)
        work[2 * _BLOCK + i] = _tail(inner, outer, density, width)
        curve = density / slope
        work[3 * _BLOCK + i] = curve * first_price * first_price
        work[4 * _BLOCK + i] = curve * first_price * second_price
        work[5 * _BLOCK + i] = curve * second_price * second_price


@njit(error_model="numpy")
def _tail(inner, outer, density, width):  # type: ignore[no-untyped-def]
    """width phi(outer) N(-inner), given width phi(outer) phi(inner)."""
    distance = abs(inner)
    mills, _, _ = mills_ratios(distance, distance, 0.0)
    near = density * mills
    whole = width * _INVERSE_SQRT_TWO_PI * exp_of_minus_half_square(outer, 0.0)
    return near if inner > 0.0 else whole - near
