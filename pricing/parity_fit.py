"""Forward and discount factor of every expiry from put-call parity, on plain columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_LARGEST_TICK = 0.05  # [currency]
_SMALLEST_TICK = 2e-5  # of the strike: that of the S&P 500's options, and of prices that are on no grid
_ROUNDING = 1e-6
_ITERATIONS = 15
_FLAT_RESIDUAL = 0.02  # of the spread: residuals below it count alike, so that weights stay finite
_IDENTIFIED_RATE_ERROR = 0.001
_PRIOR_RATE_DEVIATION = 0.03
_NEAREST_PAIRS = 25
_FEWEST_PAIRS_OF_A_LINE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityFit:
    """What put-call parity says of one expiry.

    forward [currency]; discount and zero_rate [per year, continuous]; the errors are standard errors of the
    forward [currency] and of this expiry's own rate; pairs: strikes with a call and a put.
    discount_borrowed: the pairs do not identify the rate; it is read off the line through the others.
    exchanged: call minus put rises with strike over three pairs or more, so that calls must be puts.
    """

    expiry_years: float
    forward: float
    discount: float
    zero_rate: float
    forward_error: float
    rate_error: float
    pairs: int
    discount_borrowed: bool
    exchanged: bool = False

    def intrinsic_error(self, strike: FloatArray) -> FloatArray:
        """How wrong the discounted intrinsic value [currency] may be, since the rate is not known better."""
        rate = min(self.rate_error, _PRIOR_RATE_DEVIATION)
        return np.asarray(rate * self.expiry_years * np.abs(self.forward - strike), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Call minus put mid [currency] and the two spreads' sum at each strike of each expiry."""

    tick: float
    expiry_years: FloatArray  # one per expiry
    expiry: IntArray  # position in expiry_years, one per pair
    strike: FloatArray
    difference: FloatArray
    spread: FloatArray


def fit_parity(
    expiry_years: FloatArray, strike: FloatArray, is_call: BoolArray, bid: FloatArray, ask: FloatArray
) -> tuple[ParityFit, ...]:
    """Fit C - P = D (F - K) over the strikes of each expiry that have both; expiries without are absent.

    The line is fitted by least absolute deviations in units of the spread (reweighted least squares). The
    rate counts as identified when its standard error, with one tick of bias across the strikes, is below
    0.1%. The forward is then the median of K + (C - P) / D over the strikes nearest to it.
    """
    pairs = _paired(expiry_years, strike, is_call, bid, ask)
    if len(pairs.strike) == 0:
        return ()
    forward, discount, discount_error = _parity_lines(pairs)
    years = pairs.expiry_years
    rate, rate_error = -np.log(np.maximum(discount, 1e-6)) / years, discount_error / years
    borrowed = ~(rate_error < _IDENTIFIED_RATE_ERROR)
    exchanged = (discount < 0.0) & (np.bincount(pairs.expiry) >= _FEWEST_PAIRS_OF_A_LINE)
    rate = np.where(borrowed, _rate_line(years, rate, rate_error, borrowed), rate)
    discount = np.exp(-rate * years)
    fits = (
        _expiry_fit(pairs, i, forward[i], discount[i], rate[i], rate_error[i], bool(borrowed[i]))
        for i in range(len(years))
    )
    return tuple(replace(fit, exchanged=bool(it)) for fit, it in zip(fits, exchanged, strict=True))


def tick_size(strike: FloatArray, bid: FloatArray, ask: FloatArray) -> float:
    """The smallest step between two of the prices [currency], from 0.002% of the median strike up to 0.05.

    It says how coarse quotes are whatever the underlying costs: a chain in other units gives the same fit.
    """
    if len(strike) == 0:
        return _LARGEST_TICK
    least = _SMALLEST_TICK * float(np.median(strike))
    steps = np.diff(np.unique(np.concatenate((bid, ask))))
    smallest = float(np.min(steps[steps > _ROUNDING * least], initial=_LARGEST_TICK))
    return min(max(smallest, least), _LARGEST_TICK)


