from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.hedging_study import (
    INDEX,
    SHAPES,
    UNITS,
    BookPath,
    End,
    Leg,
    book_path,
    model_value,
    outcome,
    random_shape,
)
from hedger.exposure import LADDER_MOVES
from hedger.policy import POLICIES, DeltaPolicy, HedgePolicy
from pricing.market import UnderlyingMarket
from pricing.time import close_instant
from tests.markets import flat_underlying

DAYS = [date(2018, 2, 5) + timedelta(day) for day in range(5)]
SPOTS = [2648.94, 2695.0, 2681.0, 2581.0, 2619.0]
EXPIRY = close_instant(DAYS[-1])


def markets() -> list[UnderlyingMarket]:
    return [
        replace(flat_underlying(spot=spot, rate=0.02), as_of=close_instant(day), hedge=INDEX)
        for day, spot in zip(DAYS, SPOTS, strict=True)
    ]


def leg(units: float, *, is_call: bool = True, strike: float = 2650.0) -> Leg:
    return Leg(expiry=EXPIRY, strike=strike, is_call=is_call, units=units)


def path_of(*legs: Leg, opening_cost: float = 0.0) -> BookPath:
    *open_days, last = markets()
    end = End(instant=EXPIRY, spot=last.spot, value=sum(each.units * each.payoff(last.spot) for each in legs))
    return book_path("test", legs, open_days, end, opening_cost=opening_cost)


def test_a_synthetic_forward_is_hedged_without_profit_or_loss_at_no_cost() -> None:
    path = path_of(leg(UNITS), leg(-UNITS, is_call=False))
    found = outcome(path, DeltaPolicy(), cost_bps=0.0, aversion=50.0)
    # Less than half a unit of 1,000 is left each day, and no day moves by more than 4%.
    assert found.profit == pytest.approx(0.0, abs=4 * 0.5e-3 * 400)
    assert abs(outcome(path, None, cost_bps=0.0, aversion=50.0).profit) > 100.0


def test_no_hedge_earns_the_options_alone_and_trades_nothing() -> None:
    path = path_of(leg(-UNITS), leg(-UNITS, is_call=False), opening_cost=300.0)
    found = outcome(path, None, cost_bps=5.0, aversion=50.0)
    assert found.profit == pytest.approx(1e4 * path.option_profit().sum() / (UNITS * SPOTS[0]))
    assert (found.cost, found.turnover, found.trades) == (0.0, 0.0, 0)


def test_steps_add_up_to_the_profit_and_end_on_the_days_after_decisions() -> None:
    path = path_of(leg(-UNITS))
    found = outcome(path, DeltaPolicy(), cost_bps=1.0, aversion=50.0)
    assert found.profit == pytest.approx(found.steps.sum())
    assert path.step_days == tuple(DAYS[1:])


def test_half_spreads_at_the_start_are_lost() -> None:
    free, dear = (path_of(leg(-UNITS), opening_cost=cost).option_profit().sum() for cost in (0.0, 300.0))
    assert free - dear == pytest.approx(300.0)


@pytest.mark.parametrize("policy", POLICIES, ids=[policy.name for policy in POLICIES])
def test_cost_is_turnover_at_the_stated_basis_points(policy: HedgePolicy) -> None:
    path = path_of(leg(-UNITS), leg(-UNITS, is_call=False))
    found = outcome(path, policy, cost_bps=5.0, aversion=50.0)
    assert found.cost == pytest.approx(5.0 * found.turnover)
    assert 0 < found.trades <= len(path.markets)


@pytest.mark.parametrize("policy", POLICIES, ids=[policy.name for policy in POLICIES])
def test_a_ladder_of_today_alone_decides_as_a_whole_one(
    policy: HedgePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    legs = leg(-UNITS), leg(0.5 * UNITS, is_call=False, strike=2600.0)
    alone = outcome(path_of(*legs), policy, cost_bps=5.0, aversion=50.0)
    monkeypatch.setattr("benchmarks.hedging_study._LADDER_MOVES", LADDER_MOVES)
    whole = outcome(path_of(*legs), policy, cost_bps=5.0, aversion=50.0)
    assert whole.steps.tolist() == alone.steps.tolist()


def test_a_hedge_that_ignores_costs_loses_exactly_what_they_are() -> None:
    path = path_of(leg(-UNITS))
    free, dear = (outcome(path, DeltaPolicy(), cost_bps=cost, aversion=50.0) for cost in (0.0, 5.0))
    assert free.profit - dear.profit == pytest.approx(dear.cost)


def test_what_expires_today_is_worth_its_payoff() -> None:
    last = markets()[-1]
    legs = (leg(-2.0), leg(3.0, is_call=False))
    assert model_value(legs, last) == pytest.approx(sum(each.units * each.payoff(last.spot) for each in legs))


def test_random_books_have_the_gross_units_of_a_straddle() -> None:
    straddle = sum(abs(each.sign) for each in SHAPES["straddle"])
    shape = random_shape(np.random.default_rng(7))
    assert sum(abs(each.sign) for each in shape) == pytest.approx(straddle)
