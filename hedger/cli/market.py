"""`hedger market`: simulate a market, fit one to a recording, and report how like the recording it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import PATH, output_options

if TYPE_CHECKING:
    from hedger.market_study import MarketStudy

MODELS = ("marked", "queue_reactive", "hawkes", "santa_fe")

_seed = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of every random number; the same seed gives the same result.",
)
_tick_size = click.option(
    "--tick-size", type=float, metavar="X", help="In currency. Default: found from the recorded prices."
)
_tolerance = click.option(
    "--tolerance",
    type=float,
    default=0.01,
    show_default=True,
    metavar="SHARE",
    help="Largest share of the rows that may have one flaw; 0 bears none, 1 all. Each is reported.",
)
_model = click.option(
    "--model", type=click.Choice(MODELS), default="marked", show_default=True, help="What is fitted."
)


@click.group(short_help="Simulate markets, fit them to recordings, report how alike they are.")
def market() -> None:
    """Simulate a market, fit one to a recording, and report how like the recording it is.

    \b
    hedger market report AMZN_message.csv AMZN_orderbook.csv --out market-1
    hedger market report --scenario calm
    hedger market calibrate AMZN_message.csv AMZN_orderbook.csv --out amzn.toml
    hedger market simulate --scenario calm --minutes 10 --out events.parquet
    """


@market.command(short_help="Hold a simulated market against a recording, or look at a scenario alone.")
@click.argument("recording", type=PATH, nargs=-1)
@click.option("--scenario", metavar="NAME|FILE", help="Look at this market alone, instead of a recording.")
@click.option(
    "--minutes", type=float, default=30.0, show_default=True, metavar="M", help="Of the scenario's market."
)
@click.option(
    "--held-out",
    type=float,
    default=0.5,
    show_default=True,
    metavar="SHARE",
    help="Last part of the recorded time, which no fit sees and which judges.",
)
@_model
@_tick_size
@_tolerance
@_seed
@output_options
@click.pass_context
def report(
    context: click.Context,
    recording: tuple[Path, ...],
    scenario: str | None,
    minutes: float,
    held_out: float,
    model: str,
    tick_size: float | None,
    tolerance: float,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit a market to the first part of RECORDING, simulate it, and compare it with the later part.

    RECORDING: the files of one recording: LOBSTER messages and order book, a Bitstamp log, Binance depth,
    trades and best quotes, or what 'hedger market simulate' wrote; what they are is found from what they
    hold.
    """
    from hedger.cli.progress import progress
    from hedger.errors import UsageError
    from hedger.market_study import study_files, study_scenario
    from hedger.report.files import require_free

    if bool(recording) == bool(scenario):
        raise UsageError("a market report is of a recording or of --scenario; give one of them")
    _refuse_unused(context, ("held_out", "model", "tick_size", "tolerance") if scenario else ("minutes",))
    if out is not None:
        require_free(out)
    with progress() as say:
        if scenario:
            study = study_scenario(scenario, minutes=minutes, seed=seed, progress=say)
        else:
            study = study_files(
                recording,
                model=model,
                held_out=held_out,
                tick_size=tick_size,
                tolerance=tolerance,
                seed=seed,
                progress=say,
            )
        if out is not None:
            _write(study, out)
    _show(study, out, as_json)


@market.command(short_help="Fit a market to a recording and show its parameters.")
@click.argument("recording", type=PATH, nargs=-1, required=True)
@_model
@_tick_size
@_tolerance
@click.option("--out", type=PATH, metavar="FILE", help="Write the parameters to a new TOML file.")
def calibrate(
    recording: tuple[Path, ...], model: str, tick_size: float | None, tolerance: float, out: Path | None
) -> None:
    """Fit a market to all of RECORDING and print its parameters with their standard errors."""
    from hedger.cli.progress import progress
    from hedger.cli.terminal import show
    from hedger.market_study import fit_recording, read_files
    from hedger.report.market_files import write_parameters
    from hedger.report.market_quality import quality_tables
    from hedger.report.market_tables import fitted_table
    from hedger.report.new_file import require_new, write_new
    from hedger.report.terminal import render_tables

    if out is not None:
        require_new(out)
    with progress() as say:
        read = read_files(recording, tick_size=tick_size, tolerance=tolerance, progress=say)
        say(f"fitting the {model.replace('_', ' ')} flow", 0.3)
        fitted = fit_recording(read, model=model)
        if out is not None:
            write_new(out, lambda path: write_parameters(fitted, model, path))
    next_step = f"Saved: {out}." if out else "Add --out FILE to save it."
    tables = (fitted_table(fitted, model), *quality_tables(read.report))
    show(lambda console: render_tables((), tables, console, next_step))


@market.command(short_help="Simulate a market and save its messages and book.")
@click.option("--scenario", required=True, metavar="NAME|FILE", help="A shipped market or a TOML file.")
@click.option("--minutes", type=float, default=10.0, show_default=True, metavar="M", help="How long.")
@click.option(
    "--levels", type=click.IntRange(1, 50), default=10, show_default=True, metavar="N", help="Of the book."
)
@_seed
@click.option("--out", type=PATH, metavar="FILE", required=True, help="A parquet file, LOBSTER's columns.")
def simulate(scenario: str, minutes: float, levels: int, seed: int, out: Path) -> None:
    """Run a market and write every message with the book after it, a row each, as LOBSTER has them."""
    from hedger.cli.progress import progress
    from hedger.market_study import simulate_scenario
    from hedger.report.market_files import write_tape
    from hedger.report.new_file import require_new, write_new

    require_new(out)
    with progress() as say:
        tape = simulate_scenario(scenario, minutes=minutes, seed=seed, levels=levels, progress=say)
        write_new(out, lambda path: write_tape(tape, path))
    click.echo(f"{len(tape):,} messages in {tape.seconds:,.0f} seconds: {out}.")


def _refuse_unused(context: click.Context, names: tuple[str, ...]) -> None:
    """An option that says nothing about what was asked for is refused rather than passed over."""
    from click.core import ParameterSource

    from hedger.errors import UsageError

    for name in names:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            of_what = "a recording" if name != "minutes" else "--scenario"
            raise UsageError(f"--{name.replace('_', '-')} is for a report of {of_what}")


def _write(study: MarketStudy, out: Path) -> None:
    from hedger.report.market_document import market_document
    from hedger.report.market_html import market_page
    from hedger.report.study_files import write_study

    write_study(out, name="market", page=market_page(study), document=market_document(study))


def _show(study: MarketStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.market_document import market_document
    from hedger.report.market_tables import market_header, market_tables

    show_study(
        market_header(study),
        market_tables(study),
        lambda: market_document(study),
        out=out,
        as_json=as_json,
    )
