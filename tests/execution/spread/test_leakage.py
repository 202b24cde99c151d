"""Information leakage of a package: the same market without it, and what the difference is made of."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from execution.spread.law import quote_law
from execution.spread.leakage import expected_leakage
from execution.spread.plan import PackagePlan, States
from execution.spread.programme import Programme
from execution.spread.records import Way
from execution.spread.simulate import work_packages
from execution.spread.terms import FloatArray, IntArray, PackageMarket, stated_market, stressed
from execution.spread.work import legs_of, work_spread
from tests.execution.spread.markets import SMALL_LEG, vertical
from tests.execution.spread.orders import vertical_order

PATHS, SEED = 600, 7
MARKETS = {
    "calm": vertical(8),
    "stressed": stressed(vertical(8)),
    "legging": replace(stressed(vertical(8)), complex_offsets=()),
}
_DRAWN_BY_LEG, _DRAWN = 5, 4  # uniform numbers of a step, of each leg and of the package; the factor's first


def idle(market: PackageMarket, steps: int) -> PackagePlan:
    """Nothing is done for so many steps."""
    shape = (steps, 2, States.of(market).count)
    nothing = np.zeros((2, *shape), np.int64)
    return PackagePlan(cross=nothing[0], rest=nothing[1], accept=np.full(shape, -math.inf))


def left_alone(market: PackageMarket, steps: int, paths: int = PATHS) -> tuple[IntArray, FloatArray]:
    """Mids after so many steps of one seed in which nobody acts, and the next step's factor."""
    rng, legs = np.random.default_rng(SEED), len(market.legs)
    mid: IntArray = np.tile(np.array([leg.mid_ticks for leg in market.legs]), (paths, 1))
    if steps:
        alone = replace(market, steps=steps)
        mid = work_packages(alone, idle(market, steps), paths=paths, rng=rng).last_mid
    rng.random((_DRAWN_BY_LEG, paths, legs))
    return mid, rng.random((_DRAWN, paths))[0]


@pytest.mark.parametrize("followed", [0, 3])
@pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)
def test_the_control_of_every_fill_is_the_mid_of_a_market_in_which_nobody_acts(
    market: PackageMarket, followed: int
) -> None:
    legs = (replace(market.legs[0], followed_ticks=followed), market.legs[1])
    market = replace(market, legs=legs)
    records = work_packages(
        market, Programme(market).solve()[0], paths=PATHS, rng=np.random.default_rng(SEED)
    )
    assert len(set(records.way.ravel().tolist())) >= 3
    half = market.factor_move / 2
    for step in range(market.steps + 1):
        mid, factor = left_alone(market, step)
        shift = (factor > 1.0 - half).astype(np.int64) - (factor < half)
        moved = mid + np.array([leg.followed_ticks for leg in legs]) * shift[:, None]
        # Who rests trades after the step's move, everything else before it.
        rested = np.isin(records.way, (Way.REST, Way.PACKAGE))
        expected = np.where(rested, moved, mid)
        here = records.step == step
        np.testing.assert_array_equal(records.control[here], expected[here])


def test_a_package_leaks_what_dealers_who_were_asked_in_vain_tell_and_nothing_else() -> None:
    market = vertical()
    plan, _ = Programme(market).solve()
    records = work_packages(market, plan, paths=4_000, rng=np.random.default_rng(1))
    assert records.complete.all()
    assert 0 < np.count_nonzero(records.leak) < 4_000
    np.testing.assert_array_equal(records.leakage_ticks, records.leak)


def test_without_dealers_to_ask_a_clip_leaks_nothing() -> None:
    market = replace(stressed(vertical()), dealers=0)
    records = work_packages(market, Programme(market).solve()[0], paths=500, rng=np.random.default_rng(1))
    assert (records.leakage_ticks == 0.0).all()
    assert records.moved_ticks(np.array([520, 210])).any()


def test_a_later_clip_leaks_what_informed_takers_of_the_earlier_one_moved() -> None:
    order = vertical_order()
    legs = {"C100": SMALL_LEG, "C105": replace(SMALL_LEG, mid_ticks=300)}
    market = replace(stressed(stated_market(legs_of(order, legs), steps=8)), complex_offsets=(), dealers=0)
    plan, _ = Programme(market).solve()
    falls = 0
    for seed in range(40):
        execution = work_spread(
            order, market=market, plan=plan, rng=np.random.default_rng(seed), clip_packages=5
        )
        first = work_packages(market, plan, paths=1, rng=np.random.default_rng(seed))
        fall = int(first.fall[0] @ abs(first.signed_ratio))
        assert [clip.leaked_ticks for clip in execution.clips] == [0.0, -fall]
        falls += fall > 0
    assert falls >= 3


def test_the_mid_of_every_fill_is_where_its_price_was_counted_from() -> None:
    order = vertical_order(packages=5)
    legs = {"C100": SMALL_LEG, "C105": replace(SMALL_LEG, mid_ticks=300)}
    market = stated_market(legs_of(order, legs), steps=8)
    plan, _ = Programme(market).solve()
    for seed in range(20):
        execution = work_spread(order, market=market, plan=plan, rng=np.random.default_rng(seed))
        (clip,) = execution.clips
        mids = dict(zip((leg.fill.symbol for leg in clip.fills), clip.fill_mid_ticks, strict=True))
        assert clip.moved_ticks == (mids["C100"] - 500) - (mids["C105"] - 300)
        assert execution.arrival_leg_ticks == (500, 300)
        assert len(execution.end_leg_ticks) == 2


def test_a_plan_that_asks_at_once_leaks_the_chance_of_being_declined_times_what_it_tells() -> None:
    market = vertical()
    plan = idle(market, market.steps)
    plan.accept[0] = most = 0.5 * market.half_spread_ticks
    law = quote_law(market)
    declined = 1.0 - float(law.probability[law.cost <= most].sum())
    assert 0.1 < declined < 0.9
    found = expected_leakage(
        vertical_order(), market=market, plan=plan, rng=np.random.default_rng(1), paths=20_000
    )
    assert abs(found.mean_ticks - declined * market.legs[0].leak_ticks) < 4.0 * found.standard_error_ticks
    assert found.half_width_ticks == pytest.approx(1.96 * found.standard_error_ticks, rel=1e-3)


def test_an_order_that_never_trades_has_no_expected_leakage() -> None:
    plan, _ = Programme(vertical()).solve()
    never = vertical_order(net_limit_ticks=100)
    found = expected_leakage(never, market=vertical(), plan=plan, rng=np.random.default_rng(1), paths=20)
    assert found.paths == 0
    assert math.isnan(found.mean_ticks)
