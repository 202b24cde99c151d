"""Every named structure that the lines of a book can be legs of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from pricing.option import Option, Right
from pricing.spreads.pattern import PatternLeg
from pricing.spreads.structure import UnderlyingLot
from pricing.spreads.vocabulary import VOCABULARY, Entry

Instrument = Option | UnderlyingLot
Line = tuple[Instrument, int]
"""An instrument and the signed whole number held, never zero."""

_Shelf = tuple[Right | None, bool, int]
"""Lines by right (None: the underlying), whether long, and size (0: any)."""

_MOST_WHOLE = 20_000
_Value = TypeVar("_Value", float, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A structure that lines allow. legs: line and signed ratio. most: packages that the lines hold."""

    entry: Entry
    side: int
    legs: tuple[tuple[int, int], ...]
    most: int


@dataclass(slots=True, kw_only=True)
class _Search:
    """One pattern's legs being put on lines. whole: only where every leg uses its line up."""

    lines: Sequence[Line]
    shelves: Mapping[_Shelf, Sequence[int]]
    whole: bool
    legs: Sequence[PatternLeg]
    side: int
    chosen: list[tuple[int, int]] = field(default_factory=list)
    strikes: dict[int, float] = field(default_factory=dict)
    expiries: dict[int, datetime] = field(default_factory=dict)

    def found(self, at: int = 0) -> Iterator[tuple[tuple[int, int], ...]]:
        """Every way to put the legs from `at` on."""
        if at == len(self.legs):
            yield tuple(self.chosen)
            return
        leg = self.legs[at]
        ratio = self.side * leg.ratio
        for line in self._shelf(leg, ratio):
            instrument, quantity = self.lines[line]
            if (
                (quantity % ratio and self.whole)
                or abs(quantity) < abs(ratio)
                or not self._fits(leg, instrument)
            ):
                continue
            self.chosen.append((line, ratio))
            strikes, expiries = dict(self.strikes), dict(self.expiries)
            if isinstance(instrument, Option):
                self.strikes[leg.strike], self.expiries[leg.expiry] = instrument.strike, instrument.expiry
            yield from self.found(at + 1)
            self.strikes, self.expiries = strikes, expiries
            self.chosen.pop()

    def _shelf(self, leg: PatternLeg, ratio: int) -> Sequence[int]:
        """Lines of the leg's right and sign; of as many packages as the first leg where they must be."""
        wanted = 0
        if self.whole and self.chosen:
            line, first = self.chosen[0]
            wanted = self.lines[line][1] // first * abs(ratio)
        return self.shelves.get((leg.right, ratio > 0, wanted), ())

    def _fits(self, leg: PatternLeg, instrument: Instrument) -> bool:
        if not isinstance(instrument, Option):
            return True
        at_strike = _in_order(self.strikes, leg.strike, instrument.strike)
        return at_strike and _in_order(self.expiries, leg.expiry, instrument.expiry)


def _in_order(slots: Mapping[int, _Value], rank: int, value: _Value) -> bool:
    """Whether a strike or expiry keeps the order of those already placed, equal at its own rank."""
    for other, placed in slots.items():
        kept = placed == value if other == rank else placed < value if other < rank else value < placed
        if not kept:
            return False
    return True


def candidates(lines: Sequence[Line], *, whole: bool) -> list[Candidate]:
    """Every named structure on lines of one underlying, multiplier and exercise, single options included.

    A leg lies on a line of its own sign and holds no more than is there. whole: only structures that use up
    each of their lines, which is what a large book can be searched for; at most 20,000 are looked at.
    """
    shelves: dict[_Shelf, list[int]] = {}
    for line, (instrument, quantity) in enumerate(lines):
        right = instrument.right if isinstance(instrument, Option) else None
        for wanted in (0, abs(quantity)):
            shelves.setdefault((right, quantity > 0, wanted), []).append(line)
    found = (
        Candidate(entry=entry, side=side, legs=legs, most=_most(lines, legs))
        for entry in VOCABULARY
        for side in (1, -1)
        for legs in _Search(
            lines=lines, shelves=shelves, whole=whole, legs=entry.pattern.legs, side=side
        ).found()
        if entry.pattern.accepts(_strikes(lines, legs))
    )
    return list(islice(found, _MOST_WHOLE if whole else None))


def _most(lines: Sequence[Line], legs: Sequence[tuple[int, int]]) -> int:
    return min(abs(lines[line][1]) // abs(ratio) for line, ratio in legs)


def _strikes(lines: Sequence[Line], legs: Sequence[tuple[int, int]]) -> list[float]:
    options = (lines[line][0] for line, _ in legs)
    return sorted({option.strike for option in options if isinstance(option, Option)})
