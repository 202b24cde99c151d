"""Rows of dealers that were asked gathered into requests, which must agree with themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

import numpy as np
import numpy.typing as npt

from execution.rfq.log_columns import Outcome
from execution.rfq.log_history import FloatArray, RfqHistory
from execution.tca.cell_reader import CellReader, Value, Values

_OF_THE_REQUEST = (
    "symbol",
    "side",
    "quantity",
    "winner",
    "mid_after",
    "volatility",
)
_OF_THE_MARKET = ("mid", "bid", "ask", "mid_at_trade")
# From so many requests on, and such a part of all, whose rows differ in these they are each quote's own; in
# fewer they are slips.
_FEWEST_OWN, _LEAST_OWN = 5, 0.1
_NEEDED = ("request_id", "time", "quantity", "dealer")
_ENDS = ("outcome", "won", "winner", "rejected", "traded_price")
_NO_NAME = ""
_LOCKED = 1e-9  # of the mid, below which a half-spread is none but rounding


@dataclass(slots=True)
class _Request:
    """One request while its rows are read. said: (row number, values) by dealer; rows: these as amended.

    apart: row number, column, value and expected one where the market's prices differ between rows.
    """

    row: int
    values: Values = field(default_factory=dict)
    said: dict[str, list[tuple[int, Values]]] = field(default_factory=dict)
    rows: dict[str, Values] = field(default_factory=dict)
    apart: list[tuple[int, str, str, str]] = field(default_factory=list)
    is_bad: bool = False

    def number(self, name: str) -> float:
        return float(self.values.get(name, math.nan))

    @property
    def time(self) -> int:
        return min(int(values["time"]) for rows in self.said.values() for _, values in rows)

    @property
    def mid(self) -> float:
        return _mid(self.values)


@final
class RequestGathering:
    """Requests of a file by id. left_out: how many have a bad row. own_mids: whether each quote has one."""

    def __init__(self, reader: CellReader) -> None:
        self.left_out = 0
        self.own_mids = False
        self._reader = reader
        self._requests: dict[str, _Request] = {}
        self._problems = len(reader.problems)

    def take(self, number: int, values: Values) -> None:
        """Add a row that was just read to its request; a bad one makes the request bad."""
        found_bad = len(self._reader.problems) > self._problems
        self._check(number, values)
        request_id = str(values.get("request_id", _NO_NAME))
        if request_id:
            request = self._requests.setdefault(request_id, _Request(row=number))
            if not found_bad and len(self._reader.problems) == self._problems:
                self._join(number, request, values)
            request.is_bad = request.is_bad or len(self._reader.problems) > self._problems
        self._problems = len(self._reader.problems)

    def settled(self, *, origin: str) -> RfqHistory | None:
        """The good requests in order of time, None without one."""
        self._compare_mids()
        for request in self._requests.values():
            if not request.is_bad:
                self._settle(request)
        self.left_out = sum(request.is_bad for request in self._requests.values())
        good = [(name, request) for name, request in self._requests.items() if not request.is_bad]
        good.sort(key=lambda found: (found[1].time, found[0]))
        return _history(origin, good, self._reader, own_mids=self.own_mids) if good else None

    def _compare_mids(self) -> None:
        """Take the market's prices for each quote's own where they often differ, else refuse the odd ones."""
        good = [request for request in self._requests.values() if not request.is_bad]
        apart = [request for request in good if request.apart]
        several = sum(sum(map(len, request.said.values())) > 1 for request in good)
        self.own_mids = len(apart) >= max(_FEWEST_OWN, _LEAST_OWN * several)
        for request in apart:
            if self.own_mids:
                request.values |= _earliest(request)
                continue
            for number, name, value, expected in request.apart:
                self._reader.wrong(number, name, value, expected)
            request.is_bad = True

    def _check(self, number: int, values: Values) -> None:
        if len(self._reader.problems) > self._problems:
            return
        for name in _NEEDED:
            if name not in values:
                self._reader.wrong(number, name, "", f"a value for {name}")
        quantity = float(values.get("quantity", 1.0))
        if "side" not in self._reader:
            values["side"] = -1.0 if quantity < 0.0 else 1.0
        elif "side" not in values:
            self._reader.wrong(number, "side", "", "a side")
        elif quantity < 0.0 < float(values["side"]):
            self._reader.wrong(number, "quantity", f"{quantity:g}", "a positive quantity of a buy")
        if quantity == 0.0:
            self._reader.wrong(number, "quantity", "0", "a quantity that is not zero")
        values["quantity"] = abs(quantity)
        if float(values.get("bid", -math.inf)) > float(values.get("ask", math.inf)):
            self._reader.wrong(
                number, "bid", f"{values['bid']:g}", f"a bid not above the ask {values['ask']:g}"
            )

    def _join(self, number: int, request: _Request, values: Values) -> None:
        for name in _OF_THE_REQUEST:
            if name in values and request.values.setdefault(name, values[name]) != values[name]:
                expected = f"{_said(request.values[name])} as in another row of the same request"
                self._reader.wrong(number, name, _said(values[name]), expected)
        for name in _OF_THE_MARKET:
            if name in values and request.values.setdefault(name, values[name]) != values[name]:
                expected = f"{_said(request.values[name])} as in another row of the same request"
                request.apart.append((number, name, _said(values[name]), expected))
        request.said.setdefault(str(values["dealer"]), []).append((number, values))

    def _settle(self, request: _Request) -> None:
        """Judge what can only be judged when all rows are read."""
        before = len(self._reader.problems)
        winner = str(request.values.get("winner", _NO_NAME))
        if winner and winner not in request.said:
            self._reader.wrong(request.row, "winner", winner, "one of the dealers that this request went to")
        for dealer in request.said:
            self._amend(request, dealer)
        request.is_bad = len(self._reader.problems) > before

    def _amend(self, request: _Request, dealer: str) -> None:
        """A dealer's later row amends its earlier one; two at one time deny each other."""
        rows = sorted(request.said[dealer], key=lambda row: (int(row[1]["time"]), row[0]))
        values: Values = {}
        for number, each in rows:
            if values and values["time"] == each["time"]:
                self._reader.wrong(number, "dealer", dealer, "each dealer once at one time of a request")
            values |= each
        values["quote"] = _quote(values, request, dealer)
        request.rows[dealer] = values
        # A quote of 0 is how some files say that there was none.
        if _is_silent(values) and not math.isnan(float(values["quote"])) and values["quote"] != 0.0:
            said = _said(values["quote"])
            self._reader.wrong(rows[-1][0], "quote", said, "no quote of a dealer that did not answer")


