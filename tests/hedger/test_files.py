from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hedger.errors import UsageError
from hedger.report.files import write_run, write_whole
from hedger.report.record import RunInputs
from tests.hedger.runs import small_run


@pytest.fixture
def inputs(tmp_path: Path) -> RunInputs:
    portfolio = tmp_path / "book.csv"
    portfolio.write_text("symbol,quantity\n")
    return RunInputs(portfolio=portfolio)


def test_a_run_is_written_with_page_columns_and_record(tmp_path: Path, inputs: RunInputs) -> None:
    write_run(small_run(), tmp_path / "out", inputs)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["fills.parquet", "orders.parquet", "report.html", "run.json"]


def test_orders_and_fills_are_columns(tmp_path: Path, inputs: RunInputs) -> None:
    write_run(small_run(), tmp_path / "out", inputs)
    fills = pq.read_table(tmp_path / "out" / "fills.parquet").to_pylist()
    orders = pq.read_table(tmp_path / "out" / "orders.parquet").to_pylist()
    assert sum(fill["quantity"] for fill in fills) == orders[0]["filled_quantity"] == 10


def test_a_run_without_orders_still_has_typed_columns(tmp_path: Path, inputs: RunInputs) -> None:
    write_run(small_run(dry_run=True), tmp_path / "out", inputs)
    fills = pq.read_table(tmp_path / "out" / "fills.parquet")
    assert fills.num_rows == 0
    assert str(fills.schema.field("price").type) == "double"


def test_the_record_names_the_inputs_their_hashes_and_the_versions(tmp_path: Path, inputs: RunInputs) -> None:
    write_run(small_run(), tmp_path / "out", inputs)
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert record["files"][0]["path"] == str(inputs.portfolio)
    assert len(record["files"][0]["sha256"]) == 64
    assert {"python", "numpy", "numba", "QuantLib", "arch", "scipy", "pandas"} <= set(record["versions"])


def test_a_failure_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "half").write_text("written")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_whole(tmp_path / "out", fill)
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_holds_something_is_refused_and_untouched(tmp_path: Path, inputs: RunInputs) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="not empty"):
        write_run(small_run(), tmp_path / "out", inputs)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_empty_directory_is_taken_and_a_file_is_refused(tmp_path: Path, inputs: RunInputs) -> None:
    (tmp_path / "empty").mkdir()
    write_whole(tmp_path / "empty", lambda folder: (folder / "x").touch())
    assert (tmp_path / "empty" / "x").exists()
    with pytest.raises(UsageError, match="is a file"):
        write_whole(inputs.portfolio, lambda folder: None)


def test_a_place_that_cannot_be_made_is_said(inputs: RunInputs) -> None:
    with pytest.raises(UsageError, match="cannot be made"):
        write_whole(inputs.portfolio / "below-a-file", lambda folder: None)
