"""Schedules: published numbers, a quadratic programme as twin, limits, and one contract for all."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.almgren_chriss import AlmgrenChriss, almgren_chriss_for
from execution.schedules.schedule import FloatArray, Schedule
from execution.schedules.twap import Twap
from execution.tca.cost_curve import CostCurve
from tests.contracts.schedule import SCHEDULE_PROMISES

# Almgren and Chriss (2000), table 1: a million shares of a 50 dollar stock over five days.
PAPER = AlmgrenChriss(
    horizon=5.0,
    volatility=0.95,
    temporary_impact=2.5e-6,
    permanent_impact=2.5e-7,
    half_spread=0.0625,
    risk_aversion=2e-6,
)
SHARES = 1_000_000

CURVE = CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.8)
CONDITIONS = MarketConditions(
    mid_price=2600.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1_000_000.0
)
ORDER = ParentOrder(
    parent_id="p1",
    symbol="ES",
    side=Side.BUY,
    quantity=10_000,
    start_ns=0,
    horizon_ns=2340 * 10**9,
    rules=TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0),
)


def ideal_trades(schedule: AlmgrenChriss, slices: int) -> FloatArray:
    return -np.diff(schedule.remaining(slices)) * SHARES


@pytest.mark.parametrize(
    "schedule",
    [Twap(), PAPER, replace(PAPER, risk_aversion=0.0), replace(PAPER, risk_aversion=1e9)],
    ids=["twap", "almgren-chriss", "risk-neutral", "impatient"],
)
@pytest.mark.parametrize("check_promise", SCHEDULE_PROMISES)
def test_every_schedule_keeps_the_promise(
    schedule: Schedule, check_promise: Callable[[Schedule], None]
) -> None:
    check_promise(schedule)


def test_paper_parameters_give_the_published_utility() -> None:
    # Checked by a quadratic programme, independently of the closed form.
    assert PAPER.utility(ideal_trades(PAPER, 5)) == pytest.approx(1_544_578, abs=0.5)
    assert PAPER.utility(np.full(5, SHARES / 5)) == pytest.approx(2_828_500, abs=0.5)


def test_twap_pays_62_percent_more_over_fifty_slices() -> None:
    twap = PAPER.utility(np.full(50, SHARES / 50))
    assert twap / PAPER.utility(ideal_trades(PAPER, 50)) - 1.0 == pytest.approx(0.62, abs=0.005)


def test_holdings_are_the_papers_hyperbolic_sine() -> None:
    tau = 5.0 / 5
    eta = 2.5e-6 - 0.5 * 2.5e-7 * tau
    kappa = math.acosh(1.0 + tau**2 * 2e-6 * 0.95**2 / (2.0 * eta)) / tau
    expected = [math.sinh(kappa * (5.0 - t)) / math.sinh(kappa * 5.0) for t in range(6)]
    np.testing.assert_allclose(PAPER.remaining(5), expected, rtol=1e-13, atol=1e-15)


@settings(deadline=None, max_examples=30)
@given(
    slices=st.integers(2, 30),
    risk_aversion=st.floats(1e-8, 1e-5),
    permanent_impact=st.floats(0.0, 2.5e-7),
    volatility=st.floats(0.1, 3.0),
)
def test_closed_form_solves_the_quadratic_programme(
    slices: int, risk_aversion: float, permanent_impact: float, volatility: float
) -> None:
    schedule = replace(
        PAPER, risk_aversion=risk_aversion, permanent_impact=permanent_impact, volatility=volatility
    )
    best = optimal_trades(schedule, slices)
    np.testing.assert_allclose(ideal_trades(schedule, slices) / SHARES, best, atol=1e-9)


def optimal_trades(schedule: AlmgrenChriss, slices: int) -> FloatArray:
    """The slow twin: the KKT system of min n'Qn subject to sum n = 1, with Q built term by term."""
    tau = schedule.horizon / slices
    eta = schedule.temporary_impact - 0.5 * schedule.permanent_impact * tau
    left_after = 1.0 - np.tri(slices)
    holdings_risk = schedule.risk_aversion * schedule.volatility**2 * tau * left_after.T @ left_after
    kkt = np.ones((slices + 1, slices + 1))
    kkt[:slices, :slices] = 2.0 * (eta / tau * np.eye(slices) + holdings_risk)
    kkt[slices, slices] = 0.0
    return np.linalg.solve(kkt, np.append(np.zeros(slices), 1.0))[:slices]


