from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from numpy.testing import assert_allclose

from pricing.black import FloatArray, black_price
from pricing.book import OptionColumns, value_options
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.engines import american_greeks, european_greeks, quantlib_market, quantlib_prices
from pricing.greeks import GreekColumns, black_greeks
from pricing.market import UnderlyingMarket
from pricing.surface.atm import surface_from_atm
from tests.markets import flat_underlying
from tests.properties.option_axioms import AXIOMS, Terms, terms

HOUR = 1.0 / (365.0 * 24.0)


def skewed_market() -> UnderlyingMarket:
    """An index with a skew, a term structure of volatility, rates and a basis."""
    years = np.array([0.1, 1.0, 2.0])
    market = flat_underlying(spot=2700.0)
    return replace(
        market,
        discount=DiscountCurve(expiry_years=years, zero_rate=np.array([0.015, 0.018, 0.022])),
        forward=ForwardCurve(spot=2700.0, expiry_years=years, carry_rate=np.array([0.001, -0.002, 0.003])),
        surface=surface_from_atm([1 / 365, 0.1, 1.0, 2.0], [0.3, 0.2, 0.18, 0.19], description="skewed"),
    )


def random_columns(count: int, seed: int = 7) -> tuple[FloatArray, ...]:
    """Spot, forward, strike, expiry (five minutes to three years), volatility, discount and right."""
    rng = np.random.default_rng(seed)
    spot = rng.uniform(50.0, 150.0, count)
    years = np.exp(rng.uniform(np.log(1e-5), np.log(3.0), count))
    forward = spot * np.exp(rng.uniform(-0.05, 0.05, count) * years)
    strike = forward * np.exp(rng.normal(0.0, 2.0, count) * 0.3 * np.sqrt(years))
    discount = np.exp(-rng.uniform(-0.01, 0.06, count) * years)
    return (
        spot,
        forward,
        strike,
        years,
        rng.uniform(0.05, 0.8, count),
        discount,
        rng.integers(0, 2, count) * 1.0,
    )


def quantlib_price(*inputs: object) -> FloatArray:
    """QuantLib called as `black_price` is."""
    forward, strike, years, volatility, discount, is_call = inputs
    prices = european_greeks(forward, forward, strike, years, volatility, discount, is_call).value
    return prices if np.ndim(strike) or np.ndim(volatility) else prices[0]


@pytest.mark.parametrize("axiom", AXIOMS)
@given(t=terms())
@settings(deadline=None, max_examples=15)
def test_the_authority_obeys(axiom: Callable[..., None], t: Terms) -> None:
    axiom(quantlib_price, t)


def test_kernel_and_quantlib_agree_on_value_and_greeks() -> None:
    columns = random_columns(2_000)
    ours, theirs = black_greeks(*columns), european_greeks(*columns)
    spot, _, _, years, volatility, *_ = columns
    deviation = volatility * np.sqrt(years)
    # Both round log(F / K), which one deviation divides.
    rounding = 1e-12 + 1e-15 / deviation
    scale = {"value": spot, "delta": 1.0, "gamma": 1.0 / (spot * deviation), "vega": spot, "rho": spot}
    for name, unit in {**scale, "theta": spot * volatility / np.sqrt(years)}.items():
        assert np.all(np.abs(getattr(ours, name) - getattr(theirs, name)) <= rounding * unit), name


def test_kernel_and_quantlib_agree_to_twelve_digits_where_the_price_is_not_tiny() -> None:
    columns = random_columns(2_000)
    ours, theirs = black_greeks(*columns).value, european_greeks(*columns).value
    material = theirs > 1e-3 * columns[0]
    assert material.sum() > 1_000
    assert_allclose(ours[material], theirs[material], rtol=1e-12)


