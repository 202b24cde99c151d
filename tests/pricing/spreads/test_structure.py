from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.book import Stickiness
from pricing.greeks import GreekColumns
from pricing.option import Exercise, Right, Settlement
from pricing.spreads import named
from pricing.spreads.profile import expiry_profile
from pricing.spreads.structure import OptionSeries, Structure, StructureLeg, UnderlyingLot
from pricing.spreads.valuation import value_structures
from pricing.surface.atm import surface_from_atm
from pricing.time import expiry_instant, year_fraction
from tests.markets import flat_underlying

MARKET = replace(
    flat_underlying(rate=0.02),
    surface=surface_from_atm([0.02, 0.25, 1.0], [0.35, 0.25, 0.2], description="skewed"),
)
NEAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 3, 16), Settlement.PM))
FAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 6, 15), Settlement.PM))
AMERICAN = replace(NEAR, exercise=Exercise.AMERICAN)
YEARS = year_fraction(MARKET.as_of, NEAR.expiry)
DISCOUNT = float(MARKET.discount.discount_at(YEARS))
EVERY = (
    named.vertical(NEAR, Right.CALL, long_strike=2600.0, short_strike=2700.0),
    named.vertical(NEAR, Right.PUT, long_strike=2700.0, short_strike=2600.0),
    named.straddle(NEAR, 2650.0),
    named.strangle(NEAR, 2600.0, 2700.0),
    named.guts(NEAR, 2600.0, 2700.0),
    named.strip(NEAR, 2650.0),
    named.strap(NEAR, 2650.0),
    named.butterfly(NEAR, Right.CALL, 2600.0, 2650.0, 2700.0),
    named.butterfly(NEAR, Right.PUT, 2500.0, 2650.0, 2700.0),
    named.iron_butterfly(NEAR, 2600.0, 2650.0, 2700.0),
    named.condor(NEAR, Right.CALL, 2500.0, 2600.0, 2700.0, 2800.0),
    named.iron_condor(NEAR, 2500.0, 2600.0, 2700.0, 2800.0),
    named.ratio_spread(NEAR, Right.CALL, long_strike=2600.0, short_strike=2700.0),
    named.ladder(NEAR, Right.PUT, 2650.0, 2600.0, 2500.0),
    named.calendar(NEAR, FAR, Right.CALL, 2650.0),
    named.diagonal(NEAR, FAR, Right.PUT, near_strike=2600.0, far_strike=2650.0),
    named.risk_reversal(NEAR, 2600.0, 2700.0),
    named.seagull(NEAR, 2500.0, 2650.0, 2700.0),
    named.synthetic_forward(NEAR, 2650.0),
    named.box(NEAR, 2600.0, 2700.0),
    named.jelly_roll(NEAR, FAR, 2650.0),
    named.conversion(NEAR, 2650.0),
    named.covered_call(NEAR, 2700.0),
    named.protective_put(NEAR, 2600.0),
    named.collar(NEAR, 2600.0, 2700.0),
)


def value(*structures: Structure) -> list[float]:
    """Fair values on the skewed market."""
    return value_structures(structures, MARKET).value.tolist()


def test_every_greek_of_every_structure_is_the_sum_of_its_legs() -> None:
    together = value_structures(EVERY, MARKET)
    for row, structure in enumerate(EVERY):
        alone = value_structures([Structure(name="leg", legs=(leg,)) for leg in structure.legs], MARKET)
        for each in fields(GreekColumns):
            total = getattr(alone, each.name).sum()
            assert getattr(together, each.name)[row] == pytest.approx(total, rel=1e-12, abs=1e-8)


def test_a_box_is_a_loan_of_the_strike_difference() -> None:
    assert value(named.box(NEAR, 2600.0, 2700.0))[0] == pytest.approx(100.0 * 100.0 * DISCOUNT, abs=1e-8)


