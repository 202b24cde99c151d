"""What makes a structure of its kind: rights, order of strikes and expiries, ratios; no price or date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pricing.option import Option, Right
from pricing.spreads.structure import Structure, StructureLeg

_LEG = re.compile(r"([+-])(\d*)(?:([cp])([1-9])([ab]?)|u)")
_RIGHTS = {"c": Right.CALL, "p": Right.PUT}

Key = tuple[tuple[str, int, int, int], ...]
"""Legs of a pattern or a structure, sorted: right ('u' is the underlying), strike and expiry rank, ratio."""


class Wings(StrEnum):
    """What is asked of the distances between the outer two strikes on each side."""

    ANY = "any"
    EVEN = "even"
    UNEVEN = "uneven"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternLeg:
    """ratio: signed. right: None is the underlying. strike, expiry: ranks from zero among the structure's."""

    ratio: int
    right: Right | None = None
    strike: int = 0
    expiry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A kind of structure. legs: strikes and expiries by rank, strictly rising. wings: see `Wings`."""

    legs: tuple[PatternLeg, ...]
    wings: Wings = Wings.ANY

    @classmethod
    def of(cls, notation: str, wings: Wings = Wings.ANY) -> Pattern:
        """Read '+p1 -p2 -c3 +c4': sign and ratio, call, put or underlying, strike, expiry a or b."""
        legs = []
        for word in notation.split():
            match = _LEG.fullmatch(word)
            if match is None:
                raise ValueError(f"'{word}' is no leg of a pattern; one is written as +2c1 or -p2b or +u")
            sign, number, right, strike, expiry = match.groups()
            legs.append(
                PatternLeg(
                    ratio=int(sign + (number or "1")),
                    right=_RIGHTS.get(right),
                    strike=int(strike or 1) - 1,
                    expiry=1 if expiry == "b" else 0,
                )
            )
        return cls(legs=tuple(legs), wings=wings)

    @property
    def strikes(self) -> int:
        """How many distinct strikes."""
        return len({leg.strike for leg in self.legs if leg.right is not None})

    @property
    def expiries(self) -> int:
        """How many distinct expiries."""
        return len({leg.expiry for leg in self.legs if leg.right is not None})

    @property
    def key(self) -> Key:
        """What structures of the kind share."""
        return tuple(
            sorted(
                ("u", 0, 0, leg.ratio)
                if leg.right is None
                else (leg.right[0], leg.strike, leg.expiry, leg.ratio)
                for leg in self.legs
            )
        )

    def accepts(self, strikes: Sequence[float]) -> bool:
        """Whether rising strikes keep the distances that the wings ask for."""
        return self.wings is Wings.ANY or even_wings(strikes) is (self.wings is Wings.EVEN)


def even_wings(strikes: Sequence[float]) -> bool:
    """Whether the lowest two strikes are as far apart as the highest two."""
    return abs((strikes[1] - strikes[0]) - (strikes[-1] - strikes[-2])) <= 1e-9 * strikes[-1]


def negative(key: Key) -> Key:
    """The key of the other side of the trade."""
    return tuple(sorted((right, strike, expiry, -ratio) for right, strike, expiry, ratio in key))


def structure_key(legs: Sequence[StructureLeg]) -> Key:
    """The key of a structure's legs, their ratios as they are."""
    options = [leg.instrument for leg in legs if isinstance(leg.instrument, Option)]
    strikes = {strike: rank for rank, strike in enumerate(sorted({each.strike for each in options}))}
    expiries = {expiry: rank for rank, expiry in enumerate(sorted({each.expiry for each in options}))}
    return tuple(
        sorted(
            (
                leg.instrument.right[0],
                strikes[leg.instrument.strike],
                expiries[leg.instrument.expiry],
                leg.ratio,
            )
            if isinstance(leg.instrument, Option)
            else ("u", 0, 0, leg.ratio)
            for leg in legs
        )
    )


def strikes_of(structure: Structure) -> tuple[float, ...]:
    """The distinct strikes [currency], rising."""
    return tuple(sorted({option.strike for _, option in structure.options}))
