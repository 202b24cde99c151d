"""Rows of the same symbol become one position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hedger.portfolio.position import Position
from pricing.errors import InputError, InputProblem


def netted(positions: Iterable[Position], *, origin: str) -> tuple[tuple[Position, ...], tuple[str, ...]]:
    """Net by symbol in order of first appearance, and say what netted.

    A position that nets to zero is left out. Raises InputError where rows of a symbol disagree on its terms.
    """
    by_symbol: dict[str, list[Position]] = {}
    for position in positions:
        by_symbol.setdefault(position.symbol, []).append(position)
    problems = [problem for group in by_symbol.values() for problem in _disagreements(group, origin)]
    if problems:
        raise InputError(problems)
    book = [_net(group) for group in by_symbol.values()]
    notes = [_sentence(net) for net in book if len(net.rows) > 1]
    return tuple(net for net in book if net.quantity != 0.0), tuple(notes)


def _disagreements(group: list[Position], origin: str) -> list[InputProblem]:
    first = group[0]
    return [
        InputProblem(
            file=origin,
            row=other.rows[0],
            column=name,
            value=str(found),
            expected=f"{wanted}, as for {first.symbol} in row {first.rows[0]}",
        )
        for other in group[1:]
        for name, found, wanted in _terms(other, first)
        if found != wanted
    ]


def _terms(other: Position, first: Position) -> list[tuple[str, object, object]]:
    exercise = [(position.option.exercise.value if position.option else None) for position in (other, first)]
    return [
        ("kind", other.kind.value, first.kind.value),
        ("underlying", other.underlying, first.underlying),
        ("multiplier", other.multiplier, first.multiplier),
        ("exercise style", exercise[0], exercise[1]),
    ]


def _net(group: list[Position]) -> Position:
    if len(group) == 1:
        return group[0]
    strategies = dict.fromkeys(position.strategy for position in group if position.strategy)
    return replace(
        group[0],
        quantity=sum(position.quantity for position in group),
        strategy=" + ".join(strategies) or None,
        rows=tuple(row for position in group for row in position.rows),
    )


def _sentence(net: Position) -> str:
    rows = ", ".join(str(row) for row in net.rows[:10]) + (", ..." if len(net.rows) > 10 else "")
    outcome = f"net to {net.quantity:g}" if net.quantity else "net to zero and are left out"
    return f"{net.symbol}: rows {rows} {outcome}"
