from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from execution.errors import RecordingError
from execution.recorded.messages import RecordedKind
from execution.recorded.quality import Flaw, Tolerance
from execution.recorded.read import read_recording
from tests.shared_data import shared_path

MS = 1_000_000


def tables(folder: Path, depth: list[Any], trades: list[Any], quotes: list[Any]) -> list[Path]:
    named = {
        "depth": (("exch_ns", "side", "price", "qty", "u"), depth),
        "trades": (("exch_ns", "aggressor", "price", "qty", "id"), trades),
        "bbo": (("exch_ns", "bid", "bidq", "ask", "askq", "u"), quotes),
    }
    paths = []
    for name, (columns, rows) in named.items():
        cells = dict(zip(columns, zip(*rows, strict=True), strict=True))
        path = folder / f"xyz_{name}.parquet"
        pq.write_table(pa.table({column: list(values) for column, values in cells.items()}), path)
        paths.append(path)
    return paths


DEPTH = [(2 * MS, 1, 99.5, 4.0, 7), (2 * MS, 1, 100.0, 1.0, 7), (9 * MS, -1, 100.5, 0.0, 9)]
TRADES = [(1 * MS, -1, 100.0, 2.0, 1), (8 * MS, 1, 100.5, 3.0, 2)]
QUOTES = [(0, 100.0, 3.0, 100.5, 5.0, 1), (8 * MS, 100.0, 1.0, 100.5, 2.0, 8)]


def rows_of(folder: Path) -> list[tuple[int, ...]]:
    m = read_recording(tables(folder, DEPTH, TRADES, QUOTES)).messages
    assert (m.tick_size, m.lot_size, m.level_wise, m.symbol) == (0.1, 1.0, True, "XYZ")
    return list(
        zip(m.kind.tolist(), m.side.tolist(), m.quantity.tolist(), m.price_ticks.tolist(), strict=True)
    )


def test_decreases_are_trades_where_a_trade_explains_them(tmp_path: Path) -> None:
    assert rows_of(tmp_path) == [
        (RecordedKind.TRADE, 1, 2, 1000),
        (RecordedKind.TRADE, -1, 3, 1005),
        (RecordedKind.DELETE, -1, 2, 1005),
    ]


def test_a_trade_beyond_the_shown_volume_is_hidden(tmp_path: Path) -> None:
    trades = [(MS, -1, 100.0, 5.0, 1), *TRADES[1:]]
    m = read_recording(tables(tmp_path, DEPTH, trades, QUOTES)).messages
    hidden = m.kind == RecordedKind.HIDDEN_TRADE
    assert m.quantity[hidden].tolist() == [2]
    assert m.quantity[:2].sum() == 5


def test_bad_cells_are_dropped_and_named(tmp_path: Path) -> None:
    depth = [*DEPTH, (10 * MS, 1, float("nan"), 1.0, 10), (10 * MS, 0, 99.0, 1.0, 10), DEPTH[0]]
    depth += [(11 * MS, 1, 98.0, -1.0, 11)]
    paths = tables(tmp_path, depth, TRADES, QUOTES)
    report = read_recording(paths, tolerance=Tolerance(share=1.0)).report
    lines = {f.flaw: f.lines.tolist() for f in report.findings if f.file == str(paths[0])}
    assert lines[Flaw.UNREADABLE] == [4]
    assert (lines[Flaw.BAD_SIDE], lines[Flaw.DUPLICATE], lines[Flaw.BAD_QUANTITY]) == ([5], [6], [7])
    with pytest.raises(RecordingError, match="xyz_depth"):
        read_recording(paths)


def test_btcusdt_best_quotes_are_the_recorded_ones() -> None:
    names = [f"btcusdt_usdm_20240808_{name}.parquet" for name in ("bbo", "depth", "trades")]
    record = read_recording([shared_path("lob", name) for name in names])
    quotes = pq.read_table(shared_path("lob", names[0])).to_pydict()
    times = np.array(quotes["exch_ns"])
    last = np.flatnonzero(np.diff(times, append=times[-1] + 1) > 0)
    row = np.searchsorted(record.history.ts_ns, times[last] % 86_400_000_000_000, side="right") - 1
    for ticks, name in ((record.history.bid_ticks, "bid"), (record.history.ask_ticks, "ask")):
        assert np.mean(ticks[row, 0] == np.rint(np.array(quotes[name])[last] * 10)) > 0.999
    assert not record.history.crossed.any()
