"""The plainest set of named structures that lines are made of: an exact cover, by an integer programme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array, diags_array, eye_array, hstack

from hedger.spreads.candidates import Candidate, Instrument, Line, candidates
from hedger.spreads.choice_highs import whole_programme
from pricing.black import FloatArray
from pricing.option import Option
from pricing.spreads.naming import Named
from pricing.spreads.structure import Structure, StructureLeg

EXACT_LINES = 12
"""Up to so many lines of one underlying every structure is a candidate; beyond, those that use lines up."""
COST_OF_RARITY = 0.3
"""What a piece costs above one for each step of rarity: two pieces known to all are worse than one rare."""
_OPTIONS = {"node_limit": 2_000, "mip_rel_gap": 0.0}
_Piece = tuple[Candidate, int]


def exact_cover(lines: Sequence[Line]) -> tuple[tuple[Structure, int], ...]:
    """Structures and how many packages of each; their legs add up to the lines, to the last contract.

    lines: of one underlying, multiplier and exercise, no instrument twice. No leg is larger than its line or
    of the other sign. The pieces (a structure, in whatever number) are those of the least total cost, where a
    piece costs 1, or 1.3 or 1.6 as its name is less known: so few pieces, hence large ones, of plain names.
    Of more than EXACT_LINES lines, the best set of structures that use up their lines is taken first; what is
    left single is covered expiry by expiry.
    """
    pieces = _small(lines, range(len(lines))) if len(lines) <= EXACT_LINES else _large(lines)
    ordered = sorted(pieces, key=lambda piece: min(piece[0].legs))
    return tuple((_structure(candidate, lines), number) for candidate, number in ordered)


def cover_cost(structures: Iterable[Named]) -> float:
    """The cost that `exact_cover` makes least."""
    return sum(1.0 + COST_OF_RARITY * each.entry.rarity for each in structures)


def _large(lines: Sequence[Line]) -> list[_Piece]:
    whole = [
        piece
        for component in _components(candidates(lines, whole=True), len(lines))
        for piece in _partition(component)
    ]
    left = sorted(
        (candidate.legs[0][0] for candidate, _ in whole if len(candidate.legs) == 1),
        key=lambda line: _place(lines[line][0]),
    )
    pieces = [piece for piece in whole if len(piece[0].legs) > 1]
    for _, together in groupby(left, key=lambda line: _place(lines[line][0])[0]):
        of_expiry = list(together)
        for start in range(0, len(of_expiry), EXACT_LINES):
            pieces += _small(lines, of_expiry[start : start + EXACT_LINES])
    return pieces


def _small(lines: Sequence[Line], chosen: Sequence[int]) -> list[_Piece]:
    """The cover of some of the lines, with all that their structures may be."""
    few = [lines[line] for line in chosen]
    pieces = [
        piece
        for component in _components(candidates(few, whole=False), len(few))
        for piece in _solved(component, few)
    ]
    return [
        (replace(candidate, legs=tuple((chosen[line], ratio) for line, ratio in candidate.legs)), number)
        for candidate, number in pieces
    ]


def _place(instrument: Instrument) -> tuple[float, float, str]:
    """Expiry, strike and right, in which order lines are read; the underlying first."""
    if not isinstance(instrument, Option):
        return 0.0, 0.0, ""
    return instrument.expiry.timestamp(), instrument.strike, instrument.right


def _components(found: Sequence[Candidate], lines: int) -> list[list[Candidate]]:
    """Candidates parted so that no two parts have a line in common."""
    root = list(range(lines))

    def top(line: int) -> int:
        while root[line] != line:
            root[line] = root[root[line]]
            line = root[line]
        return line

    for candidate in found:
        for line, _ in candidate.legs[1:]:
            root[top(line)] = top(candidate.legs[0][0])
    parts: dict[int, list[Candidate]] = {}
    for candidate in found:
        parts.setdefault(top(candidate.legs[0][0]), []).append(candidate)
    return list(parts.values())


def _partition(found: Sequence[Candidate]) -> list[_Piece]:
    """The least-cost set of candidates that use up each line exactly once, each as often as it can be."""
    legs, _ = _incidence(found)
    once = abs(legs.sign())
    solution = whole_programme(
        _costs(found),
        integrality=np.ones(len(found)),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(once, 1.0, 1.0),
        options=_OPTIONS,
    )
    chosen = _rounded(solution.x, found)
    return [(each, each.most) for each, number in zip(found, chosen, strict=True) if number]


def _solved(found: Sequence[Candidate], lines: Sequence[Line]) -> list[_Piece]:
    """The least-cost cover of the lines of a component: how many of each candidate, and whether any."""
    legs, rows = _incidence(found)
    count = len(found)
    most = np.array([each.most for each in found], dtype=np.float64)
    held = np.array([lines[line][1] for line in rows], dtype=np.float64)
    solution = whole_programme(
        np.concatenate((np.zeros(count), _costs(found))),
        integrality=np.ones(2 * count),
        bounds=Bounds(0.0, np.concatenate((most, np.ones(count)))),
        constraints=(
            LinearConstraint(hstack((legs, csr_array(legs.shape))), held, held),
            LinearConstraint(hstack((eye_array(count), diags_array(-most))), -np.inf, 0.0),
        ),
        options=_OPTIONS,
    )
    chosen = _rounded(None if solution.x is None else solution.x[:count], found)
    return [(each, number) for each, number in zip(found, chosen, strict=True) if number]


def _incidence(found: Sequence[Candidate]) -> tuple[csr_array, list[int]]:
    """Signed ratios, a row for each line and a column for each candidate, and the lines of the rows."""
    lines = sorted({line for each in found for line, _ in each.legs})
    rows = {line: row for row, line in enumerate(lines)}
    entries = [(ratio, rows[line], at) for at, each in enumerate(found) for line, ratio in each.legs]
    ratio, row, column = np.array(entries).T
    shape = (len(lines), len(found))
    return csr_array((ratio.astype(np.float64), (row, column)), shape=shape), lines


def _costs(found: Sequence[Candidate]) -> FloatArray:
    return np.array([1.0 + COST_OF_RARITY * each.entry.rarity for each in found])


def _rounded(solution: FloatArray | None, found: Sequence[Candidate]) -> list[int]:
    """Whole numbers; every line by itself where the programme ran out of its nodes before any solution."""
    if solution is None:
        return [each.most if len(each.legs) == 1 else 0 for each in found]
    whole: list[int] = np.rint(solution).astype(int).tolist()
    return whole


def _structure(candidate: Candidate, lines: Sequence[Line]) -> Structure:
    legs = tuple(StructureLeg(ratio=ratio, instrument=lines[line][0]) for line, ratio in candidate.legs)
    return Structure(name=Named(entry=candidate.entry, side=candidate.side).name, legs=legs)
