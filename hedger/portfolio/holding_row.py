"""Rows that are not options: shares, ETFs, index units, futures and cash."""

from __future__ import annotations

import re
from datetime import date

from hedger.portfolio.cells import calendar_date, currency_code
from hedger.portfolio.convention import FOLLOWERS, QUARTERLY_FUTURES, future_contract, split_future
from hedger.portfolio.position import Position, PositionKind
from hedger.portfolio.row import Row

TICKER = re.compile(r"[A-Z0-9]{1,12}([./ -][A-Z0-9]{1,4})?")
# Cash as Schwab and Fidelity list it; Fidelity marks the money-market funds that hold it with two stars.
_CASH_BALANCE = re.compile(r"CASH & CASH INVESTMENTS|PENDING ACTIVITY|[A-Z]{4,5}\*\*")
_CASH_WORD = re.compile(r"CASH|([A-Z]{3})[ _.-]?CASH|CASH[ _.-]?([A-Z]{3})|([A-Z]{3})")


def is_cash_balance(symbol: str) -> bool:
    """Whether a broker lists its cash under this name."""
    return _CASH_BALANCE.fullmatch(symbol) is not None


def cash_position(row: Row) -> Position:
    """Read a cash balance; its symbol is its currency. Raises InputError with everything that is wrong."""
    symbol = (row.text("symbol") or row.text("underlying") or "CASH").upper()
    named = _CASH_WORD.fullmatch("CASH" if is_cash_balance(symbol) else symbol)
    if named is None:
        row.note("symbol", "CASH or a currency code such as USD")
    code = next((part for part in named.groups() if part), None) if named else None
    currency = row.read("currency", currency_code, code or "USD")
    if code is not None and code != currency:
        row.note("currency", f"the currency of the symbol, {code}")
    quantity = row.cash_quantity()
    _reject_option_cells(row)
    strategy = row.strategy()
    row.finish()
    return Position(
        symbol=currency,
        kind=PositionKind.CASH,
        quantity=quantity,
        underlying="",
        multiplier=1.0,
        currency=currency,
        strategy=strategy,
        rows=(row.number,),
    )


def holding_position(row: Row, *, kind: PositionKind, as_of: date) -> Position:
    """Read a stock, ETF, index or future line. Raises InputError with everything that is wrong with the row.

    Its underlying is the row's `underlying`, else what the instrument is known to follow, else itself.
    """
    symbol = _ticker(row)
    root, expiry = _future(row, symbol, as_of) if kind is PositionKind.FUTURE else (symbol, None)
    follower = FOLLOWERS.get(root)
    underlying = _said_underlying(row) or (follower.underlying if follower else root)
    known = follower.units if follower is not None and underlying == follower.underlying else None
    if known is None and kind is not PositionKind.FUTURE and underlying == symbol:
        known = 1.0
    multiplier = _units(row, kind, known)
    quantity = row.quantity(whole=kind is PositionKind.FUTURE)
    strategy, currency = row.strategy(), row.currency()
    _reject_option_cells(row)
    row.finish()
    if expiry is not None and symbol != root and root in QUARTERLY_FUTURES:
        symbol = future_contract(root, expiry)
    return Position(
        symbol=symbol,
        kind=kind,
        quantity=quantity,
        underlying=underlying,
        multiplier=multiplier,
        currency=currency,
        expiry=expiry,
        strategy=strategy,
        rows=(row.number,),
    )


def _units(row: Row, kind: PositionKind, known: float | None) -> float:
    """Units of the underlying per contract or share; brokers write 1 beside every share, an ETF's too."""
    said = row.multiplier(known)
    if said != 1.0 or known is None or kind not in {PositionKind.STOCK, PositionKind.ETF}:
        return said
    if known != 1.0:
        row.assume(f"a multiplier of 1 beside an ETF is one share, {known:g} units of the index it follows")
    return known


def _said_underlying(row: Row) -> str:
    """The `underlying` cell, unless it stands in for the symbol that the row does not have."""
    return (row.text("underlying") or "").upper().lstrip("^$") if row.has("symbol") else ""


def _ticker(row: Row) -> str:
    field = "symbol" if row.has("symbol") else "underlying"
    symbol = (row.text(field) or "").upper().lstrip("^$/")
    if not TICKER.fullmatch(symbol):
        row.note(field, "a ticker such as SPY or ESH8")
    return symbol


def _future(row: Row, symbol: str, as_of: date) -> tuple[str, date | None]:
    try:
        root, expiry = split_future(symbol, as_of)
    except ValueError as error:
        row.note("symbol", str(error))
        return symbol, None
    said = row.read("expiry", calendar_date, None)
    if said is None:
        return root, expiry
    if expiry is not None and symbol != root and said != expiry:
        row.note("expiry", f"the expiry of {symbol}, {expiry}")
    return root, said


def _reject_option_cells(row: Row) -> None:
    strike = row.text("strike")
    # pandas writes the absent strike of a share as nan, some systems as zero.
    if strike is not None and strike.casefold() not in {"nan", "0", "0.0", "0.00"}:
        row.note("strike", "no strike in a row that is not an option")
