"""Value and Greeks of options on two assets, from the probability and the edge of their exercise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricing.black import FloatArray
from pricing.spreads.two_assets import TwoAssetColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadColumns:
    """Value and Greeks of options on two assets, arrays of equal shape, for one unit of the payoff.

    value [currency]. first_delta, second_delta dV/dS_i [units of asset i]. first_gamma, cross_gamma,
    second_gamma d2V/dS_i dS_j. first_vega, second_vega [currency per 1.00 of volatility].
    correlation_sensitivity [currency per 1.00 of correlation]. theta [currency per year, time passing at
    constant volatilities, rate and carry]. rho [currency per 1.00 of rate, both yields held].
    """

    value: FloatArray
    first_delta: FloatArray
    second_delta: FloatArray
    first_gamma: FloatArray
    cross_gamma: FloatArray
    second_gamma: FloatArray
    first_vega: FloatArray
    second_vega: FloatArray
    correlation_sensitivity: FloatArray
    theta: FloatArray
    rho: FloatArray


def exercise_greeks(
    columns: TwoAssetColumns,
    forwards: tuple[FloatArray, FloatArray],
    strike: FloatArray,
    is_call: FloatArray,
    sums: FloatArray,
) -> SpreadColumns:
    """Greeks of max(w (S1 - S2 - K), 0) on forwards with their units, from sums over S1 - S2 > K.

    sums [..., 6]: as `spread_kernel.spread_sums` fills them. Deltas are probabilities under each asset's own
    measure, gammas the density on the exercise boundary; vegas, correlation sensitivity and theta follow from
    gammas since d value / d covariance is half of the second derivative.
    """
    first, second = forwards
    discount, years = columns.discount, np.maximum(columns.expiry_years, 0.0)
    call = is_call != 0.0
    shares = sums[..., :3] - np.where(call, 0.0, 1.0)[..., None]
    first_leg, second_leg, strike_leg = (
        first * shares[..., 0],
        second * shares[..., 1],
        strike * shares[..., 2],
    )
    first_curve, cross_curve, second_curve = (discount * sums[..., term] for term in (3, 4, 5))
    first_spread, second_spread = columns.first_deviation, columns.second_deviation
    root = columns.root_years
    value = discount * np.maximum(first_leg - second_leg - strike_leg, 0.0)
    first_dollars, second_dollars = discount * first_leg, -discount * second_leg
    variance_decay = 0.5 * (
        columns.first_volatility**2 * first_curve
        - 2.0 * columns.correlation * columns.first_volatility * columns.second_volatility * cross_curve
        + columns.second_volatility**2 * second_curve
    )
    return SpreadColumns(
        value=value,
        first_delta=first_dollars / columns.first_spot,
        second_delta=second_dollars / columns.second_spot,
        first_gamma=first_curve / columns.first_spot**2,
        cross_gamma=-cross_curve / (columns.first_spot * columns.second_spot),
        second_gamma=second_curve / columns.second_spot**2,
        first_vega=root * (first_spread * first_curve - columns.correlation * second_spread * cross_curve),
        second_vega=root * (second_spread * second_curve - columns.correlation * first_spread * cross_curve),
        correlation_sensitivity=-first_spread * second_spread * cross_curve,
        theta=_drift(columns, value, first_dollars, second_dollars) - variance_decay,
        rho=discount * years * strike_leg,
    )


def _drift(
    columns: TwoAssetColumns, value: FloatArray, first_dollars: FloatArray, second_dollars: FloatArray
) -> FloatArray:
    """r V - b1 S1 delta1 - b2 S2 delta2 [currency per year]; zero where the expiry is not ahead."""
    alive = columns.expiry_years > 0.0
    years = np.where(alive, columns.expiry_years, 1.0)
    rate, first_carry, second_carry = (
        np.where(alive, np.log(growth) / years, 0.0)
        for growth in (
            1.0 / columns.discount,
            columns.first_forward / columns.first_spot,
            columns.second_forward / columns.second_spot,
        )
    )
    return rate * value - first_carry * first_dollars - second_carry * second_dollars
