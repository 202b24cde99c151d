"""The deep policy: its reference, its band's place and sides, what it says, and where it falls back."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from subprocess import run

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.tca.cost_curve import CostCurve
from hedger.exposure import measure
from hedger.network.labels import features_at
from hedger.optimum.problem import HedgingProblem
from hedger.policy import Action, DeepPolicy, HedgeSituation, ZakamoulinePolicy
from hedger.policy.book_states import hedged_book
from hedger.portfolio import Position, PositionKind
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import MinimumVarianceCoefficients
from pricing.option import Exercise, Right
from tests.contracts.hedge_policy import check_hedge_policy
from tests.markets import book, flat_underlying, future_position, market_of, option_position
from tests.networks import constant_network

PLAIN = CostCurve(half_spread_bps=4.0, fee_bps=1.0, impact_coefficient=0.0)
UNTRAINED = DeepPolicy(network=constant_network())
CALL = option_position(-1_000, strike=2700)
TODAY = np.array([15])


def situation(
    *lines: Position,
    market: UnderlyingMarket | None = None,
    risk_aversion: float = 1e-6,
    cost: CostCurve = PLAIN,
) -> HedgeSituation:
    market = market or flat_underlying()
    return HedgeSituation(
        exposure=measure(book(*lines), market_of(market)).by_underlying["SPX"],
        market=market,
        cost_curve=cost,
        risk_aversion=risk_aversion,
    )


@settings(deadline=None, max_examples=40)
@given(
    quantity=st.integers(-2_000, 2_000).filter(bool),
    strike=st.sampled_from([300.0, 2300.0, 2650.0, 2700.0, 9000.0]),
    right=st.sampled_from(Right),
    contracts=st.integers(-3_000, 3_000),
    risk_aversion=st.sampled_from([0.0, 1e-12, 1e-8, 1e-6, 1e-3, 1e12]),
    output=st.sampled_from([(), (0.5, 0.3, 0.0, 0.0), (-3.0, -2.0, 1.0, 1.0), (float("nan"),) * 4]),
)
def test_it_keeps_the_contract_of_a_policy(
    quantity: int, strike: float, right: Right, contracts: int, risk_aversion: float, output: tuple[float]
) -> None:
    case = situation(
        option_position(quantity, strike=strike, right=right),
        future_position(contracts),
        risk_aversion=risk_aversion,
    )
    check_hedge_policy(DeepPolicy(network=constant_network(*output), fixed_cost=10.0), case)


def test_untrained_it_hedges_by_the_reference_of_the_same_problem() -> None:
    case = situation(CALL, option_position(400, strike=2500, right=Right.PUT), risk_aversion=1e-6)
    exposure = case.exposure
    days = 252 * exposure.columns.expiry_years[0]
    problem = HedgingProblem(
        strike=exposure.columns.strike,
        is_call=exposure.columns.is_call,
        units=exposure.units,
        expiry_step=np.array([27, 27]),
        spot=exposure.spot,
        step_variance=0.2**2 / 252.0 * days / 27.0,
        proportional_cost=5e-4,
        risk_aversion=1e-6,
    )
    _, reference = features_at(problem, np.zeros(1, np.int64), np.array([exposure.spot]))
    decision = UNTRAINED.decide(case)
    scale = 1e-6 * exposure.spot
    assert -decision.target_delta == pytest.approx(reference[0, 0] / scale, rel=2e-3)
    assert decision.band_upper == pytest.approx(reference[0, 1] / scale, rel=2e-3)
    assert decision.band_lower == pytest.approx(-decision.band_upper)


def test_untrained_it_is_near_zakamouline_s_band() -> None:
    case = situation(CALL)
    mine, his = UNTRAINED.decide(case), ZakamoulinePolicy().decide(case)
    assert mine.target_delta == pytest.approx(his.target_delta, rel=0.02)
    assert mine.band_upper == pytest.approx(his.band_upper, rel=0.2)


def test_outputs_move_and_widen_the_band_in_units_of_the_reference() -> None:
    case = situation(CALL)
    plain = UNTRAINED.decide(case)
    moved = DeepPolicy(network=constant_network(0.5, np.log(2.0), 0.0, 0.0)).decide(case)
    # The hedge, minus the delta, moves up by half of the scale of shifts: at least the half width.
    assert plain.target_delta - moved.target_delta > 0.5 * plain.band_upper
    assert moved.band_upper == pytest.approx(2.0 * plain.band_upper, rel=1e-4)


def test_a_fixed_cost_trades_from_a_wider_band_to_targets_inside_of_it() -> None:
    case = situation(CALL, future_position(100))
    dear, free = replace(UNTRAINED, fixed_cost=200.0).decide(case), UNTRAINED.decide(case)
    assert dear.band_upper > 1.5 * free.band_upper
    assert abs(abs(dear.residual_delta) - free.band_upper) <= 25.0


@pytest.mark.parametrize("coefficients", [None, MinimumVarianceCoefficients(a=-0.2, b=0.1, c=-0.05)])
def test_without_costs_and_next_to_no_aversion_it_hedges_the_delta_that_is_believed(
    coefficients: MinimumVarianceCoefficients | None,
) -> None:
    market = replace(flat_underlying(rate=0.04, forecast=0.15), minimum_variance=coefficients)
    free = CostCurve(half_spread_bps=0.0, fee_bps=0.0, impact_coefficient=0.0)
    shares = replace(future_position(900, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    case = situation(CALL, shares, market=market, cost=free, risk_aversion=1e-12)
    seen = UNTRAINED.decide(case).target_delta
    if coefficients is None:
        scaled = flat_underlying(volatility=0.15, rate=0.04)
        assert seen == pytest.approx(situation(CALL, shares, market=scaled).exposure.options.delta, rel=1e-6)
    else:
        from hedger.policy import MinimumVariancePolicy

        assert seen == pytest.approx(MinimumVariancePolicy().decide(case).target_delta, rel=1e-6)


def test_an_american_put_is_hedged_with_its_early_exercise() -> None:
    assert CALL.option is not None
    option = replace(CALL.option, right=Right.PUT, strike=2900.0, exercise=Exercise.AMERICAN)
    free = CostCurve(half_spread_bps=0.0, fee_bps=0.0, impact_coefficient=0.0)
    line, market = replace(CALL, option=option), flat_underlying(rate=0.05)
    case = situation(line, market=market, cost=free, risk_aversion=1e-12)
    assert UNTRAINED.decide(case).target_delta == pytest.approx(case.exposure.options.delta, rel=1e-6)


@settings(deadline=None, max_examples=15)
@given(scale=st.floats(0.2, 5.0))
def test_a_book_in_another_unit_of_currency_is_held_the_same(scale: float) -> None:
    one, market = situation(CALL), flat_underlying(spot=2648.94 * scale)
    line = option_position(-1_000, strike=2700 * scale)
    other = situation(line, market=market, risk_aversion=1e-6 / scale)
    mine, theirs = UNTRAINED.decide(one), UNTRAINED.decide(other)
    assert theirs.target_contracts == mine.target_contracts
    assert theirs.band_upper == pytest.approx(mine.band_upper, rel=1e-6)


@settings(deadline=None, max_examples=15)
@given(cost=st.floats(0.1, 50.0))
def test_the_untrained_band_grows_with_the_cost(cost: float) -> None:
    near, far = (
        UNTRAINED.decide(situation(CALL, cost=replace(PLAIN, half_spread_bps=bps)))
        for bps in (cost, cost * 1.1)
    )
    assert far.band_upper > near.band_upper


@pytest.mark.parametrize("lines", [(CALL,), (CALL, future_position(2_000))])
def test_a_trade_ends_at_the_target_for_its_last_unit_s_cost(lines: tuple[Position, ...]) -> None:
    curve = CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.5)
    case = situation(*lines, cost=curve)
    decision = UNTRAINED.decide(case)
    last = 0.6 + 1.5 * (case.cost_bps(50.0 * decision.trade_contracts) - 0.6)
    flat = replace(PLAIN, half_spread_bps=last, fee_bps=0.0)
    alike = UNTRAINED.decide(replace(case, cost_curve=flat))
    assert decision.band_upper < abs(decision.residual_delta)
    assert decision.target_contracts == pytest.approx(alike.target_contracts, abs=1)
    assert "further later, since impact grows with size" in decision.reason


def test_at_the_spot_where_it_would_trade_next_it_trades() -> None:
    held = UNTRAINED.decide(situation(CALL)).target_contracts
    decision = UNTRAINED.decide(situation(CALL, future_position(held)))
    assert decision.next_trade_above is not None
    for factor, action in ((1.1, Action.TRADE), (0.9, Action.WAIT)):
        move = (decision.next_trade_above - 2648.94) * factor
        moved = situation(CALL, future_position(held), market=flat_underlying(spot=2648.94 + move))
        assert UNTRAINED.decide(moved).action is action


def test_on_the_day_when_it_would_trade_next_it_trades() -> None:
    held = UNTRAINED.decide(situation(option_position(-1_000, strike=2750))).target_contracts
    lines = option_position(-1_000, strike=2750), future_position(held)
    days = UNTRAINED.decide(situation(*lines)).next_trade_days
    assert days is not None
    for factor, action in ((1.25, Action.TRADE), (0.75, Action.WAIT)):
        case = situation(*lines)
        columns = case.exposure.columns
        aged = replace(columns, expiry_years=columns.expiry_years - factor * days / 252.0)
        later = replace(case, exposure=_aged(case, aged))
        assert UNTRAINED.decide(later).action is action


def _aged(case: HedgeSituation, columns):  # type: ignore[no-untyped-def]
    from pricing.book import value_options

    spots = case.exposure.ladder_spot
    deltas = [case.exposure.units @ value_options(columns, case.market, spot=s)[0].delta for s in spots]
    return replace(case.exposure, columns=columns, ladder_option_delta=np.array(deltas))


def test_after_the_last_expiry_what_hedged_it_is_due() -> None:
    soon = option_position(-100, strike=2400, expiry=date(2018, 2, 8))
    decision = UNTRAINED.decide(situation(soon, future_position(200)))
    assert decision.action is Action.WAIT
    assert decision.next_trade_days == pytest.approx(2.0, abs=1.5)


def test_an_unseen_state_falls_back_to_the_reference_and_says_why() -> None:
    narrow = DeepPolicy(network=constant_network(3.0, 1.0, 0.0, 0.0, reach=0.01)).decide(situation(CALL))
    assert "the reference band" in narrow.reason
    assert "training saw nothing like this" in narrow.reason
    assert narrow.band_upper == UNTRAINED.decide(situation(CALL)).band_upper
    broken = DeepPolicy(network=constant_network(*(float("nan"),) * 4)).decide(situation(CALL))
    assert "the network's answer is no number" in broken.reason
    assert broken.target_contracts == UNTRAINED.decide(situation(CALL)).target_contracts


def test_a_book_without_options_is_hedged_to_its_delta() -> None:
    shares = replace(future_position(9_000, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    decision = UNTRAINED.decide(situation(shares))
    assert decision.target_contracts == -18
    assert "a book without options" in decision.reason


def test_days_ahead_have_less_variance_and_no_expired_options() -> None:
    lines = CALL, option_position(5, strike=2600, expiry=date(2018, 2, 8))
    held = hedged_book(situation(*lines), TODAY)
    ahead = held.with_days_ahead(0, np.array([1.0, 5.0]))
    near, far = np.argsort(held.dates[0])
    assert ahead.units[:, near].tolist() == [500.0, 500.0, 0.0]
    assert ahead.dates[:, far] == pytest.approx(held.dates[0, far] - np.array([0.0, 1.0, 5.0]))
    assert ahead.variance[:, far] == pytest.approx(0.04 / 252.0 * ahead.dates[:, far])


def test_a_short_ladder_is_enough() -> None:
    market = flat_underlying()
    moves = np.array([-0.01, 0.0, 0.01])
    short = measure(book(CALL), market_of(market), ladder_moves=moves).by_underlying["SPX"]
    case = situation(CALL)
    mine = UNTRAINED.decide(replace(case, exposure=short))
    assert mine.target_contracts == UNTRAINED.decide(case).target_contracts


def test_deciding_imports_no_torch_and_nothing_else_that_is_slow() -> None:
    code = "import hedger.policy, sys; print({'torch', 'pandas', 'scipy.stats'} & set(sys.modules))"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
