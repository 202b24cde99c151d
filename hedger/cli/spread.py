"""`hedger spread`: the structures of a book recognised and priced, or one structure by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import DAY, output_options, pricing_options
from hedger.errors import UsageError

if TYPE_CHECKING:
    from hedger.report.record import RunInputs
    from hedger.spreads.recognition import Piece
    from hedger.spreads.study import SpreadStudy


@click.command(short_help="Recognise and price the structures of a book, or price one by name.")
@click.argument("portfolio", required=False)
@click.option("--structure", metavar="NAME", help="Price one: iron condor, put calendar ... (see --list).")
@click.option("--strikes", metavar="K,K", default="", help="Its strikes, rising.")
@click.option("--expiry", type=DAY, multiple=True, metavar="DATE", help="Its expiry; twice for a calendar.")
@click.option(
    "--leg", multiple=True, metavar="NxOSI", help="A leg instead of a name: -2xSPXW180228C02800000."
)
@click.option("--packages", type=click.IntRange(1, 10**6), default=1, show_default=True, help="How many.")
@click.option("--underlying", default="SPX", show_default=True, metavar="SYMBOL", help="Of --structure.")
@click.option(
    "--work", is_flag=True, help="Also what working it over 10 minutes is expected to cost, way by way."
)
@click.option("--list", "list_names", is_flag=True, help="List every named structure with its legs.")
@pricing_options
@output_options
def spread(
    portfolio: str | None,
    structure: str | None,
    strikes: str,
    expiry: tuple[datetime, ...],
    leg: tuple[str, ...],
    packages: int,
    underlying: str,
    work: bool,
    list_names: bool,
    market: Path | None,
    chain: Path | None,
    history: Path | None,
    as_of: datetime | None,
    ignore_expired: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Recognise the structures of PORTFOLIO, a file or a shipped book, and price each as one object.

    \b
    hedger spread example
    hedger spread book.csv --chain chain.csv --out spreads-1
    hedger spread --structure "iron condor" --strikes 2600,2650,2750,2800 --expiry 2018-02-28
    hedger spread --structure strangle --strikes 2600,2750 --expiry 2018-02-28 --chain chain.csv --work
    hedger spread --structure "put calendar" --strikes 2650 --expiry 2018-02-28 --expiry 2018-03-29
    """
    if list_names:
        _list_names()
        return
    if sum(map(bool, (portfolio, structure, leg))) != 1:
        raise UsageError("Give one of a PORTFOLIO, --structure NAME and --leg (--list names the structures).")
    if work and portfolio:
        raise UsageError("--work goes with --structure or --leg: it says what one structure costs to work.")
    from hedger.cli.progress import progress
    from hedger.report.files import require_free
    from hedger.report.record import RunInputs

    if out is not None:
        require_free(out)
    inputs = RunInputs(
        portfolio=Path(portfolio or ""),
        market=market,
        chain=chain,
        history=history,
        as_of=None if as_of is None else as_of.date(),
        ignore_expired=ignore_expired,
    )
    with progress() as say:
        say("market", 0.1)
        if portfolio:
            study = _of_book(portfolio, inputs)
        else:
            day = _day(inputs)
            piece = (
                _written(leg, packages, day)
                if leg
                else _named(structure or "", underlying, strikes, expiry, packages, day)
            )
            study = _of_piece(piece, inputs, day)
            study = _with_ways(study) if work else study
        if out is not None:
            _write(study, out)
    _show(study, out, as_json)


def _of_book(name: str, inputs: RunInputs) -> SpreadStudy:
    from hedger.api import SHIPPED_DAY, read_inputs, shipped_or_own, shipped_portfolios
    from hedger.spreads.study import study_spreads

    book = shipped_or_own(name)
    usual = SHIPPED_DAY if inputs.market is None and book in shipped_portfolios().values() else None
    inputs = replace(inputs, portfolio=book, as_of=inputs.as_of or usual)
    return study_spreads(*read_inputs(inputs, seed=0), chain=inputs.chain)


def _of_piece(piece: Piece, inputs: RunInputs, day: date) -> SpreadStudy:
    """One structure priced; UsageError where a leg has no quote in a chain that was given."""
    from hedger.market_data import load_market
    from hedger.spreads.request import portfolio_of
    from hedger.spreads.study import SpreadStudy, priced

    book = portfolio_of(piece)
    market = load_market(
        book, folder=inputs.market, chain=inputs.chain, history=inputs.history, as_of=day, seed=0
    )
    pieces = priced((piece,), market, chain=inputs.chain)
    if market.underlying(piece.structure.underlying).quotes is not None and pieces[0].faults:
        faults = "; ".join(pieces[0].faults)
        raise UsageError(f"The {piece.structure.name} has no two-sided market: {faults}.")
    return SpreadStudy(portfolio=book, market=market, pieces=pieces, rest=())


def _with_ways(study: SpreadStudy) -> SpreadStudy:
    from hedger.block_orders import structure_ways
    from hedger.result import RunSettings

    (priced,) = study.pieces
    structure, packages = priced.piece.structure, priced.piece.packages
    market = study.market.underlying(structure.underlying)
    return replace(study, ways=structure_ways(structure, packages, market, RunSettings()))


def _day(inputs: RunInputs) -> date:
    """The day asked for, the data's, or that of the shipped example."""
    from hedger.api import SHIPPED_DAY
    from hedger.market_data import as_of_date

    if inputs.market is None and inputs.chain is None and inputs.as_of is None:
        return SHIPPED_DAY
    return as_of_date(folder=inputs.market, chain=inputs.chain, as_of=inputs.as_of)


def _named(
    name: str, underlying: str, strikes: str, expiry: Sequence[datetime], packages: int, day: date
) -> Piece:
    from hedger.spreads.request import named_piece

    return named_piece(
        name,
        underlying=underlying.upper(),
        strikes=_numbers(strikes),
        expiries=[each.date() for each in expiry],
        packages=packages,
        as_of=day,
    )


def _written(legs: Sequence[str], packages: int, day: date) -> Piece:
    from hedger.spreads.request import leg_piece

    return leg_piece(legs, packages=packages, as_of=day)


def _numbers(text: str) -> list[float]:
    try:
        return [float(word) for word in text.split(",") if word.strip()]
    except ValueError:
        raise UsageError(f"--strikes: found '{text}', expected numbers with commas between them") from None


def _list_names() -> None:
    from pricing.spreads.naming import pattern_notation
    from pricing.spreads.vocabulary import VOCABULARY

    for entry in VOCABULARY:
        others = ", ".join((*entry.names[1:], f"other side: {', '.join(entry.short_names)}"))
        click.echo(f"{entry.name:<30}{pattern_notation(entry.pattern):<24}{others}")


def _write(study: SpreadStudy, out: Path) -> None:
    from hedger.report.spread_document import spread_document
    from hedger.report.spread_html import spread_page
    from hedger.report.study_files import write_study

    write_study(out, name="spreads", page=spread_page(study), document=spread_document(study))


def _show(study: SpreadStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.spread_document import spread_document
    from hedger.report.spread_tables import spread_header, spread_tables

    show_study(
        spread_header(study),
        spread_tables(study),
        lambda: spread_document(study),
        out=out,
        as_json=as_json,
    )
