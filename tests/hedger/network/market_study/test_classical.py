"""Classical bands along paths are those of the hedging problem where volatility is constant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hedger.network.market_study import classical
from hedger.network.market_study.ablation import (
    with_frozen_surface,
    with_long_run_forecast,
    without_forecast,
)
from hedger.network.market_study.book import BookAtDate
from hedger.network.market_study.states import HedgingTask
from hedger.network.markets.gbm import BlackScholesMarket
from hedger.optimum import classical as known
from hedger.optimum.problem import HedgingProblem
from tests.hedger.network.market_study.small_networks import STRADDLE

PATHS = BlackScholesMarket(volatility=0.25).simulate(20, 8, np.random.SeedSequence(4))
TASK = HedgingTask(book=STRADDLE, proportional_cost=2e-3, risk_aversion=40.0)
PROBLEM = HedgingProblem(
    strike=STRADDLE.strike,
    is_call=STRADDLE.is_call,
    units=STRADDLE.units,
    expiry_step=STRADDLE.expiry_step,
    spot=1.0,
    step_variance=0.25**2 / 252,
    proportional_cost=2e-3,
    risk_aversion=40.0,
)


@pytest.mark.parametrize(
    ("rule", "twin"),
    [
        (classical.delta, known.practitioner_delta),
        (classical.leland, known.leland),
        (classical.whalley_wilmott, known.whalley_wilmott),
    ],
)
def test_bands_equal_those_of_the_problem(rule: classical.Rule, twin: Callable[..., np.ndarray]) -> None:
    date = BookAtDate.of(STRADDLE, PATHS, 2)
    lower, upper = rule(TASK, date, date.hedging)
    assert np.stack([lower, upper], axis=1) == pytest.approx(twin(PROBLEM, 2, date.spot), abs=1e-12)


def test_zakamouline_differs_only_by_the_days_of_a_year() -> None:
    date = BookAtDate.of(STRADDLE, PATHS, 2)
    edges = np.stack(classical.zakamouline(TASK, date, date.implied), axis=1)
    twin = known.zakamouline(PROBLEM, 2, date.spot, dates_per_year=252.0)
    assert edges == pytest.approx(twin, abs=1e-12)


def test_minimum_variance_adds_vega_times_the_response() -> None:
    date = BookAtDate.of(STRADDLE, PATHS, 2)
    moving = replace(date, state=replace(date.state, spot_vol_slope=np.full(20, -3.0)))
    shift = moving.minimum_variance_delta(date.greeks(date.implied)) - date.minimum_variance_delta(
        date.greeks(date.implied)
    )
    # A short straddle loses vega; volatility that falls as spot rises makes its delta larger.
    assert np.all(shift > 0.0)


def test_threshold_waits_within_its_share_of_the_largest_line() -> None:
    date = BookAtDate.of(STRADDLE, PATHS, 2)
    lower, upper = classical.threshold(0.1)(TASK, date, date.implied)
    assert upper - lower == pytest.approx(0.2)


def test_lacking_knowledge_changes_nothing_where_there_is_nothing_to_know() -> None:
    for change in (without_forecast, with_long_run_forecast, with_frozen_surface):
        date = BookAtDate.of(STRADDLE, change(PATHS), 2)
        assert date.hedging == pytest.approx(0.25, rel=1e-9)
        assert date.implied == pytest.approx(0.25, rel=1e-9)
