"""Analysis of one structure: against legs, the plain profile, simulation and QuantLib."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.greeks import GreekColumns
from pricing.option import Exercise, Settlement
from pricing.spreads.analysis import BROAD_INDEX, SINGLE_STOCK, Analysis, PricedLegs, analyse, priced_legs
from pricing.spreads.naming import structure_named
from pricing.spreads.outlook import Lognormal, SurfaceOutlook, probability_of_gain
from pricing.spreads.profile import expiry_profile
from pricing.spreads.profile_kernel import worths_at
from pricing.spreads.structure import OptionSeries, Structure
from pricing.spreads.valuation import value_structures
from pricing.spreads.vocabulary import VOCABULARY
from pricing.surface.atm import surface_from_atm
from pricing.time import expiry_instant
from tests.markets import flat_underlying
from tests.pricing.spreads.test_naming import example

MARKET = replace(
    flat_underlying(rate=0.02, spot=100.0),
    surface=surface_from_atm([0.02, 0.25, 1.0], [0.35, 0.25, 0.2], description="skewed"),
)
NEAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 3, 16), Settlement.PM))
EVERY = [example(entry, name[0]) for entry in VOCABULARY for name in (entry.names, entry.short_names)]
SINGLE = [each for each in EVERY if len(each.expiries()) == 1]


def of(name: str, *strikes: float, premium: float | None = None) -> Analysis:
    structure = structure_named(name, series=[NEAR], strikes=strikes)
    return analyse(priced_legs(structure, MARKET), premium=premium)


def test_value_and_greeks_are_those_of_the_legs_to_the_last_digits() -> None:
    columns = value_structures(EVERY, MARKET)
    for row, structure in enumerate(EVERY):
        greeks = analyse(priced_legs(structure, MARKET)).greeks
        for each in fields(GreekColumns):
            wanted = float(getattr(columns, each.name)[row])
            assert float(getattr(greeks, each.name)) == pytest.approx(wanted, rel=1e-12, abs=1e-9)


@settings(deadline=None, max_examples=200)
@given(at=st.integers(0, len(SINGLE) - 1), premium=st.floats(-3_000.0, 3_000.0))
def test_the_kernels_profile_is_the_plain_one(at: int, premium: float) -> None:
    structure = SINGLE[at]
    premium = round(premium, 2) + (10_000.0 if structure.underlying_units > 0 else 0.0)
    plain, found = (
        expiry_profile(structure, premium),
        analyse(priced_legs(structure, MARKET), premium=premium),
    )
    assert found.breakevens == pytest.approx(plain.breakevens, rel=1e-9, abs=1e-6)
    assert found.maximum_gain == pytest.approx(plain.maximum_gain, rel=1e-9, abs=1e-6)
    assert found.maximum_loss == pytest.approx(plain.maximum_loss, rel=1e-9, abs=1e-6)
    assert len(found.gains) == len(found.breakevens) + 1


def test_the_probability_of_profit_is_that_of_a_simulation() -> None:
    draws = np.exp(0.1 * np.random.default_rng(1).standard_normal(100_000) - 0.005) * 101.0
    law = Lognormal(forward=101.0, deviation=0.1)
    for structure in EVERY:
        legs = priced_legs(structure, MARKET)
        found = analyse(legs, outlook=law)
        gained = worths_at(legs.table, draws) > found.premium + 1e-9 * abs(found.premium)
        error = 4.0 * math.sqrt(0.25 / len(draws))
        assert found.probability_of_profit == pytest.approx(gained.mean(), abs=error), structure.name


def test_the_two_sides_of_a_trade_lose_what_the_other_gains() -> None:
    for entry in VOCABULARY:
        long, short = (
            analyse(priced_legs(example(entry, names[0]), MARKET))
            for names in (entry.names, entry.short_names)
        )
        assert (short.maximum_loss, short.maximum_gain) == pytest.approx(
            (long.maximum_gain, long.maximum_loss)
        )
        assert short.breakevens == pytest.approx(long.breakevens)


def test_a_surface_that_is_flat_gives_the_lognormal_probability() -> None:
    flat = flat_underlying(rate=0.02, spot=100.0)
    legs = priced_legs(structure_named("strangle", series=[NEAR], strikes=[95.0, 105.0]), flat)
    forward, years = legs.table[3, 0], legs.table[4, 0]
    outlook = SurfaceOutlook(surface=flat.surface, forward=forward, expiry_years=years)
    under_surface = analyse(legs, outlook=outlook).probability_of_profit
    assert under_surface == pytest.approx(analyse(legs).probability_of_profit, abs=1e-12)


def test_a_surfaces_law_is_the_slope_of_its_puts() -> None:
    step, years = 1e-4, 0.1
    forward = float(MARKET.forward.forward_at(years))
    outlook = SurfaceOutlook(surface=MARKET.surface, forward=forward, expiry_years=years)
    legs = [
        priced_legs(structure_named("put", series=[NEAR], strikes=[95.0 + d]), MARKET) for d in (-step, step)
    ]
    years, discount = legs[0].table[4, 0], legs[0].table[6, 0]
    outlook = replace(outlook, forward=legs[0].table[3, 0], expiry_years=years)
    slope = (analyse(legs[1]).value - analyse(legs[0]).value) / (2.0 * step * 100.0 * discount)
    assert float(outlook.below(95.0)) == pytest.approx(slope, abs=1e-6)
    assert probability_of_gain(outlook, (), (True,)) == 1.0


def test_a_calendar_gains_most_at_its_strike_and_loses_no_more_than_its_premium() -> None:
    far = replace(NEAR, expiry=expiry_instant(date(2018, 6, 15), Settlement.PM))
    flat = flat_underlying(spot=100.0)
    legs = priced_legs(structure_named("call calendar", series=[NEAR, far], strikes=[100.0]), flat)
    found = analyse(legs)
    at_strike = worths_at(legs.table, np.array([100.0]))[0] - found.premium
    assert found.maximum_gain == pytest.approx(at_strike, rel=1e-9)
    assert found.maximum_loss == pytest.approx(found.premium, rel=1e-3)
    assert_allclose(worths_at(legs.table, np.array(found.breakevens)), found.premium, atol=1e-6)


def test_margin_is_the_rule_of_the_book_for_the_plain_cases() -> None:
    assert of("iron condor", 90.0, 95.0, 105.0, 110.0).margin == pytest.approx(
        of("iron condor", 90.0, 95.0, 105.0, 110.0).maximum_loss
    )
    assert of("bull call spread", 100.0, 105.0).margin == pytest.approx(
        of("bull call spread", 100.0, 105.0).premium
    )
    assert of("short call", 110.0).margin == pytest.approx(100.0 * max(15.0 - 10.0, 10.0))
    assert of("short put", 99.0).margin == pytest.approx(100.0 * (15.0 - 1.0))
    assert of("short straddle", 100.0).margin == pytest.approx(1_500.0)
    covered = of("covered call", 105.0)
    assert covered.margin == pytest.approx(5_000.0 + covered.premium - 10_000.0)
    legs = priced_legs(structure_named("short put", series=[NEAR], strikes=[99.0]), MARKET)
    more = analyse(legs, margin=SINGLE_STOCK).margin - analyse(legs, margin=BROAD_INDEX).margin
    assert more == pytest.approx(500.0)


def quantlib(structure: Structure, spot: float, rate: float, volatility: float) -> float:
    """A structure's value by QuantLib's analytic engine, a year to its first expiry and two to its second."""
    today = ql.Settings.instance().evaluationDate
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, rate, ql.Actual365Fixed()))
    nothing = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, ql.Actual365Fixed()))
    law = ql.BlackConstantVol(today, ql.NullCalendar(), volatility, ql.Actual365Fixed())
    quote = ql.QuoteHandle(ql.SimpleQuote(spot))
    process = ql.BlackScholesMertonProcess(quote, nothing, flat, ql.BlackVolTermStructureHandle(law))
    total = structure.underlying_units * spot
    for ratio, option in structure.options:
        right = ql.Option.Call if option.right == "call" else ql.Option.Put
        expiry = today + 365 * (1 + structure.expiries().index(option.expiry))
        contract = ql.VanillaOption(ql.PlainVanillaPayoff(right, option.strike), ql.EuropeanExercise(expiry))
        contract.setPricingEngine(ql.AnalyticEuropeanEngine(process))
        total += ratio * option.multiplier * contract.NPV()
    return float(total)


def test_every_structure_is_worth_what_quantlib_says() -> None:
    for structure in EVERY:
        years = [1.0 + structure.expiries().index(option.expiry) for _, option in structure.options]
        legs = PricedLegs.of(
            structure,
            spot=100.0,
            forward=100.0 * np.exp(0.03 * np.array(years)),
            expiry_years=years,
            volatility=0.25,
            discount=np.exp(-0.03 * np.array(years)),
        )
        assert analyse(legs).value == pytest.approx(quantlib(structure, 100.0, 0.03, 0.25), abs=1e-9)


def test_parity_identities_hold_on_quantlibs_prices() -> None:
    far = replace(NEAR, expiry=expiry_instant(date(2018, 6, 15), Settlement.PM))

    def worth(name: str, *strikes: float) -> float:
        series = [NEAR, far] if name == "jelly roll" else [NEAR]
        return quantlib(structure_named(name, series=series, strikes=strikes), 100.0, 0.03, 0.25) / 100.0

    one, two = math.exp(-0.03), math.exp(-0.06)
    assert worth("box", 90.0, 110.0) == pytest.approx(20.0 * one, abs=1e-12)
    assert worth("jelly roll", 95.0) == pytest.approx(95.0 * (one - two), abs=1e-12)
    assert worth("conversion", 105.0) == pytest.approx(105.0 * one, abs=1e-12)
    assert worth("synthetic forward", 95.0) == pytest.approx(100.0 - 95.0 * one, abs=1e-12)
    assert worth("call butterfly", 90.0, 100.0, 110.0) == pytest.approx(
        worth("put butterfly", 90.0, 100.0, 110.0), abs=1e-12
    )
    assert worth("iron condor", 90.0, 95.0, 105.0, 110.0) == pytest.approx(
        worth("call condor", 90.0, 95.0, 105.0, 110.0) - 5.0 * one, abs=1e-12
    )


def test_american_legs_need_values_from_elsewhere() -> None:
    american = structure_named(
        "strangle", series=[replace(NEAR, exercise=Exercise.AMERICAN)], strikes=[95.0, 105.0]
    )
    legs = priced_legs(american, MARKET)
    with pytest.raises(ValueError, match="American legs"):
        analyse(legs)
    given = analyse(legs, totals=np.arange(12.0) + 300.0)
    assert (given.premium, given.value, given.maximum_loss) == (300.0, 300.0, 300.0)


def test_fewer_markets_than_options_are_refused() -> None:
    strangle = structure_named("strangle", series=[NEAR], strikes=[95.0, 105.0])
    given = {"spot": 100.0, "forward": 100.0, "expiry_years": 0.1, "discount": 1.0}
    with pytest.raises(ValueError, match="more options than markets"):
        PricedLegs.of(strangle, volatility=[], **given)
    assert PricedLegs.of(strangle, volatility=[0.2, 0.3], **given).table[5].tolist() == [0.2, 0.3]


def test_expired_options_and_the_bare_underlying_are_analysed() -> None:
    over = replace(NEAR, expiry=MARKET.as_of)
    expired = analyse(priced_legs(structure_named("straddle", series=[over], strikes=[90.0]), MARKET))
    assert expired.value == pytest.approx(1_000.0)
    lots = of("underlying")
    assert (lots.breakevens, lots.maximum_gain) == ((100.0,), math.inf)
    assert math.isnan(lots.probability_of_profit)


@pytest.mark.parametrize(
    "wrong",
    [
        {"spot": math.nan},
        {"spot": 0.0},
        {"forward": -1.0},
        {"volatility": math.inf},
        {"discount": 0.0},
        {"expiry_years": -1.0},
    ],
)
def test_markets_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    given = {"spot": 1.0, "forward": 1.0, "expiry_years": 1.0, "volatility": 0.2, "discount": 1.0, **wrong}
    with pytest.raises(ValueError, match="finite markets"):
        PricedLegs.of(structure_named("call", series=[NEAR], strikes=[1.0]), **given)
    with pytest.raises(ValueError, match="not of NDX"):
        priced_legs(structure_named("call", series=[replace(NEAR, underlying="NDX")], strikes=[1.0]), MARKET)
