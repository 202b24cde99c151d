"""Hedge policies: the contract, closed forms and limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.exposure import measure
from hedger.optimum.band_formulas import whalley_wilmott_half_width
from hedger.optimum.classical import zakamouline
from hedger.optimum.problem import HedgingProblem
from hedger.policy import (
    POLICIES,
    Action,
    DeltaPolicy,
    HedgePolicy,
    HedgeSituation,
    LelandPolicy,
    MinimumVariancePolicy,
    WhalleyWilmottPolicy,
    ZakamoulinePolicy,
    policy_named,
)
from hedger.portfolio import Position, PositionKind
from pricing.minimum_variance import MinimumVarianceCoefficients
from pricing.option import Right
from pricing.surface.ssvi import SsviSurface
from tests.contracts.hedge_policy import check_hedge_policy
from tests.markets import book, flat_underlying, future_position, market_of, option_position

COSTS = CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.5)
COEFFICIENTS = MinimumVarianceCoefficients(a=-0.2, b=0.0, c=0.0, origin="given")


def situation(
    *positions: Position, risk_aversion: float = 1e-6, days_since_trade: int | None = None
) -> HedgeSituation:
    market = replace(flat_underlying(), minimum_variance=COEFFICIENTS)
    exposure = measure(book(*positions), market_of(market)).by_underlying["SPX"]
    return HedgeSituation(
        exposure=exposure,
        market=market,
        cost_curve=COSTS,
        risk_aversion=risk_aversion,
        days_since_trade=days_since_trade,
    )


SHORT_STRADDLE = (option_position(-200, strike=2650), option_position(-200, strike=2650, right=Right.PUT))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@settings(deadline=None, max_examples=25)
@given(
    quantity=st.integers(-2_000, 2_000).filter(bool),
    strike=st.sampled_from([2300.0, 2600.0, 2650.0, 2700.0, 3000.0]),
    right=st.sampled_from(Right),
    contracts=st.integers(-3_000, 3_000),
    risk_aversion=st.sampled_from([0.0, 1e-8, 1e-6, 1e-3]),
)
def test_every_policy_keeps_the_contract(
    policy: HedgePolicy, quantity: int, strike: float, right: Right, contracts: int, risk_aversion: float
) -> None:
    lines = option_position(quantity, strike=strike, right=right), future_position(contracts)
    check_hedge_policy(policy, situation(*lines, risk_aversion=risk_aversion))


def test_delta_hedge_of_a_call_is_its_black_delta_in_whole_futures() -> None:
    case = situation(option_position(-100, strike=2650))
    decision = DeltaPolicy().decide(case)
    assert decision.target_contracts == round(-case.exposure.options.delta / 50.0)
    assert abs(decision.residual_delta) <= 25.0


def test_delta_policy_waits_until_its_frequency_is_due() -> None:
    weekly = DeltaPolicy(every_days=5)
    assert weekly.decide(situation(*SHORT_STRADDLE[:1], days_since_trade=4)).action is Action.WAIT
    assert weekly.decide(situation(*SHORT_STRADDLE[:1], days_since_trade=5)).action is Action.TRADE


def test_delta_policy_waits_inside_its_threshold() -> None:
    case = situation(option_position(-10, strike=2650))
    assert DeltaPolicy(threshold_delta=1_000.0).decide(case).action is Action.WAIT
    assert DeltaPolicy(threshold_delta=100.0).decide(case).target_contracts == 10


def test_minimum_variance_delta_is_black_delta_plus_the_regression_on_vega() -> None:
    case = situation(option_position(-100, strike=2650))
    decision = MinimumVariancePolicy().decide(case)
    risk = case.exposure.risks[0]
    correction = risk.greeks.vega / (case.exposure.spot * np.sqrt(risk.expiry_years)) * COEFFICIENTS.a
    assert decision.target_delta == pytest.approx(risk.greeks.delta + correction, rel=1e-12)


def test_minimum_variance_without_coefficients_is_the_practitioner_delta_and_says_so() -> None:
    case = situation(*SHORT_STRADDLE)
    case = replace(case, market=replace(case.market, minimum_variance=None))
    decision = MinimumVariancePolicy().decide(case)
    assert decision.target_contracts == DeltaPolicy().decide(case).target_contracts
    assert "for want of a history of implied volatility" in decision.reason


def test_whalley_wilmott_half_width_is_the_published_cube_root() -> None:
    width = whalley_wilmott_half_width(
        gamma=np.array([-40.0]),
        spot=np.array([100.0]),
        proportional_cost=1e-3,
        risk_aversion=2e-4,
        discount=0.99,
    )
    assert width[0] == pytest.approx((1.5 * 0.99 * 1e-3 * 100.0 * 1600.0 / 2e-4) ** (1 / 3), rel=1e-14)


@given(scale=st.floats(0.1, 10.0))
def test_whalley_wilmott_band_scales_with_the_cube_root_of_cost_over_aversion(scale: float) -> None:
    one = whalley_wilmott_half_width(
        gamma=np.ones(1), spot=np.ones(1), proportional_cost=1e-3, risk_aversion=1.0
    )
    other = whalley_wilmott_half_width(
        gamma=np.ones(1), spot=np.ones(1), proportional_cost=1e-3 * scale, risk_aversion=1.0
    )
    assert other[0] / one[0] == pytest.approx(scale ** (1 / 3), rel=1e-12)


@pytest.mark.parametrize("policy", [WhalleyWilmottPolicy(), ZakamoulinePolicy()])
def test_a_trade_ends_at_the_edge_of_the_band_of_its_last_unit_s_cost(policy: HedgePolicy) -> None:
    case = situation(option_position(-1_000, strike=2650))
    decision = policy.decide(case)
    traded = abs(decision.trade_contracts) * 50.0
    rise = 1.0 + COSTS.impact_exponent
    last = COSTS.proportional_bps() + rise * (case.cost_bps(traded) - COSTS.proportional_bps())
    flat = replace(case, cost_curve=replace(COSTS, half_spread_bps=last - 0.1, impact_coefficient=0.0))
    assert decision.band_upper < abs(decision.residual_delta)
    # Zakamouline's volatility is the expected trade's, so that only the band is compared.
    assert abs(decision.residual_delta) == pytest.approx(policy.decide(flat).band_upper, abs=25.5)


def test_infinite_aversion_hedges_to_the_forecast_delta_and_no_aversion_never_trades() -> None:
    keen = WhalleyWilmottPolicy().decide(situation(option_position(-100, strike=2650), risk_aversion=1e12))
    assert keen.target_contracts == round(-keen.target_delta / 50.0)
    careless = WhalleyWilmottPolicy().decide(situation(option_position(-100, strike=2650), risk_aversion=0.0))
    assert careless.action is Action.WAIT


def test_whalley_wilmott_trades_to_the_edge_and_not_to_the_middle() -> None:
    case = replace(situation(option_position(-1_000, strike=2650)), cost_curve=FREE_OF_IMPACT)
    decision = WhalleyWilmottPolicy().decide(case)
    assert decision.action is Action.TRADE
    assert abs(decision.residual_delta - decision.band_lower) <= 25.0


def test_whalley_wilmott_sees_the_forecast_level_of_volatility() -> None:
    case = situation(option_position(-1_000, strike=2900))
    calm = replace(case, market=flat_underlying(volatility=0.2, forecast=0.1))
    assert abs(WhalleyWilmottPolicy().decide(calm).target_delta) < abs(case.exposure.options.delta)


def test_at_the_next_trade_level_the_same_policy_trades() -> None:
    case = situation(*SHORT_STRADDLE)
    decision = DeltaPolicy().decide(case)
    assert decision.next_trade_above is not None
    for factor, action in ((1.02, Action.TRADE), (0.98, Action.WAIT)):
        move = (decision.next_trade_above - case.exposure.spot) * factor
        market = flat_underlying(spot=case.exposure.spot + move)
        lines = (*SHORT_STRADDLE, future_position(decision.target_contracts))
        exposure = measure(book(*lines), market_of(market)).by_underlying["SPX"]
        assert DeltaPolicy().decide(replace(case, exposure=exposure, market=market)).action is action


def test_from_the_edge_of_a_band_the_far_side_is_a_whole_band_away() -> None:
    case = replace(situation(option_position(-1_000, strike=2650)), cost_curve=FREE_OF_IMPACT)
    decision = WhalleyWilmottPolicy().decide(case)
    assert decision.next_trade_below is not None
    assert decision.next_trade_above is not None
    width = (decision.band_upper - decision.band_lower) / abs(case.exposure.options.gamma)
    assert decision.next_trade_above - decision.next_trade_below == pytest.approx(width, rel=0.2)


def test_what_impact_leaves_for_later_sets_no_level_of_the_next_trade_at_today_s_spot() -> None:
    case = situation(option_position(-1_000, strike=2650))
    decision = WhalleyWilmottPolicy().decide(case)
    assert None not in (decision.next_trade_below, decision.next_trade_above)
    assert abs(decision.residual_delta) > decision.band_upper + 25.0
    assert decision.next_trade_below < case.exposure.spot < decision.next_trade_above


def test_an_unknown_policy_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="delta, minimum-variance, leland, whalley-wilmott, zakamouline"):
        policy_named("gut-feeling")


def test_a_long_book_trades_next_where_the_short_one_does() -> None:
    short = DeltaPolicy().decide(situation(*SHORT_STRADDLE))
    long = DeltaPolicy().decide(situation(*(replace(line, quantity=200) for line in SHORT_STRADDLE)))
    assert None not in (short.next_trade_below, short.next_trade_above)
    assert long.target_contracts == -short.target_contracts
    assert (long.next_trade_below, long.next_trade_above) == pytest.approx(
        (short.next_trade_below, short.next_trade_above), rel=1e-9
    )


def test_minimum_variance_without_a_response_is_the_practitioner_delta_at_every_level() -> None:
    shares = replace(future_position(1_000, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    case = situation(*SHORT_STRADDLE, shares)
    none = MinimumVariancePolicy(coefficients=MinimumVarianceCoefficients(a=0.0)).decide(case)
    delta = DeltaPolicy().decide(case)
    assert replace(none, policy="", reason="") == replace(delta, policy="", reason="")


def test_the_band_of_a_call_is_whalley_and_wilmott_s_at_one_way_cost_and_discounted_aversion() -> None:
    market = flat_underlying(rate=0.05)
    exposure = measure(book(option_position(-1_000, strike=2650)), market_of(market)).by_underlying["SPX"]
    case = HedgeSituation(
        exposure=exposure,
        market=market,
        cost_curve=CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.0),
        risk_aversion=1e-5,
        decision_days=0.0,
    )
    discount = np.exp(-0.05 * exposure.risks[0].expiry_years)
    cube = 1.5 * discount * 0.6e-4 * exposure.spot * exposure.options.gamma**2 / 1e-5
    assert WhalleyWilmottPolicy().decide(case).band_upper == pytest.approx(cube ** (1 / 3), rel=1e-5)


def test_the_forecast_of_the_option_s_own_trading_days_sets_the_band_s_delta() -> None:
    rising = replace(
        flat_underlying().forecast, horizon_days=np.array([1.0, 252.0]), volatility=np.array([0.1, 0.4])
    )
    case = situation(option_position(-1_000, strike=2900))
    case = replace(case, market=replace(case.market, forecast=rising))
    days = 252 * case.exposure.risks[0].expiry_years
    same = replace(case, market=flat_underlying(forecast=float(rising.at(days))))
    expected = WhalleyWilmottPolicy().decide(same).target_delta
    assert WhalleyWilmottPolicy().decide(case).target_delta == pytest.approx(expected, rel=1e-9)


def test_no_aversion_leaves_shares_unhedged_and_next_trade_levels_empty() -> None:
    shares = replace(future_position(9_000, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    decision = WhalleyWilmottPolicy().decide(situation(shares, risk_aversion=0.0))
    assert decision.action is Action.WAIT
    assert (decision.next_trade_below, decision.next_trade_above) == (None, None)


def test_a_cost_of_impact_alone_leaves_a_part_to_be_traded_later() -> None:
    free_of_spread = CostCurve(half_spread_bps=0.0, fee_bps=0.0, impact_coefficient=0.5)
    case = replace(situation(option_position(-1_000, strike=2650)), cost_curve=free_of_spread)
    decision = WhalleyWilmottPolicy().decide(case)
    assert decision.action is Action.TRADE
    assert abs(decision.residual_delta) > decision.band_upper + 25.0


@pytest.mark.parametrize("policy", [WhalleyWilmottPolicy(), ZakamoulinePolicy()])
@settings(deadline=None, max_examples=15)
@given(contracts=st.integers(0, 2_000), exponent=st.floats(0.2, 1.2))
def test_the_further_from_the_band_the_more_is_traded_and_the_more_is_left(
    policy: HedgePolicy, contracts: int, exponent: float
) -> None:
    case = situation(option_position(-1_000, strike=2650), future_position(contracts))
    nearer = situation(option_position(-1_000, strike=2650), future_position(contracts + 20))
    far, near = (
        policy.decide(replace(each, cost_curve=replace(COSTS, impact_exponent=exponent)))
        for each in (case, nearer)
    )
    if contracts < 950:
        assert far.trade_contracts >= near.trade_contracts
        assert far.residual_delta <= near.residual_delta + 50.0


def test_seen_more_often_the_same_book_has_a_wider_band() -> None:
    case = replace(situation(option_position(-1_000, strike=2650)), cost_curve=FREE_OF_IMPACT)
    widths = [
        WhalleyWilmottPolicy().decide(replace(case, decision_days=days)).band_upper
        for days in (5.0, 1.0, 0.25, 0.0)
    ]
    assert widths == sorted(widths)
    cube = 1.5 * 5e-4 * case.exposure.spot * case.exposure.options.gamma**2 / case.risk_aversion
    assert widths[-1] == pytest.approx(cube ** (1 / 3), rel=1e-9)


def test_a_forecast_at_the_money_leaves_the_market_s_skew_at_every_level() -> None:
    years = np.array([1.0])
    skewed = SsviSurface(
        expiry_years=years,
        atm_total_variance=0.04 * years,
        correlation=np.array([-0.7]),
        wing=np.array([0.2]),
        description="skewed",
    )
    market = replace(flat_underlying(forecast=0.2, rate=0.03), surface=skewed)
    shares = replace(future_position(1_000, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    exposure = measure(book(*SHORT_STRADDLE, shares), market_of(market)).by_underlying["SPX"]
    case = replace(situation(*SHORT_STRADDLE), market=market, exposure=exposure)
    np.testing.assert_allclose(
        WhalleyWilmottPolicy().view(case).delta, exposure.ladder_option_delta, rtol=1e-9
    )


FREE_OF_IMPACT = CostCurve(half_spread_bps=4.0, fee_bps=1.0, impact_coefficient=0.0)


def test_zakamouline_s_band_is_that_of_the_same_hedging_problem() -> None:
    lines = option_position(-300, strike=2650), option_position(200, strike=2800, right=Right.PUT)
    case = replace(situation(*lines, risk_aversion=1e-5), cost_curve=FREE_OF_IMPACT)
    years, exposure = case.exposure.columns.expiry_years[0], case.exposure
    problem = HedgingProblem(
        strike=exposure.columns.strike,
        is_call=exposure.columns.is_call,
        units=exposure.units,
        expiry_step=np.array([27, 27]),
        spot=exposure.spot,
        step_variance=0.2**2 * years / 27,
        proportional_cost=5e-4,
        risk_aversion=1e-5,
    )
    edges = zakamouline(problem, 0, exposure.ladder_spot, dates_per_year=27 / years)
    view = ZakamoulinePolicy().view(case)
    np.testing.assert_allclose(view.half_width, (edges[:, 1] - edges[:, 0]) / 2.0, rtol=1e-9)
    np.testing.assert_allclose(view.delta, -edges.mean(axis=1), rtol=1e-9)


def test_costs_flatten_a_short_book_s_delta_at_the_forecast_and_steepen_a_long_one_s() -> None:
    for policy in (ZakamoulinePolicy(), LelandPolicy()):
        for quantity in (-1_000, 1_000):
            case = replace(situation(option_position(quantity, strike=2750)), cost_curve=FREE_OF_IMPACT)
            plain = abs(DeltaPolicy().decide(case).target_delta)
            assert (abs(policy.decide(case).target_delta) > plain) is (quantity < 0)


def test_leland_hedges_to_the_delta_at_his_volatility() -> None:
    case = replace(situation(option_position(-1_000, strike=2750)), cost_curve=FREE_OF_IMPACT)
    factor = 1.0 + np.sqrt(2.0 / np.pi) * 2.0 * 5e-4 / (0.2 * np.sqrt(1.0 / 252.0))
    market = flat_underlying(volatility=0.2 * np.sqrt(factor), forecast=0.2 * np.sqrt(factor))
    exposure = measure(book(option_position(-1_000, strike=2750)), market_of(market)).by_underlying["SPX"]
    decision = LelandPolicy().decide(case)
    assert decision.target_delta == pytest.approx(exposure.options.delta, rel=1e-12)
    assert decision.band_upper == 0.0
    assert f"at {np.sqrt(factor):.3f} of the forecast volatility" in decision.reason


def test_leland_pays_for_the_trade_that_a_day_s_move_brings() -> None:
    case = situation(option_position(-1_000, strike=2650))
    trade = abs(case.exposure.options.gamma) * case.exposure.spot * 0.2 * np.sqrt(2.0 / (np.pi * 252.0))
    flat = CostCurve(half_spread_bps=case.cost_bps(trade), fee_bps=0.0, impact_coefficient=0.0)
    settled = LelandPolicy().decide(replace(case, cost_curve=flat))
    assert LelandPolicy().decide(case).target_delta == pytest.approx(settled.target_delta, rel=1e-12)


@pytest.mark.parametrize("policy", [WhalleyWilmottPolicy(), ZakamoulinePolicy(), LelandPolicy()])
def test_a_rebate_makes_trades_free_and_no_band_negative(policy: HedgePolicy) -> None:
    rebate = CostCurve(half_spread_bps=0.0, fee_bps=-0.2, impact_coefficient=0.0)
    decision = policy.decide(replace(situation(*SHORT_STRADDLE), cost_curve=rebate))
    assert (decision.band_lower, decision.band_upper) == (0.0, 0.0)
    assert abs(decision.residual_delta) <= 25.0


def test_the_legs_of_a_synthetic_forward_are_hedged_as_one_whatever_costs_do_to_their_volatility() -> None:
    lines = option_position(100, strike=2650), option_position(-100, strike=2650, right=Right.PUT)
    dear = CostCurve(half_spread_bps=100.0, fee_bps=0.0, impact_coefficient=0.5)
    for policy in (LelandPolicy(), ZakamoulinePolicy()):
        decision = policy.decide(replace(situation(*lines), cost_curve=dear))
        assert decision.target_delta == pytest.approx(10_000.0, rel=1e-9)
