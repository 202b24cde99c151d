"""Prices that orders elsewhere imply: of a package from its legs, and of a leg from packages and other legs.

An implied price is made of real orders alone; none is made of another implied one. Sizes are whole packages:
what is left of a leg below its ratio implies nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from execution.complex_book.instrument import ComplexInstrument
from execution.complex_book.ladder import Ladder
from execution.errors import OrderRejectedError
from execution.orders import Side


def implied_packages(instrument: ComplexInstrument, legs: Sequence[Ladder]) -> Ladder:
    """The packages that the legs' orders make, cheapest first for whoever takes them; quantity: packages.

    legs: of each leg the side of its book that the taker meets: for a buyer of packages the offers of what it
    buys and the bids of what it sells; the prices then are what a buyer pays. For a seller the other sides,
    and the prices are what it gets. A package whose ratio straddles levels costs what its contracts cost.
    Raises OrderRejectedError unless there is one ladder for each leg.
    """
    if len(legs) != len(instrument.legs):
        raise OrderRejectedError(
            f"{instrument.name}: {len(legs)} ladders, expected one for each of {len(instrument.legs)} legs"
        )
    runs = [_leg_runs(ladder, ratio) for ladder, ratio in zip(legs, instrument.ratios, strict=True)]
    sides = [int(leg.side) for leg in instrument.legs]
    return merged(
        (sum(side * cost for side, cost in zip(sides, costs, strict=True)), packages)
        for costs, packages in _in_step(runs)
    )


def implied_leg(
    instrument: ComplexInstrument, symbol: str, packages: Ladder, others: Sequence[Ladder], side: Side
) -> Ladder:
    """Prices of one leg that resting packages and the other legs' orders imply, best first.

    side: of the implied orders, BUY for bids. packages: the resting complex orders that would trade this side
    of the leg. others: of each other leg, in the instrument's order, the side of its book that those
    complex orders meet. The price is for each contract, rounded against whoever takes it; the quantity is in
    contracts, whole packages of them.
    """
    own = instrument.legs[instrument.symbols.index(symbol)]
    rest = [leg for leg in instrument.legs if leg.symbol != symbol]
    runs = [_leg_runs(ladder, leg.ratio) for ladder, leg in zip(others, rest, strict=True)]
    levels = []
    for (limit, *costs), count in _in_step([packages.levels, *runs]):
        paid = sum(int(leg.side) * cost for leg, cost in zip(rest, costs, strict=True))
        total = int(own.side) * (limit - paid)
        price = total // own.ratio if side > 0 else -(-total // own.ratio)
        levels.append((price, count * own.ratio))
    return merged(levels)


def merged(levels: Iterable[tuple[int, int]]) -> Ladder:
    """A ladder of (price_ticks, quantity) that are sorted by price, equal ones side by side."""
    groups = groupby(levels, key=itemgetter(0))
    return Ladder.sorted_of([(price, sum(quantity for _, quantity in group)) for price, group in groups])


def _leg_runs(ladder: Ladder, ratio: int) -> list[tuple[int, int]]:
    """What the next package's contracts of a leg cost together, and for how many packages on end.

    A level's whole ratios are a run; the package that straddles it and those behind is one of its own.
    """
    runs: list[tuple[int, int]] = []
    cost, missing = 0, 0  # of the package that straddles
    for price, quantity in ladder.levels:
        if missing:
            taken = min(missing, quantity)
            cost, missing, quantity = cost + taken * price, missing - taken, quantity - taken
            if missing:
                continue
            runs.append((cost, 1))
        whole, odd = divmod(quantity, ratio)
        if whole:
            runs.append((ratio * price, whole))
        if odd:
            cost, missing = odd * price, ratio - odd
    return runs


def _in_step(runs: Sequence[Sequence[tuple[int, int]]]) -> Iterator[tuple[list[int], int]]:
    """Several legs' runs side by side: each leg's cost and for how many packages none of them changes."""
    ahead = [iter(own) for own in runs]
    now = [next(own, (0, 0)) for own in ahead]
    while packages := min(count for _, count in now):
        yield [cost for cost, _ in now], packages
        now = [
            (cost, count - packages) if count > packages else next(own, (0, 0))
            for (cost, count), own in zip(now, ahead, strict=True)
        ]
