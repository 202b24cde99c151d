"""A chain of American options on a made-up smile: the carry and the smile that made it come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
from numpy.testing import assert_allclose

from pricing.american.american import american_greeks
from pricing.american.chain import european_chain
from pricing.parity import imply_curves
from pricing.quotes import Quotes
from pricing.surface.atm import surface_from_atm
from pricing.surface.fit import fit_surface

SPOT, RATE, YIELD = 100.0, 0.05, 0.02
YEARS = np.array([0.05, 0.2, 0.6, 1.2])
TRUTH = surface_from_atm([0.1, 1.0], [0.35, 0.3], description="truth")


@cache
def american_quotes() -> Quotes:
    grids = np.meshgrid(YEARS, np.arange(60.0, 150.0, 2.5), [0.0, 1.0], indexing="ij")
    years, strike, right = (grid.ravel() for grid in grids)
    forward, discount = SPOT * np.exp((RATE - YIELD) * years), np.exp(-RATE * years)
    volatility = TRUTH.implied_volatility(np.log(strike / forward), years)
    middle = american_greeks(SPOT, forward, strike, years, volatility, discount, right > 0).value
    half = np.maximum(0.02, 0.01 * middle)
    keep = middle > 3 * half
    return Quotes(
        underlying="ACME",
        as_of=datetime(2018, 2, 5, 21, tzinfo=UTC),
        spot=SPOT,
        expiry_years=years[keep],
        strike=strike[keep],
        is_call=right[keep] > 0,
        bid=(middle - half)[keep],
        ask=(middle + half)[keep],
        received=len(middle),
    )


def test_the_forward_and_the_rate_come_back() -> None:
    chain = european_chain(american_quotes())
    assert_allclose(chain.forward.forward_at(YEARS), SPOT * np.exp((RATE - YIELD) * YEARS), rtol=5e-5)
    assert_allclose(chain.discount.rate_at(YEARS), RATE, atol=1e-3)


def test_without_taking_the_premium_out_they_do_not() -> None:
    discount, forward, _ = imply_curves(american_quotes())
    assert abs(float(forward.forward_at(1.2)) / (SPOT * np.exp((RATE - YIELD) * 1.2)) - 1.0) > 3e-3
    assert abs(float(discount.rate_at(1.2)) - RATE) > 0.02


def test_the_smile_comes_back() -> None:
    chain = european_chain(american_quotes())
    fitted = fit_surface(chain.quotes, chain.discount, chain.forward)
    log_moneyness = np.log(np.arange(80.0, 125.0, 5.0) / SPOT)[:, None]
    found = fitted.surface.implied_volatility(log_moneyness, YEARS[1:])
    assert_allclose(found, TRUTH.implied_volatility(log_moneyness, YEARS[1:]), atol=5e-4)
    assert fitted.report.certificate.is_clean


def test_quotes_that_carry_no_volatility_are_dropped_and_counted() -> None:
    quotes = american_quotes()
    chain = european_chain(quotes)
    assert len(chain.quotes) + chain.quotes.dropped["no American implied volatility"] == len(quotes)


def test_a_round_that_implies_an_absurd_rate_is_not_believed() -> None:
    quotes = american_quotes()
    noise = np.random.default_rng(1).uniform(-0.2, 0.2, len(quotes)) * (quotes.ask + quotes.bid)
    wide = replace(
        quotes, bid=np.maximum(quotes.bid + noise, 0.01) * 0.8, ask=(quotes.ask + np.abs(noise)) * 1.2
    )
    rates = european_chain(wide).discount.zero_rate
    plain = imply_curves(wide)[0].zero_rate
    assert np.all(((rates > -0.01) & (rates < 0.2)) | (rates == plain))
