from __future__ import annotations

import pytest

from execution.complex_book.instrument import ComplexInstrument, ComplexLeg, ComplexLimits
from execution.errors import OrderRejectedError
from execution.orders import Side


def leg(symbol: str, ratio: int = 1, side: Side = Side.BUY) -> ComplexLeg:
    return ComplexLeg(symbol=symbol, ratio=ratio, side=side)


def package(*legs: ComplexLeg) -> ComplexInstrument:
    return ComplexInstrument(name="spread", legs=legs)


def test_net_price_is_what_a_buyer_pays_for_one_package() -> None:
    ratio_spread = package(leg("C100"), leg("C105", 2, Side.SELL))
    assert ratio_spread.net_ticks((520, 210)) == 100
    assert ratio_spread.weights == (1, -2)


@pytest.mark.parametrize(
    ("legs", "sentence"),
    [
        ((leg("C100"),), "spread: 1 leg, expected at least 2"),
        ((leg("C100"), leg("C100")), "C100 is in two legs"),
        ((leg("C100", 2), leg("C105", 4)), "ratio 2 to 4 is not reduced, expected 1 to 2"),
        ((leg("C100", 0), leg("C105")), "ratio of C100 is 0, expected 1 to 32768"),
        ((leg("C100", -1), leg("C105")), "ratio of C100 is -1"),
        ((leg("C100", True), leg("C105")), "ratio of C100 is True"),
        ((leg("C100", 1.5), leg("C105")), "ratio of C100 is 1.5"),  # type: ignore[arg-type]
        ((leg("C100", side=0), leg("C105")), r"side of C100 is 0, expected \+1 or -1"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_package_is_refused_in_a_sentence(legs: tuple[ComplexLeg, ...], sentence: str) -> None:
    with pytest.raises(OrderRejectedError, match=sentence):
        package(*legs)


def test_a_leg_without_a_book_is_named() -> None:
    with pytest.raises(OrderRejectedError, match="spread: no book trades C110"):
        package(leg("C100"), leg("C110")).check_listed(["C100", "C105"], ComplexLimits())


def test_ratio_beyond_the_venues_is_refused_unless_it_has_none() -> None:
    wide = package(leg("C100"), leg("C105", 4))
    with pytest.raises(OrderRejectedError, match="ratio 4 to 1, the venue takes 3 to 1"):
        wide.check_listed(wide.symbols, ComplexLimits())
    wide.check_listed(wide.symbols, ComplexLimits(max_ratio=None))


def test_seventeen_legs_are_one_too_many() -> None:
    long = package(*(leg(f"C{number}") for number in range(17)))
    with pytest.raises(OrderRejectedError, match="17 legs, the venue takes 16"):
        long.check_listed(long.symbols, ComplexLimits())
    package(*long.legs[:16]).check_listed(long.symbols, ComplexLimits())
