from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from hedger.errors import UsageError
from hedger.exposure import measure
from hedger.market_data import load_market
from hedger.policy import policy_named
from hedger.portfolio import Portfolio
from hedger.replay_result import ATTRIBUTION_PARTS, PolicyReplay, ReplayResult
from hedger.result import RunSettings
from hedger.scenario import Scenario, ScenarioKind, load_scenario
from hedger.scenario_replay import _settings_of, replay
from hedger.timeline import TimelineDay
from pricing.option import Right
from tests.markets import book, flat_underlying, future_position, market_of, option_position

AS_OF = date(2018, 2, 5)
SHORT_STRADDLE = book(
    option_position(-30, strike=2700.0),
    option_position(-30, strike=2700.0, right=Right.PUT),
    option_position(10, strike=2600.0, right=Right.PUT, expiry=date(2018, 2, 6)),
)
SETTINGS = RunSettings(schedule="twap", horizon_minutes=3.0)


def cut(scenario: Scenario, end: date) -> Scenario:
    return replace(scenario, end=end)


def replayed(scenario: Scenario, portfolio: Portfolio = SHORT_STRADDLE, **settings: object) -> ReplayResult:
    return replay(
        portfolio,
        scenario,
        policies=[policy_named("delta"), policy_named("whalley-wilmott")],
        settings=replace(SETTINGS, **settings),  # type: ignore[arg-type]
        portfolio_as_of=AS_OF,
    )


@cache
def volmageddon() -> ReplayResult:
    return replayed(cut(load_scenario("volmageddon-2018"), date(2018, 2, 8)))


@cache
def yen_carry() -> ReplayResult:
    return replayed(load_scenario("yen-carry-2024"))


def policy(result: ReplayResult, name: str) -> PolicyReplay:
    return next(own for own in result.policies if own.policy == name)


def test_the_reference_line_comes_first_and_never_trades() -> None:
    unhedged = volmageddon().policies[0]
    assert (unhedged.policy, unhedged.trades, unhedged.costs, unhedged.turnover_contracts) == (
        "unhedged",
        0,
        0,
        0,
    )


@pytest.mark.parametrize("result", [volmageddon, yen_carry])
def test_every_day_s_attribution_sums_to_its_profit(result: object) -> None:
    for own in result().policies:  # type: ignore[operator]
        for day in own.days:
            assert set(day.attribution) == set(ATTRIBUTION_PARTS)
            assert sum(day.attribution.values()) == pytest.approx(day.profit_and_loss, abs=1e-6)
        assert sum(own.attribution.values()) == pytest.approx(own.profit_and_loss, abs=1e-5)
        assert own.equity[-1] == pytest.approx(own.profit_and_loss, abs=1e-6)


def test_every_policy_sees_the_same_market_and_the_same_random_numbers() -> None:
    delta, band = (policy(volmageddon(), name) for name in ("delta", "whalley-wilmott"))
    arrivals = [
        {day.day: order.cost.arrival_price for day in own.days for order in day.orders}
        for own in (delta, band)
    ]
    common = arrivals[0].keys() & arrivals[1].keys()
    assert common
    assert all(arrivals[0][day] == arrivals[1][day] for day in common)


def test_the_hedged_book_s_delta_is_within_half_a_contract_of_nothing() -> None:
    for day in policy(volmageddon(), "delta").days[:-1]:
        assert abs(day.delta["SPX"]) <= 0.5 * 51.0


def test_the_last_close_is_marked_and_not_traded() -> None:
    for own in volmageddon().policies:
        assert own.days[-1].orders == ()


def test_hedging_takes_the_delta_out_of_the_profit_and_leaves_the_rest() -> None:
    unhedged, delta = (policy(volmageddon(), name).attribution for name in ("unhedged", "delta"))
    assert abs(delta["delta"]) < 0.02 * abs(unhedged["delta"])
    for part in ("gamma", "vega", "theta", "rho"):
        assert delta[part] == pytest.approx(unhedged[part], rel=1e-9, abs=1e-6)


def test_an_option_that_expires_pays_its_intrinsic_value_at_the_close() -> None:
    expired = date(2018, 2, 6)
    result = volmageddon()
    close = float(result.spot["SPX"][result.days.index(expired)])
    for own in result.policies:
        settled = {day.day: day.settled for day in own.days}
        assert settled.pop(expired) == pytest.approx(10 * 100 * max(2600.0 - close, 0.0))
        assert not any(settled.values())


def test_an_unhedged_option_s_profit_is_its_last_value_less_its_first() -> None:
    put = book(option_position(10, strike=2500.0, right=Right.PUT))
    scenario = cut(load_scenario("volmageddon-2018"), date(2018, 2, 6))
    result = replay(put, scenario, policies=[], settings=SETTINGS, portfolio_as_of=AS_OF)
    first, last = (
        measure(put, load_market(put, as_of=day, seed=0)).by_underlying["SPX"].net.value
        for day in (scenario.start, scenario.end)
    )
    assert result.policies[0].profit_and_loss == pytest.approx(last - first, rel=1e-9)
    assert result.policies[0].attribution["vega"] > 0


def test_nothing_is_looked_up_ahead() -> None:
    shorter = replayed(cut(load_scenario("volmageddon-2018"), date(2018, 2, 6)))
    for short, long in zip(shorter.policies, volmageddon().policies, strict=True):
        for ours, theirs in zip(short.days[:-1], long.days, strict=False):
            assert ours.day == theirs.day
            assert ours.profit_and_loss == theirs.profit_and_loss
            assert ours.contracts == theirs.contracts


