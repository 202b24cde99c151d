"""Coverage tests: their own size, limits, and Christoffersen's clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pricing.coverage_tests import conditional_coverage, independence, proportion_of_failures


@given(st.integers(1, 3_000), st.floats(0.0, 1.0), st.floats(0.001, 0.999))
def test_kupiec_ratio_is_that_of_the_binomial_law(days: int, share: float, probability: float) -> None:
    hits = round(share * days)
    expected = 2 * (stats.binom.logpmf(hits, days, hits / days) - stats.binom.logpmf(hits, days, probability))
    found = proportion_of_failures(days=days, exceptions=hits, probability=probability)
    assert found.likelihood_ratio == pytest.approx(expected, rel=1e-7, abs=1e-8)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.likelihood_ratio, 1))


def test_no_exception_at_all_has_a_finite_ratio() -> None:
    found = proportion_of_failures(days=255, exceptions=0, probability=0.01)
    assert found.likelihood_ratio == pytest.approx(-2 * 255 * np.log(0.99))


def test_kupiec_rejects_the_right_coverage_about_one_time_in_twenty() -> None:
    hits = np.random.default_rng(1).binomial(1_000, 0.05, 2_000)
    rejected = [not proportion_of_failures(days=1_000, exceptions=n, probability=0.05).accepted for n in hits]
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.02)


def test_independence_of_a_two_state_chain_is_its_textbook_ratio() -> None:
    exceeded = np.array([0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0], dtype=bool)
    n00, n01, n10, n11 = 4, 3, 3, 3
    apart = n00 * np.log(4 / 7) + n01 * np.log(3 / 7) + n10 * np.log(3 / 6) + n11 * np.log(3 / 6)
    together = (n00 + n10) * np.log(7 / 13) + (n01 + n11) * np.log(6 / 13)
    assert independence(exceeded).likelihood_ratio == pytest.approx(2 * (apart - together))


def test_clustered_exceptions_are_rejected_and_scattered_ones_are_not() -> None:
    clustered = np.zeros(1_000, dtype=bool)
    clustered[100:150] = True
    scattered = np.zeros(1_000, dtype=bool)
    scattered[::20] = True
    assert not independence(clustered).accepted
    assert conditional_coverage(scattered, probability=0.05).degrees_of_freedom == 2
    assert proportion_of_failures(days=1_000, exceptions=50, probability=0.05).accepted


@pytest.mark.parametrize("same", [False, True])
def test_days_that_are_all_alike_say_nothing_of_independence(same: bool) -> None:
    assert independence(np.full(20, same)).likelihood_ratio == 0.0


@pytest.mark.parametrize(("days", "hits", "p"), [(0, 0, 0.1), (10, 11, 0.1), (10, -1, 0.1), (10, 1, 0.0)])
def test_counts_and_probabilities_that_cannot_be_are_refused(days: int, hits: int, p: float) -> None:
    with pytest.raises(ValueError, match="cannot be tested"):
        proportion_of_failures(days=days, exceptions=hits, probability=p)


def test_one_day_has_no_order() -> None:
    with pytest.raises(ValueError, match="at least two days"):
        independence([True])
