"""A market as files: a tape with LOBSTER's columns, and the parameters of a fitted flow."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from execution.market.calibrate import FittedFlow
from execution.realism.tape import Tape


def write_tape(tape: Tape, path: Path) -> None:
    """A row a message, with the book after it.

    ts_ns, type (LOBSTER's codes), order_id, size [lots], price_ticks, direction of the resting order, then
    for each level ask price, ask size, bid price, bid size; a level that is not there has size 0. Tick and
    lot size are in the file's metadata.
    """
    messages, history = tape.messages, tape.history
    columns = {
        "ts_ns": messages.ts_ns,
        "type": messages.kind,
        "order_id": messages.order_id,
        "size": messages.quantity,
        "price_ticks": messages.price_ticks,
        "direction": messages.side,
    }
    for level in range(tape.levels):
        columns |= {
            f"ask_price_ticks_{level + 1}": history.ask_ticks[:, level],
            f"ask_size_{level + 1}": history.ask_volume[:, level],
            f"bid_price_ticks_{level + 1}": history.bid_ticks[:, level],
            f"bid_size_{level + 1}": history.bid_volume[:, level],
        }
    told = {"symbol": messages.symbol, "tick_size": messages.tick_size, "lot_size": messages.lot_size}
    table = pa.table({name: pa.array(column) for name, column in columns.items()})
    metadata = {name: str(value) for name, value in told.items()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def write_parameters(fitted: FittedFlow, model: str, path: Path) -> None:
    """TOML: the model, and a [[parameter]] for each with name, value, standard_error and unit."""
    lines = [f"model = {json.dumps(model)}"]
    for name, value, error, unit in fitted.describe():
        lines += ["", "[[parameter]]", f"name = {json.dumps(name)}", f"value = {float(value)!r}"]
        lines += [f"standard_error = {float(error)!r}", f"unit = {json.dumps(unit)}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
