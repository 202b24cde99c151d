"""What the universal network sees of a book, and the reference band that it corrects: without dimension.

A line is its log-moneyness log(K / F), its total variance to expiry, its dates left and its scaled
units a = risk aversion x spot x units.
The book's dollar gamma on a ladder of spot moves and dates is all that matters
of it under geometric Brownian motion; a scaled holding is y = risk aversion x spot x holding.
"""

from __future__ import annotations

from math import asinh, erfc, exp, log, log1p, sqrt

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

MOVES = np.array([-3.2, -2.0, -1.2, -0.55, 0.0, 0.55, 1.2, 2.0, 3.2])
"""Spot moves of the ladder, in deviations to its horizon."""
SLICES = np.array([[0.0, 0.0], [0.0, 0.5], [0.0, 0.85], [1.0, 0.5], [1.0, 0.85]])
"""Dates of the ladder: (0 for the book's mean date, 1 for its last; share of that horizon gone by)."""
SCALARS = 19
FEATURES = SCALARS + len(SLICES) * len(MOVES)
REFERENCES = 4
"""Middle, half width, width for a fixed cost, and the scale in which the middle is shifted."""
OUTPUTS = 4
"""Shift of the middle, log of the half width, distance of the lower and upper edge from their targets."""

_DATES_PER_YEAR = 250.0
_LEAST_GAMMA = 1e-9
# Deviations within which a strike matters, by little and by great aversion.
_LEAST_REACH, _MOST_REACH = 3.0, 25.0


@njit(cache=True)
def observe(
    moneyness: FloatArray,
    variance: FloatArray,
    dates: FloatArray,
    units: FloatArray,
    is_call: BoolArray,
    step_variance: float,
    cost: float,
    fixed: float,
    out: FloatArray,
    reference: FloatArray,
) -> None:
    """Fill the features, shape (FEATURES,), and the reference of y, shape (REFERENCES,).

    moneyness, variance, dates, units: shape (line,), of the options alive. cost: proportional, as a fraction;
    fixed: risk aversion x fixed cost.
    """
    mean_dates, last_dates = _horizons(moneyness, variance, dates, units)
    tilt = variance_tilt(-step_variance * _peak_gamma(moneyness, variance, units, step_variance))
    tilted = variance * tilt
    now_gamma = _fill_ladder(
        moneyness, tilted, dates, units, step_variance * tilt, mean_dates, last_dates, out[SCALARS:]
    )
    size, lean = _size_and_lean(moneyness, tilted, dates, units, step_variance * tilt, mean_dates)
    for index in range(SCALARS, FEATURES):
        out[index] = asinh(out[index] / size)
    least = cost / (step_variance * mean_dates)
    half = least + _zakamouline_width(size, cost, step_variance, mean_dates) + 1e-12
    near = min(max(now_gamma / size, -1.0), 1.0)
    factor = _zakamouline_factor(size * near, cost, step_variance, mean_dates)
    untilted = _hedge(moneyness, variance, dates, units, is_call, 1.0, 0.0)
    now = _hedge(moneyness, tilted, dates, units, is_call, 1.0, 0.0)
    reference[0] = _hedge(moneyness, tilted, dates, units, is_call, factor, 0.0)
    reference[1] = half
    # Morton and Pliska's fourth root: the width that a fixed cost alone would ask for.
    reference[2] = (12.0 * fixed * size * size) ** 0.25 + sqrt(2.0 * fixed / (step_variance * mean_dates))
    # Where the middle may be: a part of the hedge's move to the mean date.
    reference[3] = half + 0.1 * size * sqrt(step_variance * tilt * mean_dates)
    out[0] = log(cost + 1e-7) + 7.0
    out[1] = 0.7 * (log(step_variance) + 9.0)
    out[2] = log(mean_dates) - 2.0
    out[3] = log(last_dates) - 2.5
    out[4] = 0.3 * (log(size) - 3.0)
    out[5] = 0.5 * log(least / (half - least) + 1e-4)
    out[6] = 0.7 * log(half / (size * sqrt(step_variance)) + 1e-4)
    out[7] = asinh((reference[0] - untilted) / half)
    out[8] = near
    out[9] = 0.5 * log1p(fixed / (cost * half + 1e-12))
    out[10] = log1p(reference[2] / half)
    out[11] = 0.5 * log(size * step_variance + 1e-4) + 2.0
    out[12] = 0.5 * log(size * step_variance * mean_dates + 1e-3) + 0.5
    # Where the spot stays, the hedge moves by what expires: an earlier expiry leaves a holding to unwind.
    for index in range(1, len(SLICES)):
        gone = (last_dates if SLICES[index, 0] > 0.5 else mean_dates) * SLICES[index, 1]
        later = _hedge(moneyness, tilted, dates, units, is_call, 1.0, gone)
        out[12 + index] = asinh((later - now) / half)
    out[17] = lean
    out[18] = log(tilt)


