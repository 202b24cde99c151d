"""A portfolio file to a Portfolio: every bad row is reported at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from hedger.portfolio.cells import ABSENT
from hedger.portfolio.columns import Columns, recognise
from hedger.portfolio.convention import FOLLOWERS
from hedger.portfolio.holding_row import cash_position, holding_position
from hedger.portfolio.kind import kind_and_right
from hedger.portfolio.netting import netted
from hedger.portfolio.option_row import option_position
from hedger.portfolio.position import Portfolio, Position, PositionKind
from hedger.portfolio.row import Row
from hedger.portfolio.statement import positions_only
from hedger.portfolio.table import Table, read_table
from pricing.errors import InputError, InputProblem
from pricing.time import close_instant


def read_portfolio(path: Path, *, as_of: date, ignore_expired: bool = False) -> Portfolio:
    """Read a book from CSV, JSON or parquet, netted by symbol.

    Contracts expired by the close of `as_of` are an error, or left out and listed with `ignore_expired`.
    Raises InputError with every problem found: file, row, column, value and what was expected.
    """
    table = read_table(path)
    columns = recognise(table.header, origin=table.origin, row=table.header_row)
    problems: list[InputProblem] = []
    positions, notes = [], [*table.notes, *_column_notes(columns)]
    rows, left_out = positions_only(list(_rows(table, columns)), columns)
    notes += left_out
    for row in rows:
        try:
            positions.append(_position(row, as_of))
            notes += row.conventions
        except InputError as error:
            problems += error.problems
    living = [position for position in positions if not _expired(position, as_of)]
    expired = [position for position in positions if _expired(position, as_of)]
    if not ignore_expired:
        problems += [_expiry_problem(table.origin, position, as_of) for position in expired]
    problems += _currency_problems(table.origin, positions)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    lines = _own_market_where_it_has_options(living)
    book, netting_notes = netted(lines, origin=table.origin)
    return Portfolio(
        positions=book,
        origin=table.origin,
        sha256=table.sha256,
        notes=tuple(dict.fromkeys([*notes, *netting_notes])),
        ignored_expired=tuple(dict.fromkeys(position.symbol for position in expired)),
        lines=tuple(lines),
    )


def _rows(table: Table, columns: Columns) -> Iterator[Row]:
    for number, cells in table.rows:
        stripped = ((field, (cells[index] or "").strip()) for field, index in columns.index.items())
        present = {field: text for field, text in stripped if text.casefold() not in ABSENT}
        yield Row(origin=table.origin, number=number, cells=present, names=columns.names)


def _position(row: Row, as_of: date) -> Position:
    kind, right = kind_and_right(row, as_of)
    if kind is PositionKind.OPTION:
        return option_position(row, right=right, as_of=as_of)
    if kind is PositionKind.CASH:
        return cash_position(row)
    return holding_position(row, kind=kind, as_of=as_of)


def _column_notes(columns: Columns) -> list[str]:
    return [f"columns not used: {', '.join(columns.unused)}"] if columns.unused else []


def _expired(position: Position, as_of: date) -> bool:
    close = close_instant(as_of)
    if position.option is not None:
        return position.option.expiry <= close
    return position.expiry is not None and close_instant(position.expiry) <= close


def _expiry_problem(origin: str, position: Position, as_of: date) -> InputProblem:
    return InputProblem(
        file=origin,
        row=position.rows[0],
        value=f"{position.symbol}, expired {position.expiry}",
        expected=f"a contract alive after the close of {as_of} (--ignore-expired leaves expired ones out)",
    )


def _currency_problems(origin: str, positions: Iterable[Position]) -> list[InputProblem]:
    """Exchange rates are not modelled, so a sum over currencies would be wrong."""
    counted = Counter(position.currency for position in positions)
    if len(counted) < 2:
        return []
    main = counted.most_common(1)[0][0]
    return [
        InputProblem(
            file=origin,
            row=position.rows[0],
            column="currency",
            value=position.currency,
            expected=f"one currency in a book, here {main}: exchange rates are not modelled",
        )
        for position in positions
        if position.currency != main
    ]


def _own_market_where_it_has_options(positions: Iterable[Position]) -> list[Position]:
    """Shares of SPY hedge options on SPY where the book has any, and the S&P 500 where it has none."""
    book = list(positions)
    optioned = {position.underlying for position in book if position.option is not None}
    return [_at_home(position) if _belongs_home(position, optioned) else position for position in book]


def _belongs_home(position: Position, optioned: set[str]) -> bool:
    follower = FOLLOWERS.get(position.symbol)
    return follower is not None and position.option is None and position.symbol in optioned


def _at_home(position: Position) -> Position:
    return replace(position, underlying=position.symbol, multiplier=1.0)
