"""The certificate against published cases of arbitrage and its absence."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
import pytest

from pricing.surface.arbitrage import certify, certify_densely, durrleman
from pricing.surface.svi import SviParameters, SviSurface
from tests.shared_data import shared_path

REFERENCE_GRID = np.arange(-300, 301) * 0.005


def svi_surface(level, slope, correlation, shift, smoothing, years=(1.0,)):
    columns = (
        np.atleast_1d(np.asarray(each, float)) for each in (level, slope, correlation, shift, smoothing)
    )
    names = ("level", "slope", "correlation", "shift", "smoothing")
    slices = SviParameters(**dict(zip(names, columns, strict=True)))
    return SviSurface(expiry_years=np.array(years), slices=slices, description="")


def reference_cases():
    with shared_path("reference", "svi_arbitrage.csv").open() as file:
        for row in csv.DictReader(file):
            names = ("a", "b", "rho", "m", "sigma")
            yield row, svi_surface(*(float(row[name]) for name in names))


def test_published_cases_have_their_lowest_durrleman_and_variance():
    for row, surface in reference_cases():
        variance = surface.total_variance(REFERENCE_GRID, 1.0)
        density = durrleman(REFERENCE_GRID, variance, *surface.slices.derivatives(REFERENCE_GRID))
        assert density.min() == pytest.approx(float(row["min_g"]), rel=1e-8)
        assert REFERENCE_GRID[density.argmin()] == pytest.approx(float(row["argmin_k"]), abs=1e-9)
        assert variance.min() == pytest.approx(float(row["min_w"]), rel=1e-8)


def test_certificate_tells_published_arbitrage_from_its_absence():
    for row, surface in reference_cases():
        certificate = certify(surface, [1.0], log_moneyness=REFERENCE_GRID)
        assert certificate.is_clean == (row["butterfly_free"] == "1"), row["case"]
        assert certificate.steepest_wing == pytest.approx(float(row["wing_slope_b(1+|rho|)"]), rel=1e-4)


def test_differences_agree_with_the_analytic_durrleman():
    surface = svi_surface(-0.041, 0.1331, 0.306, 0.3586, 0.4153)
    certificate = certify(surface, [1.0], log_moneyness=REFERENCE_GRID, by_differences=True)
    variance = surface.total_variance(REFERENCE_GRID, 1.0)
    exact = durrleman(REFERENCE_GRID, variance, *surface.slices.derivatives(REFERENCE_GRID)).min()
    assert certificate.lowest_durrleman == pytest.approx(exact, abs=1e-3)


def test_a_falling_total_variance_is_counted_as_calendar_arbitrage():
    surface = svi_surface([0.04, 0.03], [0.1, 0.1], [-0.5, -0.5], [0, 0], [0.2, 0.2], years=(0.5, 1.0))
    certificate = certify(surface, surface.expiry_years)
    assert certificate.calendar_violations > 0
    assert certificate.lowest_calendar == pytest.approx(-0.0025)  # a quarter of the fall between neighbours


@dataclass(frozen=True)
class _NanSurface:
    description: str = "broken"

    def total_variance(self, log_moneyness, expiry_years):
        return np.broadcast_arrays(np.asarray(log_moneyness) * np.nan, expiry_years)[0]

    implied_volatility = total_variance

    def derivatives(self, log_moneyness, expiry_years):
        return (self.total_variance(log_moneyness, expiry_years),) * 3


@pytest.mark.parametrize("by_differences", [False, True])
def test_a_surface_of_nan_is_never_clean(by_differences):
    certificate = certify(_NanSurface(), [0.5, 1.0], by_differences=by_differences)
    assert not certificate.is_clean
    assert certificate.price_violations > 0
    assert certificate.butterfly_violations == certificate.calendar_violations == certificate.points


def test_a_first_date_of_negative_variance_falls_from_zero():
    class Late:
        description = "starts below zero"

        @staticmethod
        def total_variance(log_moneyness, expiry_years):
            return 0.04 * expiry_years - 0.003 + 0.0 * log_moneyness

        @staticmethod
        def derivatives(log_moneyness, expiry_years):
            variance = Late.total_variance(log_moneyness, expiry_years)
            return variance, 0 * variance, 0 * variance

    assert certify(Late(), [0.5, 1.0]).calendar_violations > 0
    assert certify(Late(), [0.5, 1.0]).lowest_calendar == pytest.approx(0.04 * 0.05 - 0.003)


@pytest.mark.parametrize("by_differences", [False, True])
def test_axel_vogts_smile_is_caught_in_density_and_in_prices(by_differences):
    surface = svi_surface(-0.041, 0.1331, 0.306, 0.3586, 0.4153)
    for certificate in (
        certify(surface, [1.0], by_differences=by_differences),
        certify_densely(surface, [1.0], by_differences=by_differences),
    ):
        assert certificate.butterfly_violations > 0
        assert certificate.price_violations > 0
        assert certificate.lowest_durrleman == pytest.approx(-0.0329, abs=2e-3)


def test_the_dense_certificate_sees_1000_strikes_at_200_dates_or_more():
    surface = svi_surface([0.01, 0.04], [0.1, 0.2], [-0.5, -0.5], [0, 0], [0.2, 0.2], years=(0.1, 1.0))
    certificate = certify_densely(surface, surface.expiry_years)
    assert certificate.points == 202_000
    assert certificate.is_clean


def test_a_derivative_that_lies_is_caught_by_differences():
    honest = svi_surface(-0.041, 0.1331, 0.306, 0.3586, 0.4153)

    class Liar:
        description = "flat by its own word"
        total_variance = staticmethod(honest.total_variance)
        implied_volatility = staticmethod(honest.implied_volatility)

        @staticmethod
        def derivatives(log_moneyness, expiry_years):
            variance = honest.total_variance(log_moneyness, expiry_years)
            return variance, 0 * variance, 0 * variance

    assert certify(Liar(), [1.0]).butterfly_violations == 0
    assert certify(Liar(), [1.0]).price_violations > 0
    assert certify(Liar(), [1.0], by_differences=True).butterfly_violations > 0
