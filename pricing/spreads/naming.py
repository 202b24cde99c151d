"""Structures by name: built from strikes and expiries, and recognised from their legs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from pricing.errors import InputError, InputProblem
from pricing.spreads.pattern import Key, Pattern, PatternLeg, negative, strikes_of, structure_key
from pricing.spreads.structure import OptionSeries, Structure, StructureLeg
from pricing.spreads.vocabulary import VOCABULARY, Entry

_NEAREST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A kind of structure and the side of it: +1 as the table of the vocabulary has it, -1 the other."""

    entry: Entry
    side: int

    @property
    def name(self) -> str:
        """The name that is shown."""
        return (self.entry.names if self.side > 0 else self.entry.short_names)[0]


def structure_named(name: str, *, series: Sequence[OptionSeries], strikes: Sequence[float]) -> Structure:
    """The structure of a name, in any letter case, from its expiries and strikes, nearest and lowest first.

    series: one for each expiry; strikes [currency]: one for each strike, however many legs lie on it. The
    structure is called by what its strikes make it: a butterfly with uneven wings is a broken-wing one.
    Raises InputError for an unknown name (the nearest ones are said), for other numbers of strikes and
    expiries than it has, for those that do not rise, and for strikes that are no positive prices.
    """
    named = find_named(name)
    pattern = named.entry.pattern
    problems = [
        *_count_problems(named.name, "strike", pattern.strikes, [f"{strike:g}" for strike in strikes]),
        *_count_problems(named.name, "expiry", max(pattern.expiries, 1), _days(series), plural="expiries"),
    ]
    if not problems:
        problems = [*_strike_problems(named.name, strikes), *_expiry_problems(named.name, series)]
    if problems:
        raise InputError(problems)
    legs = tuple(_leg(leg, named.side, series, strikes) for leg in pattern.legs)
    structure = Structure(name=named.name, legs=legs)
    found = named_as(structure)
    return structure if found is None else Structure(name=found.name, legs=legs)


def named_as(structure: Structure) -> Named | None:
    """What the structure is, for one package of it; None where its legs have no name.

    Options of other multipliers or exercises than each other's, or a lot of another size than the options',
    are not of one kind.
    """
    if not _alike(structure):
        return None
    _, reduced = structure.reduced()
    key = structure_key(reduced.legs)
    strikes = strikes_of(structure)
    for side, at in ((1, key), (-1, negative(key))):
        for entry in _BY_KEY.get(at, ()):
            if entry.pattern.accepts(strikes):
                return Named(entry=entry, side=side)
    return None


def find_named(name: str) -> Named:
    """The kind and side that a name means. Raises InputError with the nearest names for an unknown one."""
    found = _BY_NAME.get(_plain(name))
    if found is None:
        near = get_close_matches(_plain(name), _BY_NAME, n=_NEAREST, cutoff=0.5) or [
            "iron condor",
            "straddle",
        ]
        expected = f"a named structure, such as {', '.join(near)}"
        raise InputError(InputProblem(file="structure", value=name, expected=expected))
    return found


def pattern_notation(pattern: Pattern) -> str:
    """The legs as the vocabulary's table writes them: +p1 -p2 -c3 +c4."""
    return " ".join(_leg_notation(leg, pattern.expiries > 1) for leg in pattern.legs)


def _leg_notation(leg: PatternLeg, dated: bool) -> str:
    number = "" if abs(leg.ratio) == 1 else str(abs(leg.ratio))
    sign = "+" if leg.ratio > 0 else "-"
    if leg.right is None:
        return f"{sign}{number}u"
    return f"{sign}{number}{leg.right[0]}{leg.strike + 1}{'ab'[leg.expiry] if dated else ''}"


def _leg(
    leg: PatternLeg, side: int, series: Sequence[OptionSeries], strikes: Sequence[float]
) -> StructureLeg:
    of_expiry = series[leg.expiry]
    instrument = of_expiry.lot() if leg.right is None else of_expiry.option(leg.right, strikes[leg.strike])
    return StructureLeg(ratio=side * leg.ratio, instrument=instrument)


def _alike(structure: Structure) -> bool:
    terms = {(option.multiplier, option.exercise) for _, option in structure.options}
    sizes = {leg.instrument.multiplier for leg in structure.legs}
    return len(terms) <= 1 and len(sizes) == 1


def _count_problems(
    name: str, noun: str, wanted: int, given: Sequence[str], *, plural: str | None = None
) -> list[InputProblem]:
    if len(given) == wanted:
        return []
    many = noun if wanted == 1 else plural or f"{noun}s"
    found = ", ".join(given) or "none"
    return [InputProblem(file="structure", value=found, expected=f"{wanted} {many} for '{name}'")]


def _strike_problems(name: str, strikes: Sequence[float]) -> list[InputProblem]:
    found = ", ".join(f"{strike:g}" for strike in strikes)
    if not all(0.0 < strike < float("inf") for strike in strikes):
        return [InputProblem(file="structure", value=found, expected="strikes that are positive prices")]
    if all(low < high for low, high in pairwise(strikes)):
        return []
    return [InputProblem(file="structure", value=found, expected=f"strikes that rise for '{name}'")]


def _expiry_problems(name: str, series: Sequence[OptionSeries]) -> list[InputProblem]:
    found = ", ".join(_days(series))
    terms = {(each.underlying, each.multiplier, each.exercise) for each in series}
    if len(terms) > 1:
        expected = f"one underlying, multiplier and exercise style for '{name}'"
        return [InputProblem(file="structure", value=found, expected=expected)]
    if all(near.expiry < far.expiry for near, far in pairwise(series)):
        return []
    return [InputProblem(file="structure", value=found, expected=f"expiries that rise for '{name}'")]


def _days(series: Sequence[OptionSeries]) -> list[str]:
    return [f"{each.expiry:%Y-%m-%d}" for each in series]


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _by_key() -> Mapping[Key, tuple[Entry, ...]]:
    found: dict[Key, tuple[Entry, ...]] = {}
    for entry in VOCABULARY:
        found[entry.pattern.key] = (*found.get(entry.pattern.key, ()), entry)
    return found


_BY_KEY = _by_key()
_BY_NAME = {
    _plain(name): Named(entry=entry, side=side)
    for entry in VOCABULARY
    for side, names in ((1, entry.names), (-1, entry.short_names))
    for name in names
}
