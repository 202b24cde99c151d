"""Recognition: books are taken apart into named structures and put together again exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.errors import InputError
from hedger.portfolio import Position, PositionKind, read_portfolio
from hedger.spreads.cover import cover_cost, exact_cover
from hedger.spreads.recognition import recognise
from pricing.option import Right
from pricing.spreads.naming import Named, named_as
from pricing.spreads.structure import Structure
from tests.hedger.spreads.random_books import Planted, cancels, random_book, summed
from tests.markets import book, future_position, option_position


def cost(pieces: Planted | tuple[tuple[Structure, int], ...]) -> float:
    """Of pieces as recognition counts it."""
    found = [named_as(structure) for structure, _ in pieces]
    return cover_cost(each for each in found if isinstance(each, Named))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_a_planted_structure_is_found_by_its_name(seed: int) -> None:
    lines, planted = random_book(seed, 1)
    ((found, packages),) = exact_cover(lines)
    assert (found.name, packages) == (planted[0][0].name, planted[0][1])


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), structures=st.integers(2, 4))
def test_random_books_are_put_together_again_at_no_more_cost_than_they_were_made_of(
    seed: int, structures: int
) -> None:
    lines, planted = random_book(seed, structures)
    found = exact_cover(lines)
    assert summed(found) == dict(lines)
    assert all(packages > 0 and named_as(structure) for structure, packages in found)
    if len(lines) <= 12 and not cancels(lines, planted):
        assert cost(found) <= cost(planted) + 1e-9


@pytest.mark.parametrize("structures", [10, 40])
def test_large_books_are_put_together_again(structures: int) -> None:
    lines, planted = random_book(structures, structures, strikes=60, expiries=10)
    found = exact_cover(lines)
    assert summed(found) == dict(lines)
    assert len(found) <= 2 * len(planted)


def test_an_empty_book_has_no_pieces() -> None:
    assert exact_cover([]) == ()
    assert recognise(book()).pieces == ()


def strategy(position: Position, label: str) -> Position:
    return replace(position, strategy=label)


def test_the_users_groups_are_kept_apart_and_the_rest_is_named() -> None:
    call, put = option_position(-4, strike=2750.0), option_position(-4, strike=2450.0, right=Right.PUT)
    found = recognise(book(strategy(call, "mine"), put, future_position(7)))
    assert [(p.structure.name, p.packages, p.group) for p in found.pieces] == [
        ("short call", 4, "mine"),
        ("short put", 4, None),
    ]
    assert [(each.symbol, each.quantity) for each in found.rest] == [("ES", 7.0)]


def test_shares_are_lots_of_their_options_and_odd_ones_are_left() -> None:
    call = option_position(-2, strike=110.0, underlying="XYZ")
    shares = Position(
        symbol="XYZ",
        kind=PositionKind.STOCK,
        quantity=250.0,
        underlying="XYZ",
        multiplier=1.0,
        currency="USD",
    )
    found = recognise(book(call, shares))
    assert [(p.structure.name, p.packages) for p in found.pieces] == [("covered call", 2)]
    assert [(each.symbol, each.quantity) for each in found.rest] == [("XYZ", 50.0)]


def test_rows_of_one_contract_in_two_groups_are_recognised_before_they_net(tmp_path: Path) -> None:
    file = tmp_path / "book.csv"
    file.write_text(
        "symbol,quantity,strategy\nSPXW180228C02750000,-5,a\nSPXW180228C02800000,5,a\n"
        "SPXW180228C02750000,3,b\nSPXW180228P02750000,3,b\n"
    )
    found = recognise(read_portfolio(file, as_of=date(2018, 2, 5)))
    assert [(p.structure.name, p.packages, p.group) for p in found.pieces] == [
        ("bear call spread", 5, "a"),
        ("straddle", 3, "b"),
    ]


def test_a_group_on_two_underlyings_is_refused_with_its_row() -> None:
    mixed = book(
        strategy(option_position(1, strike=100.0, underlying="AAA"), "pair"),
        strategy(option_position(1, strike=100.0, underlying="BBB"), "pair"),
    )
    with pytest.raises(InputError, match=r"found 'pair', expected legs on one underlying .* AAA and BBB"):
        recognise(mixed)


def test_the_example_is_recognised_as_its_author_labelled_it() -> None:
    file = Path(__file__).resolve().parents[3] / "scenarios" / "portfolios" / "example.csv"
    found = recognise(read_portfolio(file, as_of=date(2018, 2, 5)))
    names = [(p.structure.name, p.packages) for p in found.pieces]
    assert names[:4] == [
        ("short strangle", 40),
        ("short strangle", 25),
        ("iron condor", 30),
        ("put calendar", 20),
    ]
