"""Closed forms of requests for quote: published values, equilibrium, limits, simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from execution.rfq.best_of_dealers import best_spread_ratio, mean_maximum
from execution.rfq.dealer_count import StylisedLeakage
from execution.rfq.first_price import FirstPriceRfq, best_reservation
from execution.rfq.logistic_quote import LogisticWinCurve


def test_mean_maxima_are_those_known_in_closed_form() -> None:
    # David and Nagaraja (2003), Order statistics, section 3.2.
    two, three = 1.0 / math.sqrt(math.pi), 1.5 / math.sqrt(math.pi)
    four = 6.0 / math.pi**1.5 * math.atan(math.sqrt(2.0))
    five = 5.0 / (4.0 * math.sqrt(math.pi)) * (1.0 + 6.0 / math.pi * math.asin(1.0 / 3.0))
    found = [mean_maximum(count) for count in (1, 2, 3, 4, 5)]
    assert found == pytest.approx([0.0, two, three, four, five], abs=1e-12)


def test_the_best_of_two_to_five_dealers_at_four_deviations_costs_what_is_published() -> None:
    found = [best_spread_ratio(dealers, 4.0) for dealers in (1, 2, 3, 4, 5)]
    assert found == pytest.approx([1.0, 0.718, 0.577, 0.485, 0.419], abs=5e-4)


@pytest.mark.parametrize(("count", "spread"), [(0, 4.0), (2, 0.0), (2, -1.0), (2, math.nan), (2, math.inf)])
def test_no_dealer_or_no_spread_is_an_error(count: int, spread: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        best_spread_ratio(count, spread)


def test_a_silent_dealer_among_three_changes_the_quote_as_the_reference_says() -> None:
    assert float(FirstPriceRfq(dealers=3, response=0.9).quote(0.3)) == pytest.approx(0.5696754, abs=5e-8)


@given(dealers=st.integers(1, 30), cost=st.floats(0.0, 1.0))
@settings(deadline=None)
def test_where_all_respond_the_quote_shares_what_is_left_among_them(dealers: int, cost: float) -> None:
    rfq = FirstPriceRfq(dealers=dealers)
    assert float(rfq.quote(cost)) == pytest.approx(cost + (1.0 - cost) / dealers, abs=1e-12)
    assert rfq.expected_best == pytest.approx(2.0 / (dealers + 1), abs=1e-12)


@given(
    dealers=st.integers(1, 12),
    response=st.floats(1e-9, 1.0),
    reservation=st.floats(0.05, 1.0),
    cost=st.floats(0.0, 1.0),
    other=st.floats(0.0, 1.0),
)
@settings(deadline=None)
def test_no_dealer_gains_by_quoting_as_if_its_cost_were_another(
    dealers: int, response: float, reservation: float, cost: float, other: float
) -> None:
    rfq = FirstPriceRfq(dealers=dealers, response=response, reservation=reservation)
    own, pretended = cost * reservation, other * reservation

    def earned(as_cost: float) -> float:
        wins = (1.0 - response * as_cost) ** (dealers - 1)
        return (float(rfq.quote(as_cost)) - own) * wins

    assert earned(pretended) <= earned(own) + 1e-12


def test_a_dealer_that_is_nearly_sure_to_be_alone_asks_for_the_reservation_price() -> None:
    assert float(FirstPriceRfq(dealers=8, response=1e-12, reservation=0.7).quote(0.2)) == pytest.approx(0.7)


def test_a_cost_above_the_reservation_price_is_not_quoted() -> None:
    quoted = FirstPriceRfq(dealers=3, response=0.9, reservation=0.5).quote(
        np.array([0.5, 0.51, -0.1, np.nan])
    )
    assert quoted[0] == 0.5
    assert np.isnan(quoted[1:]).all()


@pytest.mark.parametrize("response", [0.6, 1.0])
@pytest.mark.parametrize("reservation", [0.6, 1.0])
def test_expected_payments_are_what_a_simulation_pays(response: float, reservation: float) -> None:
    rfq = FirstPriceRfq(dealers=4, response=response, reservation=reservation)
    rng = np.random.default_rng(3)
    quoted = rfq.quote(rng.random((200_000, 4)))
    quoted = np.where((rng.random(quoted.shape) < response) & ~np.isnan(quoted), quoted, np.inf)
    best = quoted.min(axis=1)
    paid = np.where(np.isinf(best), 0.0, best)
    assert abs(paid.mean() - rfq.expected_payment) < 4.0 * paid.std() / math.sqrt(len(paid))
    assert abs(np.isfinite(best).mean() - rfq.trade_probability) < 0.005


@pytest.mark.parametrize("outside", [0.4, 0.9, 1.5, 3.0])
def test_no_other_reservation_price_costs_less(outside: float) -> None:
    def cost(reservation: float) -> float:
        rfq = FirstPriceRfq(dealers=3, response=0.8, reservation=reservation)
        return rfq.expected_cost(outside)

    best = minimize_scalar(cost, bounds=(1e-6, 1.0), method="bounded", options={"xatol": 1e-10})
    assert cost(best_reservation(outside)) <= best.fun + 1e-12


@pytest.mark.parametrize(
    "terms",
    [
        {"dealers": 0},
        {"dealers": 2, "response": 0.0},
        {"dealers": 2, "reservation": 1.1},
        {"dealers": 2, "response": math.nan},
    ],
)
def test_impossible_auctions_are_errors(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        FirstPriceRfq(**{"dealers": 2, **terms})  # type: ignore[arg-type]


def test_the_best_markup_against_the_reference_curve_is_published() -> None:
    curve = LogisticWinCurve(alpha=-1.0, beta=2.0)
    assert float(curve.best_markup()) == pytest.approx(0.7835716, abs=5e-8)
    assert float(curve.best_value()) == pytest.approx(0.2835716, abs=5e-8)


@given(
    alpha=st.floats(-8.0, 8.0),
    beta=st.floats(0.1, 20.0),
    cost=st.floats(-2.0, 2.0),
    other=st.floats(-50.0, 50.0),
)
@settings(deadline=None)
def test_no_other_markup_earns_more(alpha: float, beta: float, cost: float, other: float) -> None:
    curve = LogisticWinCurve(alpha=alpha, beta=beta)
    value = float(curve.best_value(cost))
    assert float(curve.value(curve.best_markup(cost), cost)) == pytest.approx(value, rel=1e-9, abs=1e-300)
    assert float(curve.value(other, cost)) <= value * (1.0 + 1e-12)


def test_a_win_that_is_nearly_sure_does_not_overflow() -> None:
    curve = LogisticWinCurve(alpha=-1e4, beta=2.0)
    # W(e^z) solves w + log w = z.
    omega = 2.0 * float(curve.best_value())
    assert omega + math.log(omega) == pytest.approx(9_999.0, rel=1e-14)


@pytest.mark.parametrize("beta", [0.0, -1.0, math.nan, math.inf])
def test_a_curve_that_does_not_fall_has_no_best_quote(beta: float) -> None:
    with pytest.raises(ValueError, match="beta above 0"):
        LogisticWinCurve(alpha=0.0, beta=beta)


@given(cost_range=st.floats(0.0, 10.0), leak=st.floats(0.0, 5.0), most=st.integers(1, 40))
@settings(deadline=None)
def test_the_number_of_dealers_has_no_regret(cost_range: float, leak: float, most: int) -> None:
    model = StylisedLeakage(cost_range=cost_range, leak=leak)
    least = min(model.expected_cost(count) for count in range(1, most + 1))
    assert model.expected_cost(model.best_count(most)) == pytest.approx(least, rel=1e-15, abs=0.0)


def test_larger_orders_ask_fewer_dealers() -> None:
    counts = [
        StylisedLeakage(cost_range=1.0, leak=0.03 * size).best_count(20) for size in (0.5, 1, 2, 4, 8, 16)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_the_continuous_optimum_is_where_the_slope_is_zero() -> None:
    model = StylisedLeakage(cost_range=1.3, leak=0.04)
    at = model.continuous_optimum
    slope = (model.expected_cost(at + 1e-6) - model.expected_cost(at - 1e-6)) / 2e-6
    assert slope == pytest.approx(0.0, abs=1e-8)
    assert StylisedLeakage(cost_range=0.0, leak=0.0).best_count(5) == 1
    assert StylisedLeakage(cost_range=1.0, leak=0.0).best_count(5) == 5


@pytest.mark.parametrize("dealers", range(1, 9))
def test_the_closed_forms_are_what_requests_to_one_to_eight_dealers_pay(dealers: int) -> None:
    rng, rows = np.random.default_rng(dealers), 50_000
    rfq = FirstPriceRfq(dealers=dealers)
    curve = LogisticWinCurve(alpha=-1.0 + 0.3 * dealers, beta=2.0)
    markup = float(curve.best_markup())
    seen = (
        (rfq.quote(rng.random((rows, dealers))).min(axis=1), 2.0 / (dealers + 1)),
        (1.0 - 0.5 * rng.standard_normal((rows, dealers)).max(axis=1), best_spread_ratio(dealers, 4.0)),
        (markup * (rng.random(rows) < curve.win_probability(markup)), float(curve.best_value())),
    )
    for paid, expected in seen:
        assert abs(paid.mean() - expected) < 4.0 * paid.std() / math.sqrt(rows) + 1e-12
