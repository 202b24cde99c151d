"""Contradicting quotes: each kind planted and found, none where prices are fair, a programme as twin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hedger.spreads.free_money import contradicted, free_money
from hedger.spreads.replacement import ForwardMarket
from pricing.black import black_price
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.quotes import Quotes

YEARS = np.array([0.1, 0.4])
DISCOUNT = DiscountCurve(expiry_years=YEARS, zero_rate=np.full(2, 0.03))
FORWARD = ForwardCurve(spot=100.0, expiry_years=YEARS, carry_rate=np.full(2, 0.02))
STRIKES = np.arange(80.0, 121.0, 5.0)


def fair_quotes(half_spread: float = 0.02) -> Quotes:
    years, strike, is_call = (
        grid.ravel() for grid in np.meshgrid(YEARS, STRIKES, np.array([True, False]), indexing="ij")
    )
    forward, discount = FORWARD.forward_at(years), DISCOUNT.discount_at(years)
    price = black_price(forward, strike, years, 0.25, discount, is_call)
    return Quotes(
        underlying="XYZ",
        as_of=datetime(2024, 1, 2, 21, tzinfo=UTC),
        spot=100.0,
        expiry_years=years,
        strike=strike,
        is_call=is_call,
        bid=np.maximum(price - half_spread, 0.0),
        ask=price + half_spread,
        received=len(strike),
    )


def at(quotes: Quotes, years: float, strike: float, is_call: bool) -> int:
    found = (quotes.expiry_years == years) & (quotes.strike == strike) & (quotes.is_call == is_call)
    return int(np.flatnonzero(found)[0])


def moved(quotes: Quotes, quote: int, by: float) -> Quotes:
    step = np.zeros(len(quotes))
    step[quote] = by
    return replace(quotes, bid=quotes.bid + step, ask=quotes.ask + step)


def kinds(quotes: Quotes, fee: float = 0.0) -> set[str]:
    return {each.kind for each in free_money(quotes, DISCOUNT, FORWARD, fee=fee)}


def test_fair_quotes_give_nothing_away() -> None:
    assert free_money(fair_quotes(), DISCOUNT, FORWARD) == ()


def test_a_call_below_that_of_a_higher_strike_is_a_vertical() -> None:
    quotes = fair_quotes()
    assert "vertical" in kinds(moved(quotes, at(quotes, 0.1, 100.0, True), -3.0))


def test_a_put_that_is_dearer_by_more_than_the_strikes_differ_is_a_vertical() -> None:
    quotes = fair_quotes()
    assert "vertical" in kinds(moved(quotes, at(quotes, 0.1, 120.0, False), 6.0))


def test_a_bid_above_its_neighbours_line_is_a_butterfly() -> None:
    quotes = fair_quotes()
    assert "butterfly" in kinds(moved(quotes, at(quotes, 0.4, 100.0, True), 0.5))


def test_two_synthetic_forwards_that_differ_are_a_box() -> None:
    quotes = fair_quotes()
    assert "box" in kinds(moved(quotes, at(quotes, 0.4, 80.0, True), 0.3))


def test_a_near_option_above_the_later_one_is_a_calendar() -> None:
    quotes = fair_quotes()
    near = (quotes.expiry_years == 0.1) & quotes.is_call
    dear = replace(quotes, bid=quotes.bid + 4.0 * near, ask=quotes.ask + 4.0 * near)
    assert "calendar" in kinds(dear)


@pytest.mark.parametrize(("by", "kind"), [(-1.0, "conversion"), (1.0, "reversal")])
def test_an_underlying_that_parity_contradicts_is_a_conversion_or_reversal(by: float, kind: str) -> None:
    fair = float(FORWARD.forward_at(0.1)) + by
    market = ForwardMarket(
        expiry_years=0.1,
        ask=fair + 0.01,
        bid=fair - 0.01,
        discount=float(DISCOUNT.discount_at(0.1)),
        most=1e6,
    )
    found = free_money(fair_quotes(), DISCOUNT, FORWARD, underlying=[market])
    assert {each.kind for each in found} == {kind}


@pytest.mark.parametrize("kind", ["vertical", "butterfly", "box", "conversion", "reversal"])
def test_what_fees_take_is_off_the_amount_and_off_the_list(kind: str) -> None:
    """Of every kind the combination that pays the most, at no fee and just below and above what it bears."""
    quotes = fair_quotes()
    wrong = {
        "vertical": moved(quotes, at(quotes, 0.1, 100.0, True), -3.0),
        "butterfly": moved(quotes, at(quotes, 0.4, 100.0, True), 0.5),
        "box": moved(quotes, at(quotes, 0.4, 80.0, True), 0.3),
    }.get(kind, quotes)
    fair = float(FORWARD.forward_at(0.1)) + {"conversion": -1.0, "reversal": 1.0}.get(kind, 0.0)
    market = ForwardMarket(
        expiry_years=0.1,
        ask=fair + 0.02,
        bid=fair - 0.01,
        discount=float(DISCOUNT.discount_at(0.1)),
        most=1e6,
    )
    underlying = [market] if kind in ("conversion", "reversal") else []

    def amounts(fee: float) -> list[float]:
        found = free_money(wrong, DISCOUNT, FORWARD, fee=fee, underlying=underlying)
        return [each.amount for each in found if each.kind == kind]

    best, contracts = max(amounts(0.0)), 4.0 if kind == "box" else 2.0
    assert max(amounts(0.01)) == pytest.approx(best - 0.01 * contracts, abs=1e-12)
    assert amounts(0.999 * best / contracts)
    assert not amounts(1.001 * best / contracts)


def test_a_conversion_pays_the_underlyings_ask_and_a_reversal_gets_its_bid() -> None:
    quotes, discount = fair_quotes(), float(DISCOUNT.discount_at(0.1))
    call, put = at(quotes, 0.1, 100.0, True), at(quotes, 0.1, 100.0, False)
    wide = ForwardMarket(expiry_years=0.1, ask=90.0, bid=80.0, discount=discount, most=1e6)
    found = free_money(quotes, DISCOUNT, FORWARD, underlying=[wide])
    sold = quotes.bid[call] - quotes.ask[put] + discount * 100.0
    own = [each.amount for each in found if each.legs[0] == (call, -1.0)]
    assert own == pytest.approx([sold - discount * 90.0])


def test_a_calendar_must_beat_the_error_of_the_carry_and_its_fees() -> None:
    quotes = fair_quotes()
    near = (quotes.expiry_years == 0.1) & quotes.is_call
    dear = replace(quotes, bid=quotes.bid + 4.0 * near, ask=quotes.ask + 4.0 * near)

    def best(fee: float = 0.0, carry_error: float = 0.0) -> float:
        found = free_money(dear, DISCOUNT, FORWARD, fee=fee, carry_error=carry_error)
        return max(each.amount for each in found if each.kind == "calendar")

    forwards, factors = FORWARD.forward_at(YEARS), DISCOUNT.discount_at(YEARS)
    later = float(forwards[0] * factors[0] / (forwards[1] * factors[1]))  # contracts for one nearer
    assert best() - best(carry_error=1e-3) == pytest.approx(1e-3 * forwards[0] * factors[0])
    # The later ones are bought now and sold when the nearer one expires.
    assert best() - best(fee=0.01) == pytest.approx(0.01 * (1.0 + 2.0 * later))


def test_fees_that_exceed_the_gain_leave_nothing() -> None:
    quotes = fair_quotes()
    slight = moved(quotes, at(quotes, 0.4, 80.0, True), 0.1)
    assert kinds(slight) == {"box"}
    assert kinds(slight, fee=0.05) == set()


def test_every_leg_of_a_contradiction_is_marked() -> None:
    quotes = fair_quotes()
    wrong = at(quotes, 0.1, 100.0, True)
    found = free_money(moved(quotes, wrong, -3.0), DISCOUNT, FORWARD)
    marked = contradicted(quotes, found)
    assert marked[wrong]
    assert marked.sum() == len({leg for each in found for leg, _ in each.legs})


def test_the_sentence_names_what_to_buy_and_sell_and_the_amount() -> None:
    quotes = fair_quotes()
    (found, *_) = free_money(moved(quotes, at(quotes, 0.1, 100.0, True), -3.0), DISCOUNT, FORWARD)
    assert found.sentence.startswith(f"{found.kind} for {found.amount:.4g}: buy 1 call 100 in 36 days")


@pytest.mark.parametrize("fee", [0.0, 0.03])
@pytest.mark.parametrize("quote", range(0, 36, 5))
def test_an_amount_is_received_after_fees_and_never_paid_back(quote: int, fee: float) -> None:
    quotes = moved(fair_quotes(), quote, 1.0)
    spots = np.linspace(0.0, 400.0, 4001)
    for each in free_money(quotes, DISCOUNT, FORWARD, fee=fee):
        if each.kind == "calendar":
            continue
        received, payoff = 0.0, np.zeros_like(spots)
        for leg, ratio in each.legs:
            received -= ratio * (quotes.ask[leg] if ratio > 0 else quotes.bid[leg]) + abs(ratio) * fee
            sign = 1.0 if quotes.is_call[leg] else -1.0
            payoff += ratio * np.maximum(sign * (spots - quotes.strike[leg]), 0.0)
        discount = float(DISCOUNT.discount_at(quotes.expiry_years[each.legs[0][0]]))
        assert received + discount * payoff.min() == pytest.approx(each.amount, abs=1e-9)


def programme_finds_money(quotes: Quotes, years: float, is_call: bool) -> bool:
    """Whether some combination of one right and expiry is paid for and never pays: a linear programme."""
    side = (quotes.expiry_years == years) & (quotes.is_call == is_call)
    strike, bid, ask = quotes.strike[side], quotes.bid[side], quotes.ask[side]
    spots = np.concatenate(([0.0], strike, [2.0 * strike[-1]]))
    sign = 1.0 if is_call else -1.0
    payoff = np.maximum(sign * (spots[:, None] - strike), 0.0)
    slope = np.ones((1, len(strike))) if is_call else np.zeros((1, len(strike)))
    rows = np.vstack((payoff, slope))
    discount = float(DISCOUNT.discount_at(years))
    # Cash counts too: what is received may cover a bounded loss.
    cost = np.concatenate((ask, -bid, [discount]))
    cash = np.concatenate((np.ones(len(spots)), [0.0]))[:, None]
    matrix = -np.hstack((rows, -rows, cash))
    bounds = [(0.0, 1.0)] * (2 * len(strike)) + [(None, None)]
    found = linprog(cost, A_ub=matrix, b_ub=np.zeros(len(matrix)), bounds=bounds)
    return bool(found.fun < -1e-7)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 35), st.floats(-2.0, 2.0))
def test_one_right_and_expiry_is_sound_exactly_when_a_programme_says_so(quote: int, by: float) -> None:
    quotes = moved(fair_quotes(), quote, by)
    quotes = replace(quotes, bid=np.maximum(quotes.bid, 0.0), ask=np.maximum(quotes.ask, 0.01))
    years, is_call = float(quotes.expiry_years[quote]), bool(quotes.is_call[quote])
    named = any(
        each.kind in ("vertical", "butterfly")
        and quotes.expiry_years[each.legs[0][0]] == years
        and quotes.is_call[each.legs[0][0]] == is_call
        for each in free_money(quotes, DISCOUNT, FORWARD)
    )
    assert named == programme_finds_money(quotes, years, is_call)
