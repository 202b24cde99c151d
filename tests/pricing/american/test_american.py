from __future__ import annotations

from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.american.american import Accuracy, american_greeks
from pricing.american.qd_plus import qd_plus_boundary
from pricing.black import FloatArray
from pricing.engines import american as quantlib
from pricing.engines.american import AmericanMethod, quantlib_american
from pricing.greeks import GreekColumns, black_greeks
from tests.twins.american import binomial_american

Terms = dict[str, FloatArray]


def columns_of(terms: Terms) -> tuple[FloatArray, ...]:
    """The face's inputs from rates; spot is 100 unless said."""
    years, rate, dividend = terms["years"], terms["rate"], terms["dividend"]
    spot = terms.get("spot", np.full_like(years, 100.0))
    forward = spot * np.exp((rate - dividend) * years)
    return spot, forward, terms["strike"], years, terms["volatility"], np.exp(-rate * years), terms["call"]


def usual_book(count: int, seed: int) -> Terms:
    rng = np.random.default_rng(seed)
    return {
        "strike": 100.0 * rng.uniform(0.6, 1.6, count),
        "years": rng.uniform(5 / 365, 3.0, count),
        "volatility": rng.uniform(0.08, 0.8, count),
        "rate": rng.uniform(-0.01, 0.09, count),
        "dividend": rng.uniform(0.0, 0.08, count),
        "call": rng.integers(0, 2, count) * 1.0,
    }


def wild_book(count: int, seed: int) -> Terms:
    """A day to thirty years, volatility 1% to 1000%, rates -2% to 30%; one exercise boundary."""
    rng = np.random.default_rng(seed)
    years = np.exp(rng.uniform(np.log(1 / 365), np.log(30.0), count))
    volatility = np.exp(rng.uniform(np.log(0.01), np.log(10.0), count))
    rate, dividend = rng.uniform(-0.02, 0.3, (2, count))
    call = rng.integers(0, 2, count) * 1.0
    lower, upper = np.where(call == 1.0, (rate, dividend), (dividend, rate))
    twofold = (lower < upper) & (upper < 0.0)
    spread = np.clip(rng.normal(0.0, 1.5, count) * volatility * np.sqrt(years), -3.0, 3.0)
    return {
        "strike": 100.0 * np.exp(spread),
        "years": years,
        "volatility": volatility,
        "rate": np.where(twofold, 0.01, rate),
        "dividend": np.where(twofold, 0.01, dividend),
        "call": call,
    }


def authority(terms: Terms) -> FloatArray:
    names = ("strike", "rate", "dividend", "years", "volatility", "call")
    return quantlib_american(100.0, *(terms[name] for name in names))


def taken(terms: Terms, rows: FloatArray) -> Terms:
    return {name: column[rows] for name, column in terms.items()}


@pytest.mark.parametrize(
    ("accuracy", "usual", "largest"), [(Accuracy.FAST, 1.5e-5, 1.5e-4), (Accuracy.ACCURATE, 1e-6, 8e-6)]
)
def test_prices_are_those_of_quantlibs_high_precision_scheme(
    accuracy: Accuracy, usual: float, largest: float
) -> None:
    terms = usual_book(120, seed=1)
    error = american_greeks(*columns_of(terms), accuracy=accuracy).value - authority(terms)
    assert np.sqrt(np.mean(error**2)) < usual
    assert np.max(np.abs(error)) < largest


def test_wild_prices_are_those_of_quantlibs_high_precision_scheme() -> None:
    terms = wild_book(150, seed=2)
    columns = columns_of(terms)
    exact = authority(terms)
    scale = np.maximum(columns[0], columns[2])
    for accuracy, largest in ((Accuracy.FAST, 1e-5), (Accuracy.ACCURATE, 1e-6)):
        value = american_greeks(*columns, accuracy=accuracy).value
        assert np.max(np.abs(value - exact) / scale) < largest


@pytest.mark.parametrize("is_call", [False, True])
@pytest.mark.parametrize(("rate", "dividend"), [(0.05, 0.0), (0.02, 0.06), (0.05, 0.05)])
def test_prices_are_those_of_a_binomial_tree(rate: float, dividend: float, is_call: bool) -> None:
    terms = {"rate": rate, "dividend": dividend, "years": 0.7, "volatility": 0.3, "strike": 105.0}
    columns = columns_of({name: np.array([number]) for name, number in {**terms, "call": is_call}.items()})
    tree = binomial_american(100.0, 105.0, rate, dividend, 0.7, 0.3, is_call)
    assert_allclose(american_greeks(*columns).value, tree, atol=1e-3)


