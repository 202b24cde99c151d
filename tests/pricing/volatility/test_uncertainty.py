"""Sampling error of the parameters: arch's covariance, wider intervals, reproducible draws."""

from __future__ import annotations

import numpy as np
import pytest

from pricing.embedded import embedded_history
from pricing.history import PriceHistory
from pricing.sample_volatility import FittedSample
from pricing.volatility.arch_engine import arch_model
from pricing.volatility.coordinates import Coordinates
from pricing.volatility.family import GarchFamily
from pricing.volatility.fit import fit
from pricing.volatility.fitted import FittedLaw
from pricing.volatility.objective import Objective
from pricing.volatility.specification import Innovation, Recursion, Specification
from pricing.volatility.uncertainty import (
    UncertainGarch,
    UncertainLaw,
    covariance,
    relative_error_of_level,
    sampled_fits,
)
from pricing.volatility_model import DayMove

SP500 = embedded_history("SPX")
PAST = SP500.until(SP500.dates[2_000].item())
RETURNS = 100 * PAST.log_returns()


def uncertain() -> UncertainLaw:
    fitted = UncertainGarch(family=GarchFamily(reverting_to_sample=True), draws=20).fitted(PAST)
    assert isinstance(fitted, UncertainLaw)
    return fitted


@pytest.mark.parametrize("recursion", [Recursion.GARCH, Recursion.EGARCH])
def test_robust_standard_errors_are_those_of_arch(recursion: Recursion) -> None:
    specification = Specification(recursion=recursion, innovation=Innovation.STUDENT_T)
    found = fit(specification, RETURNS)
    coordinates = Coordinates.of(specification, found.sample)
    objective = Objective(specification, found.sample, coordinates)
    free = objective.free
    point = coordinates.point(found.parameters)
    slopes = coordinates.slopes(point)[np.ix_(free, free)]
    ours = np.sqrt(np.diag(slopes @ covariance(objective, point[free]) @ slopes.T))
    theirs = arch_model(specification, RETURNS).fit(disp="off").std_err.to_numpy()
    np.testing.assert_allclose(ours, theirs, rtol=0.05)


def test_draws_of_a_stationary_model_stay_stationary_and_vary() -> None:
    found = fit(Specification(), RETURNS)
    drawn = sampled_fits(found, 60, np.random.default_rng(1))
    alpha, gamma, beta = np.array([each.parameters[2:5] for each in drawn]).T
    assert np.all(alpha + gamma / 2 + beta < 0.9995)
    assert np.all((alpha >= -1e-12) & (beta >= 0))
    assert np.std(beta) > 0.002
    assert len({each.variance[-1] for each in drawn}) == 60


def test_the_forecast_is_that_of_the_likeliest_parameters_and_the_interval_wider() -> None:
    fitted = uncertain()
    assert np.array_equal(fitted.variance_path(9), fitted.centre.variance_path(9))
    assert fitted.parameters == fitted.centre.parameters
    wide, narrow = (
        np.quantile(
            np.log(each.simulated_sums(250, paths=4_000, rng=np.random.default_rng(1))[:, -1]), (0.05, 0.95)
        )
        for each in (fitted, fitted.centre)
    )
    assert np.diff(wide) > 1.1 * np.diff(narrow)


def test_the_same_seed_draws_the_same_and_an_update_moves_every_law() -> None:
    fitted, again = uncertain(), uncertain()
    assert [law.next_variance for law in fitted.laws] == [law.next_variance for law in again.laws]
    updated = fitted.updated(DayMove(log_return=-0.05))
    assert all(
        after.next_variance > before.next_variance
        for before, after in zip(fitted.laws, updated.laws, strict=True)
    )
    sums = updated.simulated_sums(3, paths=50, rng=np.random.default_rng(1))
    assert sums.shape == (50, 3)


def test_a_history_that_is_too_short_or_explodes_has_the_familys_own_fallback() -> None:
    model = UncertainGarch(family=GarchFamily())
    assert isinstance(model.fitted(SP500.until(SP500.dates[100].item())), FittedSample)
    rng = np.random.default_rng(0)
    returns = 0.001 * np.exp(np.cumsum(0.1 * rng.standard_normal(1_000))) * rng.standard_normal(1_000)
    dates = np.datetime64("2010-01-04", "D") + np.arange(1_001)
    close = np.exp(np.concatenate([[0.0], np.cumsum(np.clip(returns, -1, 1))]))
    fallen = model.fitted(PriceHistory(symbol="ACME", dates=dates, close=close))
    assert isinstance(fallen, FittedLaw)
    assert "would explode" in fallen.note


def test_the_level_of_independent_returns_has_the_error_of_a_chi_squared() -> None:
    squares = np.random.default_rng(2).standard_normal(200_000) ** 2
    assert relative_error_of_level(squares) == pytest.approx(np.sqrt(2 / 200_000), rel=0.1)
    assert relative_error_of_level(squares[:150]) == 0.0
