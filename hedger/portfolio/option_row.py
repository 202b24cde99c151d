"""An option row: an OSI symbol, or underlying, expiry, strike and right, or both where they agree."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from hedger.portfolio.cells import calendar_date, number
from hedger.portfolio.convention import INDEX_OPTIONS, OptionConvention, listed_root, option_convention
from hedger.portfolio.notation import broker_contract, notations_understood, osi_or_none
from hedger.portfolio.position import Position, PositionKind
from hedger.portfolio.row import Row
from pricing.option import Exercise, Option, OsiSymbol, Right, Settlement, format_osi
from pricing.time import expiry_instant, is_trading_day, third_friday

_ROOT = re.compile(r"[A-Z][A-Z0-9]{0,5}")
_HIGHEST_STRIKE = 100_000.0
_EXERCISES = {
    **dict.fromkeys(("european", "euro", "eur", "e"), Exercise.EUROPEAN),
    **dict.fromkeys(("american", "amer", "am", "a"), Exercise.AMERICAN),
}

_expiry_instant = lru_cache(maxsize=4096)(expiry_instant)


def option_position(row: Row, *, right: Right | None, as_of: date) -> Position:
    """Read an option. Raises InputError with everything that is wrong with the row."""
    quantity = row.quantity(whole=True)
    multiplier = row.multiplier(100.0)
    strategy, currency = row.strategy(), row.currency()
    exercise = row.read("exercise", _exercise, None)
    contract = _contract(row, right, as_of)
    symbol = _canonical(row, contract)
    convention = option_convention(contract.root)
    underlying = _underlying(row, contract.root, convention)
    row.finish()
    if exercise is None:
        exercise = convention.exercise
        row.assume(_sentence(contract.root, convention))
    option = Option(
        underlying=underlying,
        expiry=_expiry_instant(contract.expiry, convention.settlement),
        strike=contract.strike,
        right=contract.right,
        exercise=exercise,
        settlement=convention.settlement,
        multiplier=multiplier,
    )
    return Position(
        symbol=symbol,
        kind=PositionKind.OPTION,
        quantity=quantity,
        underlying=underlying,
        multiplier=multiplier,
        currency=currency,
        option=option,
        expiry=contract.expiry,
        strategy=strategy,
        rows=(row.number,),
    )


def _contract(row: Row, right: Right | None, as_of: date) -> OsiSymbol:
    """The contract that the row names; raises InputError when it names none, or two that differ."""
    text = row.text("symbol") or ""
    if (named := osi_or_none(text)) is not None:
        contract = _agreed(row, _in_century(named, as_of), right)
    elif (written := broker_contract(text)) is not None:
        contract = _listed(_agreed(row, written, right))
    else:
        contract = _described(row, right)
    row.finish()
    return contract


def _listed(contract: OsiSymbol) -> OsiSymbol:
    """Brokers write the index where the contract trades under a weekly root."""
    root = listed_root(contract.root, contract.expiry)
    return OsiSymbol(root=root, expiry=contract.expiry, right=contract.right, strike=contract.strike)


def _in_century(named: OsiSymbol, as_of: date) -> OsiSymbol:
    """An OSI year has two digits: on a day in 1999 the year 99 is not 2099."""
    if named.expiry.year - as_of.year < 90:
        return named
    expiry = named.expiry.replace(year=named.expiry.year - 100)
    return OsiSymbol(root=named.root, expiry=expiry, right=named.right, strike=named.strike)


def _agreed(row: Row, named: OsiSymbol, right: Right | None) -> OsiSymbol:
    expiry = _last_trading_date(row, named.expiry, "symbol")
    if row.has("strike") and row.read("strike", number, named.strike) != named.strike:
        row.note("strike", f"the strike of the symbol, {named.strike:g}")
    if row.has("expiry"):
        said = row.read("expiry", calendar_date, named.expiry)
        if said not in (named.expiry, expiry):
            row.note("expiry", f"the expiry of the symbol, {named.expiry}")
    if right not in (None, named.right):
        row.note("right", f"the right of the symbol, {named.right}")
    return OsiSymbol(root=named.root, expiry=expiry, right=named.right, strike=named.strike)


def _described(row: Row, right: Right | None) -> OsiSymbol:
    if row.has("symbol") and not (row.has("strike") or row.has("expiry") or right is not None):
        row.note("symbol", notations_understood())
        row.finish()
    root = _root(row)
    for field in ("expiry", "strike"):
        if not row.has(field):
            row.note(field, f"the {field} of the option")
    if right is None:
        row.note("right", "call or put")
    expiry = row.read("expiry", calendar_date, date.max)
    strike = row.read("strike", number, 1.0)
    if not 0.0 < strike < _HIGHEST_STRIKE:
        row.note("strike", f"a positive strike below {_HIGHEST_STRIKE:,.0f}")
    row.finish()
    expiry = _last_trading_date(row, expiry, "expiry")
    return _listed(OsiSymbol(root=root, expiry=expiry, right=right or Right.CALL, strike=strike))


def _root(row: Row) -> str:
    field = "symbol" if row.has("symbol") else "underlying"
    root = (row.text(field) or "").upper().lstrip("^$").replace(".", "").replace("/", "")
    if not _ROOT.fullmatch(root):
        row.note(field, f"{notations_understood()}, or the underlying's, as in SPX")
    return root


def _last_trading_date(row: Row, expiry: date, field: str) -> date:
    friday = expiry - timedelta(days=1)
    if friday == third_friday(friday.year, friday.month):
        row.assume("options dated on a Saturday (until 2015) are read as expiring on the Friday before")
        expiry = friday
    if not _may_expire_on(expiry):
        row.note(field, f"an expiry on a trading day of the New York Stock Exchange, which {expiry} is not")
    return expiry


@lru_cache(maxsize=4096)
def _may_expire_on(day: date) -> bool:
    return is_trading_day(day) or day == third_friday(day.year, day.month)


def _canonical(row: Row, contract: OsiSymbol) -> str:
    try:
        return format_osi(contract)
    except ValueError as error:
        row.note("strike", str(error))
        return ""


def _underlying(row: Row, root: str, convention: OptionConvention) -> str:
    said = (row.text("underlying") or "").upper().lstrip("^$")
    if not said:
        return convention.underlying
    if root not in INDEX_OPTIONS:
        return said
    if option_convention(said).underlying != convention.underlying:
        row.note("underlying", f"the underlying of {root} options, {convention.underlying}")
    return convention.underlying


def _exercise(text: str) -> Exercise | None:
    try:
        return _EXERCISES[text.casefold()]
    except KeyError:
        raise ValueError("european or american") from None


def _sentence(root: str, convention: OptionConvention) -> str:
    at = "the opening" if convention.settlement is Settlement.AM else "the close"
    style = "European" if convention.exercise is Exercise.EUROPEAN else "American"
    return f"{root} options: {style} exercise, settled at {at} (market convention; the file does not say)"
