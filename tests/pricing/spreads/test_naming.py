"""The vocabulary: every name builds its legs and every legs are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pricing.errors import InputError
from pricing.option import Exercise, Right, Settlement
from pricing.spreads.naming import find_named, named_as, pattern_notation, structure_named
from pricing.spreads.pattern import Pattern, Wings, negative
from pricing.spreads.structure import OptionSeries, Structure, StructureLeg, UnderlyingLot
from pricing.spreads.vocabulary import VOCABULARY, Entry
from pricing.time import expiry_instant

NEAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 3, 16), Settlement.PM))
FAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 6, 15), Settlement.PM))
STRIKES = {Wings.UNEVEN: [90.0, 100.0, 105.0, 112.0]}


def example(entry: Entry, name: str) -> Structure:
    strikes = STRIKES.get(entry.pattern.wings, [90.0, 95.0, 100.0, 105.0])[: entry.pattern.strikes]
    return structure_named(name, series=[NEAR, FAR][: max(entry.pattern.expiries, 1)], strikes=strikes)


@pytest.mark.parametrize("entry", VOCABULARY, ids=lambda entry: entry.name)
def test_every_name_of_both_sides_builds_a_structure_that_is_found_by_it(entry: Entry) -> None:
    for side, names in ((1, entry.names), (-1, entry.short_names)):
        for name in names:
            structure = example(entry, name.upper())
            assert structure.name == names[0]
            assert [leg.ratio for leg in structure.legs] == [side * leg.ratio for leg in entry.pattern.legs]
            found = named_as(structure.times(7))
            assert found is not None
            assert (found.entry, found.side) == (entry, side)


def test_the_vocabulary_has_no_name_and_no_legs_twice() -> None:
    names = [name for entry in VOCABULARY for name in (*entry.names, *entry.short_names)]
    assert len(set(names)) == len(names)
    kinds = {(entry.pattern.key, entry.pattern.wings) for entry in VOCABULARY}
    assert len(kinds) == len(VOCABULARY) >= 60
    assert not {key for key, _ in kinds} & {negative(key) for key, _ in kinds}


def test_the_notation_of_every_pattern_reads_back_as_it() -> None:
    for entry in VOCABULARY:
        assert Pattern.of(pattern_notation(entry.pattern), entry.pattern.wings) == entry.pattern
    with pytest.raises(ValueError, match="'x1' is no leg"):
        Pattern.of("x1")


def test_an_unknown_name_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(
        InputError, match=r"found 'irn condor', expected a named structure, such as iron condor"
    ):
        find_named("irn condor")


def test_uneven_wings_make_a_butterfly_a_broken_wing_one() -> None:
    made = structure_named("butterfly", series=[NEAR], strikes=[90.0, 100.0, 105.0])
    assert made.name == "broken-wing call butterfly"


@pytest.mark.parametrize(
    ("name", "series", "strikes", "sentence"),
    [
        ("iron condor", [NEAR], [1.0, 2.0], "found '1, 2', expected 4 strikes"),
        ("straddle", [NEAR], [1.0, 2.0], "expected 1 strike for"),
        ("calendar", [NEAR], [1.0], "expected 2 expiries"),
        ("calendar", [FAR, NEAR], [1.0], "expiries that rise"),
        ("calendar", [NEAR, replace(FAR, underlying="NDX")], [1.0], "one underlying"),
        ("strangle", [NEAR], [2.0, 1.0], "strikes that rise"),
        ("strangle", [NEAR], [-1.0, 1.0], "positive prices"),
        ("strangle", [NEAR], [1.0, float("nan")], "positive prices"),
    ],
)
def test_strikes_and_expiries_that_a_structure_cannot_have_are_refused(
    name: str, series: list[OptionSeries], strikes: list[float], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        structure_named(name, series=series, strikes=strikes)


def test_legs_without_a_name_have_none() -> None:
    four = Structure(
        name="x", legs=tuple(StructureLeg(ratio=1, instrument=NEAR.call(k)) for k in (1.0, 2, 3, 4))
    )
    assert named_as(four) is None
    american = replace(NEAR, exercise=Exercise.AMERICAN)
    mixed = (
        StructureLeg(ratio=1, instrument=NEAR.call(1.0)),
        StructureLeg(ratio=1, instrument=american.put(1.0)),
    )
    assert named_as(Structure(name="x", legs=mixed)) is None
    odd = StructureLeg(ratio=1, instrument=UnderlyingLot(underlying="SPX", multiplier=50.0))
    covered = StructureLeg(ratio=-1, instrument=NEAR.option(Right.CALL, 1.0))
    assert named_as(Structure(name="x", legs=(odd, covered))) is None
