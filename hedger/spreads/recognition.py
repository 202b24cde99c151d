"""A book as named structures: the legs that the user grouped, and those that are found."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hedger.errors import InputError, InputProblem
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.spreads.candidates import Instrument
from hedger.spreads.cover import exact_cover
from pricing.option import Exercise, Option
from pricing.spreads.structure import Structure, UnderlyingLot

_SHARES = (PositionKind.STOCK, PositionKind.ETF, PositionKind.INDEX)
_Terms = tuple[str, float, Exercise]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """So many packages of one structure, always above zero: what is short lies in the structure's ratios.

    group: the user's label of its legs, None where they were found.
    """

    structure: Structure
    packages: int
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is no part of a structure: a future, cash, an odd lot of shares. quantity: as in the portfolio."""

    symbol: str
    quantity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedBook:
    """Pieces and rest, which together are the portfolio to the last contract and share."""

    pieces: tuple[Piece, ...]
    rest: tuple[Rest, ...]


def recognise(portfolio: Portfolio) -> RecognisedBook:
    """Find the structures of a book: in each group of the user's, then in all that has none.

    Grouped are the rows that share a `strategy`. Shares of an underlying count as lots of the size of its
    options' multiplier where it has options in the same group; futures, cash and odd lots are rest. Raises
    InputError for a group with options on several underlyings.
    """
    groups: dict[str | None, list[Position]] = {}
    for line in _lines(portfolio):
        groups.setdefault(line.strategy, []).append(line)
    _require_one_underlying(groups, portfolio.origin)
    pieces: list[Piece] = []
    rest: defaultdict[str, float] = defaultdict(float)
    for group, lines in groups.items():
        held, left = _instruments(lines)
        for symbol, quantity in left.items():
            rest[symbol] += quantity
        for together in _alike(held):
            pieces += [
                Piece(structure=structure, packages=packages, group=group)
                for structure, packages in exact_cover(together)
            ]
    odd = tuple(Rest(symbol=symbol, quantity=quantity) for symbol, quantity in rest.items() if quantity)
    return RecognisedBook(pieces=tuple(pieces), rest=odd)


def _lines(portfolio: Portfolio) -> Sequence[Position]:
    """The rows before netting, unless the positions have been changed since they were read."""
    total: defaultdict[str, float] = defaultdict(float)
    for line in portfolio.lines:
        total[line.symbol] += line.quantity
    netted = {position.symbol: position.quantity for position in portfolio.positions}
    as_read = {symbol: quantity for symbol, quantity in total.items() if quantity}
    return portfolio.lines if as_read == netted else portfolio.positions


def _require_one_underlying(groups: Mapping[str | None, Sequence[Position]], origin: str) -> None:
    problems = []
    for group, lines in groups.items():
        first = next((line for line in lines if line.option is not None), None)
        other = next(
            (line for line in lines if first and line.option and line.underlying != first.underlying), None
        )
        if group is not None and first is not None and other is not None:
            problems.append(
                InputProblem(
                    file=origin,
                    row=other.rows[0] if other.rows else None,
                    column="strategy",
                    value=group,
                    expected=f"legs on one underlying in a group; it holds {first.underlying} and "
                    f"{other.underlying}",
                )
            )
    if problems:
        raise InputError(problems)


def _instruments(lines: Iterable[Position]) -> tuple[dict[Instrument, int], dict[str, float]]:
    """Whole contracts and lots by instrument, and by symbol what is not whole or no part of a structure."""
    every = list(lines)
    sizes = {line.underlying: line.option.multiplier for line in every if line.option is not None}
    held: Counter[Instrument] = Counter()
    shares: defaultdict[str, float] = defaultdict(float)
    rest: defaultdict[str, float] = defaultdict(float)
    for line in every:
        if line.option is not None:
            whole = math.trunc(line.quantity)
            held[line.option] += whole
            rest[line.symbol] += line.quantity - whole
        elif line.kind in _SHARES and line.multiplier == 1.0 and line.symbol in sizes:
            shares[line.symbol] += line.quantity
        else:
            rest[line.symbol] += line.quantity
    for symbol, quantity in shares.items():
        lots = math.trunc(quantity / sizes[symbol])
        held[UnderlyingLot(underlying=symbol, multiplier=sizes[symbol])] += lots
        rest[symbol] += quantity - lots * sizes[symbol]
    return {each: number for each, number in held.items() if number}, dict(rest)


def _alike(held: Mapping[Instrument, int]) -> list[list[tuple[Instrument, int]]]:
    """Instruments parted by underlying, multiplier and exercise; a lot goes with the most options."""
    parts: dict[_Terms, list[tuple[Instrument, int]]] = {}
    for instrument, quantity in held.items():
        if isinstance(instrument, Option):
            terms = (instrument.underlying, instrument.multiplier, instrument.exercise)
            parts.setdefault(terms, []).append((instrument, quantity))
    for instrument, quantity in held.items():
        if isinstance(instrument, UnderlyingLot):
            fitting = [
                terms for terms in parts if terms[:2] == (instrument.underlying, instrument.multiplier)
            ]
            lone = (instrument.underlying, instrument.multiplier, Exercise.AMERICAN)
            best = max(fitting, key=lambda terms: len(parts[terms]), default=lone)
            parts.setdefault(best, []).append((instrument, quantity))
    return list(parts.values())