def bumped(terms: Terms, name: str, step: FloatArray, of: str = "value") -> FloatArray:
    """Central difference of fourth order in one of the terms, accurate prices."""

    def at(steps: float) -> FloatArray:
        moved = {**terms, name: terms[name] + steps * step}
        found: FloatArray = getattr(american_greeks(*columns_of(moved), accuracy=Accuracy.ACCURATE), of)
        return found

    return (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * step)


def clear_of_the_boundary(terms: Terms) -> Terms:
    """Without options exercised now or under one of the bumps, or with R next to a change of regime."""
    greeks = american_greeks(*columns_of(terms), accuracy=Accuracy.ACCURATE)
    gap = greeks.value - np.where(terms["call"] == 1.0, 100.0 - terms["strike"], terms["strike"] - 100.0)
    own = np.where(terms["call"] == 1.0, terms["dividend"], terms["rate"])
    apart = np.abs(terms["rate"] - terms["dividend"])
    return taken(terms, (gap > 0.1) & (own > 0.002) & (apart > 0.002))


@pytest.mark.parametrize(
    ("greek", "name", "of", "step", "tolerance"),
    [
        ("delta", "spot", "value", 0.02, 2e-6),
        ("gamma", "spot", "delta", 0.02, 2e-6),
        ("vega", "volatility", "value", 2e-4, 2e-3),
        ("rho", "rate", "value", 2e-4, 6e-3),
        ("dividend_rho", "dividend", "value", 2e-4, 6e-3),
        ("vanna", "volatility", "delta", 2e-4, 5e-4),
        ("volga", "volatility", "vega", 2e-4, 3e-2),
        ("charm", "years", "delta", 2e-4, 5e-4),
        ("theta", "years", "value", 2e-4, 2e-3),
        ("dual_delta", "strike", "value", 0.02, 2e-6),
        ("dual_gamma", "strike", "dual_delta", 0.02, 2e-6),
    ],
)
def test_greeks_are_slopes_of_prices(greek: str, name: str, of: str, step: float, tolerance: float) -> None:
    terms = clear_of_the_boundary(usual_book(600, seed=3))
    terms["spot"] = np.full_like(terms["years"], 100.0)
    assert len(terms["years"]) > 300
    slope = bumped(terms, name, np.full_like(terms["years"], step), of)
    slope = -slope if name == "years" else slope
    for accuracy, factor in ((Accuracy.ACCURATE, 1.0), (Accuracy.FAST, 50.0)):
        analytic = getattr(american_greeks(*columns_of(terms), accuracy=accuracy), greek)
        assert_allclose(analytic, slope, rtol=0.0, atol=factor * tolerance)


def test_none_of_six_thousand_wild_options_has_a_broken_greek() -> None:
    """The bumped Greeks of before broke in 28 of such 6,000: low volatility met strong rates."""
    terms = wild_book(6_000, seed=4)
    columns = columns_of(terms)
    spot, forward, strike, years, _, discount, call = columns
    greeks = american_greeks(*columns)
    for each in fields(GreekColumns):
        assert np.isfinite(getattr(greeks, each.name)).all(), each.name
    most = np.where(call == 1.0, np.maximum(1.0, forward * discount / spot), 0.0)
    least = np.where(call == 0.0, -np.maximum(1.0, forward * discount / spot), 0.0)
    assert np.all((greeks.delta <= most + 1e-6) & (greeks.delta >= least - 1e-6))
    assert np.all(greeks.gamma >= -1e-9)
    assert np.all(greeks.vega >= -1e-6 * spot * np.sqrt(years))
    assert np.all(greeks.value >= np.maximum(np.where(call == 1.0, spot - strike, strike - spot), 0.0))
    assert np.all(greeks.value >= black_greeks(*columns).value - 1e-5 * spot)


def test_theta_charm_and_the_rates_agree_by_the_scaling_of_time() -> None:
    """sigma vega / 2 + r rho + q dividend_rho = -T theta: theta comes from the pricing equation instead."""
    terms = usual_book(500, seed=5)
    greeks = american_greeks(*columns_of(terms), accuracy=Accuracy.ACCURATE)
    scaled = 0.5 * terms["volatility"] * greeks.vega
    scaled += terms["rate"] * greeks.rho + terms["dividend"] * greeks.dividend_rho
    assert_allclose(-terms["years"] * greeks.theta, scaled, rtol=0.0, atol=2e-4)


