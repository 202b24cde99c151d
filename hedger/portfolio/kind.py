"""What a row holds: said in words by a column, or recognised from its symbol."""

from __future__ import annotations

from datetime import date

from hedger.portfolio.convention import FOLLOWERS, INDEX_OPTIONS, split_future
from hedger.portfolio.holding_row import TICKER, is_cash_balance
from hedger.portfolio.notation import broker_contract, notations_understood, osi_or_none
from hedger.portfolio.position import PositionKind
from hedger.portfolio.row import Row
from pricing.option import Right

_RIGHTS = {
    **dict.fromkeys(("c", "call", "calls"), Right.CALL),
    **dict.fromkeys(("p", "put", "puts"), Right.PUT),
}
_KINDS = {
    **dict.fromkeys(("option", "options", "opt", "oopt"), PositionKind.OPTION),
    **dict.fromkeys(("equityoption", "indexoption", "equityandindexoptions"), PositionKind.OPTION),
    **dict.fromkeys(("stock", "stocks", "stk", "commonstock", "cs"), PositionKind.STOCK),
    **dict.fromkeys(("equity", "equities", "eq", "share", "shares"), PositionKind.STOCK),
    **dict.fromkeys(("etf", "etp", "fund", "etfs&closedendfunds"), PositionKind.ETF),
    **dict.fromkeys(("index", "ind", "idx"), PositionKind.INDEX),
    **dict.fromkeys(("future", "futures", "fut"), PositionKind.FUTURE),
    **dict.fromkeys(("cash", "money", "cashandmoneymarket"), PositionKind.CASH),
}
_A_KIND = "option, stock, etf, index, future or cash"
_CURRENCIES = frozenset({"USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD"})


def kind_and_right(row: Row, as_of: date) -> tuple[PositionKind, Right | None]:
    """The row's kind and, for an option that says it outside its symbol, its right.

    A column named `type` holds either, row by row, as brokers write it. Raises InputError for words that are
    neither, that contradict each other, or for a symbol that is nothing known.
    """
    kinds: dict[PositionKind, str] = {}
    rights: dict[Right, str] = {}
    for field in ("right", "kind", "type"):
        if (text := row.text(field)) is None:
            continue
        word = text.casefold().replace(" ", "").replace("_", "")
        if word in _RIGHTS:
            rights[_RIGHTS[word]] = field
        elif word in _KINDS:
            kinds[_KINDS[word]] = field
        else:
            row.note(field, "call or put" if field == "right" else _A_KIND)
    if rights:
        kinds.setdefault(PositionKind.OPTION, next(iter(rights.values())))
    for contradicted in (kinds, rights):
        if len(contradicted) > 1:
            row.note(list(contradicted.values())[-1], f"one of {' and '.join(contradicted)}, not both")
    kind = next(iter(kinds), None) or _recognised(row, as_of)
    row.finish()
    return kind, next(iter(rights), None)


def _recognised(row: Row, as_of: date) -> PositionKind:
    symbol = (row.text("symbol") or row.text("underlying") or "").upper().lstrip("^$/")
    named = osi_or_none(symbol) or broker_contract(row.text("symbol") or "")
    if row.has("strike") or named is not None:
        return PositionKind.OPTION
    if symbol in _CURRENCIES or "CASH" in symbol or is_cash_balance(symbol):
        return PositionKind.CASH
    if (root := _known_root(symbol, as_of)) is not None:
        return FOLLOWERS[root].kind
    if symbol in INDEX_OPTIONS:
        return PositionKind.INDEX
    if TICKER.fullmatch(symbol) and symbol.replace(".", "").isalpha() and len(symbol) <= 6:
        row.assume(f"{symbol} is taken as a stock (the file does not say what it is)")
        return PositionKind.STOCK
    row.note(
        "symbol" if row.has("symbol") else "underlying",
        f"{notations_understood()}, a ticker, or a `kind` column: {_A_KIND}",
    )
    return PositionKind.STOCK


def _known_root(symbol: str, as_of: date) -> str | None:
    try:
        root = split_future(symbol, as_of)[0]
    except ValueError:
        return next((known for known in FOLLOWERS if symbol.startswith(known)), None)
    return root if root in FOLLOWERS else None
