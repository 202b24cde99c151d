from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from execution.random_stream import below, exponential, new_stream, new_streams, normal, uniform

SEEDS = st.integers(0, 2**64 - 1)


@njit
def drawn(stream: npt.NDArray[np.uint64], count: int, law: int) -> npt.NDArray[np.float64]:
    out = np.empty(count)
    for i in range(count):
        if law == 0:
            out[i] = uniform(stream)
        elif law == 1:
            out[i] = exponential(stream)
        elif law == 2:
            out[i] = normal(stream)
        else:
            out[i] = below(stream, 7)
    return out


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_uniform_numbers_are_those_of_numpys_sfc64(seed: int) -> None:
    expected = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed))).random(500)
    assert np.array_equal(drawn(new_stream(np.random.SeedSequence(seed)), 500, 0), expected)


def test_the_state_ends_where_numpys_does() -> None:
    stream, reference = new_stream(np.random.SeedSequence(5)), np.random.SFC64(np.random.SeedSequence(5))
    drawn(stream, 1000, 0)
    np.random.Generator(reference).random(1000)
    assert np.array_equal(stream, reference.state["state"]["state"])


def test_exponential_and_normal_numbers_follow_their_laws() -> None:
    stream = new_stream(np.random.SeedSequence(11))
    assert stats.kstest(drawn(stream, 100_000, 1), "expon").pvalue > 1e-3
    assert stats.kstest(drawn(stream, 100_000, 2), "norm").pvalue > 1e-3


def test_integers_below_a_count_are_equally_likely() -> None:
    counts = np.bincount(drawn(new_stream(np.random.SeedSequence(3)), 70_000, 3).astype(int), minlength=7)
    assert len(counts) == 7
    assert stats.chisquare(counts).pvalue > 1e-3


def test_streams_of_one_seed_differ_and_more_of_them_change_none() -> None:
    few, many = (new_streams(np.random.SeedSequence(1), count) for count in (3, 5))
    assert np.array_equal(few, many[:3])
    assert len(np.unique(many, axis=0)) == 5