def test_values_are_homogeneous_in_spot_and_strike() -> None:
    terms = usual_book(300, seed=6)
    greeks = american_greeks(*columns_of(terms))
    sum_of_parts = 100.0 * greeks.delta + terms["strike"] * greeks.dual_delta
    assert_allclose(sum_of_parts, greeks.value, atol=1e-9)
    assert_allclose(terms["strike"] ** 2 * greeks.dual_gamma, 100.0**2 * greeks.gamma, atol=1e-7)


def test_calls_and_puts_mirror_each_other() -> None:
    """McDonald and Schroder (1998): C(S, K, r, q) = P(K, S, q, r)."""
    terms = usual_book(200, seed=7)
    call = american_greeks(*columns_of({**terms, "call": np.ones(200)})).value
    mirror = {**terms, "rate": terms["dividend"], "dividend": terms["rate"], "call": np.zeros(200)}
    mirror |= {"spot": terms["strike"], "strike": np.full(200, 100.0)}
    assert_allclose(american_greeks(*columns_of(mirror)).value, call, rtol=1e-12, atol=1e-10)


@given(
    rate=st.floats(0.001, 0.2),
    dividend=st.floats(0.0, 0.2),
    years=st.floats(0.003, 5.0),
    volatility=st.floats(0.05, 1.5),
)
@settings(deadline=None, max_examples=60)
def test_the_value_joins_its_intrinsic_value_smoothly_and_stays_convex(
    rate: float, dividend: float, years: float, volatility: float
) -> None:
    spots = 100.0 * np.exp(np.linspace(-2.0, 1.0, 400) * volatility * np.sqrt(years))
    greeks = american_greeks(
        spots,
        spots * np.exp((rate - dividend) * years),
        100.0,
        years,
        volatility,
        np.exp(-rate * years),
        False,
    )
    assert np.all(np.diff(greeks.delta) >= -1e-5)
    slope = np.diff(greeks.value) / np.diff(spots)
    assert np.all(slope >= greeks.delta[:-1] - 1e-4)
    assert np.all(slope <= greeks.delta[1:] + 1e-4)


def test_next_to_the_boundary_the_greeks_go_to_their_limits() -> None:
    """Black-Scholes: gamma jumps to 2 (r K - q B) / (sigma B)^2; value and delta do not jump."""
    rate, dividend, volatility, years, strike = 0.06, 0.02, 0.3, 1.0, 100.0
    low, high = 40.0, 100.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if put_at(middle).gamma == 0.0 else (low, middle)
    greeks = put_at(high * (1.0 + 1e-9))
    assert_allclose(greeks.delta, -1.0, atol=1e-7)
    limit = 2.0 * (rate * strike - dividend * high) / (volatility * high) ** 2
    assert_allclose(greeks.gamma, limit, rtol=1e-5)
    assert abs(high - qd_plus_boundary(strike, rate, dividend, years, volatility)) < 0.5


def put_at(spot: npt.ArrayLike, accuracy: Accuracy = Accuracy.FAST) -> GreekColumns:
    forward = np.multiply(spot, np.exp(0.04))
    return american_greeks(spot, forward, 100.0, 1.0, 0.3, np.exp(-0.06), False, accuracy=accuracy)


def test_next_to_the_boundary_every_greek_leaves_its_limit_at_the_rate_of_the_equation() -> None:
    """Time value and slopes at 0.003 deviations shrink by the distance or its square; bends stay."""
    low, high = 40.0, 100.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        exercised = put_at(middle, Accuracy.ACCURATE).gamma == 0.0
        low, high = (middle, high) if exercised else (low, middle)
    share = np.array([0.25, 0.5, 0.75, 1.0001])
    spots = high * np.exp(0.003 * 0.3 * share)
    greeks = put_at(spots, Accuracy.ACCURATE)
    for power, columns in (
        (2, (greeks.value - (100.0 - spots),)),
        (1, (1.0 + greeks.delta, greeks.vega, greeks.rho, greeks.dividend_rho)),
        (0, (greeks.gamma, greeks.volga, greeks.vanna, greeks.charm)),
    ):
        for column in columns:
            assert_allclose(column / column[-1], share**power, rtol=0.01)


