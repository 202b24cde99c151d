"""`hedger synthetic`: the cheapest listed options for a book's exposure, an exposure, or a payoff."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import DAY, PATH, output_options, pricing_options
from hedger.errors import UsageError

if TYPE_CHECKING:
    from hedger.report.record import RunInputs
    from hedger.spreads.choice_market import ChoiceLimits
    from hedger.spreads.synthetic import SyntheticStudy
    from pricing.market import UnderlyingMarket

_HORIZON_DAYS = 30.0 / 390.0  # the underlying is worked in half an hour of a trading day


@click.command(short_help="The cheapest listed options for an exposure or a payoff.")
@click.option("--book", metavar="FILE", help="Remove the gamma, vega by expiry and delta of this book.")
@click.option(
    "--target",
    metavar="NAME=X,...",
    help="Or have these: delta=UNITS, gamma=UNITS per 1%, vega=AMOUNT per point, vega:DATE=AMOUNT of one "
    "expiry; positive is long, +-X after an amount is its own tolerance.",
)
@click.option("--payoff", type=PATH, metavar="FILE", help="Or pay this: columns spot and value [currency].")
@click.option("--expiry", type=DAY, metavar="DATE", help="Of --payoff: when it pays, a listed expiry.")
@click.option("--underlying", default="SPX", show_default=True, metavar="SYMBOL", help="Without --book.")
@click.option(
    "--tolerance",
    type=float,
    metavar="X",
    help="What may be missed, as a share: of the book's gross or of each amount asked for (default 0.1), of "
    "the payoff's range (default 0.01).",
)
@click.option("--most-legs", type=int, default=8, show_default=True, metavar="N", help="Different options.")
@click.option(
    "--most-contracts", type=int, default=1_000, show_default=True, metavar="N", help="Of one option."
)
@click.option(
    "--naked-shorts/--no-naked-shorts",
    default=False,
    show_default=True,
    help="Whether options may be sold that none of their right and expiry or later covers.",
)
@click.option(
    "--margin", type=float, metavar="X", help="Most that the package may lose from -8% to +6% of spot."
)
@click.option(
    "--residual-loss", type=float, metavar="X", help="Most that book and package may lose together there."
)
@click.option(
    "--share-of-size", type=float, default=1.0, show_default=True, metavar="X", help="Of the quoted size."
)
@click.option(
    "--share-of-open-interest",
    type=float,
    default=0.1,
    show_default=True,
    metavar="X",
    help="Of the open interest.",
)
@click.option("--share-of-volume", type=float, metavar="X", help="Of the day's volume. Default: no limit.")
@click.option(
    "--fee", type=float, default=1.0, show_default=True, metavar="X", help="Of a contract [currency]."
)
@pricing_options
@output_options
def synthetic(
    book: str | None,
    target: str | None,
    payoff: Path | None,
    expiry: datetime | None,
    underlying: str,
    tolerance: float | None,
    most_legs: int,
    most_contracts: int,
    naked_shorts: bool,
    margin: float | None,
    residual_loss: float | None,
    share_of_size: float,
    share_of_open_interest: float,
    share_of_volume: float | None,
    fee: float,
    market: Path | None,
    chain: Path | None,
    history: Path | None,
    as_of: datetime | None,
    ignore_expired: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Choose the cheapest listed options, and say what each limit costs and how far from the best it can be.

    \b
    hedger synthetic --book book.csv --chain chain.parquet --history prices.csv --as-of 2019-05-14
    hedger synthetic --target gamma=250,vega:2019-06-21=40000 --market DIR
    hedger synthetic --payoff payoff.csv --expiry 2019-06-21 --market DIR
    """
    if sum(each is not None for each in (book, target, payoff)) != 1:
        raise UsageError("Give one of --book FILE, --target NAME=X and --payoff FILE.")
    if (payoff is None) != (expiry is None):
        raise UsageError("--payoff FILE and --expiry DATE go together.")
    if residual_loss is not None and book is None:
        raise UsageError("--residual-loss is of --book; without one it is --margin.")
    share = (0.1 if payoff is None else 0.01) if tolerance is None else tolerance
    if not 0.0 < share < 1.0:
        raise UsageError(f"--tolerance is a share between 0 and 1; found {share:g}.")
    from hedger.cli.progress import progress
    from hedger.report.files import require_free
    from hedger.report.record import RunInputs
    from hedger.spreads.choice_market import ChoiceLimits

    if out is not None:
        require_free(out)
    limits = ChoiceLimits(
        most_legs=most_legs,
        most_contracts=most_contracts,
        share_of_size=share_of_size,
        share_of_open_interest=share_of_open_interest,
        share_of_volume=share_of_volume,
        fee_per_contract=fee,
        naked_shorts=naked_shorts,
        margin=margin,
        residual_loss=residual_loss,
    )
    inputs = RunInputs(
        portfolio=Path(book or ""),
        market=market,
        chain=chain,
        history=history,
        as_of=None if as_of is None else as_of.date(),
        ignore_expired=ignore_expired,
    )
    with progress() as say:
        say("market", 0.1)
        if book is not None:
            study = _of_book(inputs, share, limits)
        elif target is not None:
            study = _of_exposure(target, underlying, inputs, share, limits)
        elif payoff is not None and expiry is not None:
            study = _of_payoff(payoff, expiry.date(), underlying, inputs, share, limits)
        if out is not None:
            _write(study, out)
    _show(study, out, as_json)


