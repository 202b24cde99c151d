"""The compiled optimum is never below arch's, cold or warm, and falls back to arch."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pricing.embedded import embedded_history
from pricing.volatility import fit as fit_module
from pricing.volatility.fit import Engine, fit
from pricing.volatility.likelihood_kernel import FloatArray
from pricing.volatility.optimiser import Minimum
from pricing.volatility.specification import Innovation, Recursion, Specification

SP500 = 100 * embedded_history("SPX").log_returns()
NASDAQ = 100 * embedded_history("COMP").log_returns()
MODELS = [
    Specification(recursion=recursion, innovation=innovation)
    for recursion, innovation in product(Recursion, Innovation)
]


@pytest.mark.parametrize("specification", MODELS, ids=lambda each: each.name)
def test_the_optimum_is_not_below_archs(specification: Specification) -> None:
    for returns in (SP500[:2_000], SP500[2_400:4_400], NASDAQ[:2_000]):
        ours = fit(specification, returns)
        theirs = fit(specification, returns, engine=Engine.ARCH)
        assert ours.engine is Engine.COMPILED
        assert ours.log_likelihood > theirs.log_likelihood - 1e-6


def test_a_constant_mean_is_fitted_as_by_arch() -> None:
    for recursion in (Recursion.GARCH, Recursion.GJR):
        specification = Specification(recursion=recursion, constant_mean=True)
        ours = fit(specification, SP500[:2_000])
        theirs = fit(specification, SP500[:2_000], engine=Engine.ARCH)
        assert ours.log_likelihood > theirs.log_likelihood - 1e-6
        assert ours.parameters[0] == pytest.approx(theirs.parameters[0], abs=2e-3)


def test_the_crash_of_1987_in_the_window_is_fitted_as_by_arch() -> None:
    returns = np.concatenate([SP500[:900], [-22.9], SP500[900:1_800]])
    for specification in MODELS[:6]:
        ours, theirs = fit(specification, returns), fit(specification, returns, engine=Engine.ARCH)
        assert ours.converged
        assert ours.log_likelihood > theirs.log_likelihood - 1e-6


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    warm = None
    for end in range(2_000, 3_000, 50):
        warm = fit(Specification(), SP500[end - 2_000 : end], warm=warm)
        cold = fit(Specification(), SP500[end - 2_000 : end])
        assert warm.log_likelihood == pytest.approx(cold.log_likelihood, abs=1e-6)
        np.testing.assert_allclose(warm.variance[-1], cold.variance[-1], rtol=1e-3)


def test_a_warm_start_of_another_model_is_not_used() -> None:
    other = fit(Specification(recursion=Recursion.GARCH), SP500[:2_000])
    warm, cold = fit(Specification(), SP500[:2_000], warm=other), fit(Specification(), SP500[:2_000])
    assert np.array_equal(warm.parameters, cold.parameters)


@pytest.mark.parametrize("kind", ["noise", "zeros", "cauchy", "ticks", "alternating"])
def test_odd_returns_end_in_parameters_within_the_constraints(kind: str) -> None:
    rng = np.random.default_rng(5)
    returns: FloatArray = {
        "noise": rng.standard_normal(500),
        "zeros": np.where(rng.random(500) < 0.7, 0.0, rng.standard_normal(500)),
        "cauchy": np.clip(rng.standard_cauchy(500), -1e3, 1e3),
        "ticks": np.round(rng.standard_normal(500)),
        "alternating": np.resize([1.0, -1.0], 500),
    }[kind]
    found = fit(Specification(), returns)
    _, omega, alpha, gamma, beta, shape, _ = found.parameters
    assert omega > 0
    assert min(alpha, alpha + gamma, beta) >= -1e-9
    assert alpha + gamma / 2 + beta <= 1 + 1e-9
    assert 2.05 <= shape <= 500.0 + 1e-9


def test_a_targeted_model_has_the_sample_variance_as_its_long_run_level() -> None:
    found = fit(Specification(variance_targeting=True), SP500[:2_000])
    _, omega, alpha, gamma, beta, *_ = found.parameters
    assert omega / (1 - alpha - gamma / 2 - beta) == pytest.approx(np.mean(SP500[:2_000] ** 2))
    assert found.log_likelihood < fit(Specification(), SP500[:2_000]).log_likelihood


def test_egarch_has_no_variance_target() -> None:
    with pytest.raises(ValueError, match="variance targeting is for GARCH and GJR"):
        Specification(recursion=Recursion.EGARCH, variance_targeting=True)


def test_arch_takes_over_where_the_compiled_search_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> Minimum:
        point = np.array([0.0, 0.5, 0.5, 0.9, 0.1])
        return Minimum(point=point, value=np.inf, curvature=np.eye(5), converged=False)

    monkeypatch.setattr(fit_module, "_best_minimum", lost)
    found = fit(Specification(), SP500[:2_000])
    assert found.engine is Engine.ARCH
    assert found.converged


def test_flipping_the_sign_of_returns_mirrors_the_reaction_to_losses() -> None:
    found, mirrored = fit(Specification(), SP500[:2_000]), fit(Specification(), -SP500[:2_000])
    alpha, gamma = mirrored.parameters[2:4]
    assert found.parameters[2] == pytest.approx(alpha + gamma, abs=1e-3)
    assert found.parameters[3] == pytest.approx(-gamma, abs=1e-3)
