"""The belief in the stickiness ratio: Kalman's filter against Bayes' rule written out, and its limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.hedge_ratio import INDEX_LAW, SmileMove, StickinessBelief, belief_without_chains
from pricing.hedge_ratio.belief import surprise_weight

MOVE = SmileMove(log_return=-0.02, ratio=3.0, skew=-1.0, volatility=0.15)


def posterior_by_quadrature(belief: StickinessBelief, move: SmileMove) -> tuple[float, float]:
    """Mean and deviation of R by Bayes' rule on a grid: prior times the likelihood of the move."""
    grid = np.linspace(belief.ratio - 12 * belief.deviation, belief.ratio + 12 * belief.deviation, 20_001)
    lever, noise = move.skew * move.log_return, belief.law.noise * move.volatility
    density = np.exp(
        -0.5 * ((grid - belief.ratio) / belief.deviation) ** 2
        - 0.5 * (lever * (move.ratio - grid) / noise) ** 2
    )
    mean = float(np.average(grid, weights=density))
    return mean, float(np.sqrt(np.average((grid - mean) ** 2, weights=density)))


def test_a_move_updates_the_belief_by_the_rule_of_bayes() -> None:
    still = replace(INDEX_LAW, persistence=1.0 - 1e-12, freedom=1e9)
    prior = belief_without_chains(still)
    known = prior.observed(MOVE)
    assert (known.ratio, known.deviation) == pytest.approx(posterior_by_quadrature(prior, MOVE), rel=1e-6)


def test_a_day_later_the_belief_has_reverted_by_the_persistence() -> None:
    belief = StickinessBelief(law=INDEX_LAW, ratio=2.0, deviation=0.1)
    later = belief.aged(1)
    assert later.ratio - INDEX_LAW.mean == pytest.approx(INDEX_LAW.persistence * (2.0 - INDEX_LAW.mean))
    assert 0.1 < later.deviation < INDEX_LAW.deviation


def test_in_the_long_run_only_the_law_is_left() -> None:
    later = StickinessBelief(law=INDEX_LAW, ratio=5.0, deviation=0.0).aged(500)
    assert later.ratio == pytest.approx(INDEX_LAW.mean)
    assert later.deviation == pytest.approx(INDEX_LAW.deviation)


@given(
    ratio=st.floats(-50.0, 50.0),
    log_return=st.floats(-0.2, 0.2),
    volatility=st.floats(0.01, 2.0),
    days=st.integers(1, 4),
)
@settings(deadline=None)
def test_the_belief_moves_towards_what_was_seen_and_never_past_it(
    ratio: float, log_return: float, volatility: float, days: int
) -> None:
    prior = belief_without_chains()
    move = SmileMove(log_return=log_return, ratio=ratio, skew=-1.0, volatility=volatility, trading_days=days)
    known = prior.observed(move)
    low, high = sorted((INDEX_LAW.mean, ratio))
    assert low - 1e-9 <= known.ratio <= high + 1e-9
    assert 0.0 <= known.deviation <= INDEX_LAW.deviation * (1.0 + 1e-12)


@pytest.mark.parametrize("change", [{"log_return": 0.0}, {"skew": 0.0}, {"ratio": np.nan}, {"skew": np.inf}])
def test_a_move_that_says_nothing_only_lets_time_pass(change: dict[str, float]) -> None:
    prior = StickinessBelief(law=INDEX_LAW, ratio=2.0, deviation=0.2)
    assert prior.observed(replace(MOVE, **change)) == prior.aged(1)


def test_a_larger_return_in_a_calmer_market_teaches_more() -> None:
    prior = belief_without_chains()
    assert prior.observed(MOVE).ratio > prior.observed(replace(MOVE, log_return=-0.01)).ratio
    assert prior.observed(MOVE).ratio > prior.observed(replace(MOVE, volatility=0.3)).ratio
    assert prior.observed(MOVE).ratio > prior.observed(replace(MOVE, trading_days=2)).ratio


def test_a_surprise_beyond_the_law_teaches_less_than_its_size() -> None:
    shares = []
    for ratio in (2.0, 10.0, 60.0):
        step = belief_without_chains().observed(replace(MOVE, ratio=ratio)).ratio - INDEX_LAW.mean
        shares.append(step / (ratio - INDEX_LAW.mean))
    assert shares[0] > 1.5 * shares[1] > 3.0 * shares[2] > 0.0


def test_the_weight_of_a_surprise_is_that_of_students_t() -> None:
    assert surprise_weight(0.5, 6.0) == 1.0
    assert surprise_weight(10.0, 6.0) == pytest.approx(7.0 / 14.0)
    # The weight is -2 d log density / d(x^2) of a t of unit variance: up to its cap, by a difference.
    t = scipy.stats.t(6.0, scale=np.sqrt(4.0 / 6.0))
    slope = (t.logpdf(np.sqrt(10.01)) - t.logpdf(np.sqrt(9.99))) / 0.02
    assert surprise_weight(10.0, 6.0) == pytest.approx(-2.0 * slope, rel=1e-5)


@pytest.mark.parametrize(
    "wrong", [{"persistence": 1.0}, {"deviation": -0.1}, {"noise": 0.0}, {"freedom": 2.0}]
)
def test_an_impossible_law_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        replace(INDEX_LAW, **wrong)
