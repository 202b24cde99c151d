"""The `hedger` command: its subcommands and its exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from hedger.cli import errors
from hedger.cli.doctor import doctor
from hedger.cli.execute import execute
from hedger.cli.forecast import forecast
from hedger.cli.init import init
from hedger.cli.market import market
from hedger.cli.price import price
from hedger.cli.replay import replay
from hedger.cli.rfq import rfq
from hedger.cli.run import run
from hedger.cli.show import scenarios, schema
from hedger.cli.spread import spread
from hedger.cli.surface import surface
from hedger.cli.synthetic import synthetic
from hedger.cli.tca import tca
from hedger.cli.train import train
from hedger.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hedger")
def hedger() -> None:
    """From a portfolio file to a hedged book: exposure, decision, orders, fills and what they cost.

    \b
    hedger run example
    hedger replay volmageddon-2018 --portfolio example
    hedger price example
    hedger spread example
    hedger synthetic --book book.csv --chain chain.csv
    hedger surface chain.csv
    hedger forecast SPX
    hedger market report --scenario calm
    hedger execute --scenario qdi
    hedger tca example
    hedger rfq example
    hedger train hedge --out weights
    hedger init desk
    """


for _command in (
    run,
    replay,
    price,
    spread,
    synthetic,
    surface,
    forecast,
    market,
    execute,
    tca,
    rfq,
    train,
    init,
    doctor,
    scenarios,
    schema,
):
    hedger.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 done, 1 a fault of ours, 2 the user's to mend, 130 interrupted."""
    sys.excepthook = errors.report_defect
    sys.exit(exit_status(arguments))


def exit_status(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; only faults of ours are raised."""
    try:
        status = hedger.main(args=arguments, prog_name="hedger", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return errors.INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return errors.BROKEN_PIPE
    except errors.user_errors() as error:
        click.echo(errors.explain(error), err=True)
        return errors.USER_ERROR
    except OSError as error:
        if error.errno not in errors.NO_ROOM:
            raise
        _discard_output()
        click.echo(f"hedger: the output cannot be written: {error.strerror}", err=True)
        return errors.USER_ERROR
    return status if isinstance(status, int) else 0


def _discard_output() -> None:
    """Let the interpreter's last flush of standard output go nowhere instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
