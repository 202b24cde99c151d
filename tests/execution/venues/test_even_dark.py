"""Rules that learn nothing: equal parts in the dark, the share of a schedule at the lit venues."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.agents.actions import default_actions
from execution.agents.desk import Desk
from execution.agents.routers import EveryVenue
from execution.agents.terms import VenueFees
from execution.market.pool_terms import DarkPoolTerms
from execution.venues.dark_markets import DarkMarkets
from execution.venues.even_dark import EvenDark, LitDarkPace
from execution.venues.lit_dark_fills import KnownIntensity
from execution.venues.lit_dark_schedule import LitDarkSchedule
from tests.execution.venues.still_markets import TERMS, StillMarkets

DEAD = DarkPoolTerms(arrivals_per_second=0.0, mean_lots=1.0)
LOTS, DECISIONS = 10_000, 20


def desk_of(pools: tuple[DarkPoolTerms, ...]) -> Desk:
    """Two still markets in which nothing trades but in pools; bought in one, sold in the other."""
    markets = DarkMarkets(StillMarkets(2), pools, np.random.SeedSequence(1))
    terms = replace(TERMS, further_fees=tuple(VenueFees(0.0, 0.0) for _ in pools))
    desk = Desk(markets, [terms] * 2, default_actions(), 10**9)
    desk.begin(np.ones(2, np.bool_), np.array([1, -1]), np.full(2, LOTS), DECISIONS)
    return desk


def schedule(intensity: float, risk: float = 0.0) -> LitDarkSchedule:
    return LitDarkSchedule(
        horizon=1.0, temporary_impact=1e-6, risk=risk, law=KnownIntensity(intensity=intensity)
    )


def test_pools_get_equal_parts_of_what_the_lit_venue_does_not() -> None:
    desk = desk_of((DEAD, DEAD))
    rest = EvenDark(lit=EveryVenue(), venues=1).route(desk).rest
    np.testing.assert_array_equal(rest, [[500, 4750, 4750]] * 2)


def test_an_even_split_is_the_optimum_s_where_nobody_comes_and_nothing_is_risked() -> None:
    desk = desk_of((DEAD,))
    even = EvenDark(lit=EveryVenue(), venues=1)
    optimal = EvenDark(lit=LitDarkPace(schedule=schedule(0.0)), venues=1)
    for _ in range(DECISIONS - 1):
        np.testing.assert_allclose(even.route(desk).rest, optimal.route(desk).rest, atol=1)
        desk.work(even.route(desk))


@pytest.mark.parametrize(("intensity", "risk"), [(2.0, 0.0), (2.0, 4e-6), (0.0, 4e-6)])
def test_the_lit_venue_gets_what_the_schedule_trades_of_what_is_left(intensity: float, risk: float) -> None:
    desk, plan = desk_of((DEAD,)), schedule(intensity, risk)
    router = EvenDark(lit=LitDarkPace(schedule=plan), venues=1)
    left = plan.remaining(DECISIONS)
    for decision in range(DECISIONS):
        rest = router.route(desk).rest
        share = 1.0 - left[decision + 1] / left[decision]
        np.testing.assert_allclose(rest[:, 0], share * LOTS, atol=1.0)
        np.testing.assert_array_equal(rest.sum(axis=1), LOTS)
        desk.work(router.route(desk))
