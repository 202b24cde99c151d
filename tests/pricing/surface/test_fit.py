"""Fits to chains whose truth is known, and to the real ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError
from pricing.parity import imply_curves
from pricing.surface.arbitrage import certify
from pricing.surface.atm import surface_from_atm
from pricing.surface.convex_program import ProgramError
from pricing.surface.fit import SurfaceModel, fit_surface
from pricing.surface.smile import market_smiles
from pricing.surface.ssvi_fit import fit_ssvi
from pricing.surface.svi import SviParameters, SviSurface
from pricing.surface.svi_fit import fit_svi
from tests.pricing.surface.chains import quotes_from_surface, real_quotes

YEARS = np.array([0.03, 0.1, 0.3, 1.0])
TRUTH = surface_from_atm([0.05, 0.5], [0.3, 0.22], description="truth")


def made_up_smiles():
    quotes = quotes_from_surface(TRUTH, YEARS)
    return market_smiles(quotes, *imply_curves(quotes)[:2])


@pytest.mark.parametrize("fit", [fit_svi, fit_ssvi])
def test_both_models_recover_a_surface_of_their_own_family(fit):
    smiles = made_up_smiles()
    surface = fit(smiles)
    for smile in smiles:
        found = surface.implied_volatility(smile.log_moneyness, smile.expiry_years)
        expected = TRUTH.implied_volatility(smile.log_moneyness, smile.expiry_years)
        near = np.abs(smile.log_moneyness) < 2 * np.sqrt(smile.atm_total_variance)
        np.testing.assert_allclose(found[near], expected[near], atol=0.003)


def test_smiles_use_out_of_the_money_quotes_with_a_volatility_on_both_sides():
    quotes = quotes_from_surface(TRUTH, YEARS)
    for smile in market_smiles(quotes, *imply_curves(quotes)[:2]):
        assert np.all(np.diff(smile.log_moneyness) > 0)
        assert np.all(smile.lower < smile.upper)
        truth = TRUTH.total_variance(smile.log_moneyness, smile.expiry_years)
        assert smile.is_inside(truth).mean() > 0.99


@pytest.mark.parametrize("day", [date(2018, 1, 2), date(2018, 2, 5), date(2018, 2, 6), date(2019, 6, 4)])
def test_real_chain_is_fitted_without_arbitrage(day):
    quotes = real_quotes(day)
    report = fit_surface(quotes, *imply_curves(quotes)[:2]).report
    assert report.certificate.is_clean
    assert report.model == "smooth splines"
    assert report.quotes == sum(expiry.quotes for expiry in report.expiries)


@pytest.mark.parametrize(
    ("model", "name"), [(SurfaceModel.SVI, "SVI per expiry"), (SurfaceModel.ESSVI, "eSSVI")]
)
def test_another_model_is_fitted_when_asked_for(model, name):
    quotes = quotes_from_surface(TRUTH, YEARS)
    report = fit_surface(quotes, *imply_curves(quotes)[:2], model=model).report
    assert (report.model, report.reason) == (name, "")
    assert report.certificate.is_clean


def test_heston_is_calibrated_when_asked_for_and_judged_as_it_is():
    quotes = quotes_from_surface(TRUTH, np.array([0.3]))
    fitted = fit_surface(quotes, *imply_curves(quotes)[:2], model=SurfaceModel.HESTON)
    assert fitted.report.model == "Heston"
    assert fitted.surface.description.startswith("Heston fitted to")
    assert fitted.report.expiries[0].rms_volatility_error < 0.02


def test_a_fit_that_fails_gives_way_to_the_next_model_and_says_why(monkeypatch):
    def fails(smiles, margins):
        raise ProgramError("no optimum of the quadratic programme: MaxIterations")

    monkeypatch.setattr("pricing.surface.fit.fit_smooth", fails)
    quotes = quotes_from_surface(TRUTH, YEARS)
    fitted = fit_surface(quotes, *imply_curves(quotes)[:2])
    assert fitted.report.model == "SVI per expiry"
    assert "no optimum" in fitted.report.reason
    assert "no optimum" in fitted.surface.description


def test_a_surface_with_arbitrage_is_never_returned_as_smooth(monkeypatch):
    crossed = SviSurface(
        expiry_years=np.array([0.5]),
        slices=SviParameters(
            level=np.array([-0.041]),
            slope=np.array([0.1331]),
            correlation=np.array([0.306]),
            shift=np.array([0.3586]),
            smoothing=np.array([0.4153]),
        ),
        description="Axel Vogt's",
    )
    monkeypatch.setattr("pricing.surface.fit.fit_smooth", lambda smiles, margins: crossed)
    quotes = quotes_from_surface(TRUTH, YEARS)
    report = fit_surface(quotes, *imply_curves(quotes)[:2]).report
    assert report.model == "SVI per expiry"
    assert "points of static arbitrage" in report.reason


@pytest.mark.parametrize("calls_only", [True, False])
def test_a_chain_with_one_side_of_the_forward_still_gives_a_surface(calls_only):
    quotes = quotes_from_surface(TRUTH, YEARS)
    discount, forward, _ = imply_curves(quotes)
    fitted = fit_surface(chosen(quotes, quotes.is_call == calls_only), discount, forward)
    assert fitted.report.certificate.is_clean
    assert fitted.report.inside_share == 1
    truth = TRUTH.implied_volatility(0.0, YEARS)
    np.testing.assert_allclose(fitted.surface.implied_volatility(0.0, YEARS), truth, rtol=0.15)


def test_a_single_quote_gives_a_default_shape_and_says_so():
    quotes = quotes_from_surface(TRUTH, np.array([0.2]))
    discount, forward, _ = imply_curves(quotes)
    single = chosen(quotes, (quotes.strike == quotes.strike[quotes.strike > 2720].min()) & quotes.is_call)
    fitted = fit_surface(single, discount, forward)
    assert fitted.report.quotes == fitted.report.inside_bid_ask == 1
    assert fitted.report.certificate.is_clean
    assert "1 with fewer than 5 quotes, shaped by default" in fitted.surface.description


def chosen(quotes, which):
    columns = ("expiry_years", "strike", "is_call", "bid", "ask")
    return replace(quotes, **{name: getattr(quotes, name)[which] for name in columns})


def test_february_2018_shock_is_met_inside_bid_ask_everywhere():
    quotes = real_quotes(date(2018, 2, 5))
    report = fit_surface(quotes, *imply_curves(quotes)[:2]).report
    assert report.inside_bid_ask == report.quotes > 100


def test_essvi_is_free_of_arbitrage_by_construction_on_a_real_chain():
    quotes = real_quotes(date(2019, 5, 20))
    surface = fit_ssvi(market_smiles(quotes, *imply_curves(quotes)[:2]))
    assert certify(surface, surface.expiry_years).is_clean


def test_crossing_smiles_are_pulled_apart():
    low, high = (surface_from_atm([0.5], [vol], description="") for vol in (0.2, 0.3))
    near, far = quotes_from_surface(high, np.array([0.5])), quotes_from_surface(low, np.array([0.6]))
    columns = ("expiry_years", "strike", "is_call", "bid", "ask")
    both = replace(
        near, **{name: np.concatenate((getattr(near, name), getattr(far, name))) for name in columns}
    )
    assert fit_surface(both, *imply_curves(both)[:2]).report.certificate.is_clean


def test_a_handful_of_quotes_gives_a_clean_surface():
    quotes = quotes_from_surface(TRUTH, np.array([0.2]))
    few = np.flatnonzero(np.isin(quotes.strike, quotes.strike[np.argsort(np.abs(quotes.strike - 2700))[:4]]))
    columns = ("expiry_years", "strike", "is_call", "bid", "ask")
    sparse = replace(quotes, **{name: getattr(quotes, name)[few] for name in columns})
    fitted = fit_surface(sparse, *imply_curves(quotes)[:2])
    assert fitted.report.certificate.is_clean
    assert fitted.surface.implied_volatility(0.0, 0.2) == pytest.approx(
        float(TRUTH.implied_volatility(0.0, 0.2)), abs=0.01
    )


def test_quotes_without_a_volatility_are_an_input_error():
    quotes = quotes_from_surface(TRUTH, np.array([0.2]))
    hopeless = replace(quotes, bid=np.full(len(quotes), 1e5), ask=np.full(len(quotes), 1e5))
    discount = DiscountCurve(expiry_years=np.ones(1), zero_rate=np.zeros(1))
    forward = ForwardCurve(spot=2700.0, expiry_years=np.ones(1), carry_rate=np.zeros(1))
    with pytest.raises(InputError, match="implied volatility"):
        fit_surface(hopeless, discount, forward)


def test_smiles_do_not_look_at_quotes_in_the_money():
    quotes = quotes_from_surface(TRUTH, YEARS)
    discount, forward, _ = imply_curves(quotes)
    inside = quotes.is_call == (quotes.strike < forward.forward_at(quotes.expiry_years))
    wild = replace(quotes, ask=np.where(inside, quotes.ask * 1.5, quotes.ask))
    for expected, found in zip(
        market_smiles(quotes, discount, forward), market_smiles(wild, discount, forward), strict=True
    ):
        np.testing.assert_array_equal(found.log_moneyness, expected.log_moneyness)
        np.testing.assert_array_equal(found.upper, expected.upper)
