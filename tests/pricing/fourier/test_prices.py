"""Heston and Bates prices: against the twin, QuantLib, limits and identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad

from pricing.black import black_price
from pricing.engines.heston import quantlib_model_prices
from pricing.errors import InputError
from pricing.fourier.kernel import explosion_years
from pricing.fourier.model import BatesModel, HestonModel
from pricing.fourier.prices import model_greeks, normalised_prices
from tests.pricing.surface.test_heston import BATES, HESTON
from tests.twins.heston import otm_price


def heston(numbers) -> HestonModel:
    variance, reversion, level, sigma, rho = (float(number) for number in numbers)
    return HestonModel(
        initial_variance=variance,
        mean_reversion=reversion,
        long_run_variance=level,
        volatility_of_variance=sigma,
        correlation=rho,
    )


def bates(numbers) -> BatesModel:
    intensity, mean, deviation = (float(number) for number in numbers[5:])
    return BatesModel(
        diffusion=heston(numbers[:5]), jump_intensity=intensity, jump_mean=mean, jump_deviation=deviation
    )


DIFFUSIONS = st.builds(
    lambda *numbers: heston(numbers),
    st.floats(1e-2, 0.5),
    st.floats(0.5, 8.0),
    st.floats(1e-2, 0.3),
    st.floats(0.01, 1.5),
    st.floats(-0.95, 0.7),
)
MODELS = st.one_of(
    DIFFUSIONS,
    st.builds(
        lambda model, *jumps: BatesModel(
            diffusion=model, jump_intensity=jumps[0], jump_mean=jumps[1], jump_deviation=jumps[2]
        ),
        DIFFUSIONS,
        st.floats(0.0, 5.0),
        st.floats(-0.6, 0.3),
        st.floats(0.0, 0.5),
    ),
)
GRID = np.array([-1.0, -0.3, -0.05, 0.0, 0.05, 0.2, 0.5])


def test_a_variance_that_is_absorbed_at_zero_still_has_prices():
    """Nearly all of the mass stays at the forward: the characteristic function hardly decays."""
    k = np.linspace(-3.0, 3.0, 25) * np.sqrt(0.2)
    found = normalised_prices(heston([1e-4, 0.0, 0.25, 1.0, 0.0]), k, 1.0)
    # With correlation zero, a put over its strike is the call as far on the other side.
    over_strike = found.log_price - np.minimum(k, 0.0)
    assert_allclose(over_strike, over_strike[::-1], atol=1e-6)


@pytest.mark.parametrize("model", [HESTON, BATES])
@pytest.mark.parametrize("years", [0.1, 1.0, 5.0])
def test_prices_equal_the_slow_twin(model, years):
    expected = [otm_price(model, k, years) for k in GRID]
    assert_allclose(np.exp(normalised_prices(model, GRID, years).log_price), expected, rtol=0, atol=2e-12)


def test_prices_equal_quantlib_on_random_models():
    rng = np.random.default_rng(3)
    for _ in range(20):
        spread, years = 10.0 ** rng.uniform(-1, 0.3), 10.0 ** rng.uniform(-2, 0.8)
        numbers = [10.0 ** rng.uniform(-3, -0.7), rng.uniform(0.1, 6), 0.09, spread, rng.uniform(-0.95, 0.6)]
        jumps = [10.0 ** rng.uniform(-1, 0.5), 0.1 * rng.standard_normal(), rng.uniform(0.05, 0.3)]
        strike = 100.0 * np.exp(np.linspace(-3, 3, 7) * 0.3 * np.sqrt(years))
        for model, tolerance in ((heston(numbers), 1e-8), (bates([*numbers, *jumps]), 1e-6)):
            ours = model_greeks(model, 100.0, 100.0, strike, years, 0.97, strike < 110.0).value
            theirs = quantlib_model_prices(model, 100.0, strike, years, 0.97, strike < 110.0)
            assert_allclose(ours, theirs, rtol=0.0, atol=tolerance)


@given(MODELS, st.floats(0.01, 8.0))
@settings(deadline=None, max_examples=60)
def test_any_model_has_a_positive_density_and_prices_that_fall_away_from_the_money(model, years):
    k = np.linspace(-3.0, 3.0, 25) * np.sqrt(0.2 * years)
    found = normalised_prices(model, k, years)
    assert np.all(np.isfinite(found.log_price))
    assert np.all(found.density > 0.0)
    assert np.all(np.diff(found.log_price[k < 0]) > 0.0)
    assert np.all(np.diff(found.log_price[k > 0]) < 0.0)
    assert np.all(np.exp(found.log_price) < np.minimum(1.0, np.exp(k)))


@given(MODELS, st.floats(0.01, 5.0), st.floats(-1.0, 1.0))
@settings(deadline=None, max_examples=60)
def test_slope_and_density_are_the_derivatives_of_the_price(model, years, moneyness):
    step = 1e-3 * np.sqrt(0.04 * years)
    k = moneyness * np.sqrt(0.1 * years) + 5 * step + step * np.arange(-2, 3)
    k = k if k[0] > 0.0 or k[-1] < 0.0 else k + 10 * step
    found = normalised_prices(model, k, years)
    far_below, below, _, above, far_above = found.log_price
    slope = (8 * (above - below) - (far_above - far_below)) / (12 * step)
    assert_allclose(found.slope[2], slope, rtol=1e-6, atol=1e-6)
    bend = (8 * (found.slope[3] - found.slope[1]) - (found.slope[4] - found.slope[0])) / (12 * step)
    assert_allclose(found.density[2], bend + slope**2 - slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("at", range(8))
def test_the_gradient_by_every_number_agrees_with_differences(at):
    years, numbers = np.array([0.02, 0.3, 2.0])[:, None], BATES.numbers
    step = 1e-5 * max(abs(numbers[at]), 0.1) * np.eye(8)[at]
    up, down = (normalised_prices(bates(numbers + move), GRID, years).log_price for move in (step, -step))
    found = normalised_prices(BATES, GRID, years, with_gradient=True).gradient[..., at]
    assert_allclose(found, (up - down) / (2 * step[at]), rtol=1e-5, atol=1e-7)


def test_bates_without_jumps_is_heston_and_growth_is_the_derivative_by_time():
    still = BatesModel(diffusion=HESTON, jump_intensity=0.0, jump_mean=-0.1, jump_deviation=0.1)
    ours, plain = (normalised_prices(model, GRID, 0.7) for model in (still, HESTON))
    assert_allclose(ours.log_price, plain.log_price, rtol=1e-14)
    for model in (HESTON, BATES):
        late, early = (normalised_prices(model, GRID, 0.7 + move).log_price for move in (1e-5, -1e-5))
        growth = normalised_prices(model, GRID, 0.7).growth
        assert_allclose(growth, (late - early) / 2e-5, rtol=1e-6)


def test_merton_is_bates_without_volatility_of_variance():
    """Merton (1976): Black's prices weighted by Poisson, variance and forward moved by each jump."""
    diffusion = heston([0.04, 1.0, 0.04, 0.0, 0.0])
    model = BatesModel(diffusion=diffusion, jump_intensity=0.8, jump_mean=-0.1, jump_deviation=0.2)
    strike, expected, weight = np.exp(GRID), np.zeros(GRID.size), np.exp(-0.8)
    for jumps in range(40):
        forward = np.exp(jumps * -0.08 - 0.8 * np.expm1(-0.08))
        deviation = np.sqrt(0.04 + jumps * 0.04)
        expected += weight * black_price(forward, strike, 1.0, deviation, 1.0, GRID >= 0.0)
        weight *= 0.8 / (jumps + 1)
    assert_allclose(np.exp(normalised_prices(model, GRID, 1.0).log_price), expected, rtol=1e-9, atol=1e-15)


