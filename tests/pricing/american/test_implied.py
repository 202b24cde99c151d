from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.american.american import american_greeks
from pricing.american.implied import american_implied_volatility, de_americanised
from pricing.black import black_price
from pricing.implied import ImpliedStatus, implied_volatility
from pricing.quotes import Quotes
from tests.pricing.american.test_american import columns_of, usual_book, wild_book


@pytest.mark.parametrize("book", [usual_book, wild_book])
def test_the_implied_volatility_gives_the_price_back(book: object) -> None:
    columns = columns_of(book(800, 21))
    prices = american_greeks(*columns).value
    spot, forward, strike, years, volatility, discount, call = columns
    found, status = american_implied_volatility(prices, spot, forward, strike, years, discount, call)
    good = status == ImpliedStatus.OK
    assert good.sum() > 400
    again = american_greeks(spot, forward, strike, years, np.where(good, found, 0.1), discount, call)
    assert_allclose(again.value[good], prices[good], rtol=0.0, atol=1e-7)
    assert set(status[~good]) <= {ImpliedStatus.NOT_UNIQUE, ImpliedStatus.ABOVE_BOUND}
    sharp = good & (again.vega > 0.1)
    assert_allclose(found[sharp], volatility[sharp], rtol=1e-6)


@pytest.mark.parametrize(
    ("price", "strike", "expected"),
    [
        (20.0, 120.0, ImpliedStatus.NOT_UNIQUE),
        (19.9, 120.0, ImpliedStatus.BELOW_INTRINSIC),
        (120.0, 120.0, ImpliedStatus.ABOVE_BOUND),
        (np.nan, 120.0, ImpliedStatus.INVALID),
        (np.inf, 120.0, ImpliedStatus.INVALID),
        (0.0, 80.0, ImpliedStatus.NOT_UNIQUE),
        (-1.0, 80.0, ImpliedStatus.BELOW_INTRINSIC),
        (5.0, -1.0, ImpliedStatus.INVALID),
        (22.0, 120.0, ImpliedStatus.OK),
    ],
)
def test_a_price_without_a_volatility_says_why(price: float, strike: float, expected: ImpliedStatus) -> None:
    volatility, status = american_implied_volatility(
        price, 100.0, 100.0 * np.exp(0.05), strike, 1.0, np.exp(-0.05), False
    )
    assert ImpliedStatus(int(status)) is expected
    assert np.isnan(volatility) == (expected is not ImpliedStatus.OK)


@pytest.mark.parametrize(
    ("price", "expected"), [(102.0, ImpliedStatus.OK), (105.2, ImpliedStatus.ABOVE_BOUND)]
)
def test_a_share_that_costs_to_hold_lifts_the_bound_of_its_calls(
    price: float, expected: ImpliedStatus
) -> None:
    forward = 100.0 * np.exp(0.03 + 0.05)
    _, status = american_implied_volatility(price, 100.0, forward, 100.0, 1.0, np.exp(-0.03), True)
    assert ImpliedStatus(int(status)) is expected


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (55.5, ImpliedStatus.BELOW_INTRINSIC),
        (56.25, ImpliedStatus.NOT_UNIQUE),
        (57.0, ImpliedStatus.OK),
    ],
)
def test_without_volatility_a_call_may_be_worth_most_exercised_midway(
    price: float, expected: ImpliedStatus
) -> None:
    """150 e^(-0.05 t) - 100 e^(-0.1 t) is 50 now, 54.2 in ten years and 56.25 at its highest, at 5.75."""
    forward, discount = 150.0 * np.exp(0.5), np.exp(-1.0)
    _, status = american_implied_volatility(price, 150.0, forward, 100.0, 10.0, discount, True)
    assert ImpliedStatus(int(status)) is expected


def test_an_expired_option_has_no_volatility() -> None:
    _, status = american_implied_volatility(5.0, 100.0, 100.0, 100.0, 0.0, 1.0, True)
    assert status == ImpliedStatus.NOT_UNIQUE


def test_an_option_never_exercised_early_has_the_european_volatility() -> None:
    forward, discount = 100.0 * np.exp(0.04), np.exp(-0.04)
    price = black_price(forward, 110.0, 1.0, 0.27, discount, True)
    ours, _ = american_implied_volatility(price, 100.0, forward, 110.0, 1.0, discount, True)
    theirs, _ = implied_volatility(price, forward, 110.0, 1.0, discount, True)
    assert_allclose([ours, theirs], 0.27, rtol=1e-10)


def american_chain(half_spread: float) -> tuple[Quotes, np.ndarray, np.ndarray, np.ndarray]:
    """Calls and puts at three expiries with a skew; their forwards, discounts and volatilities."""
    strike, years, call = (
        each.ravel() for each in np.meshgrid(np.arange(70.0, 135.0, 5.0), [0.1, 0.5, 2.0], [True, False])
    )
    forward, discount = 100.0 * np.exp(0.02 * years), np.exp(-0.05 * years)
    volatility = 0.25 - 0.15 * np.log(strike / forward)
    mid = american_greeks(100.0, forward, strike, years, volatility, discount, call).value
    quotes = Quotes(
        underlying="X",
        as_of=datetime(2026, 1, 5, tzinfo=UTC),
        spot=100.0,
        expiry_years=years,
        strike=strike,
        is_call=call,
        bid=np.maximum(mid - half_spread, 0.0),
        ask=mid + half_spread,
        received=len(strike),
    )
    return quotes, forward, discount, volatility


def test_a_de_americanised_chain_has_its_volatilities_and_obeys_parity() -> None:
    quotes, forward, discount, volatility = american_chain(0.0)
    found = de_americanised(quotes, forward=forward, discount=discount)
    exercised = ~found.kept
    assert 0 < exercised.sum() < 10
    assert_allclose(found.mid_volatility[found.kept], volatility[found.kept], rtol=1e-6)
    european = black_price(forward, quotes.strike, quotes.expiry_years, volatility, discount, quotes.is_call)
    assert_allclose(found.quotes.bid, european[found.kept], atol=1e-6)
    assert found.quotes.dropped["no American implied volatility"] == exercised.sum()
    value = np.full(len(quotes), np.nan)
    value[found.kept] = found.quotes.bid
    calls, puts = value[quotes.is_call], value[~quotes.is_call]
    parity = (discount * (forward - quotes.strike))[quotes.is_call]
    both = np.isfinite(calls - puts)
    assert_allclose((calls - puts)[both], parity[both], atol=1e-6)


def test_bids_and_asks_stay_in_order_and_a_bid_at_exercise_becomes_the_least_value() -> None:
    quotes, forward, discount, _ = american_chain(0.05)
    found = de_americanised(quotes, forward=forward, discount=discount)
    assert np.all(found.quotes.bid < found.quotes.ask)
    low = np.isnan(found.bid_volatility)[found.kept]
    least = black_price(forward, quotes.strike, quotes.expiry_years, 0.0, discount, quotes.is_call)[
        found.kept
    ]
    assert low.any()
    assert_allclose(found.quotes.bid[low], least[low], atol=1e-12)


def test_a_chain_of_one_quote_and_of_none() -> None:
    quotes, forward, discount, _ = american_chain(0.0)
    for count in (1, 0):
        names = ("expiry_years", "strike", "is_call", "bid", "ask")
        few = replace(quotes, **{name: getattr(quotes, name)[:count] for name in names})
        assert len(de_americanised(few, forward=forward[:count], discount=discount[:count]).quotes) == count
