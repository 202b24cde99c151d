from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from execution.market.calibration.hawkes_fit import fit_hawkes
from execution.market.calibration.hawkes_likelihood import compensator_increments
from execution.market.calibration.hawkes_search import HawkesSearch
from execution.market.calibration.hawkes_weights import HawkesPoint, best_weights
from execution.market.flows.hawkes_process import Hawkes
from tests.execution.market.flows.test_hawkes_process import TWO, sampled
from tests.twins import hawkes as twin

FloatArray = npt.NDArray[np.float64]
rates = st.floats(0.05, 5.0)


@st.composite
def stable_processes(draw: st.DrawFn) -> Hawkes:
    numbers = np.array(draw(st.lists(st.floats(0.01, 1.0), min_size=8, max_size=8))).reshape(2, 2, 2)
    return Hawkes(
        baseline=np.array([draw(rates), draw(rates)]),
        branching=0.8 * numbers / max(1.0, float(np.abs(numbers.sum(axis=2)).sum(axis=1).max())),
        decay=np.array([draw(rates), draw(st.floats(5.0, 50.0))]),
    )


def point_of(hawkes: Hawkes) -> HawkesPoint:
    return HawkesPoint(hawkes.baseline, hawkes.branching, hawkes.decay)


@settings(deadline=None, max_examples=20)
@given(stable_processes(), st.integers(0, 2**32))
def test_the_likelihood_equals_its_twin_over_the_whole_past(hawkes: Hawkes, seed: int) -> None:
    times, types = sampled(TWO, 8.0, seed)
    found = HawkesSearch(times, types, 8.0, 2, 2).log_likelihood(point_of(hawkes))[0]
    expected = twin.log_likelihood(hawkes, list(zip(times.tolist(), types.tolist(), strict=True)), 8.0)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(stable_processes(), st.integers(0, 2**32))
def test_the_gradient_is_the_likelihoods(hawkes: Hawkes, seed: int) -> None:
    times, types = sampled(TWO, 20.0, seed)
    search = HawkesSearch(times, types, 20.0, 2, 2)

    def value(flat: FloatArray) -> float:
        point = HawkesPoint.of(flat, 2, 2)
        return search.log_likelihood(point._replace(decay=np.exp(point.decay)))[0]

    at = point_of(hawkes)._replace(decay=np.log(hawkes.decay)).flat()
    slope = search.log_likelihood(point_of(hawkes))[1].flat()
    assert slope == pytest.approx(approx_fprime(at, value, 1e-7), rel=1e-4, abs=1e-3)


def test_the_information_is_the_likelihoods_curvature() -> None:
    times, types = sampled(TWO, 200.0, seed=9)
    search = HawkesSearch(times, types, 200.0, 2, 2)
    at = point_of(TWO)._replace(decay=np.log(TWO.decay)).flat()
    found = search._information(point_of(TWO))

    def slope(flat: FloatArray) -> FloatArray:
        point = HawkesPoint.of(flat, 2, 2)
        return search.log_likelihood(point._replace(decay=np.exp(point.decay)))[1].flat()

    for row in range(len(at)):
        step = np.zeros(len(at))
        step[row] = 1e-5
        curvature = -(slope(at + step) - slope(at - step)) / 2e-5
        assert found[row] == pytest.approx(curvature, rel=1e-3, abs=1e-3 * np.abs(found).max() ** 0.5)


@settings(deadline=None, max_examples=20)
@given(stable_processes(), st.integers(0, 2**32))
def test_at_given_decays_no_weight_can_be_moved_for_the_better(hawkes: Hawkes, seed: int) -> None:
    times, types = sampled(hawkes, 200.0, seed)
    point = best_weights(times, types, 200.0, 2, hawkes.decay)
    value, slope = HawkesSearch(times, types, 200.0, 2, 2).log_likelihood(point)
    assert value >= HawkesSearch(times, types, 200.0, 2, 2).log_likelihood(point_of(hawkes))[0] - 1e-4
    weights, gain = point.flat()[:-2], slope.flat()[:-2]
    assert (weights >= 0.0).all()
    scale = math.sqrt(len(times) + 1.0)
    assert gain[weights > 1e-6] * weights[weights > 1e-6] == pytest.approx(0.0, abs=2e-2 * scale)
    assert (gain[weights <= 1e-6] < 1e-2 * 200.0).all()


def test_of_two_maxima_in_the_decays_the_higher_is_found() -> None:
    times, types = sampled(TWO, 3_000.0, seed=5)
    search = HawkesSearch(times, types, 3_000.0, 2, 2)
    far = search.maximum([np.array([10.0, 900.0])])[0]
    fit = fit_hawkes(times, types, 3_000.0, kinds=2, scales=2)
    assert fit.log_likelihood >= search.log_likelihood(far)[0] - 1e-3
    for found, error, truth in zip(fit.decay, fit.decay_error, TWO.decay, strict=True):
        assert found == pytest.approx(truth, abs=3.0 * error)


def test_types_that_leave_one_another_alone_are_not_said_to_excite() -> None:
    alone = Hawkes(baseline=np.ones(6), branching=0.5 * np.eye(6)[:, :, None], decay=np.array([4.0]))
    times, types = sampled(alone, 400.0, seed=8)
    search = HawkesSearch(times, types, 400.0, 6, 1)
    whole = search.maximum([alone.decay])[0]
    kept = search.without_noise(whole)
    other = ~np.eye(6, dtype=bool)
    assert (kept.branching[other] > 0.0).sum() < 0.7 * (whole.branching[other] > 1e-7).sum()
    assert kept.branching[~other] == pytest.approx(0.5, abs=0.15)
    lost = search.log_likelihood(whole)[0] - search.log_likelihood(kept)[0]
    assert 0.0 <= lost < 0.5 * other.sum()


