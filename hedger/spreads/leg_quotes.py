"""The touch of each leg in a chain, and why a leg has none that can be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pricing.chain import ChainRows, read_rows
from pricing.chain_cleaning import STALE_AFTER
from pricing.market import UnderlyingMarket
from pricing.option import Option, Right, Settlement
from pricing.quotes import Quotes
from pricing.spreads.quote import LegQuote
from pricing.time import exchange_date, year_fraction

_SAME_YEARS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class LegQuotes:
    """Quotes of the options that have one, and for the others a reason in words."""

    quotes: dict[Option, LegQuote]
    faults: dict[Option, str]


def leg_quotes(options: Iterable[Option], market: UnderlyingMarket, chain: Path | None = None) -> LegQuotes:
    """Look each option up among the market's clean quotes.

    chain: the file that they are from, in which the reason is looked up for an option that has none.
    """
    found: dict[Option, LegQuote] = {}
    missing = []
    for option in dict.fromkeys(options):
        quote = None if market.quotes is None else _quote(option, market.quotes)
        if quote is None:
            missing.append(option)
        else:
            found[option] = quote
    rows = _raw_rows(market, chain) if missing and chain is not None else None
    return LegQuotes(quotes=found, faults={option: _fault(option, market, rows) for option in missing})


def leg_name(option: Option) -> str:
    """An option in words: 2018-02-28 2600 put."""
    return f"{exchange_date(option.expiry):%Y-%m-%d} {option.strike:g} {option.right}"


def position_in(quotes: Quotes, option: Option) -> int | None:
    """Where an option is among the quotes; None where it is not."""
    years = year_fraction(quotes.as_of, option.expiry)
    same = (np.abs(quotes.expiry_years - years) < _SAME_YEARS) & (quotes.strike == option.strike)
    at = np.flatnonzero(same & (quotes.is_call == (option.right is Right.CALL)))
    return int(at[0]) if len(at) else None


def _quote(option: Option, quotes: Quotes) -> LegQuote | None:
    row = position_in(quotes, option)
    if row is None:
        return None
    sizes = [np.inf if each is None else float(each[row]) for each in (quotes.bid_size, quotes.ask_size)]
    bid_size, ask_size = (size if size >= 0.0 else np.inf for size in sizes)
    return LegQuote(
        bid=float(quotes.bid[row]), ask=float(quotes.ask[row]), bid_size=bid_size, ask_size=ask_size
    )


def _raw_rows(market: UnderlyingMarket, chain: Path) -> ChainRows:
    return read_rows(chain, underlying=market.symbol, as_of=exchange_date(market.as_of)).rows


def _fault(option: Option, market: UnderlyingMarket, rows: ChainRows | None) -> str:
    if market.quotes is None:
        return "there is no chain of quotes"
    if rows is None:
        return f"{market.quotes.origin} has no quote of it that can be used"
    same = (rows.expiry == np.datetime64(exchange_date(option.expiry), "D")) & (rows.strike == option.strike)
    same &= rows.is_call == (option.right is Right.CALL)
    same &= rows.morning_settlement == (option.settlement is Settlement.AM)
    at = np.flatnonzero(same)
    return "it is not in the chain" if len(at) == 0 else _reason(rows, int(at[0]))


def _reason(rows: ChainRows, row: int) -> str:
    bid, ask = float(rows.bid[row]), float(rows.ask[row])
    if not bid > 0.0 or not ask > 0.0:
        return f"its quote in row {rows.row[row]} is one-sided: bid {bid:g}, ask {ask:g}"
    if bid > ask:
        return f"its quote in row {rows.row[row]} is crossed: bid {bid:g}, ask {ask:g}"
    if rows.quote_time is not None:
        age = rows.quote_time.max() - rows.quote_time[row]
        if age >= np.timedelta64(STALE_AFTER):
            minutes = int(age / np.timedelta64(1, "m"))
            return f"its quote in row {rows.row[row]} is stale: {minutes} minutes older than the newest"
    return f"its quote in row {rows.row[row]} contradicts its neighbours and was dropped"
