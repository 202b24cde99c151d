"""Typed constructors of the most used structures; `naming.structure_named` builds every one by its name."""

from __future__ import annotations

from pricing.option import Right
from pricing.spreads.naming import structure_named
from pricing.spreads.structure import OptionSeries, Structure, StructureLeg


def vertical(series: OptionSeries, right: Right, *, long_strike: float, short_strike: float) -> Structure:
    """One strike bought and another sold: bull where the higher one is sold."""
    direction = "bull" if long_strike < short_strike else "bear"
    return _single(f"{direction} {right} spread", series, *sorted((long_strike, short_strike)))


def straddle(series: OptionSeries, strike: float) -> Structure:
    """Call and put at one strike."""
    return _single("straddle", series, strike)


def strangle(series: OptionSeries, put_strike: float, call_strike: float) -> Structure:
    """A put below and a call above."""
    return _single("strangle", series, put_strike, call_strike)


def guts(series: OptionSeries, call_strike: float, put_strike: float) -> Structure:
    """A call below and a put above: a strangle in the money."""
    return _single("guts", series, call_strike, put_strike)


def strip(series: OptionSeries, strike: float) -> Structure:
    """One call and two puts at one strike."""
    return _single("strip", series, strike)


def strap(series: OptionSeries, strike: float) -> Structure:
    """Two calls and one put at one strike."""
    return _single("strap", series, strike)


def butterfly(series: OptionSeries, right: Right, lower: float, middle: float, upper: float) -> Structure:
    """Wings bought, twice the body sold; broken-wing where the wings are not equally far."""
    return _single(f"{right} butterfly", series, lower, middle, upper)


def iron_butterfly(series: OptionSeries, lower: float, middle: float, upper: float) -> Structure:
    """A straddle sold inside of a strangle bought, as it is quoted: for a credit."""
    return _single("iron butterfly", series, lower, middle, upper)


def condor(
    series: OptionSeries, right: Right, lower: float, low: float, high: float, upper: float
) -> Structure:
    """Outer strikes bought, inner ones sold, all of one right."""
    return _single(f"{right} condor", series, lower, low, high, upper)


def iron_condor(series: OptionSeries, lower: float, low: float, high: float, upper: float) -> Structure:
    """A strangle sold inside of a strangle bought, as it is quoted: for a credit."""
    return _single("iron condor", series, lower, low, high, upper)


def ratio_spread(
    series: OptionSeries,
    right: Right,
    *,
    long_strike: float,
    short_strike: float,
    bought: int = 1,
    sold: int = 2,
) -> Structure:
    """Fewer of one strike bought than of another sold, at any ratio; a backspread where more are bought."""
    return Structure(
        name=f"{right} {'ratio spread' if bought < sold else 'backspread'} {bought}:{sold}",
        legs=(
            StructureLeg(ratio=bought, instrument=series.option(right, long_strike)),
            StructureLeg(ratio=-sold, instrument=series.option(right, short_strike)),
        ),
    )


def ladder(series: OptionSeries, right: Right, bought: float, sold: float, sold_further: float) -> Structure:
    """One strike bought and two further out of the money sold."""
    outward = (bought, sold, sold_further)
    return _single(f"{right} ladder", series, *(outward if right is Right.CALL else outward[::-1]))


def calendar(near: OptionSeries, far: OptionSeries, right: Right, strike: float) -> Structure:
    """The later expiry bought and the nearer sold at one strike."""
    return structure_named(f"{right} calendar", series=(near, far), strikes=(strike,))


def diagonal(
    near: OptionSeries, far: OptionSeries, right: Right, *, near_strike: float, far_strike: float
) -> Structure:
    """The later expiry bought and the nearer sold at different strikes: bull where the higher is sold."""
    direction = "bull" if far_strike < near_strike else "bear"
    strikes = sorted((near_strike, far_strike))
    return structure_named(f"{direction} {right} diagonal", series=(near, far), strikes=strikes)


def risk_reversal(series: OptionSeries, put_strike: float, call_strike: float) -> Structure:
    """A call bought with a put sold below it."""
    return _single("risk reversal", series, put_strike, call_strike)


def seagull(series: OptionSeries, put_strike: float, low: float, high: float) -> Structure:
    """A bull call spread paid for by a put sold below it."""
    return _single("seagull", series, put_strike, low, high)


def synthetic_forward(series: OptionSeries, strike: float) -> Structure:
    """Call bought and put sold at one strike: a forward."""
    return _single("synthetic forward", series, strike)


def box(series: OptionSeries, lower: float, upper: float) -> Structure:
    """A synthetic forward bought at the lower strike and sold at the upper: a loan of the difference."""
    return _single("box", series, lower, upper)


def jelly_roll(near: OptionSeries, far: OptionSeries, strike: float) -> Structure:
    """A synthetic forward bought for the later expiry and sold for the nearer at one strike."""
    return structure_named("jelly roll", series=(near, far), strikes=(strike,))


def conversion(series: OptionSeries, strike: float) -> Structure:
    """Underlying and put bought, call sold: the strike for certain; the reversal is `times(-1)`."""
    return _single("conversion", series, strike)


def covered_call(series: OptionSeries, strike: float) -> Structure:
    """Underlying bought, call sold."""
    return _single("covered call", series, strike)


def protective_put(series: OptionSeries, strike: float) -> Structure:
    """Underlying and put bought: a synthetic call."""
    return _single("protective put", series, strike)


def collar(series: OptionSeries, put_strike: float, call_strike: float) -> Structure:
    """Underlying and put bought, call sold above."""
    return _single("collar", series, put_strike, call_strike)


def _single(name: str, series: OptionSeries, *strikes: float) -> Structure:
    """A structure of one expiry. Raises InputError as `structure_named` does."""
    return structure_named(name, series=(series,), strikes=strikes)
