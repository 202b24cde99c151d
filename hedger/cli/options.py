"""Options that several commands share, with their units and defaults."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hedger.errors import UsageError

PATH = click.Path(path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])
POLICIES = ("delta", "minimum-variance", "leland", "whalley-wilmott", "zakamouline", "deep")
SCHEDULES = (
    "twap",
    "vwap",
    "vwap-realised",
    "pov",
    "almgren-chriss",
    "obizhaeva-wang",
    "implementation-shortfall",
)
JOINT_SCHEDULES = ("cointegrated",)
AGENTS = ("dqn", "ppo")
HEDGE_WITH = ("underlying", "options")
BLOCK_EXECUTION = ("worked", "touch")
AGENT_SUFFIX = ".safetensors"

Command = Callable[..., Any]


def settings_options(command: Command) -> Command:
    """How the hedge is decided and traded."""
    options = (
        click.option(
            "--risk-aversion",
            type=float,
            default=1e-6,
            show_default=True,
            metavar="X",
            help="Risk aversion per unit of account currency (exponential utility).",
        ),
        click.option(
            "--schedule",
            callback=_known_worker,
            default="almgren-chriss",
            show_default=True,
            metavar="NAME|FILE",
            help=f"Who works an order over its 30 minutes: {', '.join(SCHEDULES)}; "
            f"{JOINT_SCHEDULES[0]}, for orders whose prices revert to each other; a shipped agent, "
            f"{' or '.join(AGENTS)}; or an agent's {AGENT_SUFFIX} file.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            metavar="N",
            help="Seed of every random number; the same seed gives the same result bit for bit.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def pricing_options(command: Command) -> Command:
    """What a book is priced on: the market's files and the day."""
    options = (
        click.option(
            "--market", type=PATH, metavar="DIR", help="Market folder with a manifest (see 'hedger init')."
        ),
        click.option(
            "--chain", type=PATH, metavar="FILE", help="Option chain, CSV or parquet, of the underlying."
        ),
        click.option(
            "--history", type=PATH, metavar="FILE", help="Daily prices of the underlying, CSV or parquet."
        ),
        click.option(
            "--as-of", type=DAY, metavar="DATE", help="Day to price on, YYYY-MM-DD, at New York's close."
        ),
        click.option(
            "--ignore-expired", is_flag=True, help="Leave expired contracts out instead of refusing the book."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """Where the result goes."""
    command = click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the result as JSON and nothing else (see 'hedger schema').",
    )(command)
    return click.option(
        "--out",
        type=PATH,
        metavar="DIR",
        help="Write the page, the columns and the record to a new directory, whole or not at all.",
    )(command)


def require_positive(name: str, value: float) -> float:
    """Return `value`, or raise UsageError unless it is finite and above zero."""
    if not (math.isfinite(value) and value > 0.0):
        raise UsageError(f"{name} must be a finite number above zero; found {value:g}")
    return value


def _known_worker(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """A schedule's or an agent's name, an agent's file by its absolute path; UsageError for others."""
    if value in (*SCHEDULES, *JOINT_SCHEDULES, *AGENTS):
        return value
    path = Path(value)
    if path.suffix == AGENT_SUFFIX and path.is_file():
        return str(path.absolute())
    expected = f"{', '.join((*SCHEDULES, *JOINT_SCHEDULES, *AGENTS))}, or an agent's {AGENT_SUFFIX} file"
    raise UsageError(f"--schedule: found '{value}', expected one of {expected}")