def test_no_numerical_search_finds_a_cheaper_trajectory() -> None:
    def utility(first_trades: FloatArray) -> float:
        return PAPER.utility(np.append(first_trades, 1.0 - first_trades.sum()) * SHARES) / 1e6

    found = minimize(utility, np.full(4, 0.2), method="BFGS")
    assert found.fun >= PAPER.utility(ideal_trades(PAPER, 5)) / 1e6 - 1e-9
    assert found.fun == pytest.approx(1.544578, abs=1e-5)


@pytest.mark.parametrize("risk_aversion", [0.0, 1e-300, 1e-30, 1e-16])
def test_vanishing_risk_aversion_is_twap(risk_aversion: float) -> None:
    patient = replace(PAPER, risk_aversion=risk_aversion)
    np.testing.assert_allclose(patient.remaining(10), np.linspace(1.0, 0.0, 11), atol=1e-8)
    assert patient.plan(1000, 10).tolist() == Twap().plan(1000, 10).tolist()


@pytest.mark.parametrize("risk_aversion", [1e12, 1e300, math.inf])
def test_boundless_risk_aversion_trades_all_at_once(risk_aversion: float) -> None:
    assert replace(PAPER, risk_aversion=risk_aversion).plan(1000, 10).tolist() == [1000] + [0] * 9


def test_without_impact_all_is_traded_at_once() -> None:
    free = replace(PAPER, temporary_impact=0.0, permanent_impact=0.0)
    assert free.plan(7, 3).tolist() == [7, 0, 0]


def test_permanent_impact_beyond_the_temporary_has_no_optimum() -> None:
    with pytest.raises(ValueError, match="no optimum"):
        replace(PAPER, permanent_impact=1e-4).plan(100, 5)


def test_more_risk_aversion_never_holds_more() -> None:
    holdings = [replace(PAPER, risk_aversion=aversion).remaining(20) for aversion in (1e-8, 1e-7, 1e-6, 1e-5)]
    for patient, hasty in pairwise(holdings):
        assert (hasty <= patient + 1e-12).all()


def test_twap_is_never_more_than_half_a_lot_from_even() -> None:
    cumulative = Twap().plan(700, 9, lot_size=100).cumsum()
    assert np.abs(cumulative - 700 * np.arange(1, 10) / 9).max() <= 50


def test_linear_impact_costs_what_the_curve_says_when_traded_evenly() -> None:
    schedule = almgren_chriss_for(ORDER, conditions=CONDITIONS, curve=CURVE, risk_aversion=1e-6)
    expected_bps = CURVE.expected_bps(participation=0.1, horizon_days=0.1, volatility=0.2)
    notional = 10_000 * 2600.0 * 50.0
    cost = schedule.expected_cost(np.full(20, 10_000 / 20))
    assert 1e4 * cost / notional == pytest.approx(expected_bps)


def test_sigma_is_a_days_move_of_one_contract_and_half_the_aversion_prices_its_variance() -> None:
    schedule = almgren_chriss_for(ORDER, conditions=CONDITIONS, curve=CURVE, risk_aversion=1e-6)
    assert schedule.volatility == pytest.approx(0.2 / math.sqrt(252) * 2600.0 * 50.0)
    assert schedule.risk_aversion == 0.5e-6
    assert schedule.horizon == pytest.approx(0.1)


def test_a_larger_multiplier_at_the_same_aversion_hurries() -> None:
    small, large = (
        almgren_chriss_for(
            replace(ORDER, rules=replace(ORDER.rules, multiplier=multiplier)),
            conditions=CONDITIONS,
            curve=CURVE,
            risk_aversion=1e-7,
        ).remaining(10)
        for multiplier in (5.0, 50.0)
    )
    assert (large[1:-1] < small[1:-1]).all()
