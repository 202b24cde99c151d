"""Value and Greeks of American options with continuous yield, vectorised, by spectral collocation."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum

import numpy as np
import numpy.typing as npt

from pricing.american.grid import boundary_grid
from pricing.american.kernel import american_puts
from pricing.american.layout import OUTPUTS
from pricing.black import FloatArray
from pricing.greeks import GreekColumns, black_greeks

BoolArray = npt.NDArray[np.bool_]
Columns = tuple[FloatArray, ...]

# Less deviation than this is no diffusion; the value moves by less than the deviation, relative to spot.
_LEAST_DEVIATION = 1e-6
# A carry so strong against the deviation takes the share through the boundary at a foreseeable time, where
# the premium's integrand is close to a step; a total rate so high or a deviation so wide bends the boundary.
_STRONG, _STEEP, _HIGH, _WIDE = 2.5, 50.0, 1.0, 2.0
_HARD, _STEPS = (16, 16, 256, 6), (16, 16, 2048, 6)


class Accuracy(Enum):
    """Boundary nodes, quadrature points a node, points of the value, and Newton steps.

    tests and `benchmarks/american.py` hold each to QuantLib's high-precision scheme.
    """

    FAST = (8, 6, 20, 3)
    ACCURATE = (16, 16, 32, 5)


def american_greeks(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    accuracy: Accuracy = Accuracy.FAST,
) -> GreekColumns:
    """Value and Greeks of American options, rate and yield flat to each expiry; inputs broadcast.

    The rate is -log(discount) / T and the yield the rate less log(forward / spot) / T, as in `black_greeks`,
    whose units these are. Calls are puts with spot and strike, rate and yield exchanged (McDonald and
    Schroder 1998). An option never worth exercising early (a put with rate <= min(yield, 0)) is European; so
    is an expired one. Where negative rates give two
    exercise boundaries (a put with yield < rate < 0) QuantLib's finite differences stand in.

    On the exercise boundary and beyond it: intrinsic value, delta -1 for a put and 1 for a call, dual delta
    its negative, every other Greek zero. NaN, and anything that is no option (spot, forward, strike or
    discount not positive and finite, volatility below zero), gives NaN.
    """
    inputs = (spot, forward, strike, expiry_years, volatility, discount, is_call)
    shaped = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in inputs))
    columns = tuple(np.array(each).ravel() for each in shaped)
    usable = _usable(columns)
    clean = tuple(np.where(usable, column, 1.0) for column in columns)
    greeks = _valued(clean, accuracy)
    shape = shaped[0].shape
    return GreekColumns(
        **{
            each.name: np.where(usable, getattr(greeks, each.name), np.nan).reshape(shape)
            for each in fields(greeks)
        }
    )


def _usable(columns: Columns) -> BoolArray:
    spot, forward, strike, years, volatility, discount, is_call = columns
    usable = ~np.isnan(years) & (volatility >= 0.0) & ~np.isnan(is_call)
    for column in (spot, forward, strike, discount):
        usable &= (column > 0.0) & np.isfinite(column)
    return usable


def _valued(columns: Columns, accuracy: Accuracy) -> GreekColumns:
    """Europeans in closed form, the early exercised by the kernel, those of two boundaries on a grid."""
    greeks = black_greeks(*columns)
    years, volatility = columns[3], columns[4]
    rate, dividend = _as_puts(columns)[2:4]
    live = (years > 0.0) & np.isfinite(years)
    twofold = live & (dividend < rate) & (rate < 0.0)
    single = live & ((rate > 0.0) | ((rate == 0.0) & (dividend < 0.0))) & np.isfinite(volatility)
    if single.any():
        greeks = greeks.replaced(single, _exercised_early(tuple(each[single] for each in columns), accuracy))
    if twofold.any():
        from pricing.engines.american import grid_greeks

        greeks = greeks.replaced(twofold, grid_greeks(tuple(each[twofold] for each in columns)))
    return greeks


def _as_puts(columns: Columns) -> Columns:
    """Share, strike, R and Q of each option seen as a put."""
    spot, forward, strike, _, _, discount, is_call = columns
    calls = is_call != 0.0
    rate = -np.log(discount)
    dividend = rate - np.log(forward / spot)
    share, owed = np.where(calls, strike, spot), np.where(calls, spot, strike)
    return share, owed, np.where(calls, dividend, rate), np.where(calls, rate, dividend)


def _exercised_early(columns: Columns, accuracy: Accuracy) -> GreekColumns:
    share, owed, rate, dividend = _as_puts(columns)
    years = columns[3]
    deviation = np.maximum(columns[4] * np.sqrt(years), _LEAST_DEVIATION)
    inputs = np.array([np.log(share / owed), rate, dividend, deviation])
    pull = np.abs(rate - dividend) / deviation
    hard = (deviation > _WIDE) | (np.maximum(rate, dividend) > _HIGH) | (pull > _STRONG)
    steps = pull > _STEEP
    outputs = np.empty((OUTPUTS, len(years)))
    for rows, sizes in ((~hard, accuracy.value), (hard & ~steps, _HARD), (steps, _STEPS)):
        if rows.any():
            outputs[:, rows] = _solved(np.ascontiguousarray(inputs[:, rows]), sizes)
    puts = _put_greeks(share, owed, inputs, outputs, years)
    return _exchanged(puts, share, owed, columns[6] != 0.0)


def _solved(inputs: FloatArray, sizes: tuple[int, int, int, int]) -> FloatArray:
    """The kernel's outputs, one row each, on a grid of nodes, points and points of the value, in steps."""
    grid, steps = boundary_grid(*sizes[:3]), sizes[3]
    outputs = np.empty((OUTPUTS, inputs.shape[1]))
    american_puts(
        inputs,
        grid.roots,
        grid.sines,
        grid.weights,
        grid.interpolation,
        grid.abscissae,
        grid.final_weights,
        grid.to_chebyshev,
        steps,
        outputs,
    )
    return outputs


