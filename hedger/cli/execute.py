"""`hedger execute`: work one order in a simulated market in several ways, side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import output_options, require_positive

_WORTH_PROCESSES = 2000.0  # minutes of markets, some seconds of computing

if TYPE_CHECKING:
    from execution.agents.scenario_study import ScenarioStudy
    from execution.agents.study_order import StudyOrder
    from execution.agents.worker import Worker


@click.command(short_help="Work one order in a simulated market, by schedules and agents side by side.")
@click.option(
    "--scenario",
    default="qdi",
    show_default=True,
    metavar="NAME|FILE",
    help="A shipped market ('hedger scenarios') or a TOML file.",
)
@click.option(
    "--workers",
    metavar="A,B,...",
    help="Who works it, the first being what the others are compared with: twap, vwap, vwap-realised, pov, "
    "almgren-chriss, a shipped agent, or an agent's .safetensors file, all at the first venue; lit-rest and "
    "lit-cross, at every lit venue; even-split, lit-dark and router, which also rest in the dark pools of a "
    "scenario that has some. Default: twap, vwap, almgren-chriss and the shipped agents; with dark pools all "
    "workers of several venues, and twap.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=3, max=100_000),
    default=25,
    show_default=True,
    metavar="N",
    help="Markets that each worker meets, the same for all. Two cores take less than a minute for 25 of the "
    "default scenario and about five for 200; the first run on a machine compiles for a minute more.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="That work side by side; the result is the same whatever their number. Default: one a core.",
)
@click.option("--side", type=click.Choice(("buy", "sell")), help="Default: the scenario's.")
@click.option(
    "--quantity",
    type=click.IntRange(min=1, max=10**9),
    metavar="LOTS",
    help="Default: the scenario's, else a tenth of the usual volume.",
)
@click.option("--minutes", type=float, metavar="M", help="Default: the scenario's, else 60.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of every random number; the same seed gives the same result.",
)
@output_options
def execute(
    scenario: str,
    workers: str | None,
    seeds: int,
    processes: int | None,
    side: str | None,
    quantity: int | None,
    minutes: float | None,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Let every worker work the same order in the same simulated markets, and compare what it cost.

    With --out DIR there are a page, the figures as JSON, and fills.parquet, which 'hedger tca' and 'hedger
    run --costs' read: a row for what one message took, or for what was filled at rest between two looks.

    \b
    hedger execute --scenario qdi --seeds 200 --out qdi
    hedger tca qdi
    hedger execute --scenario volatile --side buy --quantity 20000 --minutes 30
    hedger execute --scenario dark --workers even-split,lit-dark,router
    hedger execute --workers twap,vwap,mine.safetensors --json
    """
    from execution.agents.scenario_study import study_scenario
    from execution.agents.study_order import study_order
    from execution.market.scenario import load_market
    from execution.orders import Side
    from hedger.cli.progress import progress
    from hedger.report.files import require_free

    if minutes is not None:
        require_positive("--minutes", minutes)
    if out is not None:
        require_free(out)
    order = study_order(
        load_market(scenario),
        side=Side[side.upper()] if side else None,
        quantity=quantity,
        minutes=minutes,
    )
    chosen = _workers(workers, order)
    with progress() as say:
        study = study_scenario(
            order,
            chosen,
            episodes=seeds,
            seed=seed,
            processes=processes or _processes(len(chosen) * seeds * order.stated.minutes),
            progress=say,
        )
        if out is not None:
            say("writing the page", 1.0)
            _write(study, out)
    _show(study, out, as_json)


def _workers(named: str | None, order: StudyOrder) -> list[Worker]:
    """The workers asked for; UsageError for one that is unknown, named twice, or cannot work this market.

    Agents of one name, a shipped one and one of the user's training, are told apart as they were typed.
    """
    from execution.agents.study_workers import default_workers, known_workers, worker_named
    from execution.agents.worker import RenamedWorker
    from execution.errors import AgentError
    from hedger.errors import UsageError

    if order.instrument.driver:
        raise UsageError(
            f"the first venue trades {order.instrument.symbol}, which is valued on "
            f"{order.instrument.driver}; expected a market of an instrument with a price of its own"
        )
    names = list(default_workers(order)) if named is None else [name.strip() for name in named.split(",")]
    found: list[Worker] = []
    for name in names:
        try:
            found.append(worker_named(name, order))
        except KeyError:
            expected = f"one of {', '.join(known_workers())}, or an agent's .safetensors file"
            raise UsageError(f"--workers: found '{name}', expected {expected}") from None
        except AgentError as error:
            raise UsageError(f"--workers: {error}") from None
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"--workers: {', '.join(double)} is named twice; expected each once")
    own = [worker.name for worker in found]
    return [
        RenamedWorker(name=name, worker=worker) if own.count(worker.name) > 1 else worker
        for name, worker in zip(names, found, strict=True)
    ]


def _processes(minutes: float) -> int:
    """One a core, unless so many minutes of markets are done before processes have begun."""
    return 1 if minutes < _WORTH_PROCESSES else len(os.sched_getaffinity(0))


def _write(study: ScenarioStudy, out: Path) -> None:
    from execution.agents.study_fills import study_fills
    from execution.tca.fill_table import FILLS_NAME
    from hedger.report.execute_document import execute_document
    from hedger.report.execute_html import execute_page
    from hedger.report.study_files import write_study

    write_study(
        out,
        name="execute",
        page=execute_page(study),
        document=execute_document(study),
        tables={FILLS_NAME: study_fills(study)},
    )


def _show(study: ScenarioStudy, out: Path | None, as_json: bool) -> None:
    from hedger.cli.study import show_study
    from hedger.report.execute_document import execute_document
    from hedger.report.execute_tables import execute_header, execute_tables

    show_study(
        execute_header(study),
        execute_tables(study),
        lambda: execute_document(study),
        out=out,
        as_json=as_json,
    )
