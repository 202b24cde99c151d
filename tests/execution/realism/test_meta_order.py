from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.realism.meta_order import fitted_impact, meta_order_impact, power_law

SIZES = np.geomspace(0.001, 0.1, 7)


def square_root_market(size: float, seed: int, *, noise: float = 0.02) -> np.ndarray:
    """News that are the same with and without the order, impact 2 sqrt(size) that decays to two thirds."""
    news = np.cumsum(np.random.default_rng(seed).standard_normal(4))
    own = noise * np.random.default_rng([seed, round(1e6 * size)]).standard_normal(4)
    shape = np.array([0.0, 0.7, 1.0, 2.0 / 3.0])
    return news + 2.0 * np.sqrt(size) * shape + (own if size > 0.0 else 0.0)


@given(st.floats(0.2, 1.5), st.floats(0.1, 100.0))
@settings(deadline=None)
def test_an_exact_power_law_is_found_exactly(exponent: float, prefactor: float) -> None:
    found = power_law(SIZES, prefactor * SIZES**exponent, np.ones(len(SIZES)))
    assert found[1] == pytest.approx(exponent, abs=1e-4)
    assert found[0] == pytest.approx(prefactor, rel=1e-3)


def test_many_laws_at_once_are_each_of_them_alone() -> None:
    impact = np.random.default_rng(1).random((5, 7)) * np.sqrt(SIZES)
    weight = 1.0 / SIZES
    together = power_law(SIZES, impact, weight)
    assert np.allclose(together, [power_law(SIZES, row, weight) for row in impact])


def test_common_random_numbers_leave_the_impact_alone() -> None:
    found = meta_order_impact(square_root_market, SIZES.tolist(), range(40), completed=2)
    assert found.exponent.lower < 0.5 < found.exponent.upper
    assert found.exponent.upper - found.exponent.lower < 0.1
    assert found.prefactor.value == pytest.approx(2.0, rel=0.05)
    assert found.remaining.value == pytest.approx(2.0 / 3.0, abs=0.02)
    assert np.all(np.abs(found.peak - 2.0 * np.sqrt(SIZES)) < 4.0 * found.peak_error)


def test_the_interval_holds_the_exponent_in_nineteen_of_twenty_markets() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for trial in range(60):
        moved = np.sqrt(SIZES)[:, None, None] + 0.1 * rng.standard_normal((len(SIZES), 30, 1))
        found = fitted_impact(SIZES, moved, completed=0, seed=trial).exponent
        held += found.lower <= 0.5 <= found.upper
    assert held >= 51


def test_impact_that_is_below_zero_by_chance_is_fitted_too() -> None:
    moved = np.sqrt(SIZES)[:, None, None] + 0.5 * np.random.default_rng(6).standard_normal((7, 10, 1))
    found = fitted_impact(SIZES, moved, completed=0)
    assert found.peak.min() < 0.0
    assert np.isfinite(found.exponent.upper)


def test_a_market_without_chance_has_a_law_without_width() -> None:
    found = meta_order_impact(
        lambda size, seed: square_root_market(size, seed, noise=0.0), [0.01, 0.1], [1, 2], completed=2
    )
    assert found.exponent.value == pytest.approx(0.5, abs=1e-4)
    assert found.path[1, 1:] / found.path[0, 1:] == pytest.approx(10**0.5)
    assert found.exponent.upper - found.exponent.lower < 1e-9


@pytest.mark.parametrize(("sizes", "seeds"), [([0.1], 5), ([0.1, 0.1], 5), ([0.0, 0.1], 5), ([0.1, 0.2], 1)])
def test_sizes_and_seeds_that_give_no_law_are_refused(sizes: list[float], seeds: int) -> None:
    with pytest.raises(ValueError, match="expected two of each"):
        meta_order_impact(square_root_market, sizes, range(seeds), completed=2)
