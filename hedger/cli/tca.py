"""`hedger tca`: what anybody's fills cost, in parts, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import PATH, output_options

_MOST_LEAKAGE_MINUTES = 1_440.0

if TYPE_CHECKING:
    from execution.tca.analysis import CostAnalysis


@click.command(short_help="Analyse what fills cost: benchmarks, parts, attribution.")
@click.argument("fills")
@click.option(
    "--market",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Quotes, trades or bars of the same time, CSV or parquet; may be given more than once.",
)
@click.option("--boosted", is_flag=True, help="Fit boosted trees beside the regression (extra 'tca').")
@click.option(
    "--reversion-minutes",
    type=float,
    metavar="M",
    help="Look at the price this long after an order. Default: as long as the order took, 1 to 30 minutes.",
)
@click.option(
    "--leakage-minutes",
    type=float,
    default=5.0,
    show_default=True,
    metavar="M",
    help="Look for leaked information this long before the first fill of orders that do not say when they "
    "were decided or arrived, or filled at once.",
)
@click.option("--skip-bad-rows", is_flag=True, help="List rows that cannot be used and go on without them.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N", help="Of the intervals."
)
@output_options
def tca(
    fills: str,
    market: tuple[Path, ...],
    boosted: bool,
    reversion_minutes: float | None,
    leakage_minutes: float,
    skip_bad_rows: bool,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Analyse FILLS: a CSV or parquet file, a folder with a recorded fills.parquet, or 'example'.

    A row is a fill: quantity, price, time and, where known, parent order, side, symbol, venue, fee, arrival
    price and more. The names of FIX and of brokers' exports are understood; docs/tca.md lists them.

    \b
    hedger tca example
    hedger tca fills.csv --market quotes.parquet --out costs-1
    hedger tca fills.csv --skip-bad-rows --json
    """
    from hedger.cli.options import require_positive
    from hedger.cli.progress import progress
    from hedger.report.files import require_free

    if out is not None:
        require_free(out)
    if reversion_minutes is not None:
        require_positive("--reversion-minutes", reversion_minutes)
    _require_window(leakage_minutes)
    with progress() as say:
        say("reading", 0.0)
        analysis = _analysed(
            fills,
            market,
            reversion_minutes=reversion_minutes,
            leakage_minutes=leakage_minutes,
            skip_bad_rows=skip_bad_rows,
            seed=seed,
        )
        if boosted:
            analysis = _with_boosted(analysis, seed)
        if out is not None:
            say("writing the page", 0.8)
            _write(analysis, out)
    _show(analysis, out, as_json)


def _require_window(leakage_minutes: float) -> None:
    """UsageError unless the time before first fills is one second to a day."""
    from hedger.errors import UsageError

    if not 1.0 / 60.0 <= leakage_minutes <= _MOST_LEAKAGE_MINUTES:
        raise UsageError(
            f"--leakage-minutes: found {leakage_minutes:g}, expected one second (0.0167) to "
            f"{_MOST_LEAKAGE_MINUTES:g}"
        )


def _analysed(
    fills: str,
    market: tuple[Path, ...],
    *,
    reversion_minutes: float | None,
    leakage_minutes: float,
    skip_bad_rows: bool,
    seed: int,
) -> CostAnalysis:
    from execution.tca.analysis import analyse
    from execution.tca.fill_file import read_fills
    from execution.tca.tape_file import read_market

    read = read_fills(_path(fills), skip_bad_rows=skip_bad_rows)
    tape, tape_problems = read_market(market, skip_bad_rows=skip_bad_rows) if market else (None, ())
    return analyse(
        read.blotter,
        tape,
        seed=seed,
        reversion_ns=None if reversion_minutes is None else round(6e10 * reversion_minutes),
        leakage_ns=max(round(6e10 * leakage_minutes), 10**9),
        problems=(*read.problems, *tape_problems),
    )


def _path(fills: str) -> Path:
    if fills == "example" and not Path(fills).exists():
        return Path(__file__).parents[1] / "templates" / "fills.csv"
    path = Path(fills)
    return path / "fills.parquet" if path.is_dir() else path


def _with_boosted(analysis: CostAnalysis, seed: int) -> CostAnalysis:
    from dataclasses import replace
    from importlib.util import find_spec

    import numpy as np

    from hedger.errors import UsageError

    if find_spec("sklearn") is None:
        raise UsageError("--boosted needs scikit-learn: pip install 'hedger[tca]'")
    from execution.tca.analysis import single_bps
    from execution.tca.boosting import FEWEST_ORDERS, boosted

    bps = single_bps(analysis.costs, analysis.blotter)
    found = boosted(analysis.factors, bps, np.random.default_rng(seed))
    too_few = f"boosted trees: not fitted; it takes {FEWEST_ORDERS} orders whose cost and factors are known"
    unknown = analysis.unknown if found is not None else (*analysis.unknown, too_few)
    return replace(analysis, boosted=found, unknown=unknown)


def _write(analysis: CostAnalysis, out: Path) -> None:
    from hedger.report.study_files import write_study
    from hedger.report.tca_document import tca_document
    from hedger.report.tca_html import tca_page

    write_study(out, name="tca", page=tca_page(analysis), document=tca_document(analysis))


def _show(analysis: CostAnalysis, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.tca_document import tca_document
    from hedger.report.tca_tables import tca_header, tca_tables

    show_study(
        tca_header(analysis),
        tca_tables(analysis),
        lambda: tca_document(analysis),
        out=out,
        as_json=as_json,
    )