def test_an_exercised_option_has_only_its_intrinsic_value() -> None:
    greeks = american_greeks(50.0, 50.0 * np.exp(0.08), 100.0, 1.0, 0.2, np.exp(-0.08), False)
    found = {each.name: float(getattr(greeks, each.name)) for each in fields(greeks)}
    expected = dict.fromkeys(found, 0.0) | {"value": 50.0, "delta": -1.0, "dual_delta": 1.0}
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("rate", "dividend", "is_call"), [(-0.01, 0.0, False), (0.04, -0.01, True)])
def test_an_option_never_exercised_early_is_european_to_the_last_bit(
    rate: float, dividend: float, is_call: bool
) -> None:
    columns = (100.0, 100.0 * np.exp(rate - dividend), [80.0, 120.0], 1.0, 0.3, np.exp(-rate), is_call)
    assert american_greeks(*columns).theta.tolist() == black_greeks(*columns).theta.tolist()


def test_a_put_is_exercised_early_at_no_rate_where_the_share_costs_to_hold() -> None:
    def put(rate: float) -> GreekColumns:
        columns = (100.0, 100.0 * np.exp(rate + 0.05), [90.0, 110.0], 1.0, 0.2, np.exp(-rate), False)
        return american_greeks(*columns, accuracy=Accuracy.ACCURATE)

    assert np.all(
        put(0.0).value > black_greeks(100.0, 100.0 * np.exp(0.05), [90.0, 110.0], 1.0, 0.2, 1.0, False).value
    )
    assert_allclose(put(0.0).value, put(1e-7).value, atol=1e-4)


def test_two_exercise_boundaries_are_priced_on_quantlibs_grid() -> None:
    rate, dividend = -0.01, -0.03
    columns = (100.0, 100.0 * np.exp(rate - dividend), 100.0, 1.0, 0.2, np.exp(-rate), False)
    ours = american_greeks(*columns)
    theirs = quantlib_american(
        100.0, 100.0, rate, dividend, 1.0, 0.2, False, method=AmericanMethod.FINITE_DIFFERENCES
    )
    assert_allclose(ours.value, theirs[0], rtol=1e-12)
    assert ours.value > black_greeks(*columns).value


def test_at_no_volatility_the_best_time_of_exercise_is_known() -> None:
    rng, count = np.random.default_rng(8), 300
    years, strike = rng.uniform(0.01, 10.0, count), 100.0 * np.exp(rng.normal(0.0, 0.4, count))
    rate, dividend = rng.uniform(0.0, 0.15, (2, count))
    time = np.linspace(0.0, 1.0, 5001)[:, None] * years
    best = np.max(strike * np.exp(-rate * time) - 100.0 * np.exp(-dividend * time), axis=0)
    forward = 100.0 * np.exp((rate - dividend) * years)
    for volatility in (0.0, 1e-8):
        greeks = american_greeks(100.0, forward, strike, years, volatility, np.exp(-rate * years), False)
        assert_allclose(greeks.value, np.maximum(best, 0.0), atol=5e-3)


def test_an_expired_option_is_its_intrinsic_value() -> None:
    greeks = american_greeks(100.0, 100.0, [90.0, 120.0], [0.0, -1.0], 0.2, 1.0, [True, False])
    assert greeks.value.tolist() == [10.0, 20.0]


@pytest.mark.parametrize("place", range(7))
@pytest.mark.parametrize("number", [np.nan, -1.0])
def test_what_is_no_option_is_nan_and_leaves_its_neighbours_alone(place: int, number: float) -> None:
    columns = [np.full(3, each) for each in (100.0, 102.0, 100.0, 1.0, 0.2, 0.95, 0.0)]
    alone = american_greeks(*columns)
    columns[place][1] = number
    greeks = american_greeks(*columns)
    if place in (0, 1, 2, 4, 5) or np.isnan(number):
        assert np.isnan(greeks.value[1])
    assert greeks.gamma[[0, 2]].tolist() == alone.gamma[[0, 2]].tolist()


def test_no_options_give_no_rows_and_one_gives_a_scalar() -> None:
    assert american_greeks([], [], [], [], [], [], []).value.shape == (0,)
    assert american_greeks(100.0, 102.0, 100.0, 1.0, 0.2, 0.95, False).value.shape == ()


def test_quantlibs_bumped_greeks_are_ours() -> None:
    terms = clear_of_the_boundary(usual_book(16, seed=9))
    columns = columns_of(terms)
    ours = american_greeks(*columns, accuracy=Accuracy.ACCURATE)
    theirs = quantlib.american_greeks(*columns, method=AmericanMethod.HIGH_PRECISION)
    for name, tolerance in {"delta": 2e-4, "gamma": 2e-4, "vega": 3e-2, "rho": 3e-2, "theta": 2e-2}.items():
        assert_allclose(getattr(ours, name), getattr(theirs, name), atol=tolerance, err_msg=name)
