"""Reading recorded fills back, every row checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.parquet_table import is_number, numbers_of, read_columns
from execution.tca.fill_table import FILL_SCHEMA, FILLS_NAME
from execution.tca.recorded_orders import BoolArray, IntArray, RecordedOrders, TextArray

_TEXTS = ("parent_id", "symbol", "algorithm", "regime", "liquidity")
_WHOLE = ("side", "quantity", "ts_ns", "arrival_ts_ns", "order_quantity", "horizon_ns", "market_volume")
_REAL = ("price", "fee", "arrival_price", "volatility", "end_price", "multiplier")
_MAY_BE_ABSENT = ("market_volume", "price", "volatility", "end_price", "multiplier", "algorithm", "regime")
_OF_THE_ORDER = (
    "symbol",
    "side",
    "arrival_price",
    "arrival_ts_ns",
    "order_quantity",
    "horizon_ns",
    "volatility",
    "market_volume",
    "end_price",
)
_ORDER_INTEGERS = ("side", "order_quantity", "arrival_ts_ns", "horizon_ns")
_ORDER_PRICES = ("arrival_price", "end_price", "volatility")
_REQUIRED = tuple(field.name for field in FILL_SCHEMA if not field.nullable)

Columns = dict[str, npt.NDArray[Any]]


def find_fills(place: Path) -> tuple[Path, ...]:
    """The recorded fills at a place: the file itself, or every fills.parquet below a folder, by name.

    Raises RecordingError where there is none.
    """
    found = (place,) if place.is_file() else tuple(sorted(place.rglob(FILLS_NAME))) if place.is_dir() else ()
    if not found:
        expected = f"a file of recorded fills, or a folder with a {FILLS_NAME} in it"
        raise RecordingError(RecordingProblem(file=str(place), expected=expected))
    return found


def read_fills(*files: Path) -> RecordedOrders:
    """The orders of the files, one after another. Raises RecordingError with every problem of all of them."""
    orders: list[RecordedOrders] = []
    problems: list[RecordingProblem] = []
    for path in files:
        try:
            orders.append(_read(path))
        except RecordingError as error:
            problems += error.problems
    if problems:
        raise RecordingError(problems)
    if not orders:
        raise RecordingError(RecordingProblem(file="(none)", expected="at least one file of recorded fills"))
    return reduce(RecordedOrders.joined, orders)


def _read(path: Path) -> RecordedOrders:
    table = read_columns(path, _REQUIRED)
    columns: Columns = {name: _text(path, table, name) for name in _TEXTS}
    columns |= {name: _number(table, name) for name in (*_WHOLE, *_REAL)}
    problems = [*_unreadable(path, table, columns), *_impossible(path, columns)]
    if problems:
        raise RecordingError(sorted(problems, key=lambda problem: problem.row or 0))
    # A row of the order's own first appearance, and which order each row is of.
    _, first, of_order = np.unique(columns["parent_id"], return_index=True, return_inverse=True)
    problems = list(_inconsistent(path, columns, first, of_order))
    if problems:
        raise RecordingError(problems)
    return _orders(columns, first, of_order)


def _text(path: Path, table: pa.Table, name: str) -> TextArray:
    if name not in table.column_names:
        return np.full(table.num_rows, "")
    try:
        texts = table.column(name).cast(pa.string())
    except pa.ArrowException:
        problem = RecordingProblem(
            file=str(path), column=name, value=str(table.column(name).type), expected="a column of texts"
        )
        raise RecordingError(problem) from None
    return np.array(pc.fill_null(texts, "").to_pylist(), dtype=np.str_)


def _number(table: pa.Table, name: str) -> npt.NDArray[Any]:
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return numbers_of(table, name)


def _unreadable(path: Path, table: pa.Table, columns: Columns) -> Iterator[RecordingProblem]:
    """Cells that hold nothing, or no number, where there must be one."""
    for name in ("parent_id", "symbol"):
        yield from _listed(path, name, columns[name] == "", "a text", columns[name])
    for name in (*_WHOLE, *_REAL):
        wrong = ~is_number(columns[name], whole=name in _WHOLE)
        if name in _MAY_BE_ABSENT and name in table.column_names:
            wrong &= ~table.column(name).is_null().to_numpy(zero_copy_only=False)
        elif name not in table.column_names:
            continue
        kind = "a whole number" if name in _WHOLE else "a finite number"
        yield from _listed(path, name, wrong, kind, columns[name])


def _impossible(path: Path, columns: Columns) -> Iterator[RecordingProblem]:
    """Numbers that no fill can have."""
    wanted, quantity = columns["order_quantity"], columns["quantity"]
    early = columns["ts_ns"] < columns["arrival_ts_ns"]
    rules: Sequence[tuple[str, npt.NDArray[np.bool_], str]] = (
        ("side", np.abs(columns["side"]) != 1, "+1 for a buy or -1 for a sell"),
        ("quantity", quantity < 0, "a quantity that is not negative"),
        ("price", (quantity > 0) & np.isnan(columns["price"].astype(float)), "a price of what was traded"),
        ("arrival_price", columns["arrival_price"] <= 0, "a price above zero, since costs are shares of it"),
        ("order_quantity", wanted <= 0, "a quantity above zero"),
        ("horizon_ns", columns["horizon_ns"] <= 0, "a time above zero"),
        ("ts_ns", early, "a time not before the order's arrival"),
        ("volatility", columns["volatility"] <= 0, "a volatility above zero"),
        ("multiplier", columns["multiplier"] <= 0, "a multiplier above zero"),
    )
    for name, wrong, expected in rules:
        yield from _listed(path, name, wrong, expected, columns[name])


def _inconsistent(
    path: Path, columns: Columns, first: IntArray, of_order: IntArray
) -> Iterator[RecordingProblem]:
    """Rows that tell another story of their order than its first row, and orders filled beyond their size."""
    for name in _OF_THE_ORDER:
        own, told = columns[name], columns[name][first][of_order]
        differs = (own != told) & ~((own != own) & (told != told))  # NaN agrees with NaN
        yield from _listed(path, name, differs, "what the order's first row says", own)
    filled = _summed(of_order, columns["quantity"].astype(np.float64), len(first))
    wanted, volume = columns["order_quantity"][first], _counted(columns["market_volume"][first])
    for excess, limit in (
        (filled > wanted, "the order's quantity"),
        (filled > volume, "the market's volume"),
    ):
        for order in np.flatnonzero(excess).tolist():
            expected = f"fills that sum to no more than {limit}"
            value = f"{columns['parent_id'][first[order]]}: {filled[order]:.0f}"
            yield RecordingProblem(
                file=str(path), row=int(first[order]) + 1, column="quantity", value=value, expected=expected
            )


def _orders(columns: Columns, first: IntArray, of_order: IntArray) -> RecordedOrders:
    appeared = np.argsort(first)
    place = np.argsort(appeared)[of_order]  # orders in the file's order, not by name
    start, count = first[appeared], len(first)
    quantity = columns["quantity"].astype(np.float64)
    filled = _summed(place, quantity, count)
    price = np.where(quantity > 0.0, columns["price"].astype(np.float64), 0.0)
    some = np.where(filled > 0.0, filled, np.nan)
    taken = np.where(columns["liquidity"] == "taker", quantity, 0.0)
    multiplier = columns["multiplier"][start].astype(np.float64)
    of_the_order: dict[str, Any] = {
        **{name: columns[name][start] for name in ("parent_id", "symbol", "algorithm", "regime")},
        **{name: columns[name][start].astype(np.int64) for name in _ORDER_INTEGERS},
        **{name: columns[name][start].astype(np.float64) for name in _ORDER_PRICES},
    }
    return RecordedOrders(
        **of_the_order,
        filled_quantity=filled.astype(np.int64),
        average_price=_summed(place, quantity * price, count) / some,
        fee=_summed(place, columns["fee"].astype(np.float64), count),
        market_volume=_counted(columns["market_volume"][start]),
        taker_share=_summed(place, taken, count) / some,
        multiplier=np.where(np.isnan(multiplier), 1.0, multiplier),
    )


def _summed(place: IntArray, values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Values summed by order."""
    return np.bincount(place, weights=values, minlength=count).astype(np.float64)


def _counted(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Whole numbers as floats, NaN where there is none."""
    return np.where(is_number(values, whole=True), values.astype(np.float64), np.nan)


def _listed(
    path: Path, column: str, wrong: BoolArray, expected: str, values: npt.NDArray[Any]
) -> Iterator[RecordingProblem]:
    for row in np.flatnonzero(wrong).tolist():
        yield RecordingProblem(
            file=str(path), row=row + 1, column=column, value=str(values[row]), expected=expected
        )
