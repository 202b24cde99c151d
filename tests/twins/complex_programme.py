"""Sweeps of packages as integer programmes with every level's contracts as integers, and random ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd
from typing import NamedTuple

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import block_diag, csr_array

from execution.complex_book.instrument import ComplexInstrument, ComplexLeg
from execution.complex_book.ladder import Ladder
from execution.complex_book.programme import Demand, LegQuotes
from execution.orders import Side


class SweepCase(NamedTuple):
    taker: tuple[ComplexInstrument, Side, int]
    legs: tuple[Ladder, ...]
    complex_book: Ladder


def package(ratios: Sequence[int], sides: Sequence[int], first: int = 0) -> ComplexInstrument:
    """Legs named by letters from `first` on."""
    letters = "abcdefgh"[first:]
    legs = [
        ComplexLeg(symbol=letter, ratio=int(ratio), side=Side(side))
        for letter, ratio, side in zip(letters, ratios, sides, strict=False)
    ]
    return ComplexInstrument(name="".join(leg.symbol for leg in legs), legs=tuple(legs))


_LEGS = (
    Ladder.of([(520, 7), (525, 10), (530, 30)]),
    Ladder.of([(210, 9), (205, 20), (200, 40)]),
)
_BOOK = Ladder.of([(102, 3), (110, 4), (118, 20)])
_NONE = Ladder.of([])
_TAKER = (package((1, 2), (1, -1)), Side.BUY, 20)
REFERENCE = (
    SweepCase(_TAKER, _LEGS, _BOOK),
    SweepCase(_TAKER, _LEGS, _NONE),
    SweepCase(_TAKER, (_NONE, _NONE), _BOOK),
)
REFERENCE_TICKS = (2161, 2290, 2280)


def random_ladder(rng: np.random.Generator, best: int, side: int, *, most: int = 40) -> Ladder:
    """Up to six levels that get worse for a taker of this side."""
    levels = int(rng.integers(1, 7))
    prices = best + side * np.cumsum(rng.integers(1, 6, levels))
    return Ladder.of(zip(prices.tolist(), rng.integers(1, most, levels).tolist(), strict=True))


def random_sweep(rng: np.random.Generator, *, legs: int | None = None) -> SweepCase:
    """Two to four legs, ratios up to 3, either side, no more packages than there are."""
    count = legs or int(rng.integers(2, 5))
    ratios = rng.integers(1, 4, count)
    signs, side = rng.choice((1, -1), count), int(rng.choice((1, -1)))
    instrument = package(ratios // gcd(*ratios.tolist()), signs.tolist())
    prices = rng.integers(50, 600, count)
    ladders = tuple(random_ladder(rng, int(p), side * int(s)) for p, s in zip(prices, signs, strict=True))
    made = min(ladder.total // ratio for ladder, ratio in zip(ladders, instrument.ratios, strict=True))
    # The complex book lies about where the legs do, so that both are taken.
    net = instrument.net_ticks([int(ladder.price_ticks[0]) for ladder in ladders])
    book = random_ladder(rng, net + side * int(rng.integers(-12, 12)), side, most=20)
    return SweepCase((instrument, Side(side), int(rng.integers(0, made + book.total + 1))), ladders, book)


def best_totals(cases: Sequence[SweepCase]) -> list[int]:
    """The least total of each case: one programme, which falls apart into theirs."""
    programmes = [_one_package(case) for case in cases]
    costs, matrices, rows, most = zip(*programmes, strict=True)
    cost, right = np.concatenate(costs), np.concatenate(rows)
    # With presolve, HiGHS (scipy 1.16.3) calls some of these infeasible that it solves without.
    found = milp(
        cost,
        constraints=LinearConstraint(csr_array(block_diag(matrices)), right, right),
        bounds=(0, np.concatenate(most)),
        integrality=np.ones(len(cost)),
        options={"mip_rel_gap": 0.0, "presolve": False},
    )
    parts = np.split(np.round(found.x) * cost, np.cumsum([len(part) for part in costs])[:-1])
    return [int(case.taker[1]) * round(part.sum()) for case, part in zip(cases, parts, strict=True)]


def _one_package(
    case: SweepCase,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Columns: packages made of legs, by level of the complex book, contracts by level of each leg."""
    (instrument, side, packages), legs, book = case
    width = 1 + len(book.quantity) + sum(len(ladder.quantity) for ladder in legs)
    matrix, at = np.zeros((1 + len(legs), width)), 1 + len(book.quantity)
    matrix[0, :at] = 1.0
    cost = [np.zeros(1), int(side) * book.price_ticks]
    for row, (ladder, leg) in enumerate(zip(legs, instrument.legs, strict=True), start=1):
        matrix[row, 0] = -leg.ratio
        matrix[row, at : at + len(ladder.quantity)] = 1.0
        at += len(ladder.quantity)
        cost.append(int(side) * int(leg.side) * ladder.price_ticks)
    most = np.concatenate(([packages], book.quantity, *(ladder.quantity for ladder in legs)))
    return np.concatenate(cost), matrix, np.append(packages, np.zeros(len(legs))), most


