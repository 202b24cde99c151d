"""The structures that have a name, as their legs; each is the long side, `times(-1)` the short one."""

from __future__ import annotations

from itertools import pairwise

from pricing.option import Option, Right
from pricing.spreads.structure import OptionSeries, Structure, StructureLeg, UnderlyingLot


def vertical(series: OptionSeries, right: Right, *, long_strike: float, short_strike: float) -> Structure:
    """One strike bought and another sold: bull where the higher one is sold."""
    direction = "bull" if long_strike < short_strike else "bear"
    return _structure(
        f"{direction} {right.value} spread",
        (1, series.option(right, long_strike)),
        (-1, series.option(right, short_strike)),
    )


def straddle(series: OptionSeries, strike: float) -> Structure:
    """Call and put at one strike."""
    return _structure("straddle", (1, series.call(strike)), (1, series.put(strike)))


def strangle(series: OptionSeries, put_strike: float, call_strike: float) -> Structure:
    """A put below and a call above."""
    _rising("strangle", put_strike, call_strike)
    return _structure("strangle", (1, series.put(put_strike)), (1, series.call(call_strike)))


def guts(series: OptionSeries, call_strike: float, put_strike: float) -> Structure:
    """A call below and a put above: a strangle in the money."""
    _rising("guts", call_strike, put_strike)
    return _structure("guts", (1, series.call(call_strike)), (1, series.put(put_strike)))


def strip(series: OptionSeries, strike: float) -> Structure:
    """One call and two puts at one strike."""
    return _structure("strip", (1, series.call(strike)), (2, series.put(strike)))


def strap(series: OptionSeries, strike: float) -> Structure:
    """Two calls and one put at one strike."""
    return _structure("strap", (2, series.call(strike)), (1, series.put(strike)))


def butterfly(series: OptionSeries, right: Right, lower: float, middle: float, upper: float) -> Structure:
    """Wings bought, twice the body sold; broken-wing where the wings are not equally far."""
    _rising("butterfly", lower, middle, upper)
    even = abs((middle - lower) - (upper - middle)) <= 1e-9 * upper
    return _structure(
        f"{right.value} butterfly" if even else f"broken-wing {right.value} butterfly",
        (1, series.option(right, lower)),
        (-2, series.option(right, middle)),
        (1, series.option(right, upper)),
    )


def iron_butterfly(series: OptionSeries, lower: float, middle: float, upper: float) -> Structure:
    """A straddle sold inside of a strangle bought, as it is quoted: for a credit."""
    _rising("iron butterfly", lower, middle, upper)
    return _structure(
        "iron butterfly",
        (1, series.put(lower)),
        (-1, series.put(middle)),
        (-1, series.call(middle)),
        (1, series.call(upper)),
    )


def condor(
    series: OptionSeries, right: Right, lower: float, low: float, high: float, upper: float
) -> Structure:
    """Outer strikes bought, inner ones sold, all of one right."""
    _rising("condor", lower, low, high, upper)
    return _structure(
        f"{right.value} condor",
        (1, series.option(right, lower)),
        (-1, series.option(right, low)),
        (-1, series.option(right, high)),
        (1, series.option(right, upper)),
    )


def iron_condor(series: OptionSeries, lower: float, low: float, high: float, upper: float) -> Structure:
    """A strangle sold inside of a strangle bought, as it is quoted: for a credit."""
    _rising("iron condor", lower, low, high, upper)
    return _structure(
        "iron condor",
        (1, series.put(lower)),
        (-1, series.put(low)),
        (-1, series.call(high)),
        (1, series.call(upper)),
    )


def ratio_spread(
    series: OptionSeries,
    right: Right,
    *,
    long_strike: float,
    short_strike: float,
    bought: int = 1,
    sold: int = 2,
) -> Structure:
    """Fewer of one strike bought than of another sold; a backspread where more are bought."""
    name = f"{right.value} {'ratio spread' if bought < sold else 'backspread'} {bought}:{sold}"
    return _structure(
        name, (bought, series.option(right, long_strike)), (-sold, series.option(right, short_strike))
    )