def _of_book(inputs: RunInputs, tolerance: float, limits: ChoiceLimits) -> SyntheticStudy:
    from dataclasses import replace

    from hedger.api import read_inputs, shipped_or_own
    from hedger.feedback import first_cost_curve
    from hedger.spreads.synthetic import synthetic_for_book

    book, market = read_inputs(replace(inputs, portfolio=shipped_or_own(str(inputs.portfolio))), seed=0)
    return synthetic_for_book(
        book,
        market,
        {symbol: first_cost_curve(own) for symbol, own in market.underlyings.items()},
        tolerance=tolerance,
        horizon_days=_HORIZON_DAYS,
        limits=limits,
        chain=inputs.chain,
    )


def _of_exposure(
    target: str, underlying: str, inputs: RunInputs, tolerance: float, limits: ChoiceLimits
) -> SyntheticStudy:
    from hedger.feedback import first_cost_curve
    from hedger.spreads.exposure_target import parse_targets
    from hedger.spreads.synthetic import synthetic_for_exposure

    targets = parse_targets(target)
    market = _market(underlying, inputs)
    return synthetic_for_exposure(
        targets,
        market,
        first_cost_curve(market),
        tolerance=tolerance,
        horizon_days=_HORIZON_DAYS,
        limits=limits,
    )


def _of_payoff(
    path: Path, expiry: date, underlying: str, inputs: RunInputs, tolerance: float, limits: ChoiceLimits
) -> SyntheticStudy:
    from hedger.feedback import first_cost_curve
    from hedger.spreads.payoff_target import read_payoff
    from hedger.spreads.synthetic import synthetic_for_payoff

    payoff = read_payoff(path)
    market = _market(underlying, inputs)
    return synthetic_for_payoff(
        payoff,
        expiry,
        market,
        first_cost_curve(market),
        tolerance=tolerance,
        horizon_days=_HORIZON_DAYS,
        limits=limits,
    )


def _market(underlying: str, inputs: RunInputs) -> UnderlyingMarket:
    from hedger.market_data import as_of_date, load_market
    from hedger.spreads.synthetic import anchor_book

    symbol = underlying.upper()
    day = as_of_date(folder=inputs.market, chain=inputs.chain, as_of=inputs.as_of)
    market = load_market(
        anchor_book(symbol),
        folder=inputs.market,
        chain=inputs.chain,
        history=inputs.history,
        as_of=day,
        seed=0,
    )
    return market.underlying(symbol)


def _write(study: SyntheticStudy, out: Path) -> None:
    from hedger.report.study_files import write_study
    from hedger.report.synthetic_document import synthetic_document
    from hedger.report.synthetic_html import synthetic_page

    write_study(out, name="synthetic", page=synthetic_page(study), document=synthetic_document(study))


def _show(study: SyntheticStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.synthetic_document import synthetic_document
    from hedger.report.synthetic_tables import synthetic_header, synthetic_tables

    show_study(
        synthetic_header(study),
        synthetic_tables(study),
        lambda: synthetic_document(study),
        out=out,
        as_json=as_json,
    )