def random_joint(rng: np.random.Generator) -> tuple[list[Demand], dict[str, LegQuotes]]:
    """Two or three demands for packages that share legs, small enough to be met."""
    symbols = "abcde"
    middle = rng.integers(100, 500, len(symbols)).tolist()
    quotes = {
        symbol: LegQuotes(
            bids=random_ladder(rng, price, -1, most=60), asks=random_ladder(rng, price, 1, most=60)
        )
        for symbol, price in zip(symbols, middle, strict=True)
    }
    demands = []
    for first in range(int(rng.integers(2, 4))):
        ratios = rng.integers(1, 4, int(rng.integers(2, 4)))
        signs = rng.choice((1, -1), len(ratios))
        instrument = package(ratios // gcd(*ratios.tolist()), signs.tolist(), first)
        net = instrument.net_ticks(middle[first : first + len(ratios)])
        side = int(rng.choice((1, -1)))
        book = random_ladder(rng, net + side * int(rng.integers(0, 12)), side, most=20)
        wanted = int(rng.integers(0, book.total + 1))
        demands.append(Demand(instrument=instrument, side=Side(side), packages=wanted, complex_book=book))
    return demands, quotes


def best_joint_total(demands: Sequence[Demand], quotes: Mapping[str, LegQuotes]) -> int:
    """The least total with every quantity an integer column, written out level by level."""
    cost: list[int] = []
    most: list[int] = []
    columns: list[dict[str, int]] = []

    def add(price: int, quantity: int, rows: dict[str, int]) -> None:
        cost.append(price)
        most.append(quantity)
        columns.append(rows)

    for number, demand in enumerate(demands):
        side = int(demand.side)
        weights = zip(demand.instrument.symbols, demand.instrument.weights, strict=True)
        add(0, demand.packages, {f"{number}": 1} | {symbol: -side * weight for symbol, weight in weights})
        for price, quantity in demand.complex_book.levels:
            add(side * price, quantity, {f"{number}": 1})
    for symbol, quote in quotes.items():
        for price, quantity in quote.asks.levels:
            add(price, quantity, {symbol: 1})
        for price, quantity in quote.bids.levels:
            add(-price, quantity, {symbol: -1})
    names = [*(str(number) for number in range(len(demands))), *quotes]
    matrix = np.array([[rows.get(name, 0) for rows in columns] for name in names])
    right = np.array([demand.packages for demand in demands] + [0] * len(quotes))
    found = milp(
        np.array(cost),
        constraints=LinearConstraint(matrix, right, right),
        bounds=(0, np.array(most)),
        integrality=np.ones(len(cost)),
        options={"mip_rel_gap": 0.0, "presolve": False},
    )
    return round(float(np.round(found.x) @ np.array(cost)))
