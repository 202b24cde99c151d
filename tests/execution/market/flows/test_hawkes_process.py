from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from execution.market.calibration.hawkes_likelihood import compensator_increments
from execution.market.flows.hawkes_process import Hawkes, sample
from execution.random_stream import new_stream
from tests.twins import hawkes as twin

TWO = Hawkes(
    baseline=np.array([1.0, 0.5]),
    branching=np.array([[[0.3, 0.2], [0.1, 0.0]], [[0.2, 0.1], [0.2, 0.1]]]),
    decay=np.array([1.0, 20.0]),
)


def sampled(
    hawkes: Hawkes, horizon_s: float, seed: int, room: int = 400_000
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    times, types = np.empty(room), np.empty(room, np.int64)
    stream = new_stream(np.random.SeedSequence(seed))
    count = sample(hawkes.parameters(), horizon_s, stream, times, types)
    assert count < room
    return times[:count], types[:count]


def one_type(baseline: float, branching: float, decay: float) -> Hawkes:
    return Hawkes(
        baseline=np.array([baseline]), branching=np.full((1, 1, 1), branching), decay=np.array([decay])
    )


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32))
def test_the_sampler_equals_its_twin_that_looks_at_the_whole_past(seed: int) -> None:
    times, types = sampled(TWO, 15.0, seed)
    expected = twin.sample(TWO, 15.0, new_stream(np.random.SeedSequence(seed)))
    assert types.tolist() == [kind for _, kind in expected]
    assert times == pytest.approx([time for time, _ in expected], rel=1e-9)


def test_mean_rates_are_those_of_the_branching_matrix() -> None:
    times, types = sampled(TWO, 40_000.0, seed=7)
    for kind, rate in enumerate(TWO.stationary_rates):
        per_block = np.histogram(times[types == kind], bins=80, range=(0.0, 40_000.0))[0] / 500.0
        assert per_block.mean() == pytest.approx(rate, abs=3.5 * stats.sem(per_block))


def test_time_rescaled_by_the_compensator_is_a_poisson_process() -> None:
    times, types = sampled(TWO, 5_000.0, seed=3)
    increments = np.empty(len(times))
    compensator_increments(times, types, TWO.baseline, TWO.branching, TWO.decay, increments)
    increments = increments[np.isfinite(increments)]
    assert len(increments) > 15_000
    assert stats.kstest(increments, "expon").pvalue > 1e-3
    assert abs(np.corrcoef(increments[1:], increments[:-1])[0, 1]) < 4.0 / math.sqrt(len(increments))


def test_the_variance_of_counts_is_hawkes_closed_form() -> None:
    # Hawkes (1971): covariance density a L (2b - a) / (2 (b - a)) exp(-(b - a) t), a = branching * decay.
    baseline, branching, decay, window = 2.0, 0.6, 3.0, 5.0
    times, _ = sampled(one_type(baseline, branching, decay), 30_000.0, seed=5)
    counts = np.histogram(times, bins=np.arange(50.0, 30_000.0, window))[0]
    rate, jump, slow = baseline / (1 - branching), branching * decay, decay * (1 - branching)
    density = jump * rate * (2 * decay - jump) / (2 * slow)
    expected = rate * window + 2 * density * (window / slow - (1 - math.exp(-slow * window)) / slow**2)
    error = expected * math.sqrt((stats.kurtosis(counts) + 2) / len(counts))
    assert counts.var() == pytest.approx(expected, abs=3.5 * error)


def test_without_branching_the_process_is_poisson() -> None:
    times, _ = sampled(one_type(10.0, 0.0, 1.0), 2_000.0, seed=2)
    assert stats.kstest(np.diff(times), "expon", args=(0, 0.1)).pvalue > 1e-3


def test_a_process_that_would_explode_is_refused_with_its_radius() -> None:
    with pytest.raises(ValueError, match=r"spectral radius 1\.1, expected less than 1"):
        one_type(1.0, 1.1, 1.0)


def test_the_radius_of_a_cycle_of_causes_counts() -> None:
    branching = np.array([[[0.0], [2.0]], [[0.3], [0.0]]])
    hawkes = Hawkes(baseline=np.ones(2), branching=branching, decay=np.array([1.0]))
    assert hawkes.spectral_radius == pytest.approx(math.sqrt(0.6))


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_numbers_that_are_no_rates_are_refused(bad: float) -> None:
    for baseline, branching, decay in ((bad, 0.1, 1.0), (1.0, bad, 1.0), (1.0, 0.1, bad)):
        with pytest.raises(ValueError, match="expected finite numbers from 0 on"):
            one_type(baseline, branching, decay)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(2, 2, 1\)"):
        Hawkes(baseline=np.ones(2), branching=np.zeros((2, 1, 1)), decay=np.ones(1))
    with pytest.raises(ValueError, match="expected positive numbers"):
        one_type(1.0, 0.1, 0.0)


def test_a_process_without_any_rate_never_has_an_event() -> None:
    times, _ = sampled(one_type(0.0, 0.5, 1.0), 1e6, seed=1)
    assert len(times) == 0


def test_a_full_array_ends_the_sample() -> None:
    times, types = np.empty(5), np.empty(5, np.int64)
    assert sample(TWO.parameters(), 1e9, new_stream(np.random.SeedSequence(1)), times, types) == 5
