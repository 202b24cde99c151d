"""Packages of several kinds that share legs, taken together: the cheapest way as an integer programme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from execution.complex_book.instrument import ComplexInstrument
from execution.complex_book.ladder import Ladder
from execution.errors import ExecutionError, OrderRejectedError
from execution.orders import Side

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegQuotes:
    """Both sides of a leg's book, not crossed."""

    bids: Ladder
    asks: Ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Packages that a taker of this side wants. complex_book: the opposite side's orders for them."""

    instrument: ComplexInstrument
    side: Side
    packages: int
    complex_book: Ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class JointSweep:
    """Where the packages are taken. total_ticks: what is paid for all of them, negative where it is received.

    complex_taken: of each demand, packages by their price. leg_packages: how many of each demand are made of
    legs. bought, sold: of each leg, contracts by their price; what one demand buys of a leg and another sells
    is not traded at all.
    """

    total_ticks: int
    complex_taken: tuple[Ladder, ...]
    leg_packages: tuple[int, ...]
    bought: Mapping[str, Ladder]
    sold: Mapping[str, Ladder]


def sweep_together(demands: Sequence[Demand], quotes: Mapping[str, LegQuotes]) -> JointSweep:
    """Fill all demands at the least total cost, by HiGHS with no gap.

    The only integers that have to be searched for are the packages of each demand that are made of legs: the
    rest of it is taken from its complex book, and each leg's contracts from its book, both best price first.
    Raises OrderRejectedError for no demand, packages below 0, a leg without quotes or one whose quotes are
    crossed, and ExecutionError where the books together do not hold what is demanded.
    """
    _check(demands, quotes)
    return _taken(demands, quotes, _leg_packages(demands, quotes))


def _check(demands: Sequence[Demand], quotes: Mapping[str, LegQuotes]) -> None:
    if not demands:
        raise OrderRejectedError("no package is demanded, expected at least one")
    for demand in demands:
        name = demand.instrument.name
        if demand.packages < 0:
            raise OrderRejectedError(f"{name}: {demand.packages} packages, expected 0 or more")
        if missing := [symbol for symbol in demand.instrument.symbols if symbol not in quotes]:
            raise OrderRejectedError(f"{name}: no quotes of {', '.join(missing)}")
    for symbol, quote in quotes.items():
        bids, asks = quote.bids.price_ticks[:1], quote.asks.price_ticks[:1]
        if (bids.size and asks.size) and bids[0] >= asks[0]:
            raise OrderRejectedError(f"{symbol}: bid {bids[0]} ticks is not below ask {asks[0]}")


def _leg_packages(demands: Sequence[Demand], quotes: Mapping[str, LegQuotes]) -> list[int]:
    """How many packages of each demand are best made of legs.

    Columns: packages of each demand made of legs; then of each demand those by level of its complex book;
    then of each leg contracts bought by level, and sold. Rows: each demand is filled; each leg's contracts
    add up.
    """
    count, symbols = len(demands), {symbol: len(demands) + at for at, symbol in enumerate(quotes)}
    sources = [(demand.complex_book, int(demand.side), at, 1.0) for at, demand in enumerate(demands)]
    for symbol, row in symbols.items():
        sources += [(quotes[symbol].asks, 1, row, 1.0), (quotes[symbol].bids, -1, row, -1.0)]
    ladders, signs, rows, entries = zip(*sources, strict=True)
    lengths = [len(ladder.quantity) for ladder in ladders]
    each = np.eye(count + len(symbols))
    matrix = np.hstack((_made_of_legs(demands, symbols), np.repeat(each[:, rows] * entries, lengths, axis=1)))
    costs = [sign * ladder.price_ticks for ladder, sign in zip(ladders, signs, strict=True)]
    packages = np.array([demand.packages for demand in demands], np.float64)
    filled = np.append(packages, np.zeros(len(symbols)))
    # HiGHS (scipy 1.16.3) has called programmes of this kind infeasible with presolve that it solves without.
    found = milp(
        np.concatenate((np.zeros(count), *costs)),
        constraints=LinearConstraint(csr_array(matrix), filled, filled),
        bounds=(0.0, np.concatenate((packages, *(ladder.quantity for ladder in ladders)))),
        integrality=np.append(np.ones(count), np.zeros(sum(lengths))),
        options={"mip_rel_gap": 0.0, "presolve": False},
    )
    if found.x is None:
        raise ExecutionError(f"the books do not hold what is demanded: {found.message}")
    return [round(made) for made in found.x[:count].tolist()]


def _made_of_legs(demands: Sequence[Demand], symbols: Mapping[str, int]) -> FloatArray:
    """Columns of packages made of legs: one of its demand, and what it takes off the legs' contracts."""
    made = np.zeros((len(demands) + len(symbols), len(demands)))
    for at, demand in enumerate(demands):
        made[at, at] = 1.0
        for symbol, weight in zip(demand.instrument.symbols, demand.instrument.weights, strict=True):
            made[symbols[symbol], at] = -int(demand.side) * weight
    return made


def _taken(
    demands: Sequence[Demand], quotes: Mapping[str, LegQuotes], leg_packages: Sequence[int]
) -> JointSweep:
    """The sweep that takes so many packages of each demand from the legs; its cost in whole ticks."""
    wanted = dict.fromkeys(quotes, 0)
    for demand, packages in zip(demands, leg_packages, strict=True):
        for symbol, weight in zip(demand.instrument.symbols, demand.instrument.weights, strict=True):
            wanted[symbol] += int(demand.side) * weight * packages
    bought = {symbol: quotes[symbol].asks.first(max(0, wanted[symbol])) for symbol in quotes}
    sold = {symbol: quotes[symbol].bids.first(max(0, -wanted[symbol])) for symbol in quotes}
    complex_taken = tuple(
        demand.complex_book.first(demand.packages - packages)
        for demand, packages in zip(demands, leg_packages, strict=True)
    )
    paid = sum(_worth(ladder) for ladder in bought.values()) - sum(_worth(ladder) for ladder in sold.values())
    paid += sum(
        int(demand.side) * _worth(ladder) for demand, ladder in zip(demands, complex_taken, strict=True)
    )
    return JointSweep(
        total_ticks=paid,
        complex_taken=complex_taken,
        leg_packages=tuple(leg_packages),
        bought=bought,
        sold=sold,
    )


def _worth(ladder: Ladder) -> int:
    return int((ladder.price_ticks * ladder.quantity).sum())