def _earliest(request: _Request) -> Values:
    """The market's prices in the earliest row that has them: those at the request."""
    rows = sorted(
        (row for rows in request.said.values() for row in rows), key=lambda row: (row[1]["time"], row[0])
    )
    found: Values = {}
    for _, values in reversed(rows):
        found |= {name: values[name] for name in ("mid", "bid", "ask") if name in values}
    return found


def _mid(values: Values) -> float:
    own = float(values.get("mid", math.nan))
    middle = 0.5 * (float(values.get("bid", math.nan)) + float(values.get("ask", math.nan)))
    return middle if math.isnan(own) else own


def _quote_mid(values: Values) -> float:
    at_trade = float(values.get("mid_at_trade", math.nan))
    return _mid(values) if math.isnan(at_trade) else at_trade


def _said(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_silent(values: Values) -> bool:
    return values.get("outcome") == Outcome.SILENT or values.get("answered") == 0.0


def _won(values: Values, request: _Request, dealer: str) -> bool:
    said = values.get("outcome") == Outcome.WON or values.get("won") == 1.0
    return said or request.values.get("winner") == dealer


def _rejected(values: Values) -> bool:
    return values.get("outcome") == Outcome.REJECTED or values.get("rejected") == 1.0


def _quote(values: Values, request: _Request, dealer: str) -> float:
    """The price on the asker's side; of a winner without one that of the trade."""
    two_way = "quote_offer" if float(request.values["side"]) > 0.0 else "quote_bid"
    for name in ("quote", two_way):
        if name in values:
            return float(values[name])
    return float(values.get("traded_price", math.nan)) if _won(values, request, dealer) else math.nan


def _answered(values: Values, request: _Request, dealer: str) -> bool:
    if _is_silent(values):
        return False
    said = (
        values.get("outcome", Outcome.ENDED) != Outcome.ENDED
        or values.get("answered") == 1.0
        or _rejected(values)
    )
    return said or _won(values, request, dealer) or not math.isnan(float(values["quote"]))


def _history(
    origin: str, good: list[tuple[str, _Request]], reader: CellReader, *, own_mids: bool
) -> RfqHistory:
    requests = [request for _, request in good]
    dealers = tuple(sorted({dealer for request in requests for dealer in request.rows}))
    column = {dealer: at for at, dealer in enumerate(dealers)}

    def numbers(of: Callable[[_Request], float]) -> FloatArray:
        return np.array([of(request) for request in requests], dtype=np.float64)

    def matrix(of: Callable[[Values, _Request, str], float], default: float) -> FloatArray:
        found = np.full((len(requests), len(dealers)), default)
        for at, request in enumerate(requests):
            for dealer, values in request.rows.items():
                found[at, column[dealer]] = of(values, request, dealer)
        return found

    answered = matrix(_answered, 0.0) > 0.0
    quote = matrix(lambda values, _, __: float(values["quote"]), math.nan)
    rejected = matrix(lambda values, _, __: _rejected(values), 0.0) > 0.0
    mid = numbers(lambda request: request.mid)
    mid_at_trade = numbers(lambda request: request.number("mid_at_trade"))
    quote_mid = np.full(quote.shape, math.nan)
    if own_mids:
        quote_mid = matrix(lambda values, _, __: _quote_mid(values), math.nan)
        mid_at_trade = np.array([_median(row) for row in quote_mid])
    half = numbers(lambda request: 0.5 * (request.number("ask") - request.number("bid")))
    return RfqHistory(
        origin=origin,
        dealers=dealers,
        request_id=np.array([name for name, _ in good], dtype=np.str_),
        ts_ns=np.array([request.time for request in requests], dtype=np.int64),
        symbol=_symbols(requests),
        side=numbers(lambda request: request.number("side")),
        quantity=numbers(lambda request: request.number("quantity")),
        mid=mid,
        half_spread=np.where(half > _LOCKED * np.abs(mid), half, math.nan),
        volatility=numbers(lambda request: request.number("volatility")),
        mid_at_trade=mid_at_trade,
        mid_after=numbers(lambda request: request.number("mid_after")),
        asked=matrix(lambda _, __, ___: 1.0, 0.0) > 0.0,
        answered=answered,
        quote=np.where(answered, quote, math.nan),
        quote_mid=quote_mid,
        traded=(matrix(_won, 0.0) > 0.0) & answered & ~rejected,
        rejected=rejected & answered,
        knows_outcome=any(name in reader for name in _ENDS),
    )


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan


def _symbols(requests: list[_Request]) -> npt.NDArray[np.str_]:
    return np.array([str(request.values.get("symbol", _NO_NAME)) for request in requests], dtype=np.str_)
