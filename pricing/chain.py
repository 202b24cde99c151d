"""Option chains as vendors write them: aliases, units and calendars, turned into typed columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.chain_columns import ALIASES
from pricing.chain_fields import FieldReader, cell_problems
from pricing.chain_layout import Side, missing_column, sides
from pricing.chain_roots import rows_of_underlying, settles_in_the_morning, sole_underlying
from pricing.errors import InputError, InputProblem
from pricing.table import Table, read_table
from pricing.text_values import instants
from pricing.time import EXCHANGE_ZONE, close_instant

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
DayArray = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRows:
    """One underlying's raw quotes of one day, in columns of equal length; prices [currency], NaN where empty.

    row: row number in the file. quote_time and expiry: datetime64[s] and datetime64[D] on New York's clock.
    spot: NaN where the file has none. bid_size, ask_size, open_interest, volume: contracts, NaN where the
    cell holds no count, None where the file has no such column.
    """

    row: IntArray
    quote_time: DayArray | None
    expiry: DayArray
    morning_settlement: BoolArray
    strike: FloatArray
    is_call: BoolArray
    bid: FloatArray
    ask: FloatArray
    spot: FloatArray
    bid_size: FloatArray | None = None
    ask_size: FloatArray | None = None
    open_interest: FloatArray | None = None
    volume: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawChain:
    """The rows of one underlying on one day, and the SHA-256 of the file they are from."""

    underlying: str
    day: date
    rows: ChainRows
    sha256: str


def read_rows(path: Path, *, underlying: str | None, as_of: date | None) -> RawChain:
    """Rows of `underlying` (None: the file's only one) on the day `as_of` (None: the file's last day).

    A row of call and put becomes two with the same number. OptionMetrics strikes (header strike_price beside
    cp_flag) are in thousandths. Saturday expiries are moved to the Friday before. Raises InputError with
    every malformed cell of those rows.
    """
    table = read_table(path, ALIASES)
    options = sides(table, ALIASES)
    _require_columns(options)
    name = sole_underlying(table) if underlying is None else underlying
    chosen = rows_of_underlying(table, name, len(options[0].table.columns["bid"]))
    chosen, day = _rows_of_day(table, chosen, as_of)
    rows = _typed_rows(options, chosen, day)
    return RawChain(underlying=name, day=day, rows=rows, sha256=table.sha256)


def _require_columns(options: Sequence[Side]) -> None:
    table = options[0].table
    needed = [] if "osi" in table.columns else ["right", "expiry", "strike"]
    if options[0].is_call is not None:
        needed = [field for field in needed if field != "right"]
    problems = [missing_column(table, field, ALIASES) for field in needed if field not in table.columns]
    if not problems and len(table.columns["bid"]) == 0:
        problems = [InputProblem(file=table.file, expected="at least one row below the header")]
    if problems:
        raise InputError(problems)


def _rows_of_day(table: Table, chosen: IntArray, as_of: date | None) -> tuple[IntArray, date]:
    if "quote_day" not in table.columns:
        if as_of is None:
            expected = f"a quote date column ({', '.join(ALIASES['quote_day'])}), or give the as-of date"
            raise InputError(InputProblem(file=table.file, expected=expected))
        return chosen, as_of
    moments = instants(table.columns["quote_day"])[chosen]
    if np.isnat(moments).any():
        raise InputError(
            cell_problems(table, "quote_day", chosen[np.isnat(moments)], "a date such as 2018-02-05")
        )
    days = moments.astype("datetime64[D]")
    day = np.datetime64(as_of, "D") if as_of is not None else days.max()
    on_day = chosen[days == day]
    if len(on_day) == 0:
        raise InputError(InputProblem(file=table.file, value=str(day), expected=_days_sentence(days)))
    return on_day, day.astype(object)


def _days_sentence(days: DayArray) -> str:
    known = np.unique(days)
    listed = ", ".join(str(day) for day in known[:12])
    more = f" and {len(known) - 12} more until {known[-1]}" if len(known) > 12 else ""
    return f"an as-of date that the file has quotes for: {listed}{more}"


def _typed_rows(options: Sequence[Side], chosen: IntArray, day: date) -> ChainRows:
    readers = [FieldReader(table=side.table, rows=chosen, is_call=side.is_call) for side in options]
    parts = [_side_rows(reader, side, day) for reader, side in zip(readers, options, strict=True)]
    # What call and put share is wrong once, not twice.
    problems = dict.fromkeys(problem for reader in readers for problem in reader.problems)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return parts[0] if len(parts) == 1 else _joined(parts)


def _side_rows(reader: FieldReader, side: Side, day: date) -> ChainRows:
    expiry = reader.expiries()
    return ChainRows(
        row=reader.rows + side.table.first_row,
        quote_time=_quote_time(reader, side, day),
        expiry=expiry,
        morning_settlement=_morning_settlement(reader, expiry),
        strike=reader.strikes(),
        is_call=reader.rights(),
        bid=reader.prices("bid"),
        ask=reader.prices("ask"),
        spot=reader.spots(),
        bid_size=reader.counts("bid_size"),
        ask_size=reader.counts("ask_size"),
        open_interest=reader.counts("open_interest"),
        volume=reader.counts("volume"),
    )


def _joined(parts: Sequence[ChainRows]) -> ChainRows:
    times = [part.quote_time for part in parts if part.quote_time is not None]
    return ChainRows(
        row=np.concatenate([part.row for part in parts]),
        quote_time=np.concatenate(times) if times else None,
        expiry=np.concatenate([part.expiry for part in parts]),
        morning_settlement=np.concatenate([part.morning_settlement for part in parts]),
        strike=np.concatenate([part.strike for part in parts]),
        is_call=np.concatenate([part.is_call for part in parts]),
        bid=np.concatenate([part.bid for part in parts]),
        ask=np.concatenate([part.ask for part in parts]),
        spot=np.concatenate([part.spot for part in parts]),
        bid_size=_joined_counts([part.bid_size for part in parts]),
        ask_size=_joined_counts([part.ask_size for part in parts]),
        open_interest=_joined_counts([part.open_interest for part in parts]),
        volume=_joined_counts([part.volume for part in parts]),
    )


def _joined_counts(parts: Sequence[FloatArray | None]) -> FloatArray | None:
    """Counts of calls and puts; None unless both have them."""
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def _quote_time(reader: FieldReader, side: Side, day: date) -> DayArray | None:
    """The vendor's time of each quote, in its own column or the date's, else the snapshot's, else None."""
    if reader.has("quote_time"):
        return reader.moments("quote_time")
    if reader.has("quote_day"):
        moments = reader.moments("quote_day")
        if np.any(moments != moments.astype("datetime64[D]")):
            return moments
    if side.before_close is None:
        return None
    taken = (close_instant(day) - side.before_close).astimezone(EXCHANGE_ZONE).replace(tzinfo=None)
    return np.full(len(reader.rows), np.datetime64(taken, "s"))


def _morning_settlement(reader: FieldReader, expiry: DayArray) -> BoolArray:
    """What the vendor's flag says, else what the root's contract specification says."""
    if reader.has("morning_settlement"):
        return np.nan_to_num(reader.prices("morning_settlement", "0 or 1")) > 0
    return settles_in_the_morning(reader.table, reader.rows, expiry)