def _paired(
    expiry_years: FloatArray, strike: FloatArray, is_call: BoolArray, bid: FloatArray, ask: FloatArray
) -> _Pairs:
    order = np.lexsort((is_call, strike, expiry_years))
    years, strikes = expiry_years[order], strike[order]
    same = (years[1:] == years[:-1]) & (strikes[1:] == strikes[:-1])
    put = order[:-1][same]
    call = order[1:][same]
    expiries, expiry = np.unique(expiry_years[put], return_inverse=True)
    tick = tick_size(strike, bid, ask)
    return _Pairs(
        tick=tick,
        expiry_years=expiries,
        expiry=expiry,
        strike=strike[put],
        difference=(bid[call] + ask[call] - bid[put] - ask[put]) / 2,
        spread=np.maximum(ask[call] - bid[call] + ask[put] - bid[put], tick),
    )


def _parity_lines(pairs: _Pairs) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Forward, discount and the discount's standard error, of all expiries at once."""
    count = np.bincount(pairs.expiry)
    centre = np.bincount(pairs.expiry, pairs.strike) / count
    strike = pairs.strike - centre[pairs.expiry]
    weight = pairs.spread**-2
    for _ in range(_ITERATIONS):
        level, discount, spread_of_strikes = _weighted_lines(pairs, strike, weight)
        residual = pairs.difference - level[pairs.expiry] + discount[pairs.expiry] * strike
        weight = 1 / (pairs.spread * np.maximum(np.abs(residual), _FLAT_RESIDUAL * pairs.spread))
    freedom = np.maximum(count - 2, 1)
    scatter = np.bincount(pairs.expiry, weight * residual**2) / freedom
    total = np.bincount(pairs.expiry, weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.hypot(
            np.sqrt(scatter / spread_of_strikes), pairs.tick / np.sqrt(spread_of_strikes / total)
        )
    error = np.where((count < 3) | (discount <= 0), np.inf, error)
    return centre + level / np.where(discount > 0, discount, 1.0), discount, error


def _weighted_lines(
    pairs: _Pairs, strike: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Least-squares level at strike 0, minus the slope, and the weighted sum of squares of the strikes."""
    group = pairs.expiry
    total = np.bincount(group, weight)
    mean_strike = np.bincount(group, weight * strike) / total
    mean_difference = np.bincount(group, weight * pairs.difference) / total
    deviation = strike - mean_strike[group]
    squares = np.bincount(group, weight * deviation**2)
    products = np.bincount(group, weight * deviation * (pairs.difference - mean_difference[group]))
    # A single strike has no slope: undiscounted then, and never identified.
    discount = np.where(squares > 0, -products / np.where(squares > 0, squares, 1.0), 1.0)
    return (
        np.asarray(mean_difference + discount * mean_strike),
        discount,
        np.asarray(squares, dtype=np.float64),
    )


def _rate_line(years: FloatArray, rate: FloatArray, error: FloatArray, borrowed: BoolArray) -> FloatArray:
    """Rates on the weighted line through the identified expiries, or the shrunk mean of fewer than three."""
    trusted = ~borrowed
    if trusted.sum() >= 3:
        slope, level = np.polyfit(years[trusted], rate[trusted], 1, w=1 / error[trusted])
        inside = np.clip(years, years[trusted].min(), years[trusted].max())
        return np.asarray(level + slope * inside)
    precision = np.where(np.isfinite(error), error, np.inf) ** -2.0
    mean = np.sum(precision * np.where(precision > 0, rate, 0.0))
    return np.full_like(years, mean / (precision.sum() + _PRIOR_RATE_DEVIATION**-2))


def _expiry_fit(
    pairs: _Pairs, i: int, forward: float, discount: float, rate: float, rate_error: float, borrowed: bool
) -> ParityFit:
    of_expiry = np.flatnonzero(pairs.expiry == i)
    nearest = of_expiry[np.argsort(np.abs(pairs.strike[of_expiry] - forward), kind="stable")[:_NEAREST_PAIRS]]
    forwards = pairs.strike[nearest] + pairs.difference[nearest] / discount
    median = _weighted_median(forwards, 1 / pairs.spread[nearest])
    deviation = max(1.4826 * float(np.median(np.abs(forwards - median))), pairs.tick / 2)
    return ParityFit(
        expiry_years=float(pairs.expiry_years[i]),
        forward=median,
        discount=float(discount),
        zero_rate=float(rate),
        # 1.2533: the median's standard error over the mean's, for normal errors.
        forward_error=1.2533 * deviation / float(np.sqrt(len(nearest))),
        rate_error=float(rate_error),
        pairs=len(of_expiry),
        discount_borrowed=borrowed,
    )


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    # Interpolated between the two middle values, so that it moves smoothly from expiry to expiry.
    return float(np.interp(0.5 * reached[-1], reached - weights[order] / 2, values[order]))
