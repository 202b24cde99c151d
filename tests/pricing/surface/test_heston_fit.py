"""Calibration of Heston and Bates: known truth, QuantLib's optimum, and chains with little in them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.engines.heston import quantlib_calibrated
from pricing.parity import imply_curves
from pricing.surface.arbitrage import certify
from pricing.surface.heston import HestonSurface
from pricing.surface.heston_fit import calibration_problem, fit_bates, fit_heston
from pricing.surface.smile import Smile, market_smiles
from tests.pricing.surface.chains import real_quotes
from tests.pricing.surface.test_heston import BATES, HESTON

YEARS = (0.05, 0.2, 0.7, 1.5)


def smiles_of(model, years=YEARS, quotes=15) -> tuple[Smile, ...]:
    """Bands of one per cent of total variance about the model."""
    surface = HestonSurface(model=model, description="")
    smiles = []
    for expiry in years:
        k = np.linspace(-2.5, 1.5, quotes) * 0.22 * np.sqrt(expiry)
        variance = surface.total_variance(k, expiry)
        smiles.append(
            Smile(expiry_years=expiry, log_moneyness=k, lower=0.995 * variance, upper=1.005 * variance)
        )
    return tuple(smiles)


def test_heston_recovers_the_numbers_that_made_the_smiles():
    surface = fit_heston(smiles_of(HESTON))
    assert_allclose(surface.model.numbers, HESTON.numbers, rtol=1e-3)
    assert "100% inside" in surface.description
    assert "Feller's condition does not hold" in surface.description


def test_bates_meets_smiles_with_jumps_that_heston_cannot():
    smiles = smiles_of(BATES, years=(0.05, 0.2, 0.7), quotes=9)
    problem = calibration_problem(smiles)
    jumping, plain = fit_bates(smiles, starts=2), fit_heston(smiles, starts=2)
    assert problem.inside_share(jumping.model) == 1.0
    assert problem.cost(plain.model) > 100 * problem.cost(jumping.model)


def test_the_optimum_is_no_worse_than_quantlibs_on_a_real_chain():
    quotes = real_quotes(date(2018, 1, 16))
    smiles = market_smiles(quotes, *imply_curves(quotes)[:2])
    problem = calibration_problem(smiles)
    ours = problem.cost(fit_heston(smiles, loss="linear").model)
    assert ours <= problem.cost(quantlib_calibrated(problem, HESTON)) * (1 + 1e-6)


def test_a_fit_does_not_depend_on_anything_but_its_inputs():
    smiles = smiles_of(HESTON, years=(0.1, 0.5))
    first, second = (fit_heston(smiles, seed=3).model for _ in range(2))
    assert first == second


@pytest.mark.parametrize("fit", [fit_heston, fit_bates])
@pytest.mark.parametrize("quotes", [1, 3])
def test_a_chain_of_a_few_quotes_gives_a_clean_surface(fit, quotes):
    surface = fit(smiles_of(HESTON, years=(0.2,), quotes=quotes), starts=1)
    assert certify(surface, np.array([0.2])).is_clean


def test_a_locked_quote_does_not_outweigh_the_others():
    (smile,) = smiles_of(HESTON, years=(0.2,))
    locked = Smile(
        expiry_years=0.2, log_moneyness=smile.log_moneyness, lower=smile.middle, upper=smile.middle
    )
    problem = calibration_problem([locked])
    assert_allclose(problem.half_band, 1e-3 * problem.middle)
