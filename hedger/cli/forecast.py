"""`hedger forecast`: the volatility of a price history, by several models, judged out of sample."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import DAY, PATH, output_options

if TYPE_CHECKING:
    from hedger.forecast_study import ForecastStudy


@click.command(short_help="Forecast volatility from a price history, judged out of sample.")
@click.argument("history")
@click.option(
    "--implied",
    type=PATH,
    metavar="FILE",
    help="Daily implied volatility of thirty days in points, as the VIX; the default forecast then uses it.",
)
@click.option("--as-of", type=DAY, metavar="DATE", help="Forget what came after this day.")
@click.option(
    "--horizon",
    type=click.IntRange(min=1, max=250),
    default=20,
    show_default=True,
    metavar="DAYS",
    help="Trading days at which the models are judged.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Of the intervals."
)
@output_options
def forecast(
    history: str,
    implied: Path | None,
    as_of: datetime | None,
    horizon: int,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Forecast from HISTORY: a CSV or parquet file of daily prices, or an embedded one: SPX, COMP, WTI.

    \b
    hedger forecast SPX
    hedger forecast prices.csv --implied vix.csv --out forecast-1
    hedger forecast prices.csv --as-of 2018-02-05 --json
    """
    from hedger.api import forecast_file
    from hedger.cli.progress import progress
    from hedger.report.files import require_free

    if out is not None:
        require_free(out)
    with progress() as say:
        study = forecast_file(
            history,
            implied=implied,
            as_of=None if as_of is None else as_of.date(),
            judged_horizon=horizon,
            seed=seed,
            progress=say,
        )
        if out is not None:
            _write(study, out)
    _show(study, out, as_json)


def _write(study: ForecastStudy, out: Path) -> None:
    from hedger.report.forecast_document import forecast_document
    from hedger.report.forecast_html import forecast_page
    from hedger.report.study_files import write_study

    write_study(out, name="forecast", page=forecast_page(study), document=forecast_document(study))


def _show(study: ForecastStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.forecast_document import forecast_document
    from hedger.report.forecast_tables import forecast_header, forecast_tables

    show_study(
        forecast_header(study),
        forecast_tables(study),
        lambda: forecast_document(study),
        out=out,
        as_json=as_json,
    )
