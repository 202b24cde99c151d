"""The executor: nothing is created or lost, the schedule is kept, and the same seed does the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import OrderRejectedError
from execution.executor import ExecutionSettings, expected_volume, work
from execution.limits import PreTradeLimits
from execution.market.regime import MarketConditions, Regime
from execution.market.simulator import MarketSimulator
from execution.order_desk import worst_price_ticks
from execution.orders import Execution, Liquidity, ParentOrder, Side, TradingRules
from execution.schedules.schedule import IntArray, Schedule, WorkState
from execution.schedules.twap import Twap
from execution.tca.calibrate import CostObservations, update_cost_curve
from execution.tca.cost_curve import CostCurve
from execution.tca.shortfall import implementation_shortfall, news_cost

SECOND = 10**9
CONDITIONS = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=200_000.0
)
ORDER = ParentOrder(
    parent_id="p1",
    symbol="ES",
    side=Side.BUY,
    quantity=60,
    start_ns=1_000 * SECOND,
    horizon_ns=120 * SECOND,
    rules=TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0, fee_per_contract=1.25),
)
QUICK = ExecutionSettings(slice_ns=20 * SECOND)
UNLIMITED = ExecutionSettings(slice_ns=SECOND, limits=PreTradeLimits(maximum_participation=math.inf))


@dataclass(frozen=True)
class AllAtTheEnd:
    """Wants nothing before the last slice."""

    name: str = "all-at-the-end"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        return np.array([0] * (slices - 1) + [quantity], dtype=np.int64)


def worked(
    order: ParentOrder = ORDER,
    *,
    seed: int = 1,
    how: ExecutionSettings = QUICK,
    regime: Regime = Regime.CALM,
    schedule: Schedule | None = None,
) -> Execution:
    return work(
        order,
        schedule=schedule or Twap(),
        conditions=replace(CONDITIONS, regime=regime),
        rng=np.random.default_rng(seed),
        settings=how,
    )


@settings(deadline=None, max_examples=25)
@given(
    side=st.sampled_from(Side),
    quantity=st.integers(1, 5_000),
    horizon_ns=st.integers(1, 60 * SECOND),
    regime=st.sampled_from(Regime),
    seed=st.integers(0, 10_000),
)
def test_filled_and_left_is_what_was_ordered(
    side: Side, quantity: int, horizon_ns: int, regime: Regime, seed: int
) -> None:
    order = replace(ORDER, side=side, quantity=quantity, horizon_ns=horizon_ns)
    execution = worked(order, seed=seed, regime=regime, how=replace(UNLIMITED, slice_ns=15 * SECOND))
    assert execution.filled_quantity + execution.leaves_quantity == quantity
    assert all(fill.quantity > 0 and fill.side is side for fill in execution.fills)
    assert all(order.start_ns <= fill.ts_ns <= order.end_ns for fill in execution.fills)
    assert execution.filled_quantity <= execution.market_volume
    assert implementation_shortfall(order, execution).fees == pytest.approx(1.25 * execution.filled_quantity)


@pytest.mark.parametrize("side", Side)
def test_an_order_larger_than_the_book_leaves_what_nobody_gives(side: Side) -> None:
    order = replace(ORDER, side=side, quantity=1_000_000, horizon_ns=2 * SECOND)
    execution = worked(order, how=UNLIMITED)
    assert 0 < execution.filled_quantity < 1_000_000
    assert execution.leaves_quantity == 1_000_000 - execution.filled_quantity
    assert math.isfinite(implementation_shortfall(order, execution).total)


@pytest.mark.parametrize("regime", Regime)
def test_the_plan_is_kept_at_every_slice_end(regime: Regime) -> None:
    execution = worked(regime=regime)
    ts_ns = np.array([fill.ts_ns for fill in execution.fills])
    quantity = np.array([fill.quantity for fill in execution.fills])
    for edge_ns, wanted in zip(execution.plan_ts_ns, execution.plan_quantity, strict=True):
        assert quantity[ts_ns <= edge_ns].sum() == wanted


def test_resting_children_are_filled_as_makers_without_paying_the_spread() -> None:
    execution = worked()
    resting = [fill for fill in execution.fills if fill.liquidity is Liquidity.MAKER]
    assert resting
    assert implementation_shortfall(ORDER, replace(execution, fills=tuple(resting))).spread < 0.0


def test_what_is_behind_at_a_slice_end_is_crossed() -> None:
    execution = worked(replace(ORDER, quantity=150, horizon_ns=5 * SECOND), how=UNLIMITED)
    crossed = [fill for fill in execution.fills if fill.liquidity is Liquidity.TAKER]
    assert crossed
    assert all(fill.ts_ns in execution.plan_ts_ns for fill in crossed)
    assert execution.leaves_quantity == 0


def test_nothing_trades_before_the_schedule_wants_it() -> None:
    execution = worked(schedule=AllAtTheEnd())
    assert execution.plan_quantity.tolist() == [0, 0, 0, 0, 0, 60]
    assert min(fill.ts_ns for fill in execution.fills) > execution.plan_ts_ns[-2]


def test_the_path_starts_at_arrival_and_ends_with_the_horizon() -> None:
    execution = worked()
    assert execution.path_ts_ns[0] == ORDER.start_ns
    assert execution.path_ts_ns[-1] == execution.plan_ts_ns[-1] == ORDER.end_ns
    assert (np.diff(execution.path_ts_ns) == SECOND).all()
    assert execution.path_mid[0] == execution.arrival_mid == pytest.approx(2650.0, abs=1.0)


def test_a_horizon_that_no_slice_divides_is_cut_to_the_nanosecond() -> None:
    execution = worked(replace(ORDER, quantity=5, horizon_ns=50 * SECOND + 1))
    assert len(execution.plan_ts_ns) == 3
    assert execution.plan_ts_ns[-1] == ORDER.start_ns + 50 * SECOND + 1


def test_the_same_seed_does_the_same_and_another_does_not() -> None:
    first, again, other = worked(seed=3), worked(seed=3), worked(seed=4)
    assert first.fills == again.fills
    assert first.path_mid.tolist() == again.path_mid.tolist()
    assert first.fills != other.fills


def test_each_fill_pays_the_fee_of_its_contracts() -> None:
    assert all(fill.fee == 1.25 * fill.quantity for fill in worked().fills)


def test_an_order_larger_than_the_expected_volume_is_refused() -> None:
    assert expected_volume(ORDER, CONDITIONS) == pytest.approx(200_000 * 120 / 23_400)
    with pytest.raises(OrderRejectedError, match="participation is at most 100"):
        worked(replace(ORDER, quantity=1_100))


def test_a_market_on_another_tick_is_refused() -> None:
    with pytest.raises(OrderRejectedError, match="tick"):
        worked(replace(ORDER, rules=replace(ORDER.rules, tick_size=0.5)))


def test_own_fills_pull_a_wrong_cost_curve_towards_what_trading_costs_here() -> None:
    assumed = CostCurve(half_spread_bps=0.1, fee_bps=0.0, impact_coefficient=2.0)
    order = replace(ORDER, quantity=150, horizon_ns=60 * SECOND)
    costs = []
    for seed in range(60):
        sided = replace(order, side=Side.BUY if seed % 2 else Side.SELL)
        execution = worked(sided, seed=seed // 2, how=replace(QUICK, slice_ns=60 * SECOND))
        costs.append(implementation_shortfall(sided, execution).bps)
    expected = {"participation": 0.3, "horizon_days": 60 / 23_400, "volatility": 0.2}
    fees_bps = 1e4 * 1.25 / (2650.0 * 50.0)
    observations = CostObservations(
        **{name: np.full(60, value) for name, value in expected.items()}, cost_bps=np.array(costs) - fees_bps
    )
    learned = update_cost_curve(assumed, observations)
    seen, error = float(observations.cost_bps.mean()), learned.standard_error_bps(**expected)
    assert abs(learned.expected_bps(**expected) - seen) < 0.2 * abs(assumed.expected_bps(**expected) - seen)
    assert error < 0.2 * assumed.standard_error_bps(**expected)


def test_a_cost_less_its_news_is_the_same_on_average_with_less_noise() -> None:
    order = replace(ORDER, horizon_ns=300 * SECOND)
    whole, less_news = [], []
    for seed in range(12):
        execution = worked(order, seed=seed)
        whole.append(implementation_shortfall(order, execution).total)
        less_news.append(whole[-1] - news_cost(order, execution))
    assert np.std(less_news) < 0.5 * np.std(whole)
    assert abs(np.mean(less_news) - np.mean(whole)) < 2.0 * np.std(whole) / np.sqrt(len(whole))


def test_a_resting_child_keeps_its_place_while_the_touch_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    prices: list[int] = []
    submit = MarketSimulator.submit_limit

    def noted(market: MarketSimulator, side: Side, quantity: int, price_ticks: int) -> int:
        prices.append(price_ticks)
        return submit(market, side, quantity, price_ticks)

    monkeypatch.setattr(MarketSimulator, "submit_limit", noted)
    worked(replace(ORDER, quantity=6_000), how=replace(UNLIMITED, slice_ns=ORDER.horizon_ns))
    assert 1 < len(prices) < 120
    assert np.all(np.diff(prices) != 0)


@dataclass(frozen=True)
class WatchesTheMarket:
    """Wants all once the market has traded; keeps every state that it was shown."""

    seen: list[WorkState]
    name: str = "watches"

    def wanted(self, state: WorkState) -> int:
        self.seen.append(state)
        return state.quantity if state.others_volume else 0


def test_an_adaptive_schedule_is_asked_as_each_slice_begins() -> None:
    schedule = WatchesTheMarket([])
    execution = work(
        ORDER, schedule=schedule, conditions=CONDITIONS, rng=np.random.default_rng(1), settings=QUICK
    )
    assert [state.slice_index for state in schedule.seen] == list(range(6))
    assert execution.plan_quantity.tolist() == [0, 60, 60, 60, 60, 60]
    volume = [state.market_volume for state in schedule.seen]
    assert volume[0] == 0
    assert volume == sorted(volume)
    assert schedule.seen[-1].filled == 60
    assert schedule.seen[0].mid == schedule.seen[-1].arrival_mid == execution.arrival_mid


@settings(deadline=None, max_examples=15)
@given(side=st.sampled_from(Side), cap_bps=st.floats(0.0, 3.0), seed=st.integers(0, 1000))
def test_no_fill_is_beyond_the_arrival_cap_and_the_rest_is_opportunity(
    side: Side, cap_bps: float, seed: int
) -> None:
    order = replace(ORDER, side=side, arrival_cap_bps=cap_bps)
    execution = worked(order, seed=seed, regime=Regime.STRESSED)
    worst = execution.arrival_mid * (1.0 + side * cap_bps / 1e4)
    assert all(side * (fill.price_ticks * 0.25 - worst) <= 1e-6 for fill in execution.fills)
    assert execution.filled_quantity + execution.leaves_quantity == order.quantity
    parts = implementation_shortfall(order, execution)
    moved = side * 50.0 * (execution.path_mid[-1] - execution.arrival_mid)
    assert parts.opportunity == pytest.approx(execution.leaves_quantity * moved)


def test_a_cap_that_is_never_met_changes_nothing_and_a_tight_one_leaves_some() -> None:
    free, wide, tight = (
        worked(replace(ORDER, quantity=500, arrival_cap_bps=cap), how=UNLIMITED) for cap in (None, 1e3, 0.0)
    )
    assert wide.fills == free.fills
    assert tight.leaves_quantity > 0


@pytest.mark.parametrize(
    ("side", "cap_bps", "ticks"),
    [
        (Side.BUY, 10.0, 10_010),
        (Side.BUY, 10.5, 10_010),
        (Side.SELL, 10.5, 9_990),
        (Side.SELL, 2e4, 1),
        (Side.BUY, None, None),
    ],
)
def test_the_worst_price_is_the_last_tick_within_the_cap(
    side: Side, cap_bps: float | None, ticks: int | None
) -> None:
    assert worst_price_ticks(replace(ORDER, side=side, arrival_cap_bps=cap_bps), 10_000.0) == ticks


@pytest.mark.parametrize("cap_bps", [-1.0, math.inf, math.nan])
def test_a_cap_that_is_none_is_refused(cap_bps: float) -> None:
    with pytest.raises(OrderRejectedError, match="cap is finite and not negative"):
        worked(replace(ORDER, arrival_cap_bps=cap_bps))
