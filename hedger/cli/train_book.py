"""`hedger train hedge --book`: tune the shipped weights to one book, and keep what is better."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.errors import UsageError

if TYPE_CHECKING:
    from hedger.network.teach.book import FineTuned
    from hedger.network.teach.near_book import FineTuneSettings
    from hedger.optimum.problem import HedgingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFiles:
    """The book, a file or a shipped name, and the files of its market as `hedger run` takes them."""

    book: str
    market: Path | None = None
    chain: Path | None = None
    history: Path | None = None
    as_of: datetime | None = None


def tune_to_book(
    files: BookFiles, out: Path, *, risk_aversion: float, workers: int, say: Callable[[str], None]
) -> None:
    """Tune, judge on problems that were not learnt from, and write the weights and their card to `out`."""
    from hedger.network.teach.book import fine_tune
    from hedger.network.teach.near_book import FineTuneSettings
    from hedger.network.weights import shipped_network
    from hedger.report.files import require_free, write_whole

    require_free(out)
    say("reading the book and its market")
    problems = _problems(files, risk_aversion)
    settings = FineTuneSettings()
    tuned = fine_tune(shipped_network(), problems, settings, workers=workers, say=say)
    write_whole(out, lambda folder: _write(folder, tuned, settings))
    click.echo(
        f"Mean gap to the optimum near the book: {tuned.before:.4f} bp of spot as shipped, "
        f"{tuned.after:.4f} tuned; change {tuned.change:+.4f} ± {tuned.half_interval:.4f} (95%)."
    )
    kept = "The tuned weights" if tuned.better else "The shipped weights, which are not significantly worse,"
    click.echo(f"{kept} lie in {out / 'hedge.safetensors'}; {tuned.seconds:.0f} s.")


def _problems(files: BookFiles, risk_aversion: float) -> list[HedgingProblem]:
    """One problem for each underlying that has options."""
    from hedger.api import SHIPPED_DAY, read_inputs, shipped_or_own, shipped_portfolios
    from hedger.exposure import measure
    from hedger.feedback import first_cost_curve
    from hedger.policy.book_problem import book_problem
    from hedger.policy.policy import HedgeSituation
    from hedger.report.record import RunInputs

    path = shipped_or_own(files.book)
    usual_day = SHIPPED_DAY if files.market is None and path in shipped_portfolios().values() else None
    inputs = RunInputs(
        portfolio=path,
        market=files.market,
        chain=files.chain,
        history=files.history,
        as_of=usual_day if files.as_of is None else files.as_of.date(),
    )
    portfolio, market = read_inputs(inputs, seed=0)
    found = [
        book_problem(
            HedgeSituation(
                exposure=exposure,
                market=market.underlying(symbol),
                cost_curve=first_cost_curve(market.underlying(symbol)),
                risk_aversion=risk_aversion,
            )
        )
        for symbol, exposure in measure(portfolio, market).by_underlying.items()
    ]
    problems = [problem for problem in found if problem is not None]
    if not problems:
        raise UsageError(
            f"the book '{files.book}' holds no option that is alive: there is nothing to tune to"
        )
    return problems


def _write(folder: Path, tuned: FineTuned, settings: FineTuneSettings) -> None:
    from hedger.network.weights import network_bytes

    (folder / "hedge.safetensors").write_bytes(network_bytes(tuned.network))
    card = {
        "settings": asdict(settings),
        "tuned": tuned.better,
        "gap_bp": {"shipped": tuned.before, "tuned": tuned.after},
        "change_bp": {"mean": tuned.change, "half_interval_95": tuned.half_interval},
        "seconds": round(tuned.seconds, 1),
    }
    (folder / "hedge.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
