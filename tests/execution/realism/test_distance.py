from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import wasserstein_distance

from execution.realism.distance import (
    Cells,
    histogram_cells,
    quantile_cells,
    total_variation,
    wasserstein,
)
from execution.realism.observed import Observed
from execution.realism.resampling import draw_weights, estimate
from execution.realism.ruler import BLOCKS

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=60)


def counts(cells: Cells, values: list[float] | np.ndarray) -> np.ndarray:
    sample = Observed(value=np.asarray(values, float), at=np.arange(len(values)))
    return cells.counts(sample, np.zeros(len(values), np.int64)).sum(axis=0)


def moved(first: list[float] | np.ndarray, second: list[float] | np.ndarray) -> float:
    cells = quantile_cells([np.asarray(first, float), np.asarray(second, float)])
    return float(wasserstein(counts(cells, first), counts(cells, second), cells.point))


@given(VALUES, VALUES)
@settings(deadline=None)
def test_wasserstein_of_few_values_is_scipys(first: list[float], second: list[float]) -> None:
    assert moved(first, second) == pytest.approx(wasserstein_distance(first, second), abs=1e-7)


@pytest.mark.parametrize("tail", ["normal", "pareto"])
def test_wasserstein_of_many_values_is_scipys_within_a_percent(tail: str) -> None:
    rng = np.random.default_rng(1)
    draw = rng.standard_normal if tail == "normal" else lambda n: rng.pareto(2.5, n)
    first, second = draw(20_000), 0.2 + 1.3 * draw(30_000)
    assert moved(first, second) == pytest.approx(wasserstein_distance(first, second), rel=0.01)


@given(VALUES, st.floats(-50.0, 50.0))
@settings(deadline=None)
def test_a_shift_moves_the_law_by_its_length(values: list[float], shift: float) -> None:
    assert moved(values, np.array(values) + shift) == pytest.approx(abs(shift), abs=1e-7)


def test_total_variation_is_zero_for_one_law_and_one_for_laws_that_share_nothing() -> None:
    cells = histogram_cells(np.arange(100.0), whole=False)
    low, high = counts(cells, np.arange(40.0)), counts(cells, np.arange(60.0, 100.0))
    assert total_variation(low, low) == 0.0
    assert total_variation(low, 3.0 * low) == 0.0
    assert total_variation(low, high) == 1.0


def test_total_variation_of_two_coins_is_the_difference_of_their_chances() -> None:
    cells = histogram_cells(np.repeat([0.0, 1.0], 50), whole=True)
    fair, bent = counts(cells, np.repeat([0, 1], [50, 50])), counts(cells, np.repeat([0, 1], [80, 20]))
    assert total_variation(fair, bent) == pytest.approx(0.3)


def test_bins_of_whole_numbers_hold_equally_many_each() -> None:
    values = np.repeat(np.arange(1.0, 8.0), [50, 30, 10, 5, 3, 1, 1])
    edges = histogram_cells(values, whole=True).edges
    assert_allclose(np.diff(edges), 1.0)
    assert_allclose(edges % 1.0, 0.5)


def test_bins_follow_freedman_and_diaconis_and_are_at_most_two_hundred() -> None:
    values = np.random.default_rng(2).standard_normal(8_000)
    width = np.diff(histogram_cells(values, whole=False).edges)[0]
    assert width == pytest.approx(2.0 * np.subtract(*np.quantile(values, [0.75, 0.25])) / 20.0, rel=0.05)
    wild = np.random.default_rng(3).standard_cauchy(100_000)
    assert len(histogram_cells(wild, whole=False).edges) <= 202


def test_values_that_are_all_one_number_are_a_bin_of_their_own() -> None:
    cells = histogram_cells(np.full(30, 2.5), whole=False)
    assert counts(cells, [2.4, 2.5, 2.5, 2.6]).tolist() == [1.0, 2.0, 1.0]


def test_blocks_are_drawn_as_often_as_there_are_blocks() -> None:
    weights = draw_weights(np.random.default_rng(4), 500)
    assert_allclose(weights[0], 1.0)
    assert_allclose(weights.sum(axis=1), BLOCKS)


def test_the_interval_of_a_mean_of_blocks_is_that_of_the_normal_law() -> None:
    blocks = np.random.default_rng(5).standard_normal(BLOCKS)
    found = estimate(draw_weights(np.random.default_rng(6), 4_000) @ blocks / BLOCKS)
    half_width = 1.96 * blocks.std() / np.sqrt(BLOCKS)
    assert found.value == pytest.approx(blocks.mean())
    assert 0.5 * (found.upper - found.lower) == pytest.approx(half_width, rel=0.08)


def test_an_estimate_of_nothing_finite_has_no_interval() -> None:
    found = estimate(np.array([1.0, np.nan, np.inf]))
    assert found.value == 1.0
    assert np.isnan(found.lower)
