from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.market.flow import FLOW_STATE
from execution.market.reference import displacement, fade, feel_trade, set_at_rest
from execution.market.regime import (
    CALM,
    MEMORY_SCALES,
    NEWS_NS,
    STRESSED,
    MarketConditions,
    RegimeParameters,
    reference_parameters,
)
from tests.twins import latent_book

E_MINI = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
IMPACT = reference_parameters(E_MINI, CALM)
VOLUMES = st.floats(-1e6, 1e6)
SECONDS = 1e-9 * NEWS_NS


def at_rest() -> npt.NDArray[np.void]:
    state = np.zeros(1, FLOW_STATE)
    set_at_rest(state, IMPACT, 10_600.0)
    return state


def excess_around(trades: npt.NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """The excess volume before and after the trade of each step of news [contracts]."""
    state, before, after = at_rest(), [], []
    for volume in trades:
        fade(state[0])
        before.append(math.fsum(state["excess_volume"][0]))
        feel_trade(state[0], volume)
        after.append(math.fsum(state["excess_volume"][0]))
    return before, after


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4_000), VOLUMES), min_size=1, max_size=6), st.integers(0, 4_000))
def test_the_transient_part_is_that_of_the_whole_history(trades: list[tuple[int, float]], wait: int) -> None:
    trades = sorted(trades)
    state, step = at_rest(), 0
    for when, volume in [*trades, (trades[-1][0] + wait, 0.0)]:
        for _ in range(when - step):
            fade(state[0])
        feel_trade(state[0], volume)
        step = when
    history = [(SECONDS * when, volume) for when, volume in trades]
    excess = latent_book.excess_volume(history, SECONDS * step, CALM.memory_seconds, CALM.memory_shares)
    expected = latent_book.displacement(excess, IMPACT.impact_ticks, IMPACT.rest_volume)
    largest = IMPACT.impact_ticks * math.sqrt(1.0 + sum(abs(volume) for _, volume in trades))
    assert state["transient_ticks"][0] == pytest.approx(expected, rel=1e-6, abs=1e-6 * largest)


@settings(deadline=None)
@given(VOLUMES, VOLUMES)
def test_displacement_is_odd_increasing_and_concave_away_from_zero(one: float, other: float) -> None:
    low, high = sorted((one, other))
    f = [displacement(x, IMPACT.impact_ticks, IMPACT.rest_volume) for x in (low, high, -low)]
    assert f[0] == -f[2]
    assert f[0] <= f[1]
    sizes = sorted((abs(one), abs(other)))
    g = [displacement(x, IMPACT.impact_ticks, IMPACT.rest_volume) for x in sizes]
    assert g[1] * sizes[0] <= g[0] * sizes[1] * (1.0 + 1e-12) + 1e-300


@pytest.mark.parametrize(("share", "exponent"), [(1e-8, 1.0), (1e-2, 0.5)])
def test_the_law_crosses_over_from_linear_to_the_square_root(share: float, exponent: float) -> None:
    volume = share * E_MINI.average_daily_volume
    one, two = (displacement(x, IMPACT.impact_ticks, IMPACT.rest_volume) for x in (volume, 1.01 * volume))
    assert math.log(two / one) / math.log(1.01) == pytest.approx(exponent, abs=0.02)


def test_a_day_s_volume_at_once_displaces_by_the_coefficient_times_a_daily_volatility() -> None:
    state = at_rest()
    feel_trade(state[0], E_MINI.average_daily_volume)
    assert state["transient_ticks"][0] == pytest.approx(E_MINI.daily_volatility_ticks, rel=0.01)
    assert state["fundamental_ticks"][0] - 10_600.0 == pytest.approx(0.314 * E_MINI.daily_volatility_ticks)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=20), st.integers(1, 300), st.booleans())
def test_no_pattern_of_trades_is_paid_for_its_own_impact(
    volumes: list[int], spacing: int, close: bool
) -> None:
    trades = np.zeros(spacing * len(volumes) + 1)
    trades[: spacing * len(volumes) : spacing] = volumes
    trades[-1] = -sum(volumes) if close else 0.0
    # While a trade adds to the excess it pays the displacement on the way: the integral of the law.
    cost = [
        primitive(after) - primitive(before) for before, after in zip(*excess_around(trades), strict=True)
    ]
    assert math.fsum(cost) >= -1e-9 * math.fsum(abs(each) for each in cost)


def primitive(excess: float) -> float:
    """Integral of the displacement from zero to an excess [contracts x ticks]."""
    size, rest = abs(excess), IMPACT.rest_volume
    root = 2.0 / 3.0 * ((size + rest) ** 1.5 - rest**1.5) - math.sqrt(rest) * size
    return IMPACT.impact_ticks * root


def test_what_is_transient_fades_and_what_is_permanent_stays() -> None:
    state = at_rest()
    feel_trade(state[0], 10_000.0)
    fundamental, peak = state["fundamental_ticks"][0], state["transient_ticks"][0]
    left = []
    for _ in range(3):
        for _ in range(6_000):
            fade(state[0])
        left.append(state["transient_ticks"][0] / peak)
    assert 1.0 > left[0] > left[1] > left[2] > 0.5
    assert state["fundamental_ticks"][0] == fundamental


def test_the_reference_cannot_tell_who_trades_nor_how_a_volume_is_cut() -> None:
    whole, cut = at_rest(), at_rest()
    feel_trade(whole[0], 100.0)
    for _ in range(100):
        feel_trade(cut[0], 1.0)
    assert cut["transient_ticks"][0] == pytest.approx(whole["transient_ticks"][0], rel=1e-12)
    assert cut["fundamental_ticks"][0] == pytest.approx(whole["fundamental_ticks"][0], rel=1e-12)


@pytest.mark.parametrize("regime", [CALM, STRESSED], ids=["calm", "stressed"])
def test_a_regime_s_memory_is_shared_out_whole(regime: RegimeParameters) -> None:
    parameters = reference_parameters(E_MINI, regime)
    assert parameters.share.sum() == pytest.approx(1.0)
    assert len(parameters.share) == len(parameters.kept) == MEMORY_SCALES
    assert ((parameters.kept > 0.99) & (parameters.kept < 1.0)).all()


def test_impact_scales_with_volatility_and_with_the_root_of_the_volume() -> None:
    wild = reference_parameters(replace(E_MINI, volatility=0.4), CALM)
    deep = reference_parameters(replace(E_MINI, average_daily_volume=4 * 1.5e6), CALM)
    assert wild.impact_ticks == pytest.approx(2.0 * IMPACT.impact_ticks)
    assert deep.impact_ticks == pytest.approx(0.5 * IMPACT.impact_ticks)
    assert deep.permanent == pytest.approx(0.25 * IMPACT.permanent)
