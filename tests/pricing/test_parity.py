"""Forwards and rates from put-call parity, on made-up and real chains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError
from pricing.parity import AssumedCarry, imply_curves, spot_of_quotes, with_spot
from pricing.parity_fit import fit_parity, tick_size
from pricing.surface.atm import surface_from_atm
from tests.pricing.surface.chains import RATE, SPOT, YIELD, quotes_from_surface, real_quotes

YEARS = np.array([0.02, 0.1, 0.3, 0.5, 1.0])
TRUTH = surface_from_atm([0.05, 0.5], [0.3, 0.22], description="truth")


def test_exact_prices_give_the_exact_forward_and_rate():
    discount, forward, fits = imply_curves(quotes_from_surface(TRUTH, YEARS))
    np.testing.assert_allclose(forward.forward_at(YEARS), SPOT * np.exp((RATE - YIELD) * YEARS), rtol=1e-7)
    np.testing.assert_allclose(discount.rate_at(YEARS), RATE, atol=1e-6)
    assert [fit.expiry_years for fit in fits] == list(YEARS)


def test_short_expiry_borrows_its_rate_and_says_so():
    fits = imply_curves(quotes_from_surface(TRUTH, YEARS))[2]
    assert [fit.discount_borrowed for fit in fits] == [True, True, False, False, False]


def test_one_mispriced_strike_in_ten_does_not_move_the_forward():
    quotes = quotes_from_surface(TRUTH, YEARS)
    shift = np.where(np.arange(len(quotes)) % 10 == 0, 25.0, 0.0)
    fits = imply_curves(replace(quotes, bid=quotes.bid + shift, ask=quotes.ask + shift))[2]
    for fit in fits:
        assert fit.forward == pytest.approx(SPOT * np.exp((RATE - YIELD) * fit.expiry_years), abs=1e-3)


def test_noise_of_the_spread_moves_the_forward_by_its_standard_error():
    quotes = quotes_from_surface(TRUTH, np.array([0.5]), half_spread=0.5)
    noise = np.random.default_rng(7).uniform(-0.4, 0.4, len(quotes))
    fit = imply_curves(replace(quotes, bid=quotes.bid + noise, ask=quotes.ask + noise))[2][0]
    assert abs(fit.forward - SPOT * np.exp((RATE - YIELD) * 0.5)) < 4 * fit.forward_error < 1.0


def test_single_pair_gives_a_forward_with_a_borrowed_rate():
    (fit,) = fit_parity(*(np.array(each) for each in ([0.1, 0.1], [100.0, 100.0], [True, False])),
                        np.array([2.9, 1.9]), np.array([3.1, 2.1]))  # fmt: skip
    assert (fit.pairs, fit.discount_borrowed, fit.discount) == (1, True, 1.0)
    assert fit.forward == pytest.approx(101.0)


def test_chain_of_calls_only_is_refused_with_what_is_missing():
    quotes = quotes_from_surface(TRUTH, YEARS)
    calls = {name: getattr(quotes, name)[quotes.is_call] for name in ("expiry_years", "strike", "bid", "ask")}
    with pytest.raises(InputError, match="a call and a put at the same strike"):
        imply_curves(replace(quotes, is_call=quotes.is_call[quotes.is_call], **calls))


def test_real_forwards_are_smooth_across_expiries_and_settlements():
    quotes = real_quotes(date(2019, 5, 1))
    fits = imply_curves(quotes)[2]
    identified = [fit for fit in fits if not fit.discount_borrowed]
    assert all(0.02 < fit.zero_rate < 0.03 for fit in identified)
    years, forwards = (np.array([getattr(fit, name) for fit in fits]) for name in ("expiry_years", "forward"))
    carry = np.log(forwards / quotes.spot)
    smooth = np.polyval(np.polyfit(years, carry, 4), years)
    assert np.abs(carry - smooth).max() < 6e-4
    morning_and_evening = np.diff(years) < 0.001
    assert np.abs(np.diff(forwards)[morning_and_evening]).max() < 0.15


def test_real_march_2018_expiry_rate_is_near_the_bill_rate():
    discount = imply_curves(real_quotes(date(2018, 1, 2)))[0]
    assert 0.0 < float(discount.rate_at(0.08)) < 0.03


def test_spot_that_agrees_with_the_nearest_forward_is_kept():
    quotes = quotes_from_surface(TRUTH, YEARS)
    discount, forward, _ = imply_curves(quotes)
    assert spot_of_quotes(quotes, forward, discount, dividend_yield=YIELD) == quotes.spot


def test_spot_of_another_time_is_replaced_by_the_one_that_the_quotes_imply():
    quotes = replace(quotes_from_surface(TRUTH, YEARS), spot=SPOT * 1.01)
    discount, forward, _ = imply_curves(quotes)
    spot = spot_of_quotes(quotes, forward, discount, dividend_yield=YIELD)
    assert spot == pytest.approx(SPOT, rel=1e-7)
    moved = with_spot(forward, spot)
    np.testing.assert_allclose(moved.forward_at(YEARS), forward.forward_at(YEARS), rtol=1e-14)
    assert moved.carry_at(2.0) == pytest.approx(RATE - YIELD, abs=1e-9)


@pytest.mark.parametrize(("years", "replaced"), [(0.05, True), (0.5, False)])
def test_a_carry_within_three_percent_a_year_of_the_expected_is_no_other_spot(years: float, replaced: bool):
    quotes = quotes_from_surface(TRUTH, YEARS)
    carry = np.array([RATE - YIELD + 0.006 / years])
    forward = ForwardCurve(spot=SPOT, expiry_years=np.array([years]), carry_rate=carry)
    discount = DiscountCurve(expiry_years=np.ones(1), zero_rate=np.array([RATE]))
    spot = spot_of_quotes(quotes, forward, discount, dividend_yield=YIELD)
    assert (spot != quotes.spot) == replaced


def test_chain_of_calls_only_takes_the_carry_that_is_assumed():
    quotes = quotes_from_surface(TRUTH, YEARS)
    columns = ("expiry_years", "strike", "is_call", "bid", "ask")
    calls = replace(quotes, **{name: getattr(quotes, name)[quotes.is_call] for name in columns})
    assumed = AssumedCarry(
        discount=DiscountCurve(expiry_years=np.ones(1), zero_rate=np.array([RATE])), dividend_yield=YIELD
    )
    discount, forward, fits = imply_curves(calls, otherwise=assumed)
    assert fits == ()
    np.testing.assert_allclose(forward.forward_at(YEARS), SPOT * np.exp((RATE - YIELD) * YEARS), rtol=1e-12)
    np.testing.assert_allclose(discount.rate_at(YEARS), RATE)


def test_a_forward_lies_within_twice_its_stated_error_nineteen_times_in_twenty():
    quotes = quotes_from_surface(TRUTH, np.array([0.5]), half_spread=0.5)
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(200):
        noise = rng.normal(0.0, 0.2, len(quotes))
        fit = imply_curves(replace(quotes, bid=quotes.bid + noise, ask=quotes.ask + noise))[2][0]
        missed += abs(fit.forward - SPOT * np.exp((RATE - YIELD) * 0.5)) > 2 * fit.forward_error
    assert missed <= 20


@pytest.mark.parametrize("unit", [0.002, 20.0])
def test_a_chain_in_other_units_gives_the_same_rates(unit: float) -> None:
    quotes = quotes_from_surface(TRUTH, YEARS)
    columns = (quotes.strike, quotes.bid, quotes.ask)
    here = fit_parity(quotes.expiry_years, columns[0], quotes.is_call, *columns[1:])
    strike, bid, ask = (unit * column for column in columns)
    there = fit_parity(quotes.expiry_years, strike, quotes.is_call, bid, ask)
    for before, after in zip(here, there, strict=True):
        assert after.forward == pytest.approx(unit * before.forward, rel=1e-6)
        if unit < 1.0:  # a tick is at most 0.05, so that more expiries of a dear underlying tell their rate
            assert after.zero_rate == pytest.approx(before.zero_rate, abs=1e-8)


def test_prices_on_one_line_still_leave_half_a_tick_of_doubt() -> None:
    quotes = quotes_from_surface(TRUTH, np.array([0.5]))
    fit = imply_curves(quotes)[2][0]
    tick = tick_size(quotes.strike, quotes.bid, quotes.ask)
    assert fit.forward_error >= 1.25 * tick / 2 / np.sqrt(25)


def test_exchanged_rights_identify_no_rate() -> None:
    quotes = quotes_from_surface(TRUTH, np.array([0.5]))
    (fit,) = fit_parity(quotes.expiry_years, quotes.strike, ~quotes.is_call, quotes.bid, quotes.ask)
    assert fit.exchanged
    assert fit.discount_borrowed
    assert fit.rate_error == np.inf


def test_a_tick_is_the_smallest_step_between_prices() -> None:
    strike = np.full(3, 100.0)
    assert tick_size(strike, np.array([1.0, 1.02, 3.0]), np.array([1.1, 1.05, 3.5])) == pytest.approx(0.02)
    assert tick_size(strike, np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.5, 3.5])) == 0.05
    assert tick_size(strike, np.sqrt([1.0, 1.00001, 3.0]), np.array([1.1, 1.05, 3.5])) == pytest.approx(2e-3)
