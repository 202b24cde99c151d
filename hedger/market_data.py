"""Files, or the embedded data, to the market that a book is priced in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from hedger.config import MarketConfig, UnderlyingConfig, embedded_config, read_market_config
from hedger.errors import InputError, InputProblem, UsageError
from hedger.portfolio import Portfolio
from hedger.underlying_data import underlying_market
from pricing.chain_columns import ALIASES
from pricing.embedded import embedded_days
from pricing.market import Market, MissingMarketError, Source
from pricing.table import read_table
from pricing.text_values import instants
from pricing.time import close_instant, is_trading_day


def as_of_date(*, folder: Path | None, chain: Path | None, as_of: date | None) -> date:
    """The day to hedge on: the one that is asked for, else the manifest's, else the last day of the chain.

    Raises UsageError where none of them says it, and InputError where the manifest or chain cannot be read.
    """
    if as_of is not None:
        return as_of
    stated = None if folder is None else read_market_config(folder).as_of
    if stated is not None:
        return stated
    if chain is not None:
        return _last_quote_day(chain)
    first, last = embedded_days()[0], embedded_days()[-1]
    raise UsageError(
        f"Which day? Give --as-of YYYY-MM-DD; the embedded S&P 500 history has {first} to {last} "
        "(the shipped example is of 2018-02-05)."
    )


def load_market(
    portfolio: Portfolio,
    *,
    folder: Path | None = None,
    chain: Path | None = None,
    history: Path | None = None,
    as_of: date | None = None,
    seed: int = 0,
) -> Market:
    """Build the market of every underlying of a book, at the close of `as_of` or when its chain was taken.

    folder: of a manifest. chain, history: files of the one underlying of the book, instead of a folder.
    Whatever they do not say comes from the embedded data. Nothing after `as_of` is looked at. seed: of the
    forecast. Raises MissingMarketError where nothing is known of an underlying, UsageError and InputError.
    """
    config = _config(portfolio, folder=folder, chain=chain, history=history)
    day = as_of_date(folder=folder, chain=chain, as_of=as_of)
    if not is_trading_day(day):
        raise UsageError(f"The exchange is closed on {day} ({day:%A}): choose a trading day for --as-of.")
    _require(portfolio, config.underlyings)
    _require_currency(portfolio, config)
    underlyings = {
        symbol: underlying_market(config.underlyings[symbol], day=day, discount=config.discount, seed=seed)
        for symbol in portfolio.underlyings
    }
    instant = max((market.as_of for market in underlyings.values()), default=close_instant(day))
    manifest = Source(part="manifest", origin=config.origin, sha256=config.sha256)
    return Market(as_of=instant, underlyings=underlyings, sources=() if folder is None else (manifest,))


def _config(
    portfolio: Portfolio, *, folder: Path | None, chain: Path | None, history: Path | None
) -> MarketConfig:
    embedded = embedded_config()
    if folder is not None and (chain is not None or history is not None):
        raise UsageError("Give either --market, whose manifest names the files, or --chain and --history.")
    if folder is not None:
        own = read_market_config(folder)
        return replace(own, underlyings={name: it.completed() for name, it in own.underlyings.items()})
    if chain is None and history is None:
        return replace(
            embedded,
            underlyings={name: UnderlyingConfig(symbol=name).completed() for name in embedded.underlyings},
        )
    if len(portfolio.underlyings) != 1:
        raise UsageError(
            "--chain and --history are of one underlying, and the book has "
            f"{', '.join(portfolio.underlyings) or 'none'}: use --market with a folder that names the files."
        )
    (symbol,) = portfolio.underlyings
    given = UnderlyingConfig(symbol=symbol, chain=chain, history=history).completed()
    return replace(embedded, underlyings={symbol: given})


def _require(portfolio: Portfolio, known: Mapping[str, UnderlyingConfig]) -> None:
    missing = [symbol for symbol in portfolio.underlyings if symbol not in known]
    if missing:
        raise MissingMarketError(
            f"There is no market data for {', '.join(missing)}; there is for "
            f"{', '.join(known) or 'nothing'}. Add [underlying.{missing[0]}] with its history and hedge to "
            "the manifest of a market folder, --market DIR; `hedger init DIR` writes an example."
        )


def _require_currency(portfolio: Portfolio, config: MarketConfig) -> None:
    others = [p for p in portfolio.positions if p.currency != config.currency]
    if others:
        raise UsageError(
            f"The book is in {others[0].currency} (row {others[0].rows[0]}) and the market in "
            f"{config.currency}: exchange rates are not modelled, so both must be in one currency."
        )


def _last_quote_day(chain: Path) -> date:
    table = read_table(chain, {"quote_day": ALIASES["quote_day"]})
    column = table.columns.get("quote_day")
    days = np.array([], dtype="datetime64[D]") if column is None else instants(column).astype("datetime64[D]")
    days = days[~np.isnat(days)]
    if len(days) == 0:
        expected = "a column of quote dates, or the day given with --as-of"
        raise InputError(InputProblem(file=table.file, column="quote_date", expected=expected))
    last: date = days.max().item()
    return last
