"""Options to exchange one asset for another: Margrabe's closed form, and the American one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pricing.american.american import american_greeks
from pricing.black import FloatArray, black_quantiles
from pricing.spreads.spread_columns import SpreadColumns, exercise_greeks
from pricing.spreads.two_assets import TwoAssetColumns, TwoAssets


def exchange_option(
    assets: TwoAssets, *, first_units: npt.ArrayLike = 1.0, second_units: npt.ArrayLike = 1.0
) -> SpreadColumns:
    """Value and Greeks of max(a S1 - b S2, 0) at expiry (Margrabe 1978, equation 7).

    a, b: units of each asset, positive. Inputs broadcast. The value does not depend on the rate where yields
    are held. Limits and NaN as in `spread_option`.
    """
    columns, (first, second) = assets.broadcast(first_units, second_units)
    good = columns.in_domain(first, second) & (first > 0.0) & (second > 0.0)
    forwards = (first * columns.first_forward, second * columns.second_forward)
    deviation = np.where(good, _ratio_volatility(columns) * columns.root_years, np.nan)
    upper, lower = black_quantiles(*forwards, 1.0, deviation)
    density = forwards[0] * np.exp(-0.5 * upper * upper) / np.sqrt(2.0 * np.pi)
    edge = np.divide(density, deviation, out=np.zeros_like(density), where=deviation != 0.0)
    edge = np.where(good, edge, np.nan)
    sums = np.stack([ndtr(upper), ndtr(lower), ndtr(lower), edge, edge, edge], axis=-1)
    zero, call = np.zeros_like(density), np.ones_like(density)
    return exercise_greeks(columns, forwards, zero, call, sums)


def american_exchange_option(
    assets: TwoAssets, *, first_units: npt.ArrayLike = 1.0, second_units: npt.ArrayLike = 1.0
) -> SpreadColumns:
    """Value and Greeks of the right to exchange b S2 for a S1 at any time up to expiry; columns of one axis.

    Counted in units of the second asset it is an American call on S1 / S2 struck at one, with the second's
    yield as the rate (Margrabe 1978, section IV; Bjerksund and Stensland 1993): `american_greeks` in that
    market, and homogeneity for the second asset. expiry_years > 0; NaN as in `spread_option`.
    """
    columns, (first, second) = assets.broadcast(first_units, second_units)
    good = columns.in_domain(first, second) & (first > 0.0) & (second > 0.0) & (columns.expiry_years > 0.0)
    volatility = _ratio_volatility(columns)
    first_price, second_price = first * columns.first_spot, second * columns.second_spot
    # One unit of the second asset held to expiry is worth its forward, discounted: that is its 'discount'.
    second_discount = columns.discount * columns.second_forward / columns.second_spot
    forward = first_price * columns.discount * columns.first_forward / columns.first_spot / second_discount
    found = {name: np.full(good.shape, np.nan) for name in ("value", "delta", "gamma", "vega", "theta")}
    greeks = american_greeks(
        first_price[good],
        forward[good],
        second_price[good],
        columns.expiry_years[good],
        volatility[good],
        second_discount[good],
        True,
    )
    for name, column in found.items():
        column[good] = getattr(greeks, name)
    return _two_asset_greeks(columns, first, volatility, found)


def _ratio_volatility(columns: TwoAssetColumns) -> FloatArray:
    """Volatility of S1 / S2 [per sqrt(year)]."""
    first, second, correlation = columns.first_volatility, columns.second_volatility, columns.correlation
    # (s1 - s2)^2 + 2 s1 s2 (1 - rho) loses no digits where the assets move nearly as one.
    return np.sqrt((first - second) ** 2 + 2.0 * first * second * (1.0 - correlation))


def _two_asset_greeks(
    columns: TwoAssetColumns,
    first_units: FloatArray,
    volatility: FloatArray,
    of_ratio: dict[str, FloatArray],
) -> SpreadColumns:
    """Greeks to both assets from those of a call with the first as spot and the second as strike."""
    ratio = columns.first_spot / columns.second_spot
    first_delta, first_gamma = first_units * of_ratio["delta"], first_units**2 * of_ratio["gamma"]
    per_volatility = np.divide(of_ratio["vega"], volatility, out=np.zeros_like(ratio), where=volatility > 0.0)
    first_load = columns.first_volatility - columns.correlation * columns.second_volatility
    second_load = columns.second_volatility - columns.correlation * columns.first_volatility
    return SpreadColumns(
        value=of_ratio["value"],
        first_delta=first_delta,
        second_delta=(of_ratio["value"] - columns.first_spot * first_delta) / columns.second_spot,
        first_gamma=first_gamma,
        cross_gamma=-ratio * first_gamma,
        second_gamma=ratio * ratio * first_gamma,
        first_vega=per_volatility * first_load,
        second_vega=per_volatility * second_load,
        correlation_sensitivity=-per_volatility * columns.first_volatility * columns.second_volatility,
        theta=of_ratio["theta"],
        rho=np.zeros_like(ratio),
    )
