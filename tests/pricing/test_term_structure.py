"""Variances by day add up to the means that they are made from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.term_structure import Knots, decay_rate, reverting_path, variance_of_days

DAYS = np.array([1.0, 5.0, 20.0, 60.0])


def test_days_have_the_mean_of_every_horizon() -> None:
    means = np.array([[4.0, 3.0, 2.0, 1.5], [1.0, 1.0, 1.0, 1.0]])
    path = variance_of_days(Knots(days=DAYS, mean_variance=means), 60, beyond=9.0)
    for at, day in enumerate((1, 5, 20, 60)):
        np.testing.assert_allclose(path[:, :day].mean(axis=1), means[:, at], rtol=1e-12)


def test_beyond_the_last_horizon_each_day_is_as_stated() -> None:
    path = variance_of_days(Knots(days=DAYS, mean_variance=np.ones((1, 4))), 63, beyond=9.0)
    assert path[0, 58:].tolist() == [1.0, 1.0, 9.0, 9.0, 9.0]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.floats(1e-8, 1e3), min_size=4, max_size=4), st.integers(1, 100))
def test_no_day_is_negative_whatever_the_equations_say(means: list[float], days: int) -> None:
    path = variance_of_days(Knots(days=DAYS, mean_variance=np.array([means])), days, beyond=1.0)
    assert path.shape == (1, days)
    assert np.all(path > 0.0)


@pytest.mark.parametrize("persistence", [0.6, 0.9, 0.98, 0.999])
def test_decay_rate_inverts_the_mean_of_a_geometric_series(persistence: float) -> None:
    share = float(np.mean(persistence ** np.arange(250)))
    assert decay_rate(share, 250.0) == pytest.approx(persistence, rel=1e-9)


def test_decay_rate_stays_within_its_bounds() -> None:
    assert decay_rate(1.5, 60.0) == pytest.approx(0.9995)
    assert decay_rate(-0.2, 60.0) == pytest.approx(0.5)


def test_a_reverting_path_is_flat_first_and_ends_at_the_long_run() -> None:
    path = reverting_path(4.0, 400, flat_days=21, persistence=0.9, long_run=1.0)
    assert np.all(path[:21] == 4.0)
    assert path[21] == pytest.approx(1.0 + 3.0 * 0.9)
    assert path[-1] == pytest.approx(1.0)
