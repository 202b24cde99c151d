"""Values that parity leaves between quotes, and why no replacement by parity beats the choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.spreads.choice import choose
from hedger.spreads.choice_market import TradableOptions, UnderlyingTiers
from hedger.spreads.choice_package import package_problem
from hedger.spreads.choice_problem import ChoiceProblem, InfeasibleChoiceError
from hedger.spreads.choice_rows import Rows
from hedger.spreads.parity_value import parity_values, twins
from hedger.spreads.replacement import ForwardMarket, replacements
from pricing.book import OptionColumns
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.greeks import GreekColumns
from pricing.quotes import Quotes
from tests.hedger.spreads.test_free_money import DISCOUNT, FORWARD, at, fair_quotes, moved
from tests.twins.choice import brute_force

FEE = 1.0
FLAT = DiscountCurve(expiry_years=np.ones(1), zero_rate=np.zeros(1))
LEVEL = ForwardCurve(spot=100.0, expiry_years=np.ones(1), carry_rate=np.zeros(1))


def apart(quotes: Quotes) -> np.ndarray:
    """What a call is worth above its put, by the curves."""
    call, _ = twins(quotes)
    years = quotes.expiry_years[call]
    return np.asarray(DISCOUNT.discount_at(years) * (FORWARD.forward_at(years) - quotes.strike[call]))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_calls_and_puts_differ_by_the_forward_and_lie_inside_of_their_quotes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    quotes = fair_quotes()
    width = rng.uniform(0.0, 3.0, (2, len(quotes)))
    quotes = replace(quotes, bid=np.maximum(quotes.bid - width[0], 0.0), ask=quotes.ask + width[1])
    value = parity_values(quotes, DISCOUNT, FORWARD)
    call, put = twins(quotes)
    np.testing.assert_allclose(value[call] - value[put], apart(quotes), atol=1e-10)
    assert np.all((value >= quotes.bid - 1e-10) & (value <= quotes.ask + 1e-10))


def test_a_wide_quote_takes_its_value_from_its_narrow_twin() -> None:
    quotes = fair_quotes()
    call, put = at(quotes, 0.1, 90.0, True), at(quotes, 0.1, 90.0, False)
    mid = 0.5 * (quotes.bid + quotes.ask)
    skewed = replace(quotes, ask=quotes.ask + np.where(np.arange(len(quotes)) == call, 2.0, 0.0))
    value = parity_values(skewed, DISCOUNT, FORWARD)
    assert value[call] == pytest.approx(mid[call], abs=1e-9)
    assert value[put] == pytest.approx(mid[put], abs=1e-9)


def test_a_quote_without_a_twin_or_whose_twin_is_not_asked_keeps_its_mid() -> None:
    quotes = fair_quotes()
    put = at(quotes, 0.1, 90.0, False)
    unasked = replace(quotes, ask=np.where(np.arange(len(quotes)) == put, 0.0, quotes.ask))
    call = at(quotes, 0.1, 90.0, True)
    mid = 0.5 * (quotes.bid[call] + quotes.ask[call])
    assert parity_values(unasked, DISCOUNT, FORWARD)[call] == mid


def test_quotes_that_contradict_each_other_have_a_value_between_them() -> None:
    quotes = fair_quotes()
    call = at(quotes, 0.1, 100.0, True)
    broken = moved(quotes, call, 1.0)
    value = parity_values(broken, DISCOUNT, FORWARD)
    assert quotes.ask[call] < value[call] < broken.bid[call]


def small_quotes(rng: np.random.Generator) -> Quotes:
    """Two strikes with both rights, without rates: prices by simulation, uneven quotes about them."""
    strike = np.array([95.0, 95.0, 105.0, 105.0])
    is_call = np.array([True, False, True, False])
    draws = 100.0 * np.exp(0.1 * np.random.default_rng(1).normal(size=2_000) - 0.005)
    draws *= 100.0 / draws.mean()
    sign = np.where(is_call, 1.0, -1.0)
    price = np.maximum(sign * (draws[:, None] - strike), 0.0).mean(axis=0)
    away = rng.choice([0.02, 0.2, 1.0], (2, 4)) * rng.uniform(0.2, 1.0, (2, 4))
    return replace(
        fair_quotes(),
        expiry_years=np.full(4, 0.25),
        strike=strike,
        is_call=is_call,
        bid=price - away[0],
        ask=price + away[1],
    )


def small_choice(quotes: Quotes, rng: np.random.Generator, *, by_parity: bool) -> ChoiceProblem:
    """Exposures near those of random holdings; twins differ in nothing but one lot of delta."""
    by_strike = rng.uniform(0.2, 1.0, (3, 2))[:, [0, 0, 1, 1]]
    by_strike[0] = by_strike[0] - np.where(quotes.is_call, 0.0, 1.0)
    options = TradableOptions(
        columns=OptionColumns(
            strike=quotes.strike,
            expiry_years=quotes.expiry_years,
            is_call=quotes.is_call,
            is_american=np.zeros(4, dtype=np.bool_),
        ),
        bid=quotes.bid,
        ask=quotes.ask,
        most_bought=np.full(4, 2),
        most_sold=np.full(4, 2),
        greeks=GreekColumns(**dict.fromkeys(GreekColumns.__dataclass_fields__, np.zeros(4))),
        value=parity_values(quotes, FLAT, LEVEL) if by_parity else None,
    )
    wanted = by_strike @ rng.integers(-2, 3, 4)
    width = np.array([0.5, 0.1, 0.1])
    rows = Rows(
        names=("delta", "gamma", "vega"),
        option=100.0 * by_strike,
        underlying=np.array([100.0, 0.0, 0.0]),
        lower=100.0 * (wanted - width),
        upper=100.0 * (wanted + width),
    )
    tiers = UnderlyingTiers(most=np.array([3]), cost=np.array([100.0 * lot_cost(rng)]), delta=100.0)
    return package_problem(options, tiers, [rows], fee_per_contract=FEE, most_legs=None)


def lot_cost(rng: np.random.Generator) -> float:
    """Of a unit of underlying."""
    return float(rng.choice([0.01, 0.1, 0.5]))


def cheaper_replacements(quotes: Quotes, problem: ChoiceProblem) -> int:
    """How many parts of the best package a replacement would buy for less cash, within all its limits."""
    quantity = choose(problem).quantity
    cost = problem.buy_cost[4] / 100.0
    forward = ForwardMarket(expiry_years=0.25, ask=100.0 + cost, bid=100.0 - cost, discount=1.0, most=1e9)
    orders = [
        (leg, int(np.sign(quantity[leg])) * count)
        for leg in range(4)
        for count in range(1, abs(int(quantity[leg])) + 1)
    ]
    cheaper = 0
    for order in orders:
        for way in replacements([order], quotes, [forward], fee_per_contract=FEE):
            after = quantity.copy()
            after[way.quote] -= way.quantity
            for leg, count in way.legs:
                after[leg] += count
            after[4] += round(way.forward_units / 100.0)
            # Netted with what trades already, it must cost less than the package it changes.
            less = net_cost(quotes, problem, after) < net_cost(quotes, problem, quantity) - 1e-9
            allowed = np.all((-problem.most_sold <= after) & (after <= problem.most_bought))
            cheaper += bool(less and allowed)
    return cheaper


def net_cost(quotes: Quotes, problem: ChoiceProblem, quantity: np.ndarray) -> float:
    """Paid today at the touch with all fees and costs, less what comes back if the underlying ends at 100.

    What replaces each other by parity pays the same but for a constant, so that two such compare by it.
    """
    bought, sold = np.maximum(quantity, 0), np.maximum(-quantity, 0)
    paid = 100.0 * (bought[:4] @ quotes.ask - sold[:4] @ quotes.bid) + FEE * (bought + sold)[:4].sum()
    sign = np.where(quotes.is_call, 1.0, -1.0)
    back = 100.0 * quantity[:4] @ np.maximum(sign * (100.0 - quotes.strike), 0.0)
    return float(paid - back + abs(quantity[4]) * problem.buy_cost[4])


def left_over(problems: int, *, by_parity: bool) -> int:
    """Cheaper replacements in small problems, each solved exactly."""
    left = 0
    for seed in range(problems):
        rng = np.random.default_rng(seed)
        quotes = small_quotes(rng)
        problem = small_choice(quotes, rng, by_parity=by_parity)
        try:
            cost = choose(problem).cost
        except InfeasibleChoiceError:
            assert brute_force(problem) == np.inf
            continue
        assert cost == pytest.approx(brute_force(problem))
        left += cheaper_replacements(quotes, problem)
    return left


def test_no_replacement_is_cheaper_than_the_best_of_200_small_problems() -> None:
    assert left_over(200, by_parity=True) == 0


def test_counting_from_mids_would_leave_cheaper_replacements() -> None:
    assert left_over(20, by_parity=False) > 0
