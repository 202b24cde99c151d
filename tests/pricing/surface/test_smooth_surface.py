"""The smooth surface's kernel against its twin, its limits and its smoothness."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pricing.parity import imply_curves
from pricing.surface.atm import surface_from_atm
from pricing.surface.smile import market_smiles
from pricing.surface.smooth_fit import fit_smooth
from tests.pricing.surface.chains import quotes_from_surface
from tests.twins import smooth_surface as twin

YEARS = np.array([0.03, 0.1, 0.3, 1.0])
RNG_POINTS = 400


@cache
def surface():
    truth = surface_from_atm([0.05, 0.5], [0.3, 0.22], description="truth")
    quotes = quotes_from_surface(truth, YEARS)
    return replace(fit_smooth(market_smiles(quotes, *imply_curves(quotes)[:2])), description="made up")


def test_every_point_is_that_of_the_slow_twin():
    rng = np.random.default_rng(3)
    years = np.concatenate((rng.uniform(0, 1.5, RNG_POINTS), YEARS))
    k = rng.normal(0, 1.0, len(years))
    expected = [twin.total_variance(surface(), *point) for point in zip(k, years, strict=True)]
    np.testing.assert_allclose(surface().total_variance(k, years), expected, rtol=1e-12)


def test_a_single_slice_grows_at_its_own_rate():
    only = surface()
    single = replace(
        only,
        expiry_years=only.expiry_years[:1],
        level=only.level[:1],
        shape=only.shape[:1],
        bend=only.bend[:1],
    )
    for years in (0.01, 0.03, 0.5):
        assert single.total_variance(0.1, years) == pytest.approx(twin.total_variance(single, 0.1, years))


@pytest.mark.parametrize("slice_", range(4))
def test_value_slope_and_curvature_join_at_every_knot(slice_):
    knots = surface().knots * np.sqrt(surface().level[slice_])
    below, above = (surface().derivatives(knots * (1 + e) + e, YEARS[slice_]) for e in (-1e-10, 1e-10))
    for left, right in zip(below, above, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-6 * np.abs(left).max())


def test_wings_are_straight_within_lees_bound():
    _, slope, curvature = surface().derivatives([-60.0, -50.0, 50.0, 60.0], YEARS[:, None])
    assert np.all(curvature == 0)
    assert np.all(np.abs(slope) < 2)
    np.testing.assert_array_equal(slope[:, [0, 2]], slope[:, [1, 3]])


def test_what_has_no_value_is_nan_and_nothing_else_is():
    k = np.array([np.nan, np.inf, -np.inf, 0.0, 0.0, 0.0])
    years = np.array([1.0, 1.0, 1.0, np.nan, -1.0, 0.0])
    for each in surface().derivatives(k, years):
        np.testing.assert_array_equal(each, [np.nan, np.nan, np.nan, np.nan, 0.0, 0.0])


def test_no_points_give_no_values():
    assert surface().total_variance(np.empty(0), 1.0).shape == (0,)
