"""One row of a file of fills to its values, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import final

from execution.errors import RecordingProblem
from execution.tca import cells
from execution.tca.cell_reader import CellReader, Value, Values
from execution.tca.fill_columns import MatchedColumns
from execution.tca.table_file import TextRows

TIMES = ("time", "decision_time", "arrival_time", "end_time")
_PARSERS: Mapping[str, Callable[[str], Value]] = {
    "parent_id": cells.label,
    "symbol": cells.label,
    "side": cells.side,
    "quantity": cells.number,
    "price": cells.positive,
    "fee": cells.number,
    "signed_commission": cells.number,
    "liquidity": cells.taker,
    "is_maker": cells.yes,
    "is_taker": cells.yes,
    "mid": cells.positive,
    "bid": cells.positive,
    "ask": cells.positive,
    "order_quantity": cells.positive,
    "horizon": cells.positive,
    "decision_price": cells.positive,
    "arrival_price": cells.positive,
    "end_price": cells.positive,
    "reversion_price": cells.positive,
    "interval_vwap": cells.positive,
    "interval_twap": cells.positive,
    "close_price": cells.positive,
    "volatility": cells.volatility,
    "market_volume": cells.not_negative,
    "multiplier": cells.positive,
    "venue": cells.label,
    "counterparty": cells.label,
    "algorithm": cells.label,
    "regime": cells.label,
    "package_id": cells.label,
    "currency": cells.label,
    "execution_id": cells.label,
    "execution_type": cells.label,
    "date": cells.label,
}
_TRADES = frozenset(
    {"f", "1", "2", "trade", "fill", "filled", "partialfill", "partialfilled", "partiallyfilled"}
)


@final
class RowReader:
    """Reads the rows of one file. problems: so far. no_trades: reports of a FIX session that are no trade."""

    def __init__(self, table: TextRows, matched: MatchedColumns) -> None:
        self.no_trades = 0
        self._cells = CellReader(table, matched, parsers=_PARSERS, times=TIMES)
        self._executions: set[str] = set()

    @property
    def problems(self) -> list[RecordingProblem]:
        """What was found wrong so far."""
        return self._cells.problems

    @property
    def lacks_zone(self) -> bool:
        """Whether a time did not say its zone."""
        return self._cells.lacks_zone

    def read(self, number: int, row: Sequence[str | None]) -> Values | None:
        """The row's values by field; None where it is bad, which the problems then say, or no trade."""
        before = len(self.problems)
        values = self._cells.read(number, row)
        if len(self.problems) > before:
            return None
        if not _is_trade(values):
            self.no_trades += 1
            return None
        self._settle_side(number, values)
        self._check(number, values)
        if len(self.problems) > before:
            return None
        self._executions.add(str(values.get("execution_id", "")))
        return values

    def wrong(self, number: int, name: str, value: str, expected: str) -> None:
        """Note a problem in the column of a field."""
        self._cells.wrong(number, name, value, expected)

    def _settle_side(self, number: int, values: Values) -> None:
        """Without a column of sides the sign of the quantity says it; with one both must agree."""
        quantity = float(values.get("quantity", 0.0))
        if "side" not in self._cells:
            values["side"] = -1.0 if quantity < 0.0 else 1.0
        elif "side" not in values:
            self.wrong(number, "side", "", "a side")
        elif quantity < 0.0 < float(values["side"]):
            self.wrong(number, "quantity", f"{quantity:g}", "a positive quantity of a buy")
        values["quantity"] = abs(quantity)

    def _check(self, number: int, values: Values) -> None:
        states_order = not values["quantity"] and "price" not in values and "order_quantity" in values
        needed = ("parent_id",) if states_order else ("parent_id", "price", "time")
        if not values["quantity"] and not states_order:
            self.wrong(number, "quantity", "0", "a quantity that is not zero")
        for name in needed:
            if name in self._cells and name not in values:
                self.wrong(number, name, "", f"a value for {name}")
        if "bid" in values and "ask" in values and float(values["bid"]) > float(values["ask"]):
            self.wrong(number, "bid", f"{values['bid']:g}", f"a bid not above the ask {values['ask']:g}")
        execution = str(values.get("execution_id", ""))
        if execution and execution in self._executions:
            self.wrong(number, "execution_id", execution, "each execution once")


def _is_trade(values: Values) -> bool:
    """Whether a report is of a trade, where a column of execution types says so."""
    kind = values.get("execution_type")
    return kind is None or "".join(str(kind).casefold().replace("_", " ").split()) in _TRADES
