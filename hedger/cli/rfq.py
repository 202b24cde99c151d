"""`hedger rfq`: what a desk's own requests say of its dealers, and whom to ask next."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import output_options, require_positive
from hedger.errors import UsageError

if TYPE_CHECKING:
    from execution.rfq.log_file import HistoryFile
    from hedger.rfq_study import RfqStudy

_LARGEST = 1e12


@click.command(short_help="Study past requests for quote: dealers, leakage, whom to ask next.")
@click.argument("history")
@click.option(
    "--side",
    type=click.Choice(("buy", "sell")),
    default="buy",
    show_default=True,
    help="Of the request to be advised on.",
)
@click.option("--quantity", type=float, metavar="Q", help="Of that request. Default: the history's median.")
@click.option(
    "--outside",
    type=float,
    metavar="COST",
    help="Cost of trading it elsewhere, in the report's unit. Default: half the market's spread.",
)
@click.option("--mid", type=float, metavar="PRICE", help="Mid now, to give the reservation price as a price.")
@click.option(
    "--symbol", metavar="NAME", help="What is asked for; default: typical of all that the history has."
)
@click.option("--volatility", type=float, metavar="X", help="Now, in the file's unit. Default: its last one.")
@click.option(
    "--most",
    type=click.IntRange(1, 20),
    default=8,
    show_default=True,
    metavar="N",
    help="Dealers asked at most.",
)
@click.option(
    "--to-follow",
    type=float,
    default=1.0,
    show_default=True,
    metavar="X",
    help="How much more is to be traded afterwards, in quantities of the request; it pays the later leak.",
)
@click.option(
    "--looks",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    metavar="N",
    help="How often one can wait for a quieter market before asking.",
)
@click.option("--tick-size", type=float, metavar="X", help="Give costs in ticks of this size instead of bps.")
@click.option("--skip-bad-rows", is_flag=True, help="List rows that cannot be used and go on without them.")
@output_options
def rfq(
    history: str,
    side: str,
    quantity: float | None,
    outside: float | None,
    mid: float | None,
    symbol: str | None,
    volatility: float | None,
    most: int,
    to_follow: float,
    looks: int,
    tick_size: float | None,
    skip_bad_rows: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Study HISTORY, a CSV or parquet file with a row for each dealer asked, or the simulated 'example'.

    A row has a request's id, time, side and quantity, the dealer and what it answered; with mids it tells
    markups and leakage. FIX's names and tags and words of venues are understood: docs/rfq_history.md.

    \b
    hedger rfq example
    hedger rfq requests.csv --side sell --quantity 200 --out rfq-1
    hedger rfq requests.csv --tick-size 0.05 --skip-bad-rows --json
    """
    from hedger.cli.progress import progress
    from hedger.report.files import require_free
    from hedger.rfq_study import RfqQuestion, study_requests

    if out is not None:
        require_free(out)
    for name, value in (("--quantity", quantity), ("--volatility", volatility), ("--tick-size", tick_size)):
        if value is not None:
            _require_size(name, require_positive(name, value))
    for name, value in (("--outside", outside), ("--mid", mid), ("--to-follow", to_follow)):
        if value is not None:
            _require_size(name, value)
    if to_follow < 0.0:
        raise UsageError(f"--to-follow must be zero or more; found {to_follow:g}")
    question = RfqQuestion(
        side=1.0 if side == "buy" else -1.0,
        quantity=quantity,
        outside=outside,
        mid=mid,
        symbol=symbol,
        volatility=volatility,
        most=most,
        to_follow=to_follow,
        looks=looks,
    )
    with progress() as say:
        say("reading", 0.0)
        read = _read(history, skip_bad_rows)
        say("learning", 0.3)
        study = study_requests(read.history, question, tick_size=tick_size, problems=read.problems)
        if out is not None:
            say("writing the page", 0.9)
            _write(study, out)
    _show(study, out, as_json)


def _require_size(name: str, value: float) -> None:
    """UsageError for a size that can only be a slip, and whose square may not be finite."""
    if not math.isfinite(value):
        raise UsageError(f"{name} must be a finite number; found {value:g}")
    if value != 0.0 and not 1.0 / _LARGEST <= abs(value) <= _LARGEST:
        raise UsageError(
            f"{name} must be of a size between {1.0 / _LARGEST:g} and {_LARGEST:g}; found {value:g}"
        )


def _read(history: str, skip_bad_rows: bool) -> HistoryFile:
    from execution.rfq.log_example import example_history
    from execution.rfq.log_file import HistoryFile, read_history

    if history == "example" and not Path(history).exists():
        return HistoryFile(history=example_history())
    return read_history(Path(history), skip_bad_rows=skip_bad_rows)


def _write(study: RfqStudy, out: Path) -> None:
    from execution.rfq.log_example import history_table
    from hedger.report.rfq_document import rfq_document
    from hedger.report.rfq_html import rfq_page
    from hedger.report.study_files import write_study

    tables = {"requests.parquet": history_table(study.history)}
    write_study(out, name="rfq", page=rfq_page(study), document=rfq_document(study), tables=tables)


def _show(study: RfqStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.rfq_document import rfq_document
    from hedger.report.rfq_tables import rfq_header, rfq_tables

    show_study(rfq_header(study), rfq_tables(study), lambda: rfq_document(study), out=out, as_json=as_json)
