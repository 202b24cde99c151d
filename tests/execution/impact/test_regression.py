from __future__ import annotations

import numpy as np
import pytest

from execution.impact.regression import regress
from execution.impact.square_root import SquareRootLaw, fit_square_root


def data(rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    columns = np.stack((np.ones(rows), rng.normal(size=rows), np.cumsum(rng.normal(size=rows))), axis=1)
    noise = np.convolve(rng.normal(size=rows + 4), np.ones(5), "valid") * (1.0 + np.abs(columns[:, 1]))
    return columns, columns @ [1.0, -2.0, 0.5] + noise


@pytest.mark.parametrize("lags", [0, 1, 7])
def test_errors_are_those_of_statsmodels(lags: int) -> None:
    api = pytest.importorskip("statsmodels.api")
    columns, target = data()
    there = api.OLS(target, columns).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    here = regress(columns, target, lags=lags)
    np.testing.assert_allclose(here.coefficients, there.params, rtol=1e-10)
    np.testing.assert_allclose(here.errors, there.bse, rtol=1e-9)
    assert here.r_squared == pytest.approx(there.rsquared)


def test_the_usual_number_of_lags_is_that_of_newey_and_west() -> None:
    columns, target = data(400)
    assert regress(columns, target).lags == 5


def test_columns_that_say_the_same_share_the_coefficient() -> None:
    column = np.arange(10.0)
    found = regress(np.stack((column, column), axis=1), 3.0 * column)
    np.testing.assert_allclose(found.coefficients, 1.5)


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        (np.ones((2, 2)), np.ones(2)),
        (np.ones((3, 1)), np.ones(4)),
        (np.full((3, 1), np.nan), np.ones(3)),
        (np.ones((3, 1)), np.array([1.0, np.inf, 0.0])),
    ],
)
def test_what_cannot_be_regressed_is_refused(columns: np.ndarray, target: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected more rows|finite"):
        regress(columns, target)


def test_the_square_root_law_finds_its_coefficient() -> None:
    rng = np.random.default_rng(0)
    quantity, volatility, volume = rng.uniform(1, 1e4, (3, 500))
    law = SquareRootLaw(coefficient=0.7)
    impact = law.forecast(volatility, quantity, volume)
    found = fit_square_root(impact, volatility, quantity, volume)
    assert found.coefficient == pytest.approx(0.7)
    assert found.error == pytest.approx(0.0, abs=1e-9)


def test_the_square_root_laws_interval_covers_the_truth_nineteen_times_in_twenty() -> None:
    rng, hits = np.random.default_rng(0), 0
    for _ in range(200):
        quantity = rng.uniform(1.0, 100.0, 300)
        ones = np.ones(300)
        impact = (
            SquareRootLaw(coefficient=1.0).forecast(ones, quantity, ones) + rng.normal(size=300) * quantity
        )
        found = fit_square_root(impact, ones, quantity, ones)
        hits += abs(found.coefficient - 1.0) < 1.96 * found.error
    assert 180 <= hits <= 198


def test_four_times_the_size_moves_twice_as_far_and_a_sale_the_other_way() -> None:
    law, one = SquareRootLaw(coefficient=0.8), np.ones(1)
    assert law.forecast(one, 4 * one, one) == pytest.approx(2.0 * law.forecast(one, one, one))
    assert law.forecast(one, -one, one) == pytest.approx(-law.forecast(one, one, one))
    assert law.forecast(one, 0 * one, 0 * one) == 0.0


def test_orders_of_nothing_fit_no_law() -> None:
    zero = np.zeros(5)
    with pytest.raises(ValueError, match="no order"):
        fit_square_root(zero, zero + 1.0, zero, zero + 1.0)
