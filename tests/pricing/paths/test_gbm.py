"""Geometric Brownian motion: the slow twin, the exact transition, and what does not change a path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pricing.paths.blocks import PATHS_PER_STREAM
from pricing.paths.gbm import gbm_paths
from pricing.paths.lanes import LANES, lane_seed
from tests.twins.lane_paths import Lane, gbm_path

SEED = np.random.SeedSequence(7)


def paths(count: int, **changes: object) -> np.ndarray:
    terms = {"spot": 100.0, "volatility": 0.2, "step_years": 1 / 250, "steps": 20, "seed": SEED}
    return gbm_paths(paths=count, **(terms | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_paths_are_those_of_the_slow_twin(steps: int) -> None:
    found = paths(2 * LANES, steps=steps, rate=0.03)
    words = lane_seed(np.random.SeedSequence(7).spawn(1)[0])
    for lane in (0, 9, 63):
        stream = Lane(words, lane)
        for path in (lane, lane + LANES):
            expected = gbm_path(stream, 100.0, (0.03 - 0.02) / 250, 0.2 / np.sqrt(250), steps)
            np.testing.assert_allclose(found[path], expected, rtol=1e-14)


def test_log_returns_have_the_exact_normal_transition() -> None:
    returns = np.diff(np.log(paths(20_000, rate=0.05)), axis=1)
    z = (returns - (0.05 - 0.02) / 250) / (0.2 / np.sqrt(250))
    assert stats.kstest(z[:, 7], "norm").pvalue > 1e-3
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / z.size)
    assert abs(np.mean(z[:, 1:] * z[:, :-1])) < 4 / np.sqrt(z[:, 1:].size)


def test_the_price_is_a_martingale_without_a_rate() -> None:
    found = paths(50_000, volatility=0.6, step_years=0.05)
    error = found.std(axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(found.mean(axis=0) - 100.0)[1:] < 4 * error[1:])
    assert np.all(found[:, 0] == 100.0)


@pytest.mark.parametrize("count", [1, 63, 65, PATHS_PER_STREAM + 1, 3 * PATHS_PER_STREAM - 7])
def test_the_number_of_workers_does_not_change_a_path(count: int) -> None:
    alone = paths(count, steps=3)
    assert np.array_equal(alone, paths(count, steps=3, workers=3))
    assert np.array_equal(alone, paths(count, steps=3))


def test_blocks_do_not_repeat_each_other() -> None:
    found = paths(2 * PATHS_PER_STREAM, steps=1)[:, 1]
    assert len(np.unique(found)) == found.size


def test_the_seeds_children_are_left_to_its_owner() -> None:
    seed = np.random.SeedSequence(3)
    first = paths(100, seed=seed)
    seed.spawn(5)
    assert np.array_equal(first, paths(100, seed=seed))
    assert not np.array_equal(first, paths(100, seed=seed.spawn(1)[0]))


@settings(deadline=None, max_examples=25)
@given(st.floats(0.0, 2.0), st.floats(-0.2, 0.2), st.integers(1, 70))
def test_antithetic_paths_mirror_the_log_price_about_its_trend(
    volatility: float, rate: float, half: int
) -> None:
    found = paths(2 * half, volatility=volatility, rate=rate, antithetic=True)
    trend = (rate - 0.5 * volatility**2) / 250 * np.arange(21)
    logs = np.log(found / 100.0) - trend
    np.testing.assert_allclose(logs[:half], -logs[half:], atol=1e-12)
    assert np.array_equal(found[:half], paths(half, volatility=volatility, rate=rate))


def test_parameters_may_differ_from_path_to_path() -> None:
    volatility = np.linspace(0.05, 0.9, 130)
    found = paths(130, volatility=volatility, rate=0.1 * volatility)
    for path in (0, 64, 129):
        alone = paths(130, volatility=volatility[path], rate=0.1 * volatility[path])
        assert np.array_equal(found[path], alone[path])


def test_no_volatility_grows_at_the_rate_and_no_step_is_the_spot() -> None:
    still = paths(3, volatility=0.0, rate=0.05)
    np.testing.assert_allclose(still[1], 100 * np.exp(0.05 * np.arange(21) / 250), rtol=1e-14)
    assert np.array_equal(paths(3, steps=0), np.full((3, 1), 100.0))


def test_paths_fill_the_array_that_is_given() -> None:
    out = np.empty((90, 21))
    assert paths(90, out=out) is out
    assert np.array_equal(out, paths(90))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spot": 0.0}, "positive"),
        ({"spot": np.nan}, "positive"),
        ({"step_years": 0.0}, "positive"),
        ({"steps": -1}, "not negative"),
        ({"volatility": -0.1}, "volatility is a finite number"),
        ({"volatility": np.nan}, "volatility is a finite number"),
        ({"rate": np.inf}, "rate is a finite number"),
        ({"volatility": np.ones(9)}, "one number or one a path"),
        ({"paths": 0}, "at least one path"),
        ({"workers": 0}, "at least one path and one worker"),
        ({"paths": 11, "antithetic": True}, "come in pairs"),
        ({"out": np.empty((10, 20))}, "out is a writeable"),
        ({"out": np.empty((10, 21), np.float32)}, "out is a writeable"),
        ({"out": np.empty((21, 10)).T}, "out is a writeable"),
    ],
)
def test_what_makes_no_paths_is_refused(changes: dict[str, object], message: str) -> None:
    count = changes.pop("paths", 10)
    with pytest.raises(ValueError, match=message):
        paths(count, **changes)  # type: ignore[arg-type]
