"""Rows of fills gathered into parent orders, which must agree with themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import NO_TIME, FillColumns, IntArray, OrderColumns
from execution.tca.cell_reader import Values
from execution.tca.fill_row import RowReader

_ORDER_PRICES = (
    "decision_price",
    "arrival_price",
    "end_price",
    "reversion_price",
    "interval_vwap",
    "interval_twap",
    "close_price",
)
_ORDER_TIMES = ("decision_time", "arrival_time", "end_time")
_ORDER_NUMBERS = (*_ORDER_PRICES, "volatility", "market_volume", "multiplier", "horizon")
_ORDER_FIELDS = frozenset((*_ORDER_NUMBERS, *_ORDER_TIMES, "currency", "algorithm", "regime", "package_id"))
_AGREEING = ("side", "symbol", "currency", "package_id", *_ORDER_TIMES, *_ORDER_NUMBERS)
_HORIZON_NS = {"horizon_ns": 1.0, "horizon_seconds": 1e9, "horizon_minutes": 6e10}
_DAY_NS = 86_400 * 10**9
_OVERFILL = 1.0 + 1e-9  # quantities of decimal fractions do not add up to the last bit


@dataclass(slots=True)
class _Order:
    """One parent order while its rows are read."""

    row: int
    values: Values
    fills: list[tuple[int, Values]] = field(default_factory=list)

    def number(self, name: str) -> float:
        return float(self.values.get(name, math.nan))

    def time(self, name: str) -> int:
        return int(self.values.get(name, NO_TIME))


@final
class OrderGathering:
    """Parent orders of a file, by id and in the order of their first rows."""

    def __init__(self, reader: RowReader, headers: Mapping[str, str]) -> None:
        self._reader = reader
        self._orders: dict[str, _Order] = {}
        self._horizon_ns = _HORIZON_NS.get(headers.get("horizon", "").casefold(), 1.0)

    def __len__(self) -> int:
        return len(self._orders)

    def take(self, number: int, values: Values) -> None:
        """Add a row to its order, unless it denies what an earlier row said of the order."""
        values.setdefault("parent_id", _grouped(values))
        order = self._orders.setdefault(str(values["parent_id"]), _Order(row=number, values={}))
        if self._contradicts(number, order, values):
            return
        order.values = {
            **{name: value for name, value in values.items() if name in (*_ORDER_FIELDS, "side", "symbol")},
            **order.values,
        }
        if "order_quantity" in values:  # orders are amended: the last row says how much it was
            order.values["order_quantity"] = values["order_quantity"]
        if values["quantity"]:
            order.fills.append((number, values))

    def settle(self) -> None:
        """Leave out what can only be judged when all rows are read: early fills, overfilled orders."""
        for name, order in list(self._orders.items()):
            order.fills = [
                (number, fill) for number, fill in order.fills if self._in_time(number, fill, order)
            ]
            if not order.values or not self._is_whole(order):
                del self._orders[name]
        currencies = sorted(
            {str(o.values["currency"]) for o in self._orders.values() if "currency" in o.values}
        )
        if len(currencies) > 1:
            expected = "one currency in a file, since amounts are added"
            self._reader.wrong(
                next(iter(self._orders.values())).row, "currency", ", ".join(currencies), expected
            )

    def order_columns(self) -> OrderColumns:
        """The orders as columns."""
        orders = list(self._orders.values())
        multiplier = [float(order.values.get("multiplier", 1.0)) for order in orders]
        return OrderColumns(
            parent_id=np.array(list(self._orders), dtype=np.str_),
            symbol=_texts(orders, "symbol"),
            side=_numbers(orders, "side"),
            quantity=_numbers(orders, "order_quantity"),
            decision_ns=_times(orders, "decision_time"),
            arrival_ns=_times(orders, "arrival_time"),
            end_ns=np.array([self._end_ns(order) for order in orders], dtype=np.int64),
            **{name: _numbers(orders, name) for name in _ORDER_PRICES},
            volatility=_numbers(orders, "volatility"),
            market_volume=_numbers(orders, "market_volume"),
            multiplier=np.array(multiplier),
            algorithm=_texts(orders, "algorithm"),
            regime=_texts(orders, "regime"),
            package_id=_texts(orders, "package_id"),
        )

    def fill_columns(self) -> FillColumns:
        """The fills as columns, sorted."""
        rows = [(at, fill) for at, order in enumerate(self._orders.values()) for _, fill in order.fills]
        fills = [fill for _, fill in rows]

        def column(name: str, default: float = math.nan) -> npt.NDArray[np.float64]:
            return np.array([float(fill.get(name, default)) for fill in fills], dtype=np.float64)

        bid, ask = column("bid"), column("ask")
        mid = column("mid")
        return FillColumns(
            order=np.array([at for at, _ in rows], dtype=np.int64),
            ts_ns=np.array([int(fill["time"]) for fill in fills], dtype=np.int64),
            price=column("price"),
            quantity=column("quantity"),
            fee=column("fee", 0.0) - column("signed_commission", 0.0),
            mid=np.where(np.isnan(mid), 0.5 * (bid + ask), mid),
            bid=bid,
            ask=ask,
            taker=_taker(column("liquidity"), column("is_maker"), column("is_taker")),
            venue=np.array([str(fill.get("venue", "")) for fill in fills], dtype=np.str_),
            counterparty=np.array([str(fill.get("counterparty", "")) for fill in fills], dtype=np.str_),
        ).sorted()

    def _require_one_currency(self) -> None:
        """Orders in another currency than the first are left out: amounts are added."""
        first = ""
        for name, order in list(self._orders.items()):
            currency = str(order.values.get("currency", first))
            first = first or currency
            if currency != first:
                expected = f"{first} as in the first order, since amounts are added"
                self._reader.wrong(order.row, "currency", currency, expected)
                del self._orders[name]

    def _contradicts(self, number: int, order: _Order, values: Values) -> bool:
        denied = [
            name
            for name in _AGREEING
            if name in values and name in order.values and values[name] != order.values[name]
        ]
        for name in denied:
            expected = f"{order.values[name]} as in row {order.row} of the same order"
            self._reader.wrong(number, name, str(values[name]), expected)
        return bool(denied)

    def _in_time(self, number: int, fill: Values, order: _Order) -> bool:
        arrival = order.time("arrival_time")
        if int(fill["time"]) >= arrival:
            return True
        early = f"{(arrival - int(fill['time'])) / 1e9:g} s before the order"
        self._reader.wrong(number, "time", early, "a time not before the order's arrival")
        return False

    def _is_whole(self, order: _Order) -> bool:
        filled = math.fsum(float(fill["quantity"]) for _, fill in order.fills)
        ordered = float(order.values.get("order_quantity", math.inf))
        if filled > ordered * _OVERFILL:
            expected = f"at least the {filled:g} that filled"
            self._reader.wrong(order.row, "order_quantity", f"{ordered:g}", expected)
        late = order.time("decision_time") > order.time("arrival_time") != NO_TIME
        if late:
            self._reader.wrong(order.row, "decision_time", "later", "a time not after the order's arrival")
        return filled <= ordered * _OVERFILL and not late and (filled > 0.0 or math.isfinite(ordered))

    def _end_ns(self, order: _Order) -> int:
        arrival, horizon = order.time("arrival_time"), order.number("horizon")
        if "end_time" in order.values or arrival == NO_TIME or math.isnan(horizon):
            return order.time("end_time")
        return arrival + round(horizon * self._horizon_ns)


def _grouped(values: Values) -> str:
    day = int(values.get("time", 0)) // _DAY_NS
    word = "buy" if float(values["side"]) > 0 else "sell"
    return f"{values.get('symbol', '')} {word} {np.datetime64(day, 'D')}".strip()


def _numbers(orders: Sequence[_Order], name: str) -> npt.NDArray[np.float64]:
    return np.array([order.number(name) for order in orders], dtype=np.float64)


def _times(orders: Sequence[_Order], name: str) -> IntArray:
    return np.array([order.time(name) for order in orders], dtype=np.int64)


def _texts(orders: Sequence[_Order], name: str) -> npt.NDArray[np.str_]:
    return np.array([str(order.values.get(name, "")) for order in orders], dtype=np.str_)


def _taker(
    liquidity: npt.NDArray[np.float64], is_maker: npt.NDArray[np.float64], is_taker: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The first of three columns that says whether a fill took liquidity."""
    said = np.where(np.isnan(liquidity), is_taker, liquidity)
    return np.where(np.isnan(said), 1.0 - is_maker, said)
