"""The compiled likelihood of the GARCH family with its gradient, in the conventions of the arch package.

Everything that the kernel calls is in this file: numba's cache looks at the caller's file only. Parameters
are seven numbers in this order, whatever the model: mean, omega, alpha, gamma, beta, shape (degrees of
freedom), skew.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]

NORMAL, STUDENT_T, SKEWED_T = range(3)
MEAN, OMEGA, ALPHA, GAMMA, BETA, SHAPE, SKEW = range(7)

_LOG_TWO_PI = math.log(2.0 * math.pi)
_MEAN_ABSOLUTE_NORMAL = math.sqrt(2.0 / math.pi)
_LOG_VARIANCE = 5  # where EGARCH keeps the log of the variance, beside its slopes
_LARGEST = float(np.finfo(np.float64).max)
_LOG_LARGEST = math.log(_LARGEST)
_FACTORS_PER_LOG = 4  # the logarithm of a product of so many variances or tails, which cannot overflow


@njit(cache=True, error_model="numpy")
def log_likelihood(
    egarch: bool,
    innovation: int,
    parameters: FloatArray,
    returns: FloatArray,
    backcast: float,
    lower: FloatArray,
    upper: FloatArray,
    variance: FloatArray,
    gradient: FloatArray,
    information: FloatArray,
    with_information: bool,
) -> float:
    """Log-likelihood of `returns`; fills `variance`, `gradient` and, where asked, `information`.

    variance: of each day and of the day after the last, shape (observations + 1,). gradient: by parameter,
    shape (7,). information: sum of the outer products of the daily gradients (7, 7), Berndt, Hall, Hall and
    Hausman (1974). backcast: the variance before the first day. lower, upper: bounds of each day's variance.
    The derivatives of the variance run forward beside its recursion.
    """
    days, law = returns.size, _law(innovation, parameters[SHAPE], parameters[SKEW])
    slope, score = np.zeros(6), np.zeros(7)
    gradient[:] = 0.0
    information[:] = 0.0
    squares = logs_of_variance = logs_of_tail = 0.0
    variance_product = tail_product = 1.0
    for day in range(days):
        if egarch:
            now = _egarch_variance(parameters, returns, variance, day, backcast, slope)
        else:
            now = _gjr_variance(parameters, returns, variance, day, backcast, slope)
        now = variance[day] = _bounded(now, lower[day], upper[day], slope)
        deviation = math.sqrt(now)
        z = (returns[day] - parameters[MEAN]) / deviation
        square, tail, slope_of_z, score[SHAPE], score[SKEW] = _density(innovation, law, z)
        squares += square
        variance_product *= now
        tail_product *= tail
        if day % _FACTORS_PER_LOG == 0 or day == days - 1:
            logs_of_variance += math.log(variance_product)
            logs_of_tail += math.log(tail_product)
            variance_product = tail_product = 1.0
        by_variance = -0.5 * (1.0 + slope_of_z * z) / now
        for i in range(5):
            score[i] = by_variance * slope[i]
        score[MEAN] -= slope_of_z / deviation
        for i in range(7):
            gradient[i] += score[i]
        if with_information:
            score[SHAPE] -= 0.0 if innovation == NORMAL else 0.5 * math.log(tail)
            _add_outer_product(score, information)
    if egarch:
        variance[days] = _egarch_variance(parameters, returns, variance, days, backcast, slope)
    else:
        variance[days] = _gjr_variance(parameters, returns, variance, days, backcast, slope)
    gradient[SHAPE] -= 0.0 if innovation == NORMAL else 0.5 * logs_of_tail
    power = 0.0 if innovation == NORMAL else 0.5 * (parameters[SHAPE] + 1.0)
    return float(days * law[0] - 0.5 * (logs_of_variance + squares) - power * logs_of_tail)


@njit(cache=True)
def _add_outer_product(score: FloatArray, information: FloatArray) -> None:
    for i in range(7):
        for j in range(7):
            information[i, j] += score[i] * score[j]


@njit(cache=True, error_model="numpy")
def _gjr_variance(
    parameters: FloatArray,
    returns: FloatArray,
    variance: FloatArray,
    day: int,
    backcast: float,
    slope: FloatArray,
) -> float:
    """omega + (alpha + gamma 1{e < 0}) e^2 + beta h of the day before, and its slope by parameter."""
    omega, alpha, gamma, beta = parameters[OMEGA], parameters[ALPHA], parameters[GAMMA], parameters[BETA]
    if day == 0:
        slope[MEAN], slope[OMEGA], slope[ALPHA], slope[GAMMA] = 0.0, 1.0, backcast, 0.5 * backcast
        slope[BETA] = backcast
        return float(omega + (alpha + 0.5 * gamma + beta) * backcast)
    residual = returns[day - 1] - parameters[MEAN]
    negative = 1.0 if residual < 0.0 else 0.0
    square, before = residual * residual, variance[day - 1]
    weight = alpha + gamma * negative
    slope[MEAN] = beta * slope[MEAN] - 2.0 * weight * residual
    slope[OMEGA] = beta * slope[OMEGA] + 1.0
    slope[ALPHA] = beta * slope[ALPHA] + square
    slope[GAMMA] = beta * slope[GAMMA] + square * negative
    slope[BETA] = beta * slope[BETA] + before
    return float(omega + weight * square + beta * before)


@njit(cache=True, error_model="numpy")
def _bounded(value: float, low: float, high: float, slope: FloatArray) -> float:
    """Variance within its bounds; above the upper one it grows with the logarithm."""
    if low <= value <= high:
        return value
    bounded = low
    if value > high:
        bounded = high + (math.log(value / high) if value <= _LARGEST else 1000.0)
    for i in range(5):
        slope[i] = slope[i] / value if high < value <= _LARGEST else 0.0
    slope[_LOG_VARIANCE] = math.log(bounded)
    return bounded


@njit(cache=True, error_model="numpy")
def _egarch_variance(
    parameters: FloatArray,
    returns: FloatArray,
    variance: FloatArray,
    day: int,
    backcast: float,
    slope: FloatArray,
) -> float:
    """log h = omega + alpha (|z| - E|z|) + gamma z + beta log h before: the variance and its slope.

    E|z| is the normal law's, whatever the innovations. The slopes come in and go out as those of h.
    """
    alpha, gamma, beta = parameters[ALPHA], parameters[GAMMA], parameters[BETA]
    if day == 0:
        slope[:] = 0.0
        slope[OMEGA], slope[BETA] = 1.0, math.log(backcast)
        exponent = parameters[OMEGA] + beta * math.log(backcast)
    else:
        before = variance[day - 1]
        deviation, level = math.sqrt(before), slope[_LOG_VARIANCE]
        z = (returns[day - 1] - parameters[MEAN]) / deviation
        reaction = alpha * (1.0 if z >= 0.0 else -1.0) + gamma
        keep = (beta - 0.5 * z * reaction) / before
        for i in range(5):
            slope[i] *= keep
        slope[MEAN] -= reaction / deviation
        slope[OMEGA] += 1.0
        slope[ALPHA] += abs(z) - _MEAN_ABSOLUTE_NORMAL
        slope[GAMMA] += z
        slope[BETA] += level
        exponent = parameters[OMEGA] + alpha * (abs(z) - _MEAN_ABSOLUTE_NORMAL) + gamma * z + beta * level
    slope[_LOG_VARIANCE] = min(exponent, _LOG_LARGEST)
    value = math.exp(slope[_LOG_VARIANCE])
    for i in range(5):
        slope[i] *= value
    return value


@njit(cache=True, error_model="numpy")
def _law(innovation: int, shape: float, skew: float) -> tuple[float, ...]:
    """Constants of the density: log factor, shape, skew, a, b and the slopes of these by shape and skew."""
    if innovation == NORMAL:
        return -0.5 * _LOG_TWO_PI, shape, skew, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    factor = math.lgamma(0.5 * (shape + 1.0)) - math.lgamma(0.5 * shape)
    factor -= 0.5 * math.log(math.pi * (shape - 2.0))
    factor_slope = 0.5 * (_digamma(0.5 * (shape + 1.0)) - _digamma(0.5 * shape) - 1.0 / (shape - 2.0))
    if innovation == STUDENT_T:
        return factor, shape, 0.0, 0.0, 1.0, factor_slope, 0.0, 0.0, 0.0, 0.0, 0.0
    a_by_skew = 4.0 * math.exp(factor) * (shape - 2.0) / (shape - 1.0)
    a = skew * a_by_skew
    a_by_shape = a * (factor_slope + 1.0 / (shape - 2.0) - 1.0 / (shape - 1.0))
    b = math.sqrt(1.0 + 3.0 * skew * skew - a * a)
    b_by_shape, b_by_skew = -a * a_by_shape / b, (3.0 * skew - a * a_by_skew) / b
    log_b, log_b_by_skew = math.log(b), b_by_skew / b
    factor_slope += b_by_shape / b
    return (
        factor + log_b,
        shape,
        skew,
        a,
        b,
        factor_slope,
        log_b_by_skew,
        a_by_shape,
        a_by_skew,
        b_by_shape,
        b_by_skew,
    )


@njit(cache=True, error_model="numpy")
def _density(innovation: int, law: tuple[float, ...], z: float) -> tuple[float, float, float, float, float]:
    """Parts of the log density of z, which is factor - square / 2 - (shape + 1) / 2 log(tail).

    Also its slope by z, and by shape and skew; that by shape is without the slope through the power of the
    tail, -log(tail) / 2. Student's t and Hansen's (1994) skewed t, both of unit variance.
    """
    if innovation == NORMAL:
        return z * z, 1.0, -z, 0.0, 0.0
    _, shape, skew, a, b, factor_by_shape, factor_by_skew, a_by_shape, a_by_skew, b_by_shape, b_by_skew = law
    freedom = shape - 2.0
    if innovation == STUDENT_T:
        square = z * z
        inverse = 1.0 / (freedom + square)
        by_shape = factor_by_shape + 0.5 * (shape + 1.0) * square * inverse / freedom
        return 0.0, 1.0 + square / freedom, -(shape + 1.0) * z * inverse, by_shape, 0.0
    shifted = b * z + a
    side = 1.0 if shifted > 0.0 else (-1.0 if shifted < 0.0 else 0.0)
    width = 1.0 + side * skew
    x = shifted / width
    square = x * x
    inverse = 1.0 / (freedom + square)
    pull = -(shape + 1.0) * x * inverse / width
    by_shape = factor_by_shape + 0.5 * (shape + 1.0) * square * inverse / freedom
    by_shape += pull * (b_by_shape * z + a_by_shape)
    by_skew = factor_by_skew + pull * (b_by_skew * z + a_by_skew - x * side)
    return 0.0, 1.0 + square / freedom, pull * b, by_shape, by_skew


@njit(cache=True, error_model="numpy")
def _digamma(x: float) -> float:
    """Slope of log gamma for x > 0: recurrence to 10, then Stirling's series (Abramowitz, Stegun 6.3.18)."""
    value = 0.0
    while x < 10.0:
        value -= 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    series = 1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132)))
    return value + math.log(x) - 0.5 / x - inverse * series