@njit(cache=True)
def _peak_gamma(
    moneyness: FloatArray, variance: FloatArray, units: FloatArray, step_variance: float
) -> float:
    """The book's dollar gamma with each line at the money: aversion reaches out to far strikes.

    How far: the exponential of an unhedged unit moves a step's mass by risk aversion x spot deviations.
    """
    gross = 0.0
    for line in range(len(units)):
        gross += abs(units[line])
    reach = min(_LEAST_REACH + gross * sqrt(step_variance), _MOST_REACH)
    total = 0.0
    for line in range(len(units)):
        score = moneyness[line] ** 2 / (variance[line] * reach * reach)
        total += units[line] * exp(-0.5 * score) / (sqrt(variance[line]) * 2.5066282746310002)
    return total


@njit(cache=True)
def variance_tilt(charge: float) -> float:
    """What aversion makes of a step's variance: m with m = -log(1 - q) / q and q = charge / sqrt(m).

    charge: risk aversion x dollar gamma x a step's variance, positive of a short book. Without costs the
    entropic risk of a step's loss q z^2 / 2 is the mean loss at m times the variance; gamma falls as
    1 / sqrt(m).
    """
    low, high = -4.0, 6.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        share = charge * exp(-0.5 * middle)
        if share >= 1.0:
            low = middle
            continue
        grown = 1.0 + 0.5 * share if abs(share) < 1e-6 else -log1p(-share) / share
        if grown > exp(middle):
            low = middle
        else:
            high = middle
    return exp(0.5 * (low + high))