def test_the_same_seed_repeats_the_replay_and_another_changes_the_fills_alone() -> None:
    scenario = cut(load_scenario("volmageddon-2018"), date(2018, 1, 31))
    one, again, other = (replayed(scenario, seed=seed) for seed in (0, 0, 1))
    for first, second, third in zip(one.policies, again.policies, other.policies, strict=True):
        assert first.profit_and_loss == second.profit_and_loss
        assert first.attribution["gamma"] == pytest.approx(third.attribution["gamma"])
    assert one.policies[1].news != other.policies[1].news


def test_stressed_days_are_dearer_to_hedge() -> None:
    scenario = cut(load_scenario("volmageddon-2018"), date(2018, 2, 6))
    calm, stressed = (
        replace(scenario, stressed_days=frozenset()),
        replace(scenario, stressed_days=frozenset(scenario.days())),
    )
    paths = [
        np.concatenate([order.path_mid for day in replayed(own).policies[1].days for order in day.orders])
        for own in (calm, stressed)
    ]
    assert np.abs(np.diff(paths[0])).sum() < np.abs(np.diff(paths[1])).sum()


def test_a_book_from_elsewhere_is_moved_to_the_scenario_and_the_result_says_so() -> None:
    result = yen_carry()
    assert any("moved from 2018-02-05 to 2024-07-31" in note for note in result.notes)
    assert result.stickiness == "sticky-moneyness"
    assert any("sticky-moneyness" in note for note in result.notes)


def test_a_book_of_the_scenario_s_own_days_stays_as_it_is() -> None:
    assert not any("moved from" in note for note in volmageddon().notes)
    assert volmageddon().stickiness is None


def test_shocks_give_the_published_closes() -> None:
    assert yen_carry().spot["SPX"][[0, 3, -1]] == pytest.approx([5522.30, 5186.33, 5344.16], abs=1.0)


def test_the_unhedged_book_is_without_the_hedges_it_came_with() -> None:
    scenario = cut(load_scenario("volmageddon-2018"), date(2018, 1, 30))
    hedged = replayed(scenario, book(*SHORT_STRADDLE.positions, future_position(9)))
    assert hedged.policies[0].profit_and_loss == replayed(scenario).policies[0].profit_and_loss
    assert hedged.policies[0].days[0].contracts == {"SPX": 0}


def test_a_book_of_its_hedge_alone_is_closed_on_the_first_day() -> None:
    scenario = cut(load_scenario("volmageddon-2018"), date(2018, 1, 31))
    closed = policy(replayed(scenario, book(future_position(5))), "delta")
    assert [day.contracts for day in closed.days] == [{"SPX": 0}] * 3
    assert closed.trades == 1


def test_progress_rises_day_by_day_to_the_end() -> None:
    heard: list[tuple[str, float]] = []
    replay(
        SHORT_STRADDLE,
        cut(load_scenario("volmageddon-2018"), date(2018, 1, 31)),
        policies=[policy_named("delta"), policy_named("minimum-variance")],
        settings=SETTINGS,
        portfolio_as_of=AS_OF,
        progress=lambda stage, fraction: heard.append((stage, fraction)),
    )
    assert [stage for stage, _ in heard][-1] == "minimum-variance on 2018-01-31"
    fractions = [fraction for _, fraction in heard]
    assert np.diff(fractions).min() > -1e-12
    assert fractions[-1] < 1.0


def test_an_underlying_that_the_scenario_does_not_know_is_named() -> None:
    stranger = book(option_position(1, strike=100.0, underlying="ACME"))
    with pytest.raises(UsageError, match="has no market for ACME, only for SPX"):
        replayed(load_scenario("covid-2020"), stranger)
    assert load_scenario("covid-2020").kind is ScenarioKind.SHOCKS


def test_every_day_has_its_own_random_numbers() -> None:
    market = market_of(flat_underlying())
    days = [TimelineDay(day=date(2018, 2, day), market=market, regime="calm") for day in (1, 2, 5)]
    seeds = [_settings_of(day, SETTINGS).seed for day in days]
    assert len(set(seeds)) == 3
    assert seeds == [_settings_of(day, SETTINGS).seed for day in days]


def test_an_option_that_expires_in_the_money_pays_on_its_own_day() -> None:
    call = book(option_position(10, strike=2600.0, expiry=date(2018, 2, 6)))
    scenario = cut(load_scenario("volmageddon-2018"), date(2018, 2, 7))
    result = replay(call, scenario, policies=[], settings=SETTINGS, portfolio_as_of=AS_OF)
    settled = {day.day: day.settled for day in result.policies[0].days if day.settled}
    close = float(result.spot["SPX"][result.days.index(date(2018, 2, 6))])
    assert close > 2600.0
    assert settled == {date(2018, 2, 6): pytest.approx(1_000 * (close - 2600.0))}


def test_a_day_s_costs_are_what_its_orders_paid_without_the_news() -> None:
    traded = [day for day in policy(volmageddon(), "delta").days if day.orders]
    assert traded
    for day in traded:
        (cost,) = (worked.cost for worked in day.orders)
        expected = cost.news_currency - cost.realised_currency
        # The simulated mid starts on its grid, in a stressed market up to two ticks off the fair price.
        tick = abs(cost.quantity) * 50.0 * 0.25
        assert day.attribution["costs"] == pytest.approx(expected, abs=2.0 * tick)
    assert any(abs(day.news) > 1_000.0 for day in traded)
    own = policy(volmageddon(), "delta")
    assert own.costs == -own.attribution["costs"] != 0.0
    after_the_first = [day.profit_and_loss for day in own.days[1:]]
    assert own.daily_deviation == pytest.approx(np.std(after_the_first, ddof=1))