def test_the_book_equals_quantlib_on_its_own_term_structures_of_our_surface() -> None:
    market, rng = skewed_market(), np.random.default_rng(3)
    strike = 5.0 * np.round(2700.0 * np.exp(rng.normal(0.0, 0.15, 600)) / 5.0)
    years = rng.choice([2.0 * HOUR, 17.5 * HOUR, 5 / 365, 30 / 365, 0.7, 1.9], 600)
    calls = rng.uniform(size=600) < 0.5
    options = OptionColumns(
        strike=strike, expiry_years=years, is_call=calls, is_american=np.zeros(600, dtype=bool)
    )
    greeks, _ = value_options(options, market)
    assert_allclose(quantlib_prices(market, strike, years, calls), greeks.value, rtol=0, atol=1e-12 * 2700.0)


def test_between_its_nodes_quantlibs_volatility_is_within_a_tenth_of_a_point_from_a_week_on() -> None:
    market, rng = skewed_market(), np.random.default_rng(4)
    built = quantlib_market(market)
    years = np.exp(rng.uniform(np.log(7.0 / 365.0), np.log(1.9), 500))
    forward = market.forward.forward_at(years)
    deviation = np.sqrt(market.surface.total_variance(0.0, years))
    strike = forward * np.exp(rng.uniform(-4.0, 3.0, 500) * deviation)
    variance = [
        built.variance.blackVariance(built.date_at(expiry), level)
        for expiry, level in zip(years, strike, strict=True)
    ]
    exact = market.surface.implied_volatility(np.log(strike / forward), years)
    assert_allclose(np.sqrt(variance / years), exact, atol=1e-3)


def test_quantlibs_evaluation_date_is_as_it_was() -> None:
    before = ql.Date(5, 2, 2018)
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = before
        european_greeks(*random_columns(3))
        american_greeks(*random_columns(3))
        quantlib_prices(skewed_market(), [2700.0], [0.1], [True])
        with pytest.raises(RuntimeError):
            european_greeks(100.0, 100.0, -1.0, 1.0, 0.2, 1.0, True)
        assert ql.Settings.instance().evaluationDate == before


# QuantLib 1.44's high-precision fixed points, checked against a binomial tree of 6,000 steps.
@pytest.mark.parametrize(
    ("is_call", "strike", "dividend", "rate", "years", "volatility", "exact"),
    [
        (
            True,
            84.11017703144536,
            0.024218030450334663,
            0.05571856275364946,
            59 / 365,
            0.6178967535081972,
            19.38144766937083,
        ),
        (
            False,
            111.51858855754706,
            0.02499086932397826,
            0.059018981804020605,
            23 / 365,
            0.5455154595346972,
            13.103322335047588,
        ),
    ],
)
def test_american_prices_are_exact_to_a_fiftieth_of_a_cent(
    is_call: bool, strike: float, dividend: float, rate: float, years: float, volatility: float, exact: float
) -> None:
    forward = 100.0 * np.exp((rate - dividend) * years)
    greeks = american_greeks(100.0, forward, strike, years, volatility, np.exp(-rate * years), is_call)
    assert_allclose(greeks.value, exact, atol=2e-4)


def american_sample() -> tuple[tuple[FloatArray, ...], GreekColumns]:
    columns = random_columns(400, seed=11)
    return columns, american_greeks(*columns)


def test_an_american_option_is_worth_at_least_its_european_twin_and_its_intrinsic_value() -> None:
    columns, american = american_sample()
    spot, _, strike, *_, is_call = columns
    intrinsic = np.where(is_call == 1.0, spot - strike, strike - spot)
    assert np.all(american.value >= intrinsic - 1e-12 * spot)
    assert np.all(american.value >= black_greeks(*columns).value - 2e-6 * spot)


def test_american_parity_bounds() -> None:
    spot, forward, strike, years, volatility, discount, _ = random_columns(300, seed=12)
    call, put = (
        american_greeks(spot, forward, strike, years, volatility, discount, right).value
        for right in (1.0, 0.0)
    )
    grown, owed = forward * discount, strike * discount
    slack = 4e-6 * spot
    assert np.all(call - put >= np.minimum(grown, spot) - np.maximum(strike, owed) - slack)
    assert np.all(call - put <= np.maximum(grown, spot) - np.minimum(strike, owed) + slack)


