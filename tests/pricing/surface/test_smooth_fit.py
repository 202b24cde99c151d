"""The smooth fit: through the market, free of arbitrage, whatever the quotes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.parity import imply_curves
from pricing.surface.arbitrage import certify_densely
from pricing.surface.smile import Smile, market_smiles
from pricing.surface.smooth_fit import fit_smooth
from pricing.surface.smooth_smile import Margins
from pricing.surface.ssvi import slice_total_variance
from tests.pricing.surface.chains import real_quotes


def ssvi_smile(years, log_moneyness, *, volatility=0.2, rho=-0.5, half_band=0.01):
    k, theta = np.asarray(log_moneyness, dtype=np.float64), volatility**2 * years
    variance = slice_total_variance(k, theta, rho * np.sqrt(theta), np.sqrt(theta))
    return Smile(
        expiry_years=years,
        log_moneyness=k,
        lower=variance * (1 - half_band),
        upper=variance * (1 + half_band),
    )


def inside(surface, smiles):
    return np.concatenate(
        [smile.is_inside(surface.total_variance(smile.log_moneyness, smile.expiry_years)) for smile in smiles]
    )


def is_clean(surface):
    return certify_densely(surface, surface.expiry_years).is_clean


@pytest.mark.parametrize("day", [date(2018, 1, 2), date(2018, 2, 5), date(2018, 2, 6), date(2019, 5, 14)])
def test_real_chains_are_met_inside_bid_ask_without_arbitrage(day):
    quotes = real_quotes(day)
    smiles = market_smiles(quotes, *imply_curves(quotes)[:2])
    surface = fit_smooth(smiles)
    assert inside(surface, smiles).mean() > 0.99
    assert is_clean(surface)


def test_quotes_that_the_fit_did_not_see_are_met_too():
    quotes = real_quotes(date(2019, 5, 20))
    smiles = market_smiles(quotes, *imply_curves(quotes)[:2])
    parts = ("log_moneyness", "lower", "upper")
    even, odd = (
        [replace(smile, **{part: getattr(smile, part)[start::2] for part in parts}) for smile in smiles]
        for start in (0, 1)
    )
    assert inside(fit_smooth(even), odd).mean() > 0.98


def test_a_known_smile_is_recovered_between_and_beyond_its_quotes():
    smile = ssvi_smile(0.25, np.linspace(-0.4, 0.2, 60), half_band=0.002)
    surface = fit_smooth([smile])
    for k, error in ((np.linspace(-0.4, 0.2, 50), 2e-4), (np.array([-0.6, 0.3]), 0.02)):
        truth = np.sqrt(ssvi_smile(0.25, k).middle / 0.25)
        np.testing.assert_allclose(surface.implied_volatility(k, 0.25), truth, atol=error)


@pytest.mark.parametrize("k", [[0.0], [-0.1], [0.05], [-0.1, -0.05], [-0.1, 0.0, 0.05], [0.02, 0.05, 0.1]])
def test_a_handful_of_quotes_gives_a_clean_surface_through_them(k):
    smile = ssvi_smile(0.25, k)
    surface = fit_smooth([smile])
    assert inside(surface, [smile]).all()
    assert is_clean(surface)
    assert surface.implied_volatility(0.0, 0.25) == pytest.approx(0.2, abs=0.04)


def test_a_day_with_morning_and_evening_expiry_keeps_them_apart():
    k = np.linspace(-0.3, 0.15, 80)
    smiles = [ssvi_smile(0.1, k), ssvi_smile(0.1007, k, volatility=0.1995)]
    surface = fit_smooth(smiles)
    assert inside(surface, smiles).all()
    assert is_clean(surface)


def test_crossing_expiries_are_pulled_apart_at_least_cost():
    k = np.linspace(-0.3, 0.15, 80)
    smiles = [ssvi_smile(0.1, k, volatility=0.25), ssvi_smile(0.12, k, volatility=0.2)]
    surface = fit_smooth(smiles)
    assert is_clean(surface)
    assert surface.level[1] > 0.999 * surface.level[0]


def test_a_lower_band_of_a_longer_expiry_pulls_the_shorter_one_down_inside_its_own():
    k = np.linspace(-0.2, 0.1, 40)
    shorter = ssvi_smile(0.1, k, volatility=0.25, half_band=0.2)
    longer = replace(shorter, expiry_years=0.11, lower=0.81 * shorter.middle, upper=0.95 * shorter.middle)
    surface = fit_smooth([shorter, longer])
    assert inside(surface, [shorter, longer]).all()
    assert is_clean(surface)


def test_one_wild_quote_costs_little_but_itself():
    smile = ssvi_smile(0.25, np.linspace(-0.4, 0.2, 60))
    lower, upper = smile.lower.copy(), smile.upper.copy()
    lower[30], upper[30] = 1.5 * lower[30], 1.5 * upper[30]
    wild = replace(smile, lower=lower, upper=upper)
    surface = fit_smooth([wild])
    assert inside(surface, [wild]).sum() >= 57
    assert is_clean(surface)


def test_locked_quotes_are_met_as_closely_as_smoothness_allows():
    smile = ssvi_smile(0.25, np.linspace(-0.4, 0.2, 60), half_band=0.0)
    surface = fit_smooth([smile])
    found = surface.total_variance(smile.log_moneyness, 0.25)
    np.testing.assert_allclose(found, smile.middle, rtol=2e-3)
    assert is_clean(surface)


def test_a_stiffer_fit_is_smoother():
    quotes = real_quotes(date(2018, 2, 27))
    smiles = market_smiles(quotes, *imply_curves(quotes)[:2])
    loose, stiff = (fit_smooth(smiles, Margins(stiffness=factor)).bend for factor in (0.1, 10.0))
    assert np.abs(np.diff(stiff, 2)).sum() < np.abs(np.diff(loose, 2)).sum()


@given(
    st.lists(st.floats(0.001, 3.0), min_size=1, max_size=5, unique=True),
    st.floats(0.05, 1.5),
    st.floats(-0.9, 0.9),
    st.integers(1, 40),
    st.floats(0.002, 0.5),
    st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=25)
def test_any_quotes_of_an_arbitrage_free_surface_are_met_by_one(years, volatility, rho, count, band, seed):
    rng, smiles = np.random.default_rng(seed), []
    for expiry in sorted(years):
        spread = volatility * np.sqrt(expiry)
        k = np.unique(spread * rng.uniform(-4, 3, count))
        smile = ssvi_smile(expiry, k, volatility=volatility, rho=rho / np.sqrt(1 + expiry), half_band=band)
        smiles.append(smile)
    surface = fit_smooth(smiles)
    assert np.all(np.isfinite(surface.shape))
    assert np.all(surface.total_variance(np.linspace(-3, 3, 50), np.array(years)[:, None]) > 0)


def test_a_process_warns_of_nothing_when_it_first_asks_for_broadcast_inputs():
    program = (
        "from pricing.surface.smooth_fit import fit_smooth\n"
        "from tests.pricing.surface.test_smooth_fit import ssvi_smile\n"
        "surface = fit_smooth([ssvi_smile(0.25, [0.0])])\n"
        "assert surface.total_variance([0.0, 0.1], [[0.25], [0.5]]).shape == (2, 2)\n"
        "assert surface.total_variance([0.0], 0.25) > 0.0\n"
    )
    subprocess.run([sys.executable, "-W", "error::FutureWarning", "-c", program], check=True)
