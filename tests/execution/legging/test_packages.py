"""Positions of packages: whatever order fills come in, what is held is their plain sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.legging.packages import (
    LegFill,
    Package,
    PackageError,
    PackageLeg,
    PackagePosition,
    PackagePositions,
    PackageState,
)
from execution.orders import Fill, Liquidity, Side

LEGS = (
    PackageLeg(symbol="C4000", side=Side.BUY, ratio=1),
    PackageLeg(symbol="C4100", side=Side.SELL, ratio=2),
)
PACKAGE = Package(package_id="P1", legs=LEGS, quantity=10)


def leg_fill(execution_id: str, symbol: str, side: Side, quantity: int) -> LegFill:
    fill = Fill(
        parent_id="P1",
        symbol=symbol,
        side=side,
        quantity=quantity,
        price_ticks=500,
        ts_ns=0,
        fee=0.5,
        liquidity=Liquidity.MAKER,
    )
    return LegFill(execution_id=execution_id, fill=fill)


def positions(fills: Sequence[LegFill] = ()) -> PackagePositions:
    found = PackagePositions()
    found.open(PACKAGE)
    for fill in fills:
        found.book(fill)
    return found


def holding(*filled: int) -> PackagePosition:
    return PackagePosition(package=PACKAGE, filled=filled)


@pytest.mark.parametrize(
    ("filled", "whole", "loose", "state"),
    [
        ((0, 0), 0, (0, 0), PackageState.WORKING),
        ((3, 6), 3, (0, 0), PackageState.WORKING),
        ((10, 20), 10, (0, 0), PackageState.COMPLETE),
        ((1, 0), 0, (1, 0), PackageState.BROKEN),
        ((3, 5), 2, (1, 1), PackageState.BROKEN),
        ((11, 22), 10, (1, 2), PackageState.BROKEN),
        ((-1, 0), 0, (-1, 0), PackageState.BROKEN),
    ],
)
def test_the_state_follows_from_what_is_filled(
    filled: tuple[int, ...], whole: int, loose: tuple[int, ...], state: PackageState
) -> None:
    found = holding(*filled)
    assert (found.whole, found.loose, found.state) == (whole, loose, state)


@given(
    fills=st.lists(st.tuples(st.sampled_from(LEGS), st.booleans(), st.integers(1, 30)), max_size=12),
    shuffler=st.randoms(use_true_random=False),
    repeated=st.lists(st.integers(0, 11), max_size=6),
)
@settings(deadline=None)
def test_any_order_with_duplicates_gives_the_plain_sum(
    fills: list[tuple[PackageLeg, bool, int]], shuffler: object, repeated: list[int]
) -> None:
    booked = [
        leg_fill(str(at), leg.symbol, leg.side if with_it else Side(-leg.side), quantity)
        for at, (leg, with_it, quantity) in enumerate(fills)
    ]
    arriving = booked + [booked[at] for at in repeated if at < len(booked)]
    shuffler.shuffle(arriving)  # type: ignore[attr-defined]
    plain = tuple(
        sum(quantity if with_it else -quantity for own, with_it, quantity in fills if own == leg)
        for leg in LEGS
    )
    assert positions(arriving).position("P1") == holding(*plain)


def test_an_execution_is_booked_once() -> None:
    first = leg_fill("E1", "C4000", Side.BUY, 3)
    found = positions()
    assert found.book(first)
    assert not found.book(first)
    assert found.position("P1").filled == (3, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        leg_fill("E1", "C4000", Side.BUY, 4),
        leg_fill("E2", "C9999", Side.BUY, 1),
        leg_fill("E2", "C4000", Side.BUY, 0),
        LegFill(execution_id="E2", fill=replace(leg_fill("", "C4000", Side.BUY, 1).fill, parent_id="P2")),
        LegFill(execution_id="E2", fill=replace(leg_fill("", "C4000", Side.BUY, 1).fill, fee=float("nan"))),
    ],
)
def test_a_fill_that_cannot_be_changes_nothing(wrong: LegFill) -> None:
    found = positions([leg_fill("E1", "C4000", Side.BUY, 3)])
    with pytest.raises(PackageError):
        found.book(wrong)
    assert found.position("P1").filled == (3, 0)


def test_a_package_is_opened_once_under_its_id() -> None:
    found = positions([leg_fill("E1", "C4000", Side.BUY, 3)])
    found.open(PACKAGE)
    assert found.all() == (holding(3, 0),)
    with pytest.raises(PackageError, match="another package 'P1'"):
        found.open(replace(PACKAGE, quantity=11))
    with pytest.raises(PackageError, match="no package 'P2'"):
        found.position("P2")


@pytest.mark.parametrize(
    "change",
    [{"legs": ()}, {"legs": (LEGS[0], LEGS[0])}, {"quantity": 0}, {"legs": (replace(LEGS[0], ratio=0),)}],
)
def test_packages_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(PackageError, match="package 'P1'"):
        replace(PACKAGE, **change)  # type: ignore[arg-type]
