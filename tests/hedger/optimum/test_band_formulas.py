"""Published bands and modified volatilities: values, scaling, books, and where there is nothing to hedge."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.optimum.band_formulas import (
    BookGamma,
    leland_variance_factor,
    whalley_wilmott_half_width,
    zakamouline_half_width,
    zakamouline_variance_factor,
)
from tests.twins import dated_band

POSITIVE = st.floats(1e-3, 1e3)
UNIT = np.ones(1)


def gamma_of(*lines: float, years: tuple[float, ...] | None = None, volatility: float = 0.2) -> BookGamma:
    expiry = np.array(years or (0.25,) * len(lines))
    gamma = np.array([lines], dtype=np.float64)
    return BookGamma.of_lines(gamma=gamma, expiry_years=expiry, volatility=np.full_like(gamma, volatility))


def test_zakamouline_width_of_an_option_is_the_sum_of_his_two_terms() -> None:
    width = zakamouline_half_width(
        gamma_of(-0.02), spot=5000.0 * UNIT, proportional_cost=5e-4, risk_aversion=1.0, discount=0.98
    )
    least = 5e-4 / (1.0 * 5000.0 * 0.2**2 * 0.25)
    main = 1.12 * 5e-4**0.31 * 0.25**0.05 * (0.98 / 0.2) ** 0.25 * math.sqrt(0.02 / 1.0)
    assert width == pytest.approx([least + main], rel=1e-14)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_costs_add_variance_to_a_short_option_and_take_it_from_a_long_one(sign: float) -> None:
    terms = {"proportional_cost": 1e-3, "risk_aversion": 2.0, "discount": 0.99}
    factor = zakamouline_variance_factor(gamma_of(sign * 0.03), spot=50.0 * UNIT, **terms)
    size = 4.76 * 1e-3**0.78 / 0.25**0.02 * (0.99 / 0.2) ** 0.25 * (2.0 * 50.0**2 * 0.03) ** 0.15
    assert factor == pytest.approx([1.0 - sign * size], rel=1e-13)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_leland_adds_the_expected_cost_of_round_trips_to_the_variance(sign: float) -> None:
    week = 0.2**2 / 52.0
    factor = leland_variance_factor(gamma_of(sign), step_variance=week, proportional_cost=0.005)
    assert factor == pytest.approx(
        [1.0 - sign * math.sqrt(2.0 / math.pi) * 0.01 / math.sqrt(week)], rel=1e-14
    )


@settings(deadline=None)
@given(scale=POSITIVE, gamma=st.floats(-10.0, 10.0), aversion=POSITIVE, cost=st.floats(0.0, 0.05))
def test_all_formulas_keep_the_scaling_law_of_the_problem(
    scale: float, gamma: float, aversion: float, cost: float
) -> None:
    for formula in (zakamouline_half_width, zakamouline_variance_factor):
        one = formula(gamma_of(gamma), spot=UNIT, proportional_cost=cost, risk_aversion=aversion)
        other = formula(
            gamma_of(gamma / scale),
            spot=scale * UNIT,
            proportional_cost=cost,
            risk_aversion=aversion / scale,
        )
        np.testing.assert_allclose(other, one, rtol=1e-11, atol=1e-200)


@settings(deadline=None)
@given(
    gamma=st.floats(-1e6, 1e6),
    aversion=st.floats(0.0, 1e300),
    cost=st.floats(-0.01, 1.0),
    volatility=st.floats(0.0, 1e3),
    years=st.floats(-1.0, 100.0),
)
def test_widths_are_never_negative_and_factors_never_below_a_tenth(
    gamma: float, aversion: float, cost: float, volatility: float, years: float
) -> None:
    book = gamma_of(gamma, years=(years,), volatility=volatility)
    terms = {"spot": 100.0 * UNIT, "proportional_cost": cost, "risk_aversion": aversion}
    assert np.all(zakamouline_half_width(book, **terms) >= 0.0)
    assert np.all(whalley_wilmott_half_width(gamma=book.net, **terms) >= 0.0)
    assert np.all(zakamouline_variance_factor(book, **terms) >= 0.1)
    leland = leland_variance_factor(book, step_variance=volatility**2 / 252.0, proportional_cost=cost)
    assert np.all(leland >= 0.1)


@given(weight=st.floats(0.0, 1.0))
def test_an_option_split_into_lines_is_the_option(weight: float) -> None:
    whole, parts = gamma_of(-3.0), gamma_of(-3.0 * weight, -3.0 * (1.0 - weight))
    for field in ("net", "gross", "years", "volatility", "longness"):
        np.testing.assert_allclose(getattr(parts, field), getattr(whole, field), rtol=1e-14)


@given(share=st.floats(-1.0, 1.0))
def test_the_modified_variance_has_no_jump_where_net_gamma_changes_sign(share: float) -> None:
    def factors(net: float) -> list[float]:
        book = gamma_of(1.0 + net, -1.0)
        first = zakamouline_variance_factor(book, spot=UNIT, proportional_cost=1e-2, risk_aversion=100.0)
        second = leland_variance_factor(book, step_variance=1e-4, proportional_cost=1e-2)
        return [float(first[0]), float(second[0])]

    assert factors(1e-6 * share) == pytest.approx(factors(0.0), abs=2e-5)
    assert factors(0.0) == pytest.approx([1.0, 1.0])


def test_gamma_weights_expiry_and_variance_of_a_book() -> None:
    gamma, years = np.array([[3.0, -1.0, 0.0]]), np.array([0.1, 0.5, 9.0])
    book = BookGamma.of_lines(gamma=gamma, expiry_years=years, volatility=np.array([[0.2, 0.4, 5.0]]))
    assert (book.net, book.gross) == (2.0, 4.0)
    assert book.years == pytest.approx([0.75 * 0.1 + 0.25 * 0.5])
    assert book.volatility == pytest.approx([math.sqrt(0.75 * 0.04 + 0.25 * 0.16)])


def test_without_gamma_the_last_expiry_counts_and_without_options_nothing_does() -> None:
    far = gamma_of(0.0, 0.0, years=(0.1, 0.5))
    assert (far.years, far.volatility, far.longness) == (0.5, 0.2, 0.0)
    for book in (gamma_of(), gamma_of(0.0, years=(-0.1,))):
        width = zakamouline_half_width(book, spot=UNIT, proportional_cost=1e-3, risk_aversion=1.0)
        assert (book.years, width) == (0.0, 0.0)


def test_who_bears_any_risk_hedges_only_what_is_free() -> None:
    for cost, width in ((1e-3, np.inf), (0.0, 0.0), (-1e-3, 0.0)):
        terms = {"spot": UNIT, "proportional_cost": cost, "risk_aversion": 0.0}
        assert zakamouline_half_width(gamma_of(0.0), **terms) == width
        assert whalley_wilmott_half_width(gamma=np.zeros(1), **terms) == width


@pytest.mark.parametrize("aversion", [-1.0, np.nan, np.inf])
def test_an_aversion_that_is_none_is_refused(aversion: float) -> None:
    terms = {"spot": UNIT, "proportional_cost": 1e-3, "risk_aversion": aversion}
    for formula in (zakamouline_half_width, zakamouline_variance_factor):
        with pytest.raises(ValueError, match="risk_aversion must be finite and at least 0"):
            formula(gamma_of(1.0), **terms)
    with pytest.raises(ValueError, match="risk_aversion must be finite and at least 0"):
        whalley_wilmott_half_width(gamma=UNIT, **terms)


def test_a_gamma_that_is_not_a_number_stays_in_its_own_level() -> None:
    gamma = np.array([[np.nan], [1.0]])
    book = BookGamma.of_lines(gamma=gamma, expiry_years=np.ones(1), volatility=np.full((2, 1), 0.2))
    width = zakamouline_half_width(book, spot=np.ones(2), proportional_cost=1e-3, risk_aversion=1.0)
    assert np.isnan(width).tolist() == [True, False]


@pytest.mark.parametrize(("price", "reach"), [(0.01, 6.0), (0.1, 6.0), (0.5, 7.0), (2.0, 8.0), (30.0, 16.0)])
def test_the_band_at_dates_is_the_local_problem_s_to_a_twentieth(price: float, reach: float) -> None:
    # Gamma, spot, step variance and aversion of one: cost in units of risk, band in moves of a date.
    width = whalley_wilmott_half_width(
        gamma=UNIT, spot=UNIT, proportional_cost=price, risk_aversion=1.0, step_variance=1.0
    )
    assert width[0] == pytest.approx(dated_band.half_width(price, reach=reach), rel=0.05)


def test_from_rare_dates_to_frequent_ones_the_band_goes_from_a_day_s_worth_to_the_published_one() -> None:
    terms = {"gamma": 30.0 * UNIT, "spot": 100.0 * UNIT, "proportional_cost": 1e-4, "risk_aversion": 1e-4}
    watched = whalley_wilmott_half_width(**terms)
    assert whalley_wilmott_half_width(**terms, step_variance=1e-12) == pytest.approx(watched, rel=1e-2)
    assert whalley_wilmott_half_width(**terms, step_variance=0.0) == pytest.approx(watched, rel=1e-15)
    rare = whalley_wilmott_half_width(**terms, step_variance=1e4)
    assert rare == pytest.approx(1e-4 / (1e-4 * 100.0 * 1e4), rel=0.06)


@pytest.mark.parametrize("step_variance", [0.0, 1e-4, 1e4])
@pytest.mark.parametrize("gamma", [0.0, 1e-200, 1e60])
@pytest.mark.parametrize("aversion", [1e-300, 1.0, 1e300])
def test_no_step_gamma_or_aversion_makes_a_band_that_is_no_number(
    step_variance: float, gamma: float, aversion: float
) -> None:
    for cost in (0.0, 1e-4):
        width = whalley_wilmott_half_width(
            gamma=gamma * UNIT,
            spot=UNIT,
            proportional_cost=cost,
            risk_aversion=aversion,
            step_variance=step_variance,
        )
        assert width[0] >= 0.0
        assert cost > 0.0 or width[0] == 0.0
