"""A run as files: page, columns and record, written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from execution.tca.fill_table import FILLS_NAME, write_fills
from hedger.errors import UsageError
from hedger.feedback import recorded_orders
from hedger.report.html import page
from hedger.report.json_document import Json, dumps
from hedger.report.record import RECORD_NAME, RunInputs, run_record
from hedger.result import HedgeRun

_ORDERS = pa.schema(
    {
        "parent_id": pa.string(),
        "symbol": pa.string(),
        "side": pa.string(),
        "quantity": pa.int64(),
        "filled_quantity": pa.int64(),
        "leaves_quantity": pa.int64(),
        "schedule": pa.string(),
        "start_ns": pa.int64(),
        "horizon_ns": pa.int64(),
        "tick_size": pa.float64(),
        "lot_size": pa.int64(),
        "multiplier": pa.float64(),
        "fee_per_contract": pa.float64(),
        "arrival_price": pa.float64(),
        "average_price": pa.float64(),
        "expected_bps": pa.float64(),
        "expected_currency": pa.float64(),
        "realised_bps": pa.float64(),
        "realised_currency": pa.float64(),
    }
)


def write_run(run: HedgeRun, directory: Path, inputs: RunInputs) -> None:
    """Write report.html, orders.parquet, fills.parquet, run.json to a new directory, whole or not at all."""

    def fill(folder: Path) -> None:
        record = run_record(run, inputs)
        found = record["document"]
        orders = [
            {**cost, **order} for cost, order in zip(found["costs"]["by_order"], found["orders"], strict=True)
        ]
        write_columns(folder / "orders.parquet", orders, _ORDERS)
        write_fills(folder / FILLS_NAME, recorded_orders(run))
        (folder / "report.html").write_text(page(run), encoding="utf-8")
        (folder / RECORD_NAME).write_text(dumps(record) + "\n", encoding="utf-8")

    write_whole(directory, fill)


def require_free(directory: Path) -> None:
    """Raise UsageError unless `directory` is absent, or empty and not where the user stands.

    An empty one is replaced: whoever stood in it would be left in a directory that is gone.
    """
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"the output '{directory}' is a file; name a directory that does not exist yet")
    if directory.is_dir() and directory.samefile("."):
        raise UsageError("the output cannot be the current directory; name one that does not exist yet")
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(f"the output directory '{directory}' is not empty; name one that does not exist yet")


def write_whole(directory: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write into a hidden directory beside `directory`, then rename it into place in one step."""
    require_free(directory)
    target = directory.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise UsageError(f"the output directory '{directory}' cannot be made: {error.strerror}") from None
    try:
        fill(building)
        building.chmod(0o777 & ~_umask())
        building.rename(target)
    except OSError as error:
        raise UsageError(f"the output directory '{directory}' cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(building, ignore_errors=True)


def write_columns(path: Path, rows: Sequence[Json], schema: pa.Schema) -> None:
    """Write rows as a parquet file with exactly the columns of `schema`."""
    table = pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema=schema)
    pq.write_table(table, path)


def _umask() -> int:
    """The process's umask, which mkdtemp ignores and a user expects."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
