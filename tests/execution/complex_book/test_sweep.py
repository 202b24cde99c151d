from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.complex_book.ladder import Ladder
from execution.complex_book.sweep import sweep
from execution.errors import OrderRejectedError
from execution.orders import Side
from tests.twins.complex_programme import (
    REFERENCE,
    REFERENCE_TICKS,
    SweepCase,
    best_totals,
    package,
    random_sweep,
)

SEEDS = st.integers(0, 2**32 - 1)


def swept(case: SweepCase, packages: int | None = None) -> int:
    instrument, side, wanted = case.taker
    count = wanted if packages is None else packages
    return sweep(instrument, side, count, legs=case.legs, complex_book=case.complex_book).total_ticks


def test_worked_example_costs_what_is_published() -> None:
    """Both ways together 21.61, legs alone 22.90, the complex book alone 22.80."""
    assert tuple(swept(case) for case in REFERENCE) == REFERENCE_TICKS


def test_worked_example_takes_seven_packages_from_the_complex_book() -> None:
    case = REFERENCE[0]
    found = sweep(*case.taker, legs=case.legs, complex_book=case.complex_book)
    assert found.complex_taken.levels == [(102, 3), (110, 4)]
    assert [taken.levels for taken in found.leg_taken] == [[(520, 7), (525, 6)], [(210, 9), (205, 17)]]
    assert found.leaves == 0


def test_two_thousand_sweeps_equal_the_integer_programme() -> None:
    rng = np.random.default_rng(7)
    cases = [random_sweep(rng) for _ in range(2000)]
    best = [total for at in range(0, 2000, 100) for total in best_totals(cases[at : at + 100])]
    assert [swept(case) for case in cases] == best


@given(SEEDS)
def test_the_next_package_never_costs_less_than_the_one_before(seed: int) -> None:
    case = random_sweep(np.random.default_rng(seed))
    side, most = int(case.taker[1]), case.taker[2]
    marginal = np.diff([side * swept(case, packages) for packages in range(most + 1)])
    assert (np.diff(marginal) >= 0).all()


@given(SEEDS)
def test_what_is_taken_adds_up_to_the_total_and_the_packages(seed: int) -> None:
    case = random_sweep(np.random.default_rng(seed))
    instrument, side, packages = case.taker
    found = sweep(instrument, side, packages, legs=case.legs, complex_book=case.complex_book)
    paid = sum(price * quantity for price, quantity in found.complex_taken.levels)
    for leg, taken in zip(instrument.legs, found.leg_taken, strict=True):
        assert taken.total == found.leg_packages * leg.ratio
        paid += int(leg.side) * sum(price * quantity for price, quantity in taken.levels)
    assert paid == found.total_ticks
    assert found.complex_taken.total + found.leg_packages + found.leaves == packages


@given(SEEDS, st.integers(-20, 20))
def test_no_package_is_taken_beyond_the_limit(seed: int, above: int) -> None:
    case = random_sweep(np.random.default_rng(seed))
    instrument, side, packages = case.taker
    first = swept(case, 1) if packages else 0
    limit = first + int(side) * above
    books = {"legs": case.legs, "complex_book": case.complex_book}
    found = sweep(instrument, side, packages, net_limit_ticks=limit, **books)
    assert int(side) * found.total_ticks <= int(side) * limit * (packages - found.leaves)
    if above >= 0 and packages:
        assert found.leaves < packages


def test_what_nobody_offers_is_left() -> None:
    case = REFERENCE[0]
    instrument, side, _ = case.taker
    found = sweep(instrument, side, 100, legs=case.legs, complex_book=case.complex_book)
    assert found.leaves == 100 - 27 - 34  # 69 bids make 34 packages, one contract is left of them


def test_nothing_wanted_takes_nothing() -> None:
    case = REFERENCE[0]
    assert swept(case, 0) == 0


def test_fewer_than_no_packages_are_refused() -> None:
    with pytest.raises(OrderRejectedError, match="-1 packages, expected 0 or more"):
        swept(REFERENCE[0], -1)


def test_a_ladder_for_each_leg_is_asked_for() -> None:
    with pytest.raises(OrderRejectedError, match="1 ladders, expected one for each of 2 legs"):
        sweep(package((1, 1), (1, -1)), Side.BUY, 1, legs=[Ladder.of([])], complex_book=Ladder.of([]))


@pytest.mark.parametrize(
    "levels",
    [[(1, 0)], [(1, -2)], [(1, 1), (1, 1)], [(1, 1), (2, 1), (1, 1)], [(1.5, 1)], [(float("nan"), 1)]],
)
def test_levels_that_are_none_are_refused(levels: list[tuple[int, int]]) -> None:
    with pytest.raises(OrderRejectedError, match="levels are"):
        Ladder.of(levels)


@settings(max_examples=30)
@given(SEEDS)
def test_mirrored_package_sold_is_the_package_bought(seed: int) -> None:
    case = random_sweep(np.random.default_rng(seed))
    instrument, side, packages = case.taker
    mirrored = package(instrument.ratios, [-int(leg.side) for leg in instrument.legs])
    book = Ladder.of((-price, quantity) for price, quantity in case.complex_book.levels)
    other = sweep(mirrored, Side(-side), packages, legs=case.legs, complex_book=book)
    assert other.total_ticks == -swept(case)