def ladder(series: OptionSeries, right: Right, bought: float, sold: float, sold_further: float) -> Structure:
    """One strike bought and two further out of the money sold."""
    outward = (bought, sold, sold_further) if right is Right.CALL else (sold_further, sold, bought)
    _rising(f"{right.value} ladder", *outward)
    return _structure(
        f"{right.value} ladder",
        (1, series.option(right, bought)),
        (-1, series.option(right, sold)),
        (-1, series.option(right, sold_further)),
    )


def calendar(near: OptionSeries, far: OptionSeries, right: Right, strike: float) -> Structure:
    """The later expiry bought and the nearer sold at one strike."""
    _in_time("calendar", near, far)
    return _structure(
        f"{right.value} calendar", (-1, near.option(right, strike)), (1, far.option(right, strike))
    )


def diagonal(
    near: OptionSeries, far: OptionSeries, right: Right, *, near_strike: float, far_strike: float
) -> Structure:
    """The later expiry bought and the nearer sold at different strikes."""
    _in_time("diagonal", near, far)
    return _structure(
        f"{right.value} diagonal", (-1, near.option(right, near_strike)), (1, far.option(right, far_strike))
    )


def risk_reversal(series: OptionSeries, put_strike: float, call_strike: float) -> Structure:
    """A call bought with a put sold below it."""
    _rising("risk reversal", put_strike, call_strike)
    return _structure("risk reversal", (1, series.call(call_strike)), (-1, series.put(put_strike)))


def seagull(series: OptionSeries, put_strike: float, low: float, high: float) -> Structure:
    """A bull call spread paid for by a put sold below it."""
    _rising("seagull", put_strike, low, high)
    return _structure("seagull", (-1, series.put(put_strike)), (1, series.call(low)), (-1, series.call(high)))


def synthetic_forward(series: OptionSeries, strike: float) -> Structure:
    """Call bought and put sold at one strike: a forward."""
    return _structure("synthetic forward", (1, series.call(strike)), (-1, series.put(strike)))


def box(series: OptionSeries, lower: float, upper: float) -> Structure:
    """A synthetic forward bought at the lower strike and sold at the upper: a loan of the difference."""
    _rising("box", lower, upper)
    return _structure(
        "box",
        (1, series.call(lower)),
        (-1, series.put(lower)),
        (-1, series.call(upper)),
        (1, series.put(upper)),
    )


def jelly_roll(near: OptionSeries, far: OptionSeries, strike: float) -> Structure:
    """A synthetic forward bought for the later expiry and sold for the nearer at one strike."""
    _in_time("jelly roll", near, far)
    return _structure(
        "jelly roll",
        (-1, near.call(strike)),
        (1, near.put(strike)),
        (1, far.call(strike)),
        (-1, far.put(strike)),
    )


def conversion(series: OptionSeries, strike: float) -> Structure:
    """Underlying and put bought, call sold: the strike for certain; the reversal is `times(-1)`."""
    return _structure("conversion", (1, series.lot()), (1, series.put(strike)), (-1, series.call(strike)))


def covered_call(series: OptionSeries, strike: float) -> Structure:
    """Underlying bought, call sold."""
    return _structure("covered call", (1, series.lot()), (-1, series.call(strike)))


def protective_put(series: OptionSeries, strike: float) -> Structure:
    """Underlying and put bought: a synthetic call."""
    return _structure("protective put", (1, series.lot()), (1, series.put(strike)))


def collar(series: OptionSeries, put_strike: float, call_strike: float) -> Structure:
    """Underlying and put bought, call sold above."""
    _rising("collar", put_strike, call_strike)
    return _structure(
        "collar", (1, series.lot()), (1, series.put(put_strike)), (-1, series.call(call_strike))
    )


def _structure(name: str, *legs: tuple[int, Option | UnderlyingLot]) -> Structure:
    return Structure(
        name=name, legs=tuple(StructureLeg(ratio=ratio, instrument=instrument) for ratio, instrument in legs)
    )


def _rising(name: str, *strikes: float) -> None:
    if any(not low < high for low, high in pairwise(strikes)):
        raise ValueError(
            f"the strikes of a {name} must rise: {', '.join(f'{strike:g}' for strike in strikes)}"
        )


def _in_time(name: str, near: OptionSeries, far: OptionSeries) -> None:
    if not near.expiry < far.expiry:
        raise ValueError(
            f"a {name} needs a later expiry than {near.expiry:%Y-%m-%d}, not {far.expiry:%Y-%m-%d}"
        )