def test_a_conversion_is_the_strike_for_certain() -> None:
    assert value(named.conversion(NEAR, 2650.0))[0] == pytest.approx(100.0 * 2650.0 * DISCOUNT, abs=1e-7)
    assert_allclose(named.conversion(NEAR, 2650.0).payoff(np.linspace(0.0, 9000.0, 50)), 265_000.0)


def test_a_jelly_roll_is_the_carry_between_two_expiries() -> None:
    later = float(MARKET.discount.discount_at(year_fraction(MARKET.as_of, FAR.expiry)))
    assert value(named.jelly_roll(NEAR, FAR, 2650.0))[0] == pytest.approx(
        265_000.0 * (DISCOUNT - later), abs=1e-7
    )


def test_iron_and_plain_butterflies_differ_by_the_wing() -> None:
    plain = named.butterfly(NEAR, Right.CALL, 2600.0, 2650.0, 2700.0)
    plain, iron = value(plain, named.iron_butterfly(NEAR, 2600.0, 2650.0, 2700.0))
    assert plain - iron == pytest.approx(100.0 * 50.0 * DISCOUNT, abs=1e-8)


@settings(deadline=None, max_examples=50)
@given(middle=st.floats(2000.0, 3300.0), wing=st.floats(1.0, 400.0), right=st.sampled_from(Right))
def test_butterflies_cost_something(middle: float, wing: float, right: Right) -> None:
    assert value(named.butterfly(NEAR, right, middle - wing, middle, middle + wing))[0] >= -1e-9


def test_synthetic_structures_equal_what_they_replace() -> None:
    put_and_shares, call = named.protective_put(NEAR, 2650.0), named.straddle(NEAR, 2650.0).legs[0]
    lone_call = Structure(name="call", legs=(call,))
    difference = np.subtract(*value(put_and_shares, lone_call))
    assert difference == pytest.approx(265_000.0 * DISCOUNT, abs=1e-7)


def test_american_legs_are_worth_no_less() -> None:
    american, european = value(named.strangle(AMERICAN, 2600.0, 2900.0), named.strangle(NEAR, 2600.0, 2900.0))
    assert american >= european - 1e-3


def test_values_follow_a_shifted_spot_and_volatility() -> None:
    here = value_structures(EVERY, MARKET)
    up, down = (
        value_structures(EVERY, MARKET, spot=MARKET.spot + move, stickiness=Stickiness.STRIKE)
        for move in (0.5, -0.5)
    )
    assert_allclose(up.value - down.value, here.delta, rtol=0.0, atol=1e-4)
    wide, narrow = (value_structures(EVERY, MARKET, volatility_shift=move) for move in (1e-6, -1e-6))
    assert_allclose((wide.value - narrow.value) / 2e-6, here.vega, rtol=0.0, atol=1e-3)


def test_underlying_alone_and_nothing_at_all_are_valued() -> None:
    shares = Structure(name="shares", legs=(StructureLeg(ratio=3, instrument=NEAR.lot()),))
    assert value(shares) == [pytest.approx(300.0 * MARKET.spot)]
    assert value() == []
    moved = value_structures([shares], MARKET, spot=1.1 * MARKET.spot)
    assert moved.value.tolist() == [pytest.approx(330.0 * MARKET.spot)]


