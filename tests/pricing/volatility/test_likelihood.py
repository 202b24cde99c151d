"""The compiled likelihood is arch's, and its gradient is its slope."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.embedded import embedded_history
from pricing.volatility.arch_engine import arch_model, from_arch
from pricing.volatility.fit import evaluated
from pricing.volatility.likelihood_kernel import FloatArray, log_likelihood
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Innovation, Recursion, Specification

SP500 = 100 * embedded_history("SPX").log_returns()
SPECIFICATIONS = [
    Specification(recursion=recursion, innovation=innovation, constant_mean=mean)
    for recursion, innovation, mean in product(Recursion, Innovation, (False, True))
]


def archs(
    specification: Specification, returns: FloatArray, parameters: FloatArray
) -> tuple[float, FloatArray]:
    """Log-likelihood and variances of arch at given parameters of its own order."""
    model = arch_model(specification, returns)
    model._adjust_sample(None, None)
    residuals = model.resids(model.starting_values())
    bounds, backcast = model.volatility.variance_bounds(residuals), model.volatility.backcast(residuals)
    variance = np.empty(len(returns))
    return -model._loglikelihood(parameters, variance, backcast, bounds), variance


def drawn_parameters(specification: Specification, rng: np.random.Generator) -> FloatArray:
    values = [0.1 * rng.standard_normal()] if specification.constant_mean else []
    if specification.egarch:
        values += [0.1 * rng.standard_normal(), 0.3 * rng.random(), -0.3 * rng.random(), rng.random()]
    else:
        values += [0.1 * rng.random(), 0.3 * rng.random()]
        values += [0.3 * rng.random()] if specification.recursion is Recursion.GJR else []
        values += [0.95 * rng.random()]
    shapes = [2.1 + 30 * rng.random() ** 3, rng.uniform(-0.9, 0.9)]
    return np.array(values + shapes[: specification.innovation.value])


@pytest.mark.parametrize("specification", SPECIFICATIONS, ids=lambda each: each.name)
def test_likelihood_and_variances_are_those_of_arch_at_any_parameters(specification: Specification) -> None:
    rng = np.random.default_rng(7)
    for start in (0, 1_400, 3_000):
        returns = SP500[start : start + 1_000]
        sample = ReturnSample.of(returns, constant_mean=specification.constant_mean)
        for _ in range(10):
            parameters = drawn_parameters(specification, rng)
            theirs, variance = archs(specification, returns, parameters)
            ours = evaluated(specification, sample, from_arch(specification, parameters))
            assert ours.log_likelihood == pytest.approx(theirs, rel=1e-12)
            np.testing.assert_allclose(ours.variance[:-1], variance, rtol=1e-10)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SPECIFICATIONS), st.integers(0, 2**32), st.floats(1e-3, 1e3), st.integers(12, 400))
def test_likelihood_is_that_of_arch_on_any_returns(
    specification: Specification, seed: int, scale: float, days: int
) -> None:
    rng = np.random.default_rng(seed)
    returns = scale * rng.standard_t(2.5, days) * np.where(rng.random(days) < 0.02, 50.0, 1.0)
    parameters = drawn_parameters(specification, rng)
    with np.errstate(all="ignore"):
        theirs, _ = archs(specification, returns, parameters)
    sample = ReturnSample.of(returns, constant_mean=specification.constant_mean)
    ours = evaluated(specification, sample, from_arch(specification, parameters))
    assert ours.log_likelihood == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("specification", SPECIFICATIONS, ids=lambda each: each.name)
def test_gradient_is_the_slope_by_central_differences(specification: Specification) -> None:
    returns = SP500[:1_000]
    sample = ReturnSample.of(returns, constant_mean=specification.constant_mean)
    parameters = from_arch(specification, drawn_parameters(specification, np.random.default_rng(3)))
    slope, information = np.empty(7), np.empty((7, 7))

    def value(at: FloatArray, *, with_information: bool = False) -> float:
        found = log_likelihood(
            specification.egarch,
            specification.innovation.value,
            at,
            sample.returns,
            sample.backcast,
            sample.lower,
            sample.upper,
            np.empty(1_001),
            slope,
            information,
            with_information,
        )
        return float(found)

    value(parameters, with_information=True)
    analytic, products = slope.copy(), information.copy()
    for at in specification.free:
        step = np.zeros(7)
        step[at] = 1e-6 * max(1.0, abs(parameters[at]))
        numeric = (value(parameters + step) - value(parameters - step)) / (2 * step[at])
        assert analytic[at] == pytest.approx(numeric, rel=1e-5, abs=2e-3)
    assert np.array_equal(products, products.T)
    assert np.all(np.linalg.eigvalsh(products) > -1e-6 * np.trace(products))


def test_a_variance_beyond_its_bounds_is_bounded_as_in_arch() -> None:
    returns = SP500[:500]
    specification = Specification(innovation=Innovation.NORMAL)
    sample = ReturnSample.of(returns, constant_mean=False)
    for parameters in ([1e-12, 0.0, 0.0, 0.0], [0.1, 0.99, 1.9, 1.0], [1e9, 1.0, 2.0, 1.0]):
        theirs, variance = archs(specification, returns, np.array(parameters))
        ours = evaluated(specification, sample, from_arch(specification, np.array(parameters)))
        assert ours.log_likelihood == pytest.approx(theirs, rel=1e-10)
        np.testing.assert_allclose(ours.variance[:-1], variance, rtol=1e-10)


def test_egarch_that_overflows_is_bounded_as_in_arch() -> None:
    returns = SP500[:500]
    specification = Specification(recursion=Recursion.EGARCH, innovation=Innovation.NORMAL)
    sample = ReturnSample.of(returns, constant_mean=False)
    for parameters in ([400.0, 5.0, -2.0, 0.99], [-60.0, 0.1, 0.0, 0.9]):
        theirs, variance = archs(specification, returns, np.array(parameters))
        ours = evaluated(specification, sample, from_arch(specification, np.array(parameters)))
        assert ours.log_likelihood == pytest.approx(theirs, rel=1e-10)
        np.testing.assert_allclose(ours.variance[:-1], variance, rtol=1e-10)
