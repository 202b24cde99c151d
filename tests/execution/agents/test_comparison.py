"""Paired comparison of workers: intervals that cover, Holm's correction, control variates, clusters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from execution.agents.clustered_mean import bootstrap_interval, clustered_mean
from execution.agents.comparison import (
    ALL_EPISODES,
    PairedDifference,
    compare,
    holm_p_values,
    paired_difference,
)

FloatArray = np.ndarray


def difference(challenger: FloatArray, baseline: FloatArray, **options: object) -> PairedDifference:
    return paired_difference(challenger, baseline, challenger="agent", baseline="twap", **options)


def test_one_episode_a_cluster_is_the_paired_t_test_of_scipy() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(5.0, 3.0, 40), rng.normal(6.0, 3.0, 40)
    expected = stats.ttest_rel(a, b)
    found = difference(a, b)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert (found.lower, found.upper) == pytest.approx(tuple(expected.confidence_interval(0.95)), rel=1e-10)
    assert found.challenger_bps == pytest.approx(a.mean())


def test_whole_clusters_of_one_size_are_the_t_test_of_their_means() -> None:
    rng = np.random.default_rng(2)
    shared = np.repeat(rng.normal(0.0, 1.0, 15), 4)
    a = shared + rng.normal(0.0, 0.1, 60)
    expected = stats.ttest_1samp(a.reshape(15, 4).mean(axis=1), 0.0)
    found = difference(a, np.zeros(60), cluster=np.repeat(np.arange(15), 4))
    assert found.clusters == 15
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-10)


def test_95_percent_intervals_cover_a_skewed_mean_about_95_times_in_100() -> None:
    rng, studies, covered = np.random.default_rng(3), 600, np.zeros(2)
    for _ in range(studies):
        draws = rng.exponential(1.0, 40) - 1.0
        mean = clustered_mean(draws[:, None])
        low, high = bootstrap_interval(mean, rng, repetitions=400)
        reach = stats.t.ppf(0.975, mean.freedom) * mean.standard_error[0]
        covered += (abs(mean.value[0]) <= reach, low <= 0.0 <= high)
    assert np.all(np.abs(covered / studies - 0.94) < 0.03)


def test_intervals_that_know_the_clusters_cover_and_those_that_do_not_do_not() -> None:
    rng, studies, covered = np.random.default_rng(4), 400, np.zeros(2)
    cluster = np.repeat(np.arange(25), 6)
    for _ in range(studies):
        draws = rng.normal(0.0, 1.0, 25)[cluster] + rng.normal(0.0, 0.5, 150)
        for at, labels in enumerate((cluster, None)):
            mean = clustered_mean(draws[:, None], cluster=labels)
            covered[at] += abs(mean.value[0]) <= stats.t.ppf(0.975, mean.freedom) * mean.standard_error[0]
    assert covered[0] / studies == pytest.approx(0.95, abs=0.03)
    assert covered[1] / studies < 0.7


def test_a_control_variate_keeps_the_mean_and_its_coverage_and_takes_the_noise() -> None:
    rng, studies, covered, errors = np.random.default_rng(5), 500, 0, []
    for _ in range(studies):
        news = rng.normal(0.0, 5.0, 30)
        draws = -0.3 + 0.9 * news + rng.normal(0.0, 1.0, 30)
        mean = clustered_mean(draws[:, None], controls=news[:, None])
        covered += abs(mean.value[0] + 0.3) <= stats.t.ppf(0.975, mean.freedom) * mean.standard_error[0]
        errors.append(mean.standard_error[0] / (draws.std(ddof=1) / math.sqrt(30)))
    assert covered / studies == pytest.approx(0.95, abs=0.03)
    assert np.mean(errors) < 0.3


def test_a_control_that_does_not_vary_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=20), rng.normal(size=20)
    plain, controlled = difference(a, b), difference(a, b, control_bps=np.full(20, 0.1))
    assert controlled.mean_bps == plain.mean_bps
    assert not controlled.is_adjusted


def test_the_adjusted_mean_is_the_intercept_of_least_squares() -> None:
    rng = np.random.default_rng(7)
    a, b, news = rng.normal(size=(3, 50))
    intercept = np.polyfit(news, a - b, 1)[1]
    assert difference(a, b, control_bps=news).mean_bps == pytest.approx(intercept, rel=1e-10)


def test_relative_interval_holds_the_ratio_and_opens_where_the_baseline_may_be_zero() -> None:
    rng = np.random.default_rng(8)
    base = rng.normal(10.0, 1.0, 100)
    found = difference(0.7 * base, base)
    assert found.relative == pytest.approx(-0.3)
    assert found.relative_lower == pytest.approx(-0.3, abs=1e-6)
    open_ended = difference(base, rng.normal(0.0, 1.0, 100))
    assert (open_ended.relative_lower, open_ended.relative_upper) == (-math.inf, math.inf)


def test_relative_interval_covers_the_true_ratio() -> None:
    rng, studies, covered = np.random.default_rng(9), 400, 0
    for _ in range(studies):
        base = rng.normal(2.0, 3.0, 60)
        figures = np.column_stack((base, 0.8 * base + rng.normal(0.0, 1.0, 60)))
        found = paired_difference(figures[:, 1], figures[:, 0], challenger="a", baseline="b")
        covered += found.relative_lower <= -0.2 <= found.relative_upper
    assert covered / studies == pytest.approx(0.95, abs=0.03)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.0, 1.0), max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(values: list[float]) -> None:
    p_values = np.array(values, np.float64)
    adjusted = holm_p_values(p_values)
    order = np.argsort(p_values, kind="stable")
    assert np.all(adjusted >= p_values)
    assert np.all(adjusted <= np.minimum(1.0, len(values) * p_values) + 1e-15)
    assert np.all(np.diff(adjusted[order]) >= 0.0)


def test_holm_matches_the_worked_example_of_four_tests() -> None:
    # p 0.01, 0.04, 0.03, 0.005 times 3, 1, 2, 4, made monotone.
    found = holm_p_values(np.array([0.01, 0.04, 0.03, 0.005]))
    assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_workers_are_compared_as_a_whole_and_by_regime() -> None:
    rng = np.random.default_rng(10)
    base = rng.normal(5.0, 1.0, 200)
    costs = {"twap": base, "agent": base - 1.0 + rng.normal(0.0, 0.5, 200), "same": base + 0.0}
    found = compare(costs, baseline="twap", group=["calm", "squeeze"] * 100)
    assert [each.group for each in found] == [ALL_EPISODES] * 2 + ["calm"] * 2 + ["squeeze"] * 2
    assert all(each.is_cheaper for each in found if each.challenger == "agent")
    assert all(each.p_adjusted == 1.0 for each in found if each.challenger == "same")


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        (np.array([1.0, math.nan, 2.0]), "figures of episode 1"),
        (np.array([1.0, math.inf, 2.0]), "figures of episode 1"),
        (np.array([1.0]), "1 independent groups"),
        (np.array([]), "0 independent groups"),
        (np.zeros((2, 2)), "expected one number an episode"),
    ],
)
def test_costs_that_cannot_be_compared_are_refused(costs: FloatArray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        difference(costs, np.zeros_like(costs))


def test_an_unknown_baseline_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'vwap', expected one of twap, agent"):
        compare({"twap": np.zeros(3), "agent": np.zeros(3)}, baseline="vwap")


def test_labels_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="cluster has shape"):
        difference(np.zeros(3), np.zeros(3), cluster=np.zeros(2))
    with pytest.raises(ValueError, match="group has shape"):
        compare({"a": np.zeros(3)}, baseline="a", group=["x"])
    with pytest.raises(ValueError, match="controls of 2 episodes"):
        difference(np.zeros(3), np.zeros(3), control_bps=np.zeros(2))


def test_few_clusters_give_no_bootstrap_and_equal_costs_a_p_value_of_one() -> None:
    rng = np.random.default_rng(11)
    assert math.isnan(difference(rng.normal(size=5), np.zeros(5)).bootstrap_lower)
    equal = difference(np.ones(9), np.ones(9))
    assert (equal.p_value, equal.lower, equal.bootstrap_upper) == (1.0, 0.0, 0.0)


def test_p_values_outside_of_0_to_1_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 1"):
        holm_p_values(np.array([0.5, math.nan]))
