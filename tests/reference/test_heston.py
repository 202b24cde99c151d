"""Published Heston prices and volatilities, some to fifty digits and down to 1e-48."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from pricing.fourier.model import HestonModel
from pricing.fourier.prices import model_greeks
from pricing.implied import implied_volatility
from tests.reference.tables import column, rows

# The multi-precision rows carry an absolute error of about 1e-55 of the strike and forward: deep prices of
# the table below this are noise, which MULTI_PRECISION shows.
_RESOLVED = 1e-45
_PARAMETERS = ("v0", "kappa", "theta", "sigma", "rho")
# Strike, years and out-of-the-money call by a trapezoidal sum of 110 digits on two contours (v0 .04, kappa
# 2.5, theta .06, sigma .75, rho -.6, r .0507, q .0469, spot 1), where the table's noise hides the price.
MULTI_PRECISION = (
    (1.292314396705788, 1 / 365, 2.62294656746794242e-145),
    (4.170487151515769, 31 / 365, 3.56081950706099626e-48),
)


def _model(row: dict[str, str]) -> HestonModel:
    variance, reversion, level, sigma, rho = (float(row[name]) for name in _PARAMETERS)
    return HestonModel(
        initial_variance=variance,
        mean_reversion=reversion,
        long_run_variance=level,
        volatility_of_variance=sigma,
        correlation=rho,
    )


def _found(row: dict[str, str]) -> float:
    spot, strike, years, rate, dividend = (float(row[name]) for name in ("spot", "strike", "t", "r", "q"))
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    call = row["type"] == "call"
    value = model_greeks(_model(row), spot, forward, strike, years, discount, call).value
    if row["quantity"] == "implied_vol":
        return float(implied_volatility(value, forward, strike, years, discount, call)[0])
    return float(value)


def test_published_prices_and_volatilities_are_met_within_their_tolerance() -> None:
    table = [row for row in rows("hestonmodel") if row["quantity"] in ("price", "implied_vol")]
    for row in table:
        expected, tolerance = float(row["expected"]), row["tol"]
        relative = tolerance.startswith("rel ")
        allowed = float(tolerance.removeprefix("rel ")) * (abs(expected) if relative else 1.0)
        assert abs(_found(row) - expected) <= allowed, row


def test_multi_precision_prices_far_out_of_the_money_are_met_to_a_relative_1e_minus_12() -> None:
    table = [row for row in rows("hestonmodel") if row["quantity"] == "otm_price"]
    expected = column(table, "expected")
    resolved = expected > _RESOLVED * np.maximum(column(table, "strike"), 1.0) ** 2
    found = np.array([_found(row) for row in table])
    assert_allclose(found, expected, atol=1e-8, rtol=0.0)
    assert_allclose(found[resolved], expected[resolved], rtol=1e-12)
    assert resolved.sum() >= 8


def test_prices_below_the_resolution_of_the_table_are_met_too() -> None:
    model = HestonModel(
        initial_variance=0.04,
        mean_reversion=2.5,
        long_run_variance=0.06,
        volatility_of_variance=0.75,
        correlation=-0.6,
    )
    for strike, years, expected in MULTI_PRECISION:
        forward, discount = np.exp((0.0507 - 0.0469) * years), np.exp(-0.0507 * years)
        value = model_greeks(model, 1.0, forward, strike, years, discount, True).value
        assert_allclose(value, expected, rtol=5e-12)
