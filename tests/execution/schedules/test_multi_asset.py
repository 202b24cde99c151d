"""Several legs at once: the published optimum, independent solvers, limits, and whole lots."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.multi_asset_one_way import OneWayAlmgrenChriss
from execution.schedules.multi_asset_schedule import LegsSchedule, leg_plans
from tests.contracts.legs_schedule import LEGS_SCHEDULE_PROMISES
from tests.twins.legs_schedule import dense_holdings

PAIR = MultiAssetAlmgrenChriss(
    horizon=1.0,
    covariance=np.array([[0.95**2, 0.9 * 0.95 * 0.8], [0.9 * 0.95 * 0.8, 0.8**2]]),
    temporary_impact=np.array([[2.5e-6, 4e-7], [4e-7, 4e-6]]),
    risk_aversion=1e-4,
)
START = np.array([1e6, -1e6])
LEAST = 9_361_309.021942955


def utility(model: MultiAssetAlmgrenChriss, holdings: Any) -> float:
    return model.utility(-np.diff(holdings, axis=0))


def random_model(seed: int, legs: int, risk_aversion: float, sizes: float = 0.0) -> MultiAssetAlmgrenChriss:
    generator = np.random.default_rng(seed)
    scale = 10.0 ** generator.uniform(-sizes, sizes, legs)
    root, impact = generator.standard_normal((2, legs, legs)) * scale[:, np.newaxis]
    own = np.diag(scale**2)
    return MultiAssetAlmgrenChriss(
        horizon=2.0,
        covariance=root @ root.T,
        temporary_impact=1e-6 * (impact @ impact.T + own),
        risk_aversion=risk_aversion,
        permanent_impact=1e-7 * own,
    )


@pytest.mark.parametrize("schedule", [PAIR, OneWayAlmgrenChriss(model=PAIR)], ids=["free", "one-way"])
@pytest.mark.parametrize("check_promise", LEGS_SCHEDULE_PROMISES)
def test_every_schedule_of_legs_keeps_the_promise(
    schedule: LegsSchedule, check_promise: Callable[[LegsSchedule], None]
) -> None:
    check_promise(schedule)


def test_the_hedged_pair_costs_what_is_published() -> None:
    assert utility(PAIR, PAIR.holdings(START, 10)) == pytest.approx(LEAST, rel=1e-13)


def test_other_ways_pay_the_published_multiples() -> None:
    apart = np.column_stack(
        [
            AlmgrenChriss(
                horizon=1.0,
                volatility=math.sqrt(PAIR.covariance[leg, leg]),
                temporary_impact=PAIR.temporary_impact[leg, leg],
                risk_aversion=1e-4,
            ).remaining(10)
            * START[leg]
            for leg in range(2)
        ]
    )
    even = np.linspace(1.0, 0.0, 11)[:, np.newaxis] * START
    in_turn = np.column_stack(
        [np.append(np.linspace(1.0, 0.0, 6), np.zeros(5)), np.append(np.ones(5), np.linspace(1.0, 0.0, 6))]
    )
    ratios = [utility(PAIR, holdings) / LEAST for holdings in (apart, even, in_turn * START)]
    assert ratios == pytest.approx([1.533, 1.140, 3.86], abs=0.005)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    legs=st.integers(1, 6),
    slices=st.integers(1, 30),
    power=st.floats(-8.0, 0.0),
    sizes=st.sampled_from([0.0, 1.5]),
)
def test_holdings_are_those_of_one_dense_system(
    seed: int, legs: int, slices: int, power: float, sizes: float
) -> None:
    model = random_model(seed, legs, 10.0**power, sizes)
    start = np.random.default_rng(seed).standard_normal(legs) * 1e6
    found = model.holdings(start, slices)
    # A dense system loses digits where impact of one leg is a millionth of another's.
    tolerance = 1e-12 if sizes == 0.0 else 1e-9
    assert utility(model, found) <= utility(model, dense_holdings(model, start, slices)) * (1.0 + 1e-12)
    np.testing.assert_allclose(
        found, dense_holdings(model, start, slices), rtol=0.0, atol=tolerance * np.abs(start).max() * 10
    )


def test_legs_of_very_different_sizes_keep_their_digits() -> None:
    # One unit of the second leg is a million of another count of it: the same problem in other words.
    unit = np.array([1.0, 1e6])
    scaled = replace(
        PAIR,
        covariance=PAIR.covariance / np.multiply.outer(unit, unit),
        temporary_impact=PAIR.temporary_impact / np.multiply.outer(unit, unit),
    )
    found = scaled.holdings(START * unit, 10) / unit
    np.testing.assert_allclose(found, PAIR.holdings(START, 10), rtol=1e-12)


def test_one_leg_alone_is_the_single_schedule() -> None:
    single = AlmgrenChriss(
        horizon=5.0,
        volatility=0.95,
        temporary_impact=2.5e-6,
        permanent_impact=2.5e-7,
        risk_aversion=2e-6,
    )
    model = MultiAssetAlmgrenChriss(
        horizon=5.0,
        covariance=np.array([[0.95**2]]),
        temporary_impact=np.array([[2.5e-6]]),
        permanent_impact=np.array([[2.5e-7]]),
        risk_aversion=2e-6,
    )
    holdings = model.holdings([1e6], 50)
    np.testing.assert_allclose(holdings[:, 0], single.remaining(50) * 1e6, rtol=1e-12)
    trades = -np.diff(holdings, axis=0)
    assert model.utility(trades) == pytest.approx(single.utility(trades[:, 0]), rel=1e-12)


@pytest.mark.parametrize("risk_aversion", [0.0, 1e-300])
def test_without_risk_aversion_all_legs_trade_evenly(risk_aversion: float) -> None:
    even = np.linspace(1.0, 0.0, 8)[:, np.newaxis] * START
    np.testing.assert_allclose(
        replace(PAIR, risk_aversion=risk_aversion).holdings(START, 7), even, rtol=1e-13
    )


def test_without_limit_to_risk_aversion_all_trades_at_once() -> None:
    holdings = replace(PAIR, risk_aversion=1e300).holdings(START, 4)
    assert np.abs(holdings[1:]).max() < 1e-290
    assert holdings[0].tolist() == START.tolist()


def test_a_riskless_combination_trades_evenly_and_the_rest_does_not() -> None:
    # Perfectly correlated legs of one volatility: long one and short the other has no risk.
    still = replace(PAIR, covariance=np.ones((2, 2)), temporary_impact=np.eye(2) * 1e-6)
    holdings = still.holdings(START, 10)
    np.testing.assert_allclose(holdings, np.linspace(1.0, 0.0, 11)[:, np.newaxis] * START, rtol=1e-9)
    assert (still.holdings(np.abs(START), 10)[5] < 0.2e6).all()


def test_a_leg_alone_is_hedged_by_the_other_unless_it_may_not_trade_back() -> None:
    free, bound = (schedule.holdings((10**6, 0), 10) for schedule in (PAIR, OneWayAlmgrenChriss(model=PAIR)))
    assert free[1:-1, 1].max() < -1e4
    assert not bound[:, 1].any()
    assert utility(PAIR, free) < utility(PAIR, bound)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), legs=st.integers(2, 4), slices=st.integers(2, 12))
def test_one_way_never_returns_and_no_small_change_is_better(seed: int, legs: int, slices: int) -> None:
    model = random_model(seed, legs, 1e-6)
    generator = np.random.default_rng(seed)
    start = generator.standard_normal(legs) * 1e6
    held = OneWayAlmgrenChriss(model=model).holdings(start, slices)
    parts = -np.diff(held, axis=0) / start
    assert (parts >= -1e-12).all()
    for _ in range(20):
        other = generator.dirichlet(np.ones(slices), legs).T
        moved = (1.0 - 1e-3) * parts + 1e-3 * other
        assert model.utility(moved * start) >= model.utility(parts * start) * (1.0 - 1e-9)


def test_a_plan_of_one_way_becomes_a_schedule_of_each_leg() -> None:
    plan = OneWayAlmgrenChriss(model=PAIR).plan((1000, -100), 4)
    legs = leg_plans("package", plan)
    assert [leg.target[-1] for leg in legs] == [1000, 100]
    with pytest.raises(ValueError, match="back and forth"):
        leg_plans("package", np.array([[1, 1], [-1, 1]]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon": 0.0},
        {"horizon": math.nan},
        {"risk_aversion": -1e-9},
        {"risk_aversion": math.inf},
        {"covariance": np.array([[1.0, 2.0], [2.0, 1.0]])},
        {"covariance": np.array([[1.0, 0.1], [0.2, 1.0]])},
        {"covariance": np.array([[1.0, math.nan], [math.nan, 1.0]])},
        {"covariance": -np.eye(2)},
        {"covariance": np.eye(3)},
        {"covariance": np.ones(2)},
        {"covariance": np.empty((0, 0))},
        {"temporary_impact": np.zeros((2, 2))},
        {"temporary_impact": np.array([[1.0, 2.0], [2.0, 1.0]])},
        {"permanent_impact": np.eye(3)},
        {"permanent_impact": np.array([[0.0, 1.0], [0.0, 0.0]])},
    ],
)
def test_a_model_that_has_no_optimum_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|must be|positive"):
        replace(PAIR, **wrong)


def test_permanent_impact_beyond_the_temporary_is_refused_when_it_shows() -> None:
    steep = replace(PAIR, permanent_impact=1e-5 * np.eye(2))
    with pytest.raises(ValueError, match="no optimum"):
        steep.holdings(START, 1)
    assert steep.holdings(START, 1000).shape == (1001, 2)


@pytest.mark.parametrize("quantities", [[1.0], [1.0, math.nan], [[1.0, 2.0]], [1.0, math.inf]])
def test_a_quantity_for_each_leg_is_asked_for(quantities: Any) -> None:
    with pytest.raises(ValueError, match="quantity"):
        PAIR.holdings(quantities, 5)
