"""Long orders in drawn timelines: within their law, and the same from the same seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.pace.order import LongOrder
from execution.agents.pace.timelines import long_order, shipped_law
from execution.market.scenario import load_market
from execution.schedules.volume import VolumeCurve

LAW = shipped_law()


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_orders_are_of_the_sizes_and_hours_that_the_law_states(seed: int) -> None:
    drawn = LAW.draw(np.random.default_rng(seed))
    low, high = LAW.participation
    assert LAW.hours[0] <= drawn.stated.minutes / 60.0 <= LAW.hours[1]
    assert low * 0.99 <= drawn.stated.quantity / drawn.usual_volume() <= high * 1.01
    assert all(stretch.minutes > 0.0 for stretch in drawn.scenario.timeline)


def test_the_same_seed_draws_the_same_market_and_order() -> None:
    first, second = (LAW.draw(np.random.default_rng(5)) for _ in range(2))
    assert first == second


def test_timelines_have_shocks_of_either_sign_and_surges_of_either_side_and_calm() -> None:
    drawn = [LAW.draw(np.random.default_rng(seed)).scenario.timeline for seed in range(60)]
    regimes = [stretch.regime for timeline in drawn for stretch in timeline]
    assert {np.sign(regime.jump) for regime in regimes if regime.name == "shock"} == {-1.0, 1.0}
    surges = [regime.bid_depth > regime.ask_depth for regime in regimes if regime.name == "surge"]
    assert set(surges) == {True, False}
    assert any(len(timeline) == 1 for timeline in drawn)


def test_a_shock_thins_the_side_that_its_news_run_into() -> None:
    drawn = [LAW.draw(np.random.default_rng(seed)).scenario.timeline for seed in range(30)]
    shocks = [one.regime for timeline in drawn for one in timeline if one.regime.name == "shock"]
    assert all((one.jump < 0.0) == (one.bid_depth < one.ask_depth) for one in shocks)


def test_no_timeline_is_that_of_the_scenario_which_agents_are_judged_on() -> None:
    own = load_market("qdi").timeline
    assert all(LAW.draw(np.random.default_rng(seed)).scenario.timeline != own for seed in range(30))


@settings(deadline=None)
@given(
    volume=st.lists(st.floats(min_value=1.0, max_value=1e6), min_size=1, max_size=40),
    seconds=st.floats(min_value=1.0, max_value=30_000.0),
)
def test_the_usual_volume_by_interval_adds_up_to_the_curve(volume: list[float], seconds: float) -> None:
    order = LongOrder(side=1, quantity=1, seconds=seconds, curve=VolumeCurve(volume=tuple(volume)))
    assert len(order.usual_volume()) == order.decisions
    np.testing.assert_allclose(order.usual_volume().sum(), sum(volume), rtol=1e-9)
    assert abs(order.decisions * order.interval_ns - 1e9 * seconds) <= order.decisions


def test_an_order_is_told_as_its_study_states_it() -> None:
    drawn = LAW.draw(np.random.default_rng(2))
    told = long_order(drawn)
    assert (told.side, told.quantity) == (int(drawn.stated.side), drawn.stated.quantity)
    np.testing.assert_allclose(sum(told.curve.volume), drawn.usual_volume())
