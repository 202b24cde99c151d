"""The lanes' random numbers against numpy's, and their functions against numpy's and mathematics."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from scipy import stats

from pricing.paths.lanes import (
    LANES,
    STREAM_ROWS,
    draw_normals,
    draw_uniforms,
    draw_words,
    lane_seed,
    logarithm,
    normal_pair,
    start_lanes,
)
from tests.twins.lane_paths import Lane

SEED = lane_seed(np.random.SeedSequence(11))


@njit
def words(seed_words, out):  # type: ignore[no-untyped-def]
    work = np.zeros((STREAM_ROWS + 1) * LANES)
    start_lanes(seed_words, work)
    for step in range(out.shape[0]):
        draw_words(work, STREAM_ROWS * LANES)
        out[step] = work[STREAM_ROWS * LANES :]


@njit
def drawn(seed_words, out):  # type: ignore[no-untyped-def]
    work = np.zeros((STREAM_ROWS + 3) * LANES)
    start_lanes(seed_words, work)
    for step in range(out.shape[0]):
        draw_normals(work, STREAM_ROWS * LANES, (STREAM_ROWS + 1) * LANES)
        draw_uniforms(work, (STREAM_ROWS + 2) * LANES)
        out[step] = work[STREAM_ROWS * LANES :]


@njit
def logarithms(numbers, out):  # type: ignore[no-untyped-def]
    for at in range(numbers.size):
        out[at] = logarithm(numbers[at])


@njit
def pair_of(radius_word, angle_word):  # type: ignore[no-untyped-def]
    return normal_pair(radius_word, angle_word)


def test_every_lane_is_numpys_sfc64_bit_for_bit() -> None:
    out = np.empty((20, LANES))
    words(SEED, out)
    expected = [[Lane(SEED, lane).generator.random_raw(20)] for lane in (0, 1, 17, 63)]
    assert np.array_equal(out.view(np.uint64)[:, [0, 1, 17, 63]].T, np.concatenate(expected))


def test_lanes_of_a_seed_sequence_differ_from_each_other_and_from_its_siblings() -> None:
    children = [lane_seed(child) for child in np.random.SeedSequence(3).spawn(4)]
    starts = np.concatenate([child.reshape(3, LANES).T for child in children])
    assert len({tuple(start) for start in starts.tolist()}) == 4 * LANES


def test_the_logarithm_is_right_to_a_few_units_of_rounding() -> None:
    rng = np.random.default_rng(1)
    numbers = np.concatenate(
        (np.exp(rng.uniform(-700, 700, 20_000)), rng.uniform(0.5, 2, 20_000), [1.0, 2.0**-52])
    )
    out = np.empty_like(numbers)
    logarithms(numbers, out)
    expected = np.log(numbers)
    assert np.all(np.abs(out - expected) <= 4e-16 * np.maximum(np.abs(expected), 0.5))
    assert out[-2] == 0.0


def test_normals_are_box_and_muller_with_library_functions() -> None:
    out = np.empty((30, 3 * LANES))
    drawn(SEED, out)
    for lane in (0, 5, 63):
        stream = Lane(SEED, lane)
        expected = [(*stream.normals(), stream.uniform()) for _ in range(30)]
        np.testing.assert_allclose(out[:, lane::LANES], expected, atol=4e-15, rtol=0)


def test_the_least_and_largest_words_give_finite_normals() -> None:
    extremes = [np.uint64(word) for word in (0, 1, 2**63, 2**64 - 2, 2**64 - 1)]
    pairs = np.array([pair_of(radius, angle) for radius in extremes for angle in extremes])
    assert np.all(np.isfinite(pairs))
    assert 8.4 < np.abs(pairs).max() < 8.5


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    out = np.empty((4_000, 3 * LANES))
    drawn(lane_seed(np.random.SeedSequence(5)), out)
    return out[:, : 2 * LANES], out[:, 2 * LANES :]


def test_normals_have_the_normal_distribution(sample: tuple[np.ndarray, np.ndarray]) -> None:
    normals = sample[0].ravel()
    assert stats.kstest(normals[:200_000], "norm").pvalue > 1e-3
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96), (6, 15, 10_170)):
        assert abs(np.mean(normals**power) - moment) < 4 * np.sqrt(variance / normals.size)
    share = np.mean(np.abs(normals) > 4.0)
    assert abs(share - 6.334e-5) < 4 * np.sqrt(6.334e-5 / normals.size)


def test_uniform_numbers_are_uniform(sample: tuple[np.ndarray, np.ndarray]) -> None:
    counts = np.histogram(sample[1], bins=256, range=(0.0, 1.0))[0]
    assert stats.chisquare(counts).pvalue > 1e-3


def test_neither_lanes_nor_steps_nor_the_two_of_a_pair_are_correlated(
    sample: tuple[np.ndarray, np.ndarray],
) -> None:
    normals = sample[0]
    for left, right in (
        (normals[1:], normals[:-1]),
        (normals[:, 1:], normals[:, :-1]),
        (normals[:, :LANES], normals[:, LANES:]),
    ):
        for power in (1, 2):
            product = (left**power - left.mean()) * (right**power - right.mean())
            centred = np.mean(left**power * right**power) - np.mean(left**power) * np.mean(right**power)
            assert abs(centred) < 4.5 * product.std() / np.sqrt(product.size)
