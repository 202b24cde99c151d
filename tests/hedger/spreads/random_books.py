"""Books made of random structures, for tests and benchmarks of recognition."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import numpy as np

from hedger.spreads.candidates import Instrument, Line
from pricing.option import Settlement
from pricing.spreads.naming import structure_named
from pricing.spreads.structure import OptionSeries, Structure
from pricing.spreads.vocabulary import VOCABULARY
from pricing.time import expiry_instant

Planted = list[tuple[Structure, int]]


def random_book(
    seed: int, structures: int, *, strikes: int = 11, expiries: int = 3
) -> tuple[list[Line], Planted]:
    """Lines, never zero, and the structures that they are the sum of."""
    rng = np.random.default_rng(seed)
    listed = [
        OptionSeries(
            underlying="SPX", expiry=expiry_instant(date(2026 + at // 12, at % 12 + 1, 20), Settlement.PM)
        )
        for at in range(expiries)
    ]
    planted: Planted = []
    for _ in range(structures):
        entry = VOCABULARY[rng.integers(len(VOCABULARY))]
        name = (entry.names, entry.short_names)[rng.integers(2)][0]
        at_strikes = sorted(80.0 + 2.0 * rng.choice(strikes, entry.pattern.strikes, replace=False))
        dates = sorted(rng.choice(expiries, max(entry.pattern.expiries, 1), replace=False))
        made = structure_named(name, series=[listed[at] for at in dates], strikes=at_strikes)
        planted.append((made, int(rng.integers(1, 51))))
    total = summed(planted)
    return [(instrument, quantity) for instrument, quantity in total.items() if quantity], planted


def summed(pieces: Planted | tuple[tuple[Structure, int], ...]) -> dict[Instrument, int]:
    """What pieces hold of each instrument."""
    total: dict[Instrument, int] = defaultdict(int)
    for structure, packages in pieces:
        for leg in structure.legs:
            total[leg.instrument] += packages * leg.ratio
    return dict(total)


def cancels(lines: list[Line], planted: Planted) -> bool:
    """Whether legs of the planted structures have netted against each other."""
    gross = sum(abs(packages * leg.ratio) for structure, packages in planted for leg in structure.legs)
    return gross != sum(abs(quantity) for _, quantity in lines)
