"""`hedger price`: every option of a book with all its Greeks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import output_options, pricing_options

if TYPE_CHECKING:
    from hedger.price_list import PriceList


@click.command(short_help="Price every option of a book, with all Greeks.")
@click.argument("portfolio")
@pricing_options
@output_options
def price(
    portfolio: str,
    market: Path | None,
    chain: Path | None,
    history: Path | None,
    as_of: datetime | None,
    ignore_expired: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Price PORTFOLIO: a CSV, JSON or parquet file, or the name of a shipped book: example.

    \b
    hedger price example
    hedger price book.csv --chain chain.csv --out prices-1
    hedger price book.csv --market DIR --json
    """
    from hedger.api import SHIPPED_DAY, price_files, shipped_or_own, shipped_portfolios
    from hedger.cli.progress import progress
    from hedger.report.files import require_free
    from hedger.report.record import RunInputs

    if out is not None:
        require_free(out)
    book = shipped_or_own(portfolio)
    usual_day = SHIPPED_DAY if market is None and book in shipped_portfolios().values() else None
    inputs = RunInputs(
        portfolio=book,
        market=market,
        chain=chain,
        history=history,
        as_of=usual_day if as_of is None else as_of.date(),
        ignore_expired=ignore_expired,
    )
    with progress() as say:
        prices = price_files(inputs, progress=say)
        if out is not None:
            _write(prices, out)
    _show(prices, out, as_json)


def _write(prices: PriceList, out: Path) -> None:
    from hedger.report.price_document import price_document
    from hedger.report.price_html import price_page
    from hedger.report.study_files import write_study

    write_study(out, name="prices", page=price_page(prices), document=price_document(prices))


def _show(prices: PriceList, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.price_document import price_document
    from hedger.report.price_tables import price_header, price_tables

    show_study(
        price_header(prices),
        price_tables(prices),
        lambda: price_document(prices),
        out=out,
        as_json=as_json,
    )