def test_ties_do_not_drive_a_decay_beyond_the_clock() -> None:
    times, types = sampled(TWO, 500.0, seed=6)
    coarse = np.floor(1e3 * times) / 1e3
    coarse[100:130] = coarse[100]  # a burst at one tick of the clock
    fit = fit_hawkes(coarse, types, 500.0, kinds=2, scales=2)
    assert fit.decay.max() < 1e5
    same = fit_hawkes(np.full(50, 0.5), np.zeros(50, np.int64), 1.0, kinds=1)
    assert math.isfinite(same.log_likelihood)


def test_compensator_increments_are_the_twins_integrals() -> None:
    times, types = sampled(TWO, 6.0, seed=4)
    events = list(zip(times.tolist(), types.tolist(), strict=True))
    increments = np.empty(len(times))
    compensator_increments(times, types, TWO.baseline, TWO.branching, TWO.decay, increments)
    last: dict[int, int] = {}
    for n, (_, kind) in enumerate(events):
        if kind in last:
            steps = range(last[kind], n)
            parts = [
                twin.compensator(TWO, events[: k + 1], events[k][0], events[k + 1][0], kind) for k in steps
            ]
            assert increments[n] == pytest.approx(sum(parts), rel=1e-9)
        else:
            assert math.isnan(increments[n])
        last[kind] = n


def test_known_parameters_lie_in_their_intervals_as_often_as_they_should() -> None:
    branching = np.array([[[0.4], [0.1]], [[0.2], [0.3]]])
    hawkes = Hawkes(baseline=np.array([1.0, 0.5]), branching=branching, decay=np.array([3.0]))
    inside, count = 0, 0
    for seed in range(40):
        times, types = sampled(hawkes, 1_500.0, seed)
        fit = fit_hawkes(times, types, 1_500.0, kinds=2)
        assert fit.converged
        estimates = np.concatenate([fit.baseline, fit.branching.ravel(), fit.decay, [fit.branching_ratio]])
        errors = np.concatenate(
            [fit.baseline_error, fit.branching_error.ravel(), fit.decay_error, [fit.branching_ratio_error]]
        )
        truth = np.concatenate([hawkes.baseline, branching.ravel(), hawkes.decay, [hawkes.spectral_radius]])
        inside += int(np.count_nonzero(np.abs(estimates - truth) < 1.96 * errors))
        count += len(truth)
    # Parameters of one fit depend on one another: the deviation of the share is that of some 120 draws.
    assert inside / count == pytest.approx(0.95, abs=3.0 * math.sqrt(0.95 * 0.05 / 120))


def test_the_fit_beats_constant_rates_and_passes_its_own_test() -> None:
    times, types = sampled(TWO, 2_000.0, seed=12)
    fit = fit_hawkes(times, types, 2_000.0, kinds=2, scales=2)
    assert fit.log_likelihood > fit.poisson_log_likelihood + 500.0
    assert fit.kolmogorov_smirnov < 1.63 / math.sqrt(fit.events)  # the 1% point
    assert fit.branching_ratio == pytest.approx(0.6, abs=4 * fit.branching_ratio_error)


def test_the_unit_of_time_changes_rates_only() -> None:
    times, types = sampled(TWO, 500.0, seed=1)
    seconds = fit_hawkes(times, types, 500.0, kinds=2)
    millis = fit_hawkes(1e3 * times, types, 5e5, kinds=2)
    assert millis.branching == pytest.approx(seconds.branching, abs=1e-3)
    assert 1e3 * millis.decay == pytest.approx(seconds.decay, rel=1e-2)
    assert millis.log_likelihood == pytest.approx(
        seconds.log_likelihood - len(times) * math.log(1e3), abs=0.1
    )


def test_poisson_events_have_next_to_no_branching() -> None:
    times = np.sort(np.random.default_rng(4).uniform(0.0, 1_000.0, 5_000))
    fit = fit_hawkes(times, np.zeros(5_000, np.int64), 1_000.0, kinds=1)
    assert fit.branching_ratio < 0.1
    assert fit.log_likelihood == pytest.approx(fit.poisson_log_likelihood, abs=8.0)


def test_events_that_cannot_be_fitted_are_refused() -> None:
    few = np.array([0.1, 0.2])
    with pytest.raises(ValueError, match="more than the 3 parameters"):
        fit_hawkes(few, [0, 0], 1.0, kinds=1)
    ten = np.linspace(0.1, 0.9, 10)
    with pytest.raises(ValueError, match=r"rise within \[0, 1.0\]"):
        fit_hawkes(ten[::-1], np.zeros(10, np.int64), 1.0, kinds=1)
    with pytest.raises(ValueError, match="expected 0 to 0"):
        fit_hawkes(ten, np.ones(10, np.int64), 1.0, kinds=1)
    with pytest.raises(ValueError, match="rise within"):
        fit_hawkes(np.where(ten > 0.5, math.nan, ten), np.zeros(10, np.int64), 1.0, kinds=1)


def test_a_type_that_never_comes_gets_no_baseline_to_speak_of() -> None:
    times, types = sampled(TWO, 300.0, seed=2)
    fit = fit_hawkes(times, types, 300.0, kinds=3)
    assert fit.baseline[2] < 1e-4
    assert fit.branching[2].max() < 1e-4