def _put_greeks(
    share: FloatArray, owed: FloatArray, inputs: FloatArray, outputs: FloatArray, years: FloatArray
) -> GreekColumns:
    """Greeks of puts from the kernel's derivatives.

    theta is that of the Black-Scholes equation, charm of what scaling time says of delta: sigma d/dsigma / 2
    + r d/dr + q d/dq = T d/dT.
    """
    _, rate, dividend, deviation = inputs
    value, by_m, by_mm, by_w, by_ww, by_wm, by_r, by_q, by_rm, by_qm, boundary = outputs
    held = share > boundary * owed
    root, unit = np.sqrt(years), owed / share
    decay = rate * value - (rate - dividend) * by_m - 0.5 * deviation * deviation * (by_mm - by_m)
    later = 0.5 * deviation * by_wm + rate * by_rm + dividend * by_qm
    return GreekColumns(
        value=np.maximum(owed * value, np.maximum(owed - share, 0.0)),
        delta=unit * by_m,
        gamma=unit * (by_mm - by_m) / share,
        vega=owed * root * by_w,
        theta=np.where(held, owed * decay / years, 0.0),
        rho=owed * years * by_r,
        dividend_rho=owed * years * by_q,
        vanna=unit * root * by_wm,
        volga=owed * years * by_ww,
        charm=np.where(held, -unit * later / years, 0.0),
        dual_delta=value - by_m,
        dual_gamma=(by_mm - by_m) / owed,
    )


def _exchanged(puts: GreekColumns, share: FloatArray, owed: FloatArray, calls: BoolArray) -> GreekColumns:
    """Greeks of the options that the puts stand for: for calls, share and strike are exchanged again."""

    def either(call: FloatArray, put: FloatArray) -> FloatArray:
        return np.where(calls, call, put)

    return GreekColumns(
        value=puts.value,
        delta=either(puts.dual_delta, puts.delta),
        gamma=either(puts.dual_gamma, puts.gamma),
        vega=puts.vega,
        theta=puts.theta,
        rho=either(puts.dividend_rho, puts.rho),
        dividend_rho=either(puts.rho, puts.dividend_rho),
        vanna=either((puts.vega - share * puts.vanna) / owed, puts.vanna),
        volga=puts.volga,
        charm=either((puts.theta - share * puts.charm) / owed, puts.charm),
        dual_delta=either(puts.delta, puts.dual_delta),
        dual_gamma=either(puts.gamma, puts.dual_gamma),
    )
