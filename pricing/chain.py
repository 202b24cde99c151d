"""Option chains as vendors write them: aliases, units and calendars, turned into typed columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.chain_fields import FieldReader, cell_problems
from pricing.errors import InputError, InputProblem
from pricing.table import Table, read_table
from pricing.text_values import instants, words

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
DayArray = npt.NDArray[np.datetime64]
TextArray = npt.NDArray[np.str_]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "quote_day": ("quote_date", "quote_datetime", "date", "trade_date", "data_date", "quote_readtime"),
    "quote_time": ("quote_datetime", "quote_timestamp", "quote_readtime"),
    "spot": ("underlying_last", "underlying_price", "spot", "spot_price", "stock_price", "underlying_close"),
    "root": ("root", "root_symbol", "underlying_symbol", "underlying", "ticker", "act_symbol"),
    "osi": (
        "option_root",
        "contract_symbol",
        "option_symbol",
        "osi",
        "occ_symbol",
        "contract_id",
        "symbol",
        "ticker",
    ),
    "right": ("type", "right", "option_type", "cp_flag", "call_put", "put_call", "cp"),
    "expiry": ("expiration", "expiry", "ex_date", "expiration_date", "expire_date", "expiry_date"),
    "strike": ("strike", "strike_price"),
    "bid": ("bid", "best_bid", "bid_price", "bid_eod", "bid_1545"),
    "ask": ("ask", "best_offer", "best_ask", "ask_price", "offer", "ask_eod", "ask_1545"),
    "morning_settlement": ("am_settlement", "am_set_flag"),
}

# Index roots: root -> (underlying, settles in the morning). Other roots name their own underlying and settle
# at the close. Source: the Cboe product specifications.
INDEX_ROOTS: Mapping[str, tuple[str, bool]] = {
    "SPX": ("SPX", True),
    "SPXW": ("SPX", False),
    "SPXPM": ("SPX", False),
    "NDX": ("NDX", True),
    "NDXP": ("NDX", False),
    "RUT": ("RUT", True),
    "RUTW": ("RUT", False),
    "DJX": ("DJX", True),
    "VIX": ("VIX", True),
    "VIXW": ("VIX", True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRows:
    """One underlying's raw quotes of one day, in columns of equal length; prices [currency], NaN where empty.

    row: row number in the file. quote_time and expiry: datetime64[s] and datetime64[D] on New York's clock.
    spot: NaN where the file has none.
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

    def __len__(self) -> int:
        return len(self.row)


def read_rows(path: Path, *, underlying: str, as_of: date | None) -> tuple[ChainRows, date, str]:
    """Rows of `underlying` on the day `as_of` (None: the file's last day), that day, and the file's SHA-256.

    OptionMetrics strikes (header strike_price beside cp_flag) are in thousandths. Saturday expiries are
    moved to the Friday before. Raises InputError with every malformed cell of those rows.
    """
    table = read_table(path, ALIASES)
    _require_columns(table)
    chosen = _rows_of_underlying(table, underlying)
    chosen, day = _rows_of_day(table, chosen, as_of)
    return _typed_rows(table, chosen), day, table.sha256


def underlying_of(root: str) -> str:
    """The underlying that an option root belongs to: SPXW -> SPX; unknown roots name themselves."""
    return INDEX_ROOTS.get(root, (root, False))[0]


def _require_columns(table: Table) -> None:
    needed = ["bid", "ask"]
    if "osi" not in table.columns:
        needed += ["right", "expiry", "strike"]
    problems = [
        InputProblem(
            file=table.file, column=field, expected=f"such a column, under one of {', '.join(ALIASES[field])}"
        )
        for field in needed
        if field not in table.columns
    ]
    if not problems and len(table.columns["bid"]) == 0:
        problems = [InputProblem(file=table.file, expected="at least one row below the header")]
    if problems:
        raise InputError(problems)


def _rows_of_underlying(table: Table, underlying: str) -> IntArray:
    """Positions of the rows whose root belongs to `underlying`; all rows when the file names no root."""
    roots = _roots(table)
    if roots is None:
        return np.arange(len(table.columns["bid"]))
    names, where = roots
    owners = np.array([underlying_of(str(name)) for name in names])
    chosen = np.flatnonzero((owners == _ticker(underlying))[where])
    if len(chosen) == 0:
        present = ", ".join(repr(str(name)) for name in np.unique(owners)[:10])
        expected = f"quotes on {_ticker(underlying)}; the file has {present}"
        raise InputError(InputProblem(file=table.file, expected=expected))
    return chosen


def _roots(table: Table) -> tuple[TextArray, IntArray] | None:
    """The different roots and which of them each row has."""
    field = "root" if "root" in table.columns else "osi"
    if field not in table.columns:
        return None
    symbols, where = words(table.columns[field])
    return np.array([_ticker(str(symbol)) for symbol in symbols]), where


def _ticker(text: str) -> str:
    """The leading letters of a ticker or option symbol: '^SPX' and 'O:SPX190621C02500000' give SPX."""
    bare = text.upper().removeprefix("O:").lstrip("^$. ")
    end = next((i for i, letter in enumerate(bare) if not letter.isalpha() and letter not in "./"), len(bare))
    return bare[:end]


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


def _typed_rows(table: Table, chosen: IntArray) -> ChainRows:
    reader = FieldReader(table=table, rows=chosen)
    rows = ChainRows(
        row=chosen + table.first_row,
        quote_time=reader.moments("quote_time") if reader.has("quote_time") else None,
        expiry=reader.expiries(),
        morning_settlement=_morning_settlement(reader),
        strike=reader.strikes(),
        is_call=reader.rights(),
        bid=reader.prices("bid"),
        ask=reader.prices("ask"),
        spot=reader.prices("spot", "a positive price")
        if reader.has("spot")
        else np.full(len(chosen), np.nan),
    )
    reader.finish()
    return rows


def _morning_settlement(reader: FieldReader) -> BoolArray:
    """What the vendor's flag says, else what the root's contract specification says."""
    if reader.has("morning_settlement"):
        return np.nan_to_num(reader.prices("morning_settlement", "0 or 1")) > 0
    roots = _roots(reader.table)
    if roots is None:
        return np.zeros(len(reader.rows), dtype=np.bool_)
    names, where = roots
    return np.array([INDEX_ROOTS.get(str(name), ("", False))[1] for name in names])[where[reader.rows]]