@njit(cache=True)
def _fill_ladder(
    moneyness: FloatArray,
    variance: FloatArray,
    dates: FloatArray,
    units: FloatArray,
    step_variance: float,
    mean_dates: float,
    last_dates: float,
    gammas: FloatArray,
) -> float:
    """Dollar gammas on the whole ladder, slice by slice; returns that of today's spot and date."""
    for index in range(len(SLICES)):
        horizon = last_dates if SLICES[index, 0] > 0.5 else mean_dates
        scale = sqrt(step_variance * horizon)
        first = index * len(MOVES)
        own = gammas[first : first + len(MOVES)]
        _fill_gammas(moneyness, variance, dates, units, scale, horizon * SLICES[index, 1], own)
    return float(gammas[len(MOVES) // 2])


@njit(cache=True)
def _size_and_lean(
    moneyness: FloatArray,
    variance: FloatArray,
    dates: FloatArray,
    units: FloatArray,
    step_variance: float,
    mean_dates: float,
) -> tuple[float, float]:
    """Root mean square of the dollar gamma near today's spot up to half of the mean date; mean over that."""
    gammas = np.empty(len(MOVES))
    scale = sqrt(step_variance * mean_dates)
    total, square, weights = 0.0, 0.0, 0.0
    for share in (0.0, 0.5):
        _fill_gammas(moneyness, variance, dates, units, scale, mean_dates * share, gammas)
        for place in range(len(MOVES)):
            weight = exp(-0.5 * (MOVES[place] / 0.8) ** 2)
            total += weight * gammas[place]
            square += weight * gammas[place] ** 2
            weights += weight
    size = sqrt(square / weights) + _LEAST_GAMMA
    return size, total / weights / size


@njit(cache=True)
def _zakamouline_width(size: float, cost: float, step_variance: float, dates: float) -> float:
    """Zakamouline's H1 of y (2006), with the ladder's gamma for an option's."""
    volatility = sqrt(step_variance * _DATES_PER_YEAR)
    return float(1.12 * cost**0.31 * (dates / _DATES_PER_YEAR) ** 0.05 * volatility**-0.25 * sqrt(size))


@njit(cache=True)
def _zakamouline_factor(gamma: float, cost: float, step_variance: float, dates: float) -> float:
    """What costs make of the variance (Zakamouline 2006); gamma is signed, a short book's negative."""
    volatility = sqrt(step_variance * _DATES_PER_YEAR)
    scale = 4.76 * cost**0.78 * (dates / _DATES_PER_YEAR) ** -0.02 * volatility**-0.25
    lean = 1.0 if gamma > 0.0 else -1.0
    return float(max(1.0 - lean * scale * abs(gamma) ** 0.15, 0.1))


@njit(cache=True)
def _horizons(
    moneyness: FloatArray, variance: FloatArray, dates: FloatArray, units: FloatArray
) -> tuple[float, float]:
    """(mean dates left, weighted by gamma near the money; dates to the last expiry)."""
    highest, last = -1e300, 0.0
    for line in range(len(dates)):
        last = max(last, dates[line])
        highest = max(highest, _log_weight(units[line], moneyness[line], variance[line]))
    total, moment = 0.0, 0.0
    for line in range(len(dates)):
        weight = exp(_log_weight(units[line], moneyness[line], variance[line]) - highest)
        total += weight
        moment += weight * dates[line]
    return moment / total, last


@njit(cache=True)
def _log_weight(units: float, moneyness: float, variance: float) -> float:
    # Twice the deviation: a line just away from the money still counts.
    return log(abs(units) + 1e-300) - 0.5 * log(variance) - moneyness * moneyness / (8.0 * variance)


@njit(cache=True)
def _dollar_gamma(units: float, moneyness: float, variance: float, move: float) -> float:
    """a S'^2 Gamma(S') / S of one line after a move of log-spot."""
    deviation = sqrt(variance)
    score = (move - moneyness) / deviation + 0.5 * deviation
    if abs(score) > 30.0:
        return 0.0
    return units * exp(move - 0.5 * score * score) / (deviation * 2.5066282746310002)


@njit(cache=True)
def _fill_gammas(
    moneyness: FloatArray,
    variance: FloatArray,
    dates: FloatArray,
    units: FloatArray,
    scale: float,
    gone: float,
    gammas: FloatArray,
) -> None:
    """The book's dollar gamma after each of the MOVES times `scale`, what has expired by `gone` left out."""
    gammas[:] = 0.0
    for line in range(len(dates)):
        left = dates[line] - gone
        if left > 1e-9:
            deviation = sqrt(variance[line] * left / dates[line])
            inverse = 1.0 / deviation
            centre = 0.5 * deviation - moneyness[line] * inverse
            size = units[line] * inverse / 2.5066282746310002
            for place in range(len(MOVES)):
                move = MOVES[place] * scale
                score = move * inverse + centre
                if abs(score) <= 30.0:
                    gammas[place] += size * exp(move - 0.5 * score * score)


@njit(cache=True)
def _hedge(
    moneyness: FloatArray,
    variance: FloatArray,
    dates: FloatArray,
    units: FloatArray,
    is_call: BoolArray,
    factor: float,
    gone: float,
) -> float:
    """Minus the delta at today's spot and a later date of the lines alive then; variances times a factor."""
    total = 0.0
    for line in range(len(units)):
        left = dates[line] - gone
        if left > 1e-9:
            deviation = sqrt(variance[line] * factor * left / dates[line])
            score = -moneyness[line] / deviation + 0.5 * deviation
            delta = 0.5 * erfc(-score / 1.4142135623730951)
            total -= units[line] * (delta if is_call[line] else delta - 1.0)
    return total


@njit(cache=True)
def bands_of(output: FloatArray, reference: FloatArray, bands: FloatArray) -> None:
    """The network's outputs (OUTPUTS,) to y: lower edge, target from below, target from above, upper edge."""
    middle = reference[0] + reference[3] * output[0]
    half = reference[1] * exp(min(max(output[1], -12.0), 12.0))
    bands[1], bands[2] = middle - half, middle + half
    bands[0] = bands[1] - reference[2] * exp(min(max(output[2], -12.0), 12.0))
    bands[3] = bands[2] + reference[2] * exp(min(max(output[3], -12.0), 12.0))