RATIO = named.ratio_spread(NEAR, Right.CALL, long_strike=100.0, short_strike=110.0)
CALL = Structure(name="call", legs=(StructureLeg(ratio=1, instrument=NEAR.call(100.0)),))
PROFILES = [
    (named.vertical(NEAR, Right.CALL, long_strike=100.0, short_strike=110.0), 400.0, (104.0,), 600.0, 400.0),
    (named.straddle(NEAR, 100.0), 900.0, (91.0, 109.0), np.inf, 900.0),
    (named.straddle(NEAR, 100.0).times(-1), -900.0, (91.0, 109.0), 900.0, np.inf),
    (named.iron_condor(NEAR, 80.0, 90.0, 110.0, 120.0), -300.0, (87.0, 113.0), 300.0, 700.0),
    (named.covered_call(NEAR, 105.0), 9_800.0, (98.0,), 700.0, 9_800.0),
    (named.collar(NEAR, 95.0, 105.0), 10_000.0, (100.0,), 500.0, 500.0),
    (named.risk_reversal(NEAR, 90.0, 110.0), 0.0, (90.0, 110.0), np.inf, 9_000.0),
    (RATIO, -100.0, (121.0,), 1_100.0, np.inf),
    (named.box(NEAR, 90.0, 110.0), 1_990.0, (), 10.0, 0.0),
    (CALL, 10_000.0, (200.0,), np.inf, 10_000.0),  # at the last spot that is looked at
    (named.protective_put(NEAR, 100.0), 10_500.0, (105.0,), np.inf, 500.0),
]


@pytest.mark.parametrize(("structure", "premium", "breakevens", "gain", "loss"), PROFILES)
def test_profiles_are_those_of_the_textbook(
    structure: Structure, premium: float, breakevens: tuple[float, ...], gain: float, loss: float
) -> None:
    profile = expiry_profile(structure, premium)
    assert profile.breakevens == pytest.approx(breakevens)
    assert (profile.maximum_gain, profile.maximum_loss) == (pytest.approx(gain), pytest.approx(loss))


@settings(deadline=None, max_examples=50)
@given(at=st.integers(0, len(EVERY) - 1), premium=st.floats(-20_000.0, 20_000.0))
def test_profit_is_nothing_at_each_breakeven_and_within_the_bounds_everywhere(
    at: int, premium: float
) -> None:
    structure = EVERY[at]
    if len(structure.expiries()) > 1:
        return
    profile = expiry_profile(structure, premium)
    assert_allclose(structure.payoff(profile.breakevens) - premium, 0.0, atol=1e-6)
    profit = structure.payoff(np.linspace(0.0, 6_000.0, 601)) - premium
    assert profit.max() <= profile.maximum_gain + 1e-6
    assert -profit.min() <= profile.maximum_loss + 1e-6


def test_a_structure_of_two_expiries_has_no_payoff_at_one_instant() -> None:
    with pytest.raises(ValueError, match="different instants"):
        named.calendar(NEAR, FAR, Right.CALL, 2650.0).payoff(2650.0)


def test_times_and_reduced_undo_each_other() -> None:
    number, single = named.strip(NEAR, 2650.0).times(-6).reduced()
    assert number == 6
    assert single == named.strip(NEAR, 2650.0).times(-1)


LOTS = tuple(UnderlyingLot(underlying=symbol) for symbol in ("SPX", "NDX"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Structure(name="nothing", legs=()), "at least one leg"),
        (lambda: named.straddle(NEAR, 2650.0).times(0), "whole number but zero"),
        (lambda: Structure(name="x", legs=(StructureLeg(ratio=0.5, instrument=NEAR.lot()),)), "whole number"),
        (
            lambda: named.butterfly(NEAR, Right.CALL, 3.0, 2.0, 1.0),
            "found '3, 2, 1', expected strikes that rise",
        ),
        (lambda: named.box(NEAR, np.nan, 1.0), "positive prices"),
        (lambda: named.straddle(NEAR, -1.0), "positive prices"),
        (lambda: named.calendar(FAR, NEAR, Right.CALL, 2650.0), "expiries that rise for 'call calendar'"),
        (lambda: named.vertical(NEAR, Right.CALL, long_strike=1.0, short_strike=1.0), "strikes that rise"),
        (
            lambda: Structure(name="x", legs=tuple(StructureLeg(ratio=1, instrument=lot) for lot in LOTS)),
            "different underlyings: NDX, SPX",
        ),
        (lambda: value(named.straddle(replace(NEAR, underlying="NDX"), 2650.0)), "not of NDX"),
    ],
)
def test_what_is_no_structure_is_refused_in_a_sentence(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()
