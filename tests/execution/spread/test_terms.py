"""The market's terms: what is refused, how a net price is split, who comes, what dealers quote."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from execution.spread.law import arrivals, factor_law, filled_probability, leg_law, quote_law
from execution.spread.terms import LegMarket, PackageMarket, stated_market
from tests.execution.spread.markets import SMALL_LEG, small_market, vertical


@pytest.mark.parametrize(
    "change",
    [
        {"own_move": 1.5},
        {"takers": float("nan")},
        {"decay": -1.0},
        {"side": 0},
        {"ratio": 0},
        {"unit_ticks": 0},
        {"widest": 3},
        {"widest": -1},
        {"jump_ticks": -1},
        {"leak_ticks": -1},
    ],
)
def test_impossible_legs_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"expected|not negative|stays inside"):
        replace(SMALL_LEG, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"legs": ()},
        {"legs": (SMALL_LEG,) * 6},
        {"steps": 0},
        {"step_seconds": 0.0},
        {"factor_move": -0.1},
        {"dealers": -1},
        {"complex_edge": float("inf")},
        {"offsets": (1.0,)},
        {"complex_offsets": (-1.1,)},
    ],
)
def test_impossible_packages_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"legs|expected|rests"):
        replace(small_market(), **change)


@given(
    part=st.floats(-1.0, 1.5),
    ratios=st.lists(st.integers(1, 3), min_size=1, max_size=5),
    half=st.integers(1, 9),
)
def test_a_split_net_price_is_off_by_half_the_widest_legs_ratio_at_most(
    part: float, ratios: list[int], half: int
) -> None:
    legs = tuple(LegMarket(mid_ticks=100, half_spread_ticks=half, widest=0, ratio=ratio) for ratio in ratios)
    market = PackageMarket(legs=legs)
    off = abs(float(market.split(part) @ np.array(ratios)) - part * market.half_spread_ticks)
    assert off <= max(ratios) / 2 + 1e-9


def test_probabilities_of_a_legs_step_sum_to_one() -> None:
    market = small_market()
    for leg in market.legs:
        law = leg_law(leg, market)
        assert law.kernel.sum(axis=-1) == pytest.approx(np.ones(law.kernel.shape[:-1]), abs=1e-15)
        assert (law.kernel >= 0.0).all()
    assert factor_law(market).sum() == 1.0


def test_a_leg_without_takers_can_only_wait() -> None:
    leg = replace(SMALL_LEG, takers=0.0, maker_takers=0.0)
    assert leg_law(leg, small_market()).offsets.tolist() == [0]


def test_more_come_the_better_the_price_and_fewer_where_others_stand_before_us() -> None:
    expected = arrivals(SMALL_LEG, np.arange(-3.0, 4.0))
    assert (np.diff(expected) <= 0.0).all()
    touch, inside = (filled_probability(SMALL_LEG, offset, np.zeros(1))[0] for offset in (-3, 0))
    assert 0.0 < touch < inside < 1.0


@pytest.mark.parametrize("dealers", [1, 2, 3, 5])
def test_best_of_dealers_is_the_published_one(dealers: int) -> None:
    # Best net spread over a single dealer's: 1 - 2 m_N / R at R 4, m_N the mean maximum of N normals.
    legs = (LegMarket(mid_ticks=1_000, half_spread_ticks=400, unit_ticks=100),)
    law = quote_law(PackageMarket(legs=legs, complex_edge=0.5, dealers=dealers, response=1.0))
    normal = NormalDist()
    maximum, _ = quad(lambda z: z * dealers * normal.pdf(z) * normal.cdf(z) ** (dealers - 1), -8.0, 8.0)
    assert law.probability.sum() == pytest.approx(1.0, abs=1e-4)
    assert law.cost @ law.probability / 200.0 == pytest.approx(1.0 - 2.0 * maximum / 4.0, abs=2e-3)


def test_nobody_answers_as_often_as_all_stay_silent() -> None:
    law = quote_law(replace(vertical(), response=0.4, dealers=3))
    assert law.probability.sum() == pytest.approx(1.0 - 0.6**3, abs=1e-3)


def test_makers_of_packages_want_the_root_of_their_legs_squares() -> None:
    market = stated_market((SMALL_LEG, replace(SMALL_LEG, ratio=2, half_spread_ticks=2, widest=1)))
    assert market.complex_edge * market.half_spread_ticks == pytest.approx(0.77 * 5.0)


def test_a_hedged_pair_of_legs_has_its_own_variance_alone() -> None:
    covariance = vertical().covariance()
    assert covariance.sum() == pytest.approx(2 * 0.3)
    assert covariance[0, 1] == pytest.approx(-0.2)


def test_a_factor_that_is_followed_is_risk_of_a_half_held_package() -> None:
    legs = tuple(replace(leg, own_move=0.0, followed_ticks=9) for leg in vertical().legs)
    market = replace(vertical(), legs=legs)
    assert market.covariance() == pytest.approx(0.2 * 10.0**2 * np.array([[1.0, -1.0], [-1.0, 1.0]]))
