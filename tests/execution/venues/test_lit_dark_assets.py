"""The lit-and-dark optimum of several assets: an independent solver, one asset at a time, hedged pairs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.venues.lit_dark import LitDarkProblem
from execution.venues.lit_dark_assets import LitDarkAssets, dark_orders
from tests.twins.lit_dark import two_assets_by_runge_kutta

IMPACT = np.array([[2.5e-6, 4e-7], [4e-7, 4e-6]])
VOLATILITY = np.array([0.95, 0.80])
CORRELATION = np.array([[1.0, 0.9], [0.9, 1.0]])
RISK = 1e-4 * np.outer(VOLATILITY, VOLATILITY) * CORRELATION
PAIR = LitDarkAssets(horizon=1.0, temporary_impact=IMPACT, risk=RISK, fill_intensity=np.array([1.5, 0.7]))


@pytest.mark.parametrize("scale", [0.0, 1e-4, 1.0, 100.0])
@pytest.mark.parametrize("intensity", [(0.0, 0.0), (1.5, 0.7), (0.0, 5.0), (8.0, 2.0)])
def test_two_assets_are_what_an_independent_solver_finds(
    scale: float, intensity: tuple[float, float]
) -> None:
    pair = replace(PAIR, risk=scale * RISK, fill_intensity=np.array(intensity))
    np.testing.assert_allclose(pair.coefficient(1.0), two_assets_by_runge_kutta(pair), rtol=1e-12)


def test_uncoupled_assets_are_solved_one_at_a_time() -> None:
    impact, risk, intensity = np.array([1e-6, 3e-3, 2.0]), np.array([2e-6, 0.0, 7.0]), np.array([1.5, 0, 9])
    assets = LitDarkAssets(
        horizon=2.0, temporary_impact=np.diag(impact), risk=np.diag(risk), fill_intensity=intensity
    )
    alone = [
        LitDarkProblem(horizon=2.0, temporary_impact=h, risk=s, fill_intensity=theta).coefficient(2.0)
        for h, s, theta in zip(impact, risk, intensity, strict=True)
    ]
    np.testing.assert_allclose(assets.coefficient(2.0), np.diag(alone), rtol=1e-13)


def test_without_pools_it_is_the_matrix_hyperbolic_cotangent() -> None:
    bare = replace(PAIR, fill_intensity=np.zeros(2))
    root = np.linalg.cholesky(IMPACT)
    squares, axes = np.linalg.eigh(np.linalg.solve(root, np.linalg.solve(root, RISK).T))
    rates = np.sqrt(squares)
    expected = root @ axes @ np.diag(rates / np.tanh(rates)) @ axes.T @ root.T
    np.testing.assert_allclose(bare.coefficient(1.0), expected, rtol=1e-12)


def test_a_hedged_pair_rests_less_than_it_holds_and_a_doubled_risk_more() -> None:
    matrix = PAIR.coefficient(1.0)
    hedged = dark_orders(np.array([1e6, -1e6]), matrix)
    assert 0.0 < hedged[0] < 1e6
    assert -1e6 < hedged[1] < 0.0
    assert (dark_orders(np.array([1e6, 1e6]), matrix) > 1e6).all()


@settings(deadline=None, max_examples=30)
@given(
    rho=st.floats(-0.99, 0.99),
    cross=st.floats(-0.9, 0.9),
    scale=st.floats(0.0, 1e3),
    intensity=st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 50.0)),
)
def test_the_matrix_is_positive_and_pools_only_save(
    rho: float, cross: float, scale: float, intensity: tuple[float, float]
) -> None:
    pair = LitDarkAssets(
        horizon=1.0,
        temporary_impact=np.array([[1.0, cross], [cross, 1.0]]),
        risk=scale * np.array([[1.0, rho], [rho, 1.0]]),
        fill_intensity=np.array(intensity),
    )
    matrix, bare = pair.coefficient(1.0), replace(pair, fill_intensity=np.zeros(2)).coefficient(1.0)
    assert np.linalg.eigvalsh(matrix)[0] > 0.0
    assert np.linalg.eigvalsh(bare - matrix)[0] >= -1e-10 * np.abs(bare).max()


def test_units_of_an_asset_do_not_matter() -> None:
    unit = np.array([1e-4, 1e5])
    units = np.outer(unit, unit)
    other = replace(PAIR, temporary_impact=IMPACT * units, risk=RISK * units)
    np.testing.assert_allclose(other.coefficient(0.3) / units, PAIR.coefficient(0.3), rtol=1e-13)


def test_several_times_are_as_each_alone() -> None:
    times = np.array([1e-6, 0.01, 0.2, 0.5, 1.0])
    together = PAIR.coefficients(times)
    for time, matrix in zip(times, together, strict=True):
        np.testing.assert_allclose(matrix, PAIR.coefficient(float(time)), rtol=1e-12)
    np.testing.assert_allclose(together[0] * times[0], IMPACT, rtol=1e-3)


def test_lit_rates_lower_the_value_as_the_equation_says() -> None:
    holdings, width = np.array([3.0, -2.0]), 1e-4
    below, here, above = PAIR.coefficients(np.array([0.5 - width, 0.5, 0.5 + width]))
    rates, dark = PAIR.lit_rates(holdings, here), dark_orders(holdings, here)
    saved = PAIR.fill_intensity @ (dark**2 * np.diag(here))
    running = rates @ IMPACT @ rates + holdings @ RISK @ holdings
    slope = holdings @ ((above - below) / (2.0 * width)) @ holdings
    assert slope == pytest.approx(running - 2.0 * holdings @ here @ rates - saved, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"horizon": math.inf}, "horizon"),
        ({"temporary_impact": -IMPACT}, "positive definite"),
        ({"risk": -RISK}, "semidefinite"),
        ({"risk": np.eye(3)}, "shape"),
        ({"risk": np.array([[1.0, 0.5], [0.0, 1.0]])}, "symmetric"),
        ({"temporary_impact": np.full((2, 2), math.nan)}, "finite"),
        ({"fill_intensity": np.array([1.0, -1.0])}, "intensities"),
    ],
)
def test_matrices_that_are_not_as_said_are_refused(change: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        replace(PAIR, **change)


@pytest.mark.parametrize("times", [[0.0], [0.5, 0.2], [2.0], [math.nan]])
def test_times_rise_within_the_horizon(times: list[float]) -> None:
    with pytest.raises(ValueError, match="expected times"):
        PAIR.coefficients(np.array(times))
