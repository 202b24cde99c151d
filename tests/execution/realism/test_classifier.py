from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.realism.classifier import area_under_curve, tell_apart
from execution.realism.logistic import fit_logistic
from tests.execution.realism.tapes import random_tape

SCORES = st.lists(st.integers(-5, 5), min_size=1, max_size=25)


@given(SCORES, SCORES)
@settings(deadline=None)
def test_the_area_is_the_share_of_pairs_that_are_ordered_right(first: list[int], second: list[int]) -> None:
    pairs = [1.0 if b > a else 0.5 if b == a else 0.0 for a in first for b in second]
    found = area_under_curve(np.array(first, float), np.array(second, float))
    assert found == pytest.approx(np.mean(pairs))


def test_two_tapes_of_one_law_cannot_be_told_apart() -> None:
    found = tell_apart(random_tape(1, 3_500), random_tape(2, 3_500))
    assert found is not None
    assert found.auc.lower < 0.5 < found.auc.upper
    assert found.first_windows > 50


def test_markets_of_different_spread_are_always_told_apart() -> None:
    found = tell_apart(random_tape(1, 3_500), random_tape(4, 3_000, spread=10))
    assert found is not None
    assert found.auc.value > 0.99


def test_one_seed_gives_one_area() -> None:
    pair = random_tape(1, 3_500), random_tape(4, 3_000, spread=10)
    assert tell_apart(*pair, seed=3) == tell_apart(*pair, seed=3)


def test_too_few_windows_are_not_judged() -> None:
    assert tell_apart(random_tape(7, 1_000), random_tape(1, 3_500)) is None


def test_what_no_line_parts_is_parted_by_random_features() -> None:
    rng = np.random.default_rng(9)
    features = rng.standard_normal((1_200, 3))
    second = features[:, 0] * features[:, 1] > 0.0
    model = fit_logistic(features[:800], second[:800], rng)
    score, truth = model.score(features[800:]), second[800:]
    assert area_under_curve(score[~truth], score[truth]) > 0.93


def test_scores_are_log_odds_where_the_law_is_logistic() -> None:
    rng = np.random.default_rng(10)
    features = rng.standard_normal((8_000, 1))
    second = rng.random(8_000) < 1.0 / (1.0 + np.exp(-2.0 * features[:, 0]))
    score = fit_logistic(features, second, rng).score(np.array([[-1.0], [0.0], [1.0]]))
    assert score == pytest.approx([-2.0, 0.0, 2.0], abs=0.35)


def test_a_feature_that_never_changes_counts_for_nothing() -> None:
    rng = np.random.default_rng(11)
    features = np.column_stack((rng.standard_normal(400), np.full(400, 7.0)))
    model = fit_logistic(features, features[:, 0] > 0.0, rng)
    changed = np.column_stack((features[:, 0], np.full(400, 9.0)))
    assert np.array_equal(model.score(features), model.score(changed))
