"""Anybody's fills: names of columns, formats of cells, and every bad row named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from execution.errors import RecordingError
from execution.tca import cells
from execution.tca.blotter import NO_TIME
from execution.tca.fill_file import read_fills
from tests.execution.tca.blotters import read, written

FIX = """OrderID,Symbol,Side,LastQty,LastPx,TransactTime,LastMkt,Commission,LastLiquidityInd,OrderQty,ExecType
A1,XYZ,1,100,10.01,20240808-14:30:00.123,XNAS,0.3,2,300,F
A1,XYZ,1,0,,20240808-14:30:30,XNAS,,,300,0
A1,XYZ,1,100,10.02,20240808-14:31:00.123456789,XNAS,0.3,1,250,F
A2,XYZ,2,"1,000",10.02,20240808-14:31:00,XNYS,0.3,1,,F
"""


def test_a_fix_export_is_read_with_its_codes_and_its_reports_of_no_trade_passed_over(tmp_path: Path) -> None:
    blotter = read(tmp_path, FIX).blotter
    assert blotter.orders.side.tolist() == [1.0, -1.0]
    assert blotter.orders.quantity[0] == 250.0
    assert np.isnan(blotter.orders.quantity[1])
    assert blotter.fills.taker.tolist() == [1.0, 0.0, 0.0]
    assert blotter.fills.ts_ns[1] - blotter.fills.ts_ns[0] == 60 * 10**9 + 456_789
    assert any("1 reports" in note for note in blotter.notes)


def test_every_bad_cell_is_named_with_row_column_value_and_what_was_expected(tmp_path: Path) -> None:
    text = "order_id,side,qty,price,time\na,buy,1,10,1700000000\nb,up,x,-1,soon\n"
    with pytest.raises(RecordingError) as caught:
        read(tmp_path, text)
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [
        (3, "side", "up"),
        (3, "qty", "x"),
        (3, "price", "-1"),
        (3, "time", "soon"),
    ]


def test_skipped_rows_are_listed_and_the_others_are_read(tmp_path: Path) -> None:
    text = "order_id,side,qty,price,time\na,buy,1,10,1700000000\nb,buy,nan,10,1700000000\nc,sell,2\n"
    found = read(tmp_path, text, skip_bad_rows=True)
    assert found.blotter.orders.parent_id.tolist() == ["a"]
    assert [problem.row for problem in found.problems] == [3, 4]


def test_a_file_without_one_good_row_is_refused_even_where_bad_rows_may_be_skipped(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="at least one fill"):
        read(tmp_path, "side,qty,price,time\nbuy,0,10,1700000000\n", skip_bad_rows=True)


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        ("a,buy,1,10,1700000000,,\na,sell,1,10,1700000000,,", "side"),
        ("a,buy,1,10,1700000000,10,\na,buy,1,10,1700000000,11,", "arrival_price"),
        ("a,buy,5,10,1700000000,,4", "order_quantity"),
    ],
)
def test_an_order_that_denies_itself_is_named(tmp_path: Path, rows: str, column: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(tmp_path, f"order_id,side,qty,price,time,arrival_price,order_quantity\n{rows}\n")
    assert [problem.column for problem in caught.value.problems] == [column]


def test_a_fill_before_its_order_arrived_is_named(tmp_path: Path) -> None:
    text = "order_id,side,qty,price,time,arrival_time\na,buy,1,10,1700000000,1700000001\n"
    with pytest.raises(RecordingError, match="row 2, column 'time'"):
        read(tmp_path, text)


def test_a_missing_column_is_named_with_the_names_it_may_have(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="last_px"):
        read(tmp_path, "side,qty,time\nbuy,1,1700000000\n")


def test_without_sides_the_sign_of_the_quantity_tells_and_without_parents_the_day(tmp_path: Path) -> None:
    text = "qty,price,time,symbol\n-5,10,2024-08-08T10:00:00Z,X\n5,10,2024-08-08T11:00:00Z,X\n"
    blotter = read(tmp_path, text).blotter
    assert blotter.orders.parent_id.tolist() == ["X sell 2024-08-08", "X buy 2024-08-08"]


def test_the_order_of_rows_and_titles_around_the_table_do_not_matter(tmp_path: Path) -> None:
    rows = ["a,buy,1,10,1700000009", "b,sell,1,10,1700000003", "a,buy,2,11,1700000001"]
    fills = read(tmp_path, "My broker\n\norder_id,side,qty,price,time\n" + "\n".join(rows)).blotter.fills
    assert fills.order.tolist() == [0, 0, 1]
    assert fills.quantity.tolist() == [2.0, 1.0, 1.0]


def test_recorded_parquet_is_read_with_an_order_that_never_traded(tmp_path: Path) -> None:
    path = tmp_path / "fills.parquet"
    table = {
        "parent_id": ["a", "b"],
        "side": pa.array([1, -1], pa.int8()),
        "quantity": [3, 0],
        "price": [10.5, None],
        "ts_ns": [5, 7],
        "arrival_ts_ns": [2, 7],
        "horizon_ns": [10, 10],
        "order_quantity": [3, 4],
    }
    pq.write_table(pa.table(table), path)
    blotter = read_fills(path).blotter
    assert blotter.filled.tolist() == [3.0, 0.0]
    assert blotter.ordered.tolist() == [3.0, 4.0]
    assert blotter.end_ns().tolist() == [12, 17]
    assert blotter.first_ns().tolist() == [5, NO_TIME]


@pytest.mark.parametrize(
    "text",
    [
        "2024-08-08T14:30:00.5Z",
        "2024-08-08 16:30:00,5+02:00",
        "20240808-14:30:00.500",
        "1723127400500",
        "1723127400.5",
        "2024/08/08 2:30:00.5 PM",
    ],
)
def test_one_instant_is_read_from_every_way_to_write_it(text: str) -> None:
    assert cells.instant_ns(text) == 1_723_127_400_500_000_000


@pytest.mark.parametrize("text", ["04/05/2024 10:00", "2024-13-01T00:00Z", "noon", "5", "2024-08-08T25:00Z"])
def test_a_time_that_can_be_confused_or_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time such as"):
        cells.instant_ns(text)


@pytest.mark.parametrize(
    "content", [b"", b"PAR1 but no more", b"\xff\xfe\x00", b"a,b\n", b"side,qty,price,time\n"]
)
def test_no_file_ends_in_anything_but_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, "")
    path.write_bytes(content)
    with pytest.raises(RecordingError):
        read_fills(path)
