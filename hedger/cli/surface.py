"""`hedger surface`: fit a volatility surface to an option chain and certify it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import DAY, PATH, output_options

if TYPE_CHECKING:
    from hedger.surface_study import SurfaceStudy

MODELS = ("smooth", "svi", "essvi", "heston", "bates")


@click.command(short_help="Fit a volatility surface to an option chain and certify it.")
@click.argument("chain", type=PATH)
@click.option("--underlying", metavar="SYMBOL", help="Whose options, where the file has several.")
@click.option("--as-of", type=DAY, metavar="DATE", help="Day of the quotes. Default: the file's last.")
@click.option(
    "--model", type=click.Choice(MODELS), default="smooth", show_default=True, help="What is fitted."
)
@click.option("--calendar-time", is_flag=True, help="Let variance run evenly over nights and weekends too.")
@click.option(
    "--exercise",
    type=click.Choice(("european", "american")),
    help="Of the options. Default: the market's convention (index options European, others American).",
)
@click.option(
    "--rate",
    type=float,
    metavar="R",
    help="Zero rate per year (0.02 is 2%) of a chain without calls and puts at one strike.",
)
@click.option(
    "--dividend-yield",
    type=float,
    metavar="Q",
    help="Dividends and borrow per year of such a chain, beside --rate.  [default: 0]",
)
@click.option("--save", type=PATH, metavar="FILE", help="Save the surface, to be loaded again exactly.")
@output_options
def surface(
    chain: Path,
    underlying: str | None,
    as_of: datetime | None,
    model: str,
    calendar_time: bool,
    exercise: str | None,
    rate: float | None,
    dividend_yield: float | None,
    save: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Imply forwards and a volatility surface from CHAIN, a CSV or parquet file of option quotes.

    \b
    hedger surface chain.csv
    hedger surface chain.parquet --as-of 2019-05-14 --out surface-1
    hedger surface chain.csv --model svi --json
    """
    from hedger.api import fit_chain
    from hedger.cli.progress import progress
    from hedger.report.files import require_free

    if out is not None:
        require_free(out)
    with progress() as say:
        study = fit_chain(
            chain,
            underlying=underlying,
            as_of=None if as_of is None else as_of.date(),
            model=model,
            business_time=not calendar_time,
            exercise=exercise,
            rate=rate,
            dividend_yield=dividend_yield,
            progress=say,
        )
        if save is not None:
            _save(study, save)
        if out is not None:
            _write(study, out)
    _show(study, out, as_json)


def _write(study: SurfaceStudy, out: Path) -> None:
    from hedger.report.study_files import write_study
    from hedger.report.surface_document import surface_document
    from hedger.report.surface_html import surface_page

    write_study(out, name="surface", page=surface_page(study), document=surface_document(study))


def _save(study: SurfaceStudy, path: Path) -> None:
    from pricing.surface.storage import save_surface

    save_surface(path, study.stored())


def _show(study: SurfaceStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.surface_document import surface_document
    from hedger.report.surface_tables import surface_header, surface_tables

    show_study(
        surface_header(study),
        surface_tables(study),
        lambda: surface_document(study),
        out=out,
        as_json=as_json,
    )
