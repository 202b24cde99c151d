from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.impact.features import FEATURE_NAMES, FEATURES, features_of, mirror
from tests.execution.impact.made_markets import made_depth, mirrored, samples_from


def test_the_mirror_of_the_mirror_is_the_market() -> None:
    order, sign = mirror()
    np.testing.assert_array_equal(order[order], np.arange(FEATURES))
    np.testing.assert_array_equal(sign * sign[order], np.ones(FEATURES))


def test_the_mirrored_markets_features_are_the_mirrored_features() -> None:
    samples = samples_from(made_depth(80))
    order, sign = mirror()
    here, there = features_of(samples), features_of(mirrored(samples))
    np.testing.assert_allclose(there[0], here[0][:, order] * sign, atol=1e-6)
    np.testing.assert_allclose(there[1], here[1])


def test_features_see_nothing_that_comes_later() -> None:
    samples = samples_from(made_depth(60))
    whole, part = features_of(samples), features_of(samples.rows(slice(30)))
    np.testing.assert_array_equal(whole[0][:30], part[0])
    np.testing.assert_array_equal(whole[1][:30], part[1])


def test_the_level_of_prices_does_not_matter() -> None:
    samples = samples_from(made_depth(60))
    moved = samples.depth.copy()
    moved[..., 0] -= 12_345
    np.testing.assert_array_equal(features_of(samples)[0], features_of(samples_from(moved))[0])


def test_the_unit_of_volumes_does_not_matter() -> None:
    samples = samples_from(made_depth(60))
    depth = samples.depth.copy()
    depth[..., 1] *= 1000
    scaled = replace(samples, depth=depth, flow=1e3 * samples.flow, bought=1e3 * samples.bought)
    scaled = replace(scaled, sold=1e3 * samples.sold)
    np.testing.assert_allclose(features_of(scaled)[0], features_of(samples)[0], atol=2e-6)


@pytest.mark.parametrize("empty", ["a side", "everything", "the start"])
def test_an_empty_book_gives_finite_features(empty: str) -> None:
    depth = made_depth(40)
    which = {"a side": np.s_[10:20, 0], "everything": np.s_[:], "the start": np.s_[:15]}[empty]
    depth[which] = 0
    features, scales = features_of(samples_from(depth))
    assert np.all(np.isfinite(features))
    assert np.all(np.isfinite(scales))
    assert np.all(scales[:, :2] > 0.0)


def test_a_book_that_is_crossed_at_first_gives_finite_features() -> None:
    depth = made_depth(40)
    depth[0, 0, :, 0] += 100
    features, scales = features_of(samples_from(depth))
    assert np.all(np.isfinite(features))
    assert np.all(scales > 0.0)


def test_a_side_that_goes_moves_no_mid() -> None:
    depth = made_depth(40)
    depth[10:12, 1] = 0
    features, _ = features_of(samples_from(depth))
    np.testing.assert_array_equal(features[10:12, FEATURE_NAMES.index("move")], 0.0)


def test_a_market_that_stands_still_has_small_numbers() -> None:
    depth = np.repeat(made_depth(1), 500, axis=0)
    samples = replace(samples_from(depth), bought=np.zeros(500), sold=np.zeros(500))
    features, scales = features_of(samples)
    assert np.all(np.abs(features) < 10.0)
    assert scales[-1, 2] == 0.0


def test_an_unknown_context_counts_as_none() -> None:
    samples = samples_from(made_depth(30))
    unknown = replace(samples, context=np.full((30, 3), np.nan))
    np.testing.assert_array_equal(features_of(unknown)[0], features_of(samples)[0])


def test_a_known_context_is_passed_on() -> None:
    samples = samples_from(made_depth(30))
    told = replace(samples, context=np.tile([0.1, -0.5, 1.0], (30, 1)))
    found = features_of(told)[0][:, -3:]
    np.testing.assert_allclose(found, told.context, atol=1e-6)