def test_delta_and_gamma_are_the_derivatives_by_spot_and_parity_holds():
    spot, carry, years, discount = 100.0, 1.02, 0.5, 0.98
    strike, calls = np.array([[70.0], [95.0], [102.0], [130.0]]), np.array([True, False])

    def greeks(at: float):
        return model_greeks(BATES, at, at * carry, strike, years, discount, calls)

    up, here, down = greeks(spot + 1e-2), greeks(spot), greeks(spot - 1e-2)
    assert_allclose(here.delta, (up.value - down.value) / 2e-2, atol=1e-7)
    assert_allclose(here.gamma, (up.delta - down.delta) / 2e-2, rtol=1e-5)
    parity = discount * (spot * carry - strike[:, 0])
    assert_allclose(here.value[:, 0] - here.value[:, 1], parity, atol=1e-12)


def test_an_expired_option_and_one_of_strike_zero_are_worth_their_intrinsic_value():
    strike, years = np.array([90.0, 110.0, 0.0, 90.0]), np.array([0.0, -1.0, 1.0, np.nan])
    found = model_greeks(HESTON, 100.0, 100.0, strike, years, 0.9, True)
    assert_allclose(found.value, [9.0, 0.0, 90.0, np.nan])
    assert_allclose(found.delta, [0.9, 0.0, 0.9, np.nan])
    assert_allclose(found.gamma, [0.0, 0.0, 0.0, np.nan])


def test_order_and_shape_of_the_inputs_do_not_matter():
    rng = np.random.default_rng(1)
    k, years = rng.normal(0, 0.2, 50), rng.choice([0.1, 0.5, 2.0], 50)
    one_by_one = [float(normalised_prices(BATES, a, b).log_price) for a, b in zip(k, years, strict=True)]
    assert_allclose(normalised_prices(BATES, k, years).log_price, one_by_one, rtol=1e-12)
    assert normalised_prices(HESTON, np.empty((0, 3)), 1.0).log_price.shape == (0, 3)


def test_impossible_numbers_are_refused_and_named():
    with pytest.raises(InputError, match=r"(?s)correlation.*initial_variance") as error:
        heston([-0.1, 1.0, 0.04, 0.5, 1.5])
    assert len(error.value.problems) == 2
    with pytest.raises(InputError, match="above zero"):
        heston([0.0, 0.0, 0.04, 0.5, 0.0])
    with pytest.raises(InputError, match="jump_intensity"):
        bates([0.04, 1.0, 0.04, 0.5, 0.0, np.nan, 0.0, 0.1])


def test_fellers_condition_is_reported():
    assert not HESTON.satisfies_feller
    assert heston([0.04, 2.0, 0.04, 0.39, -0.5]).satisfies_feller


@pytest.mark.parametrize(("order", "correlation"), [(3.0, 0.95), (3.0, 0.2), (-4.0, -0.98), (-4.0, 0.1)])
def test_a_moment_explodes_when_its_riccati_equation_does(order: float, correlation: float) -> None:
    """B' = s (s - 1) / 2 - beta B + sigma^2 B^2 / 2 from zero is infinite after int dB / B'."""
    kappa, sigma = 0.1, 1.0
    beta = kappa - correlation * sigma * order
    years, _ = quad(
        lambda b: 1.0 / (0.5 * order * (order - 1.0) - beta * b + 0.5 * sigma**2 * b**2), 0.0, np.inf
    )
    numbers = np.array([0.04, kappa, 0.04, sigma, correlation, 0.0])
    assert explosion_years(order, numbers) == pytest.approx(years, rel=1e-7)