def test_american_calls_and_puts_mirror_each_other() -> None:
    """McDonald and Schroder (1998): C(S, K, r, q) = P(K, S, q, r)."""
    spot, forward, strike, years, volatility, discount, _ = random_columns(200, seed=13)
    grown = forward * discount / spot
    call = american_greeks(spot, forward, strike, years, volatility, discount, 1.0).value
    put = american_greeks(strike, strike * discount / grown, spot, years, volatility, grown, 0.0).value
    assert_allclose(call / spot, put / spot, atol=1e-5)


def test_time_decay_of_americans_solves_the_pricing_equation_away_from_the_boundary() -> None:
    columns, american = american_sample()
    spot, forward, strike, years, volatility, discount, is_call = columns
    rate, carry = -np.log(discount) / years, np.log(forward / spot) / years
    due = (
        rate * american.value
        - carry * spot * american.delta
        - 0.5 * (volatility * spot) ** 2 * american.gamma
    )
    intrinsic = np.where(is_call == 1.0, spot - strike, strike - spot)
    inside = (american.value > intrinsic + 2e-3 * spot) & (volatility * np.sqrt(years) > 0.02)
    assert inside.sum() > 100
    assert_allclose((american.theta * years / spot)[inside], (due * years / spot)[inside], atol=5e-5)


def test_where_exercise_is_due_there_is_only_the_intrinsic_value() -> None:
    greeks = american_greeks(50.0, 50.0 * np.exp(0.08), 100.0, 1.0, 0.2, np.exp(-0.08), False)
    found = [greeks.value, greeks.delta, greeks.gamma, greeks.vega, greeks.theta, greeks.rho]
    assert_allclose(np.ravel(found), [50.0, -1.0, 0.0, 0.0, 0.0, 0.0], atol=1e-9)


def test_a_call_that_is_never_exercised_early_is_european_to_the_last_bit() -> None:
    strike = np.array([80.0, 100.0, 120.0])
    columns = (100.0, 105.0, strike, 1.0, 0.3, 1.0 / 1.04, True)
    assert american_greeks(*columns).theta.tolist() == black_greeks(*columns).theta.tolist()


def test_two_exercise_boundaries_are_priced_on_a_grid() -> None:
    rate, dividend = -0.01, -0.03
    columns = (100.0, 100.0 * np.exp(rate - dividend), 100.0, 1.0, 0.2, np.exp(-rate), False)
    american, european = american_greeks(*columns), black_greeks(*columns)
    assert european.value < american.value < european.value + 2.0
    assert -1.0 < american.delta < 0.0


def test_no_terms_however_extreme_make_an_american_option_fail() -> None:
    rng, count = np.random.default_rng(5), 200
    years = np.exp(rng.uniform(np.log(2e-6), np.log(5.0), count))
    rate, dividend = rng.choice([-0.02, -1e-6, 0.0, 1e-6, 0.05], (2, count))
    strike = 100.0 * np.exp(rng.normal(0.0, 1.0, count))
    volatility = rng.choice([0.0, 1e-3, 0.05, 0.3, 3.0], count)
    forward = 100.0 * np.exp((rate - dividend) * years)
    is_call = rng.integers(0, 2, count) * 1.0
    greeks = american_greeks(100.0, forward, strike, years, volatility, np.exp(-rate * years), is_call)
    intrinsic = np.where(is_call == 1.0, 100.0 - strike, strike - 100.0)
    assert np.all(greeks.value >= np.maximum(intrinsic, 0.0) - 1e-9)
    assert np.all(np.isfinite([greeks.delta, greeks.gamma, greeks.vega, greeks.theta, greeks.rho]))


def test_a_flat_market_gives_quantlib_blacks_price() -> None:
    market = flat_underlying(volatility=0.25, rate=0.03)
    strike, years = np.array([2400.0, 2648.94, 2900.0]), np.array([0.25, 0.5, 1.0])
    forward, discount = market.spot * np.exp(0.03 * years), np.exp(-0.03 * years)
    black = black_price(forward, strike, years, 0.25, discount, True)
    assert_allclose(quantlib_prices(market, strike, years, True), black, rtol=1e-12)
