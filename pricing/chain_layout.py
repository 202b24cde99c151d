"""How a vendor lays quotes out: one option a row, call and put in one row, or two snapshots of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pricing.errors import InputError, InputProblem
from pricing.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A table of one option a row. is_call: where the layout says it, None where a column does.

    before_close: how long before the close the quotes were taken, None where the layout does not say.
    """

    table: Table
    is_call: bool | None
    before_close: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """For each side, the right that it means and the fields that stand for bid, ask and the rest."""

    sides: Sequence[tuple[bool | None, Mapping[str, str]]]
    before_close: timedelta | None = None

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(fields[price] for _, fields in self.sides for price in ("bid", "ask"))


def _snapshot(suffix: str) -> Mapping[str, str]:
    priced = ("bid", "ask", "underlying_bid", "underlying_ask", "bid_size", "ask_size")
    return {name: f"{name}_{suffix}" for name in priced}


def _of_right(right: str) -> Mapping[str, str]:
    fields = ("bid", "ask", "osi", "bid_size", "ask_size", "open_interest", "volume")
    return {name: f"{right}_{name}" for name in fields}


_ONE_A_ROW = _Layout(sides=((None, {"bid": "bid", "ask": "ask"}),))
_CALL_AND_PUT = _Layout(
    sides=(
        (True, _of_right("call")),
        (False, _of_right("put")),
    )
)
# Cboe: the snapshot a quarter of an hour before the close shows the liquidity of the day better.
_BEFORE_CLOSE = _Layout(sides=((None, _snapshot("1545")),), before_close=timedelta(minutes=15))
_AT_CLOSE = _Layout(sides=((None, _snapshot("eod")),))


def sides(table: Table, aliases: Mapping[str, Sequence[str]]) -> tuple[Side, ...]:
    """The table as one option a row: once, or once for the calls and once for the puts.

    Raises InputError, naming the columns, where bid and ask are missing or stand there in two layouts.
    """
    found = [
        layout
        for layout in (_ONE_A_ROW, _CALL_AND_PUT, _BEFORE_CLOSE, _AT_CLOSE)
        if all(field in table.columns for field in layout.needed)
    ]
    if found == [_BEFORE_CLOSE, _AT_CLOSE]:
        found.pop()
    if not found:
        raise InputError(_missing(table, aliases))
    if len(found) > 1:
        rivals = " and ".join(", ".join(table.headers[field] for field in it.needed) for it in found)
        expected = f"one set of bid and ask columns, not {rivals}"
        raise InputError(InputProblem(file=table.file, expected=expected))
    return tuple(_side(table, found[0], is_call, fields) for is_call, fields in found[0].sides)


def _side(table: Table, layout: _Layout, is_call: bool | None, fields: Mapping[str, str]) -> Side:
    present = {name: field for name, field in fields.items() if field in table.columns}
    own = replace(
        table,
        columns={**table.columns, **{name: table.columns[field] for name, field in present.items()}},
        headers={**table.headers, **{name: table.headers[field] for name, field in present.items()}},
    )
    return Side(table=own, is_call=is_call, before_close=layout.before_close)


def _missing(table: Table, aliases: Mapping[str, Sequence[str]]) -> list[InputProblem]:
    """What the layout lacks that the file has most of; bid and ask where it has none."""
    begun = max(
        (_ONE_A_ROW, _CALL_AND_PUT, _BEFORE_CLOSE, _AT_CLOSE),
        key=lambda layout: sum(field in table.columns for field in layout.needed),
    )
    return [missing_column(table, field, aliases) for field in begun.needed if field not in table.columns]


def missing_column(table: Table, field: str, aliases: Mapping[str, Sequence[str]]) -> InputProblem:
    """The problem of a column that is not there."""
    expected = f"such a column, under one of {', '.join(aliases[field])}"
    return InputProblem(file=table.file, column=field, expected=expected)
