from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from execution.errors import RecordingError
from execution.orders import Side
from execution.tca.fill_reader import find_fills, read_fills
from execution.tca.fill_table import FILL_SCHEMA, fill_table, write_fills
from tests.execution.tca.recorded_fills import filled_order


def written(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path


def changed(column: str, values: list[object], kind: pa.DataType | None = None) -> pa.Table:
    """The table of two fills of one order with another column."""
    table = fill_table([filled_order()])
    at = table.column_names.index(column)
    return table.set_column(at, column, pa.array(values, kind or table.schema.field(column).type))


def test_a_fill_is_a_row_that_knows_its_order() -> None:
    first, second = fill_table([filled_order()]).to_pylist()
    assert (first["quantity"], first["price_ticks"], first["price"]) == (6, 4_001, 1_000.25)
    assert first["side"] == 1
    assert first["order_quantity"] == second["order_quantity"] == 10
    assert (first["liquidity"], second["liquidity"]) == ("maker", "taker")
    assert first["decision_ts_ns"] == first["arrival_ts_ns"]


def test_what_is_written_is_read_back_by_order_in_the_file_s_order(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [filled_order(parent_id="z"), filled_order(parent_id="b")])
    orders = read_fills(tmp_path / "fills.parquet")
    assert orders.parent_id.tolist() == ["z", "b"]
    assert orders.filled_quantity.tolist() == [10, 10]
    assert orders.average_price[0] == pytest.approx((6 * 1_000.25 + 4 * 1_000.75) / 10)
    assert orders.taker_share[0] == pytest.approx(0.4)
    assert orders.fee[0] == pytest.approx(10.0)


def test_a_file_that_is_there_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "fills.parquet"
    write_fills(path, [filled_order()])
    write_fills(path, [filled_order(parent_id="b"), filled_order(parent_id="c")])
    assert len(read_fills(path)) == 2
    assert [found.name for found in tmp_path.iterdir()] == ["fills.parquet"]


def test_no_orders_are_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [])
    assert pq.read_table(tmp_path / "fills.parquet").schema.names == FILL_SCHEMA.names
    assert len(read_fills(tmp_path / "fills.parquet")) == 0


def test_an_order_without_fills_is_kept_with_what_it_missed(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [filled_order(fills=())])
    orders = read_fills(tmp_path / "fills.parquet")
    assert orders.leaves_quantity.tolist() == [10]
    assert orders.cost_bps[0] == pytest.approx(1e4 * 1.0 / 1_000.0)


def test_every_fills_file_below_a_folder_is_found(tmp_path: Path) -> None:
    for name in ("b", "a/deep"):
        (tmp_path / name).mkdir(parents=True)
        write_fills(tmp_path / name / "fills.parquet", [filled_order()])
    found = find_fills(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a/deep/fills.parquet", "b/fills.parquet"]
    assert len(read_fills(*found)) == 2


def test_a_place_without_fills_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"fills\.parquet"):
        find_fills(tmp_path)
    with pytest.raises(RecordingError, match="nowhere"):
        find_fills(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("side", [0, 1], r"row 1, column 'side': found '0'"),
        ("quantity", [-1, 4], "not negative"),
        ("quantity", [7, 4], "no more than the order's quantity"),
        ("price", [None, 1_000.0], "a price of what was traded"),
        ("price", [float("inf"), 1_000.0], "row 1, column 'price': found 'inf'"),
        ("arrival_price", [0.0, 0.0], "a price above zero"),
        ("order_quantity", [10, 11], "row 2, column 'order_quantity'.*first row says"),
        ("horizon_ns", [0, 0], "a time above zero"),
        ("ts_ns", [1, 10**13], "not before the order's arrival"),
        ("volatility", [-0.2, -0.2], "a volatility above zero"),
        ("market_volume", [5, 5], "no more than the market's volume"),
        ("fee", [float("nan"), 0.0], "row 1, column 'fee'"),
        ("parent_id", ["", ""], "a text"),
        ("symbol", ["ES", None], "row 2, column 'symbol'"),
    ],
)
def test_a_bad_cell_is_named_with_its_row(
    tmp_path: Path, column: str, values: list[object], expected: str
) -> None:
    path = written(tmp_path / "fills.parquet", changed(column, values))
    with pytest.raises(RecordingError, match=expected):
        read_fills(path)


def test_texts_where_numbers_belong_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "fills.parquet", changed("side", ["buy", "buy"], pa.string()))
    with pytest.raises(RecordingError, match="column 'side'"):
        read_fills(path)


def test_a_column_of_lists_is_no_column_of_texts(tmp_path: Path) -> None:
    path = written(tmp_path / "fills.parquet", changed("symbol", [["ES"], ["ES"]], pa.list_(pa.string())))
    with pytest.raises(RecordingError, match="a column of texts"):
        read_fills(path)


def test_all_problems_of_all_files_come_together(tmp_path: Path) -> None:
    one = written(tmp_path / "one.parquet", changed("side", [0, 0]))
    two = written(tmp_path / "two.parquet", fill_table([filled_order()]).drop_columns(["quantity"]))
    with pytest.raises(RecordingError) as caught:
        read_fills(one, two)
    assert [problem.column for problem in caught.value.problems] == ["side", "side", "quantity"]


def test_columns_that_may_be_absent_leave_the_order_unusable_and_not_lost(tmp_path: Path) -> None:
    table = fill_table([filled_order()]).drop_columns(["volatility", "market_volume", "end_price"])
    orders = read_fills(written(tmp_path / "fills.parquet", table))
    assert len(orders) == 1
    assert orders.usable().tolist() == [False]


def test_a_file_that_is_no_table_is_said(tmp_path: Path) -> None:
    (tmp_path / "fills.parquet").write_text("parent_id,symbol\n")
    with pytest.raises(RecordingError, match="readable parquet"):
        read_fills(tmp_path / "fills.parquet")


def test_selling_lower_costs_as_much_as_buying_higher(tmp_path: Path) -> None:
    bought = filled_order(parent_id="a", fills=((10, 4_004),))
    sold = filled_order(parent_id="b", side=Side.SELL, fills=((10, 3_996),))
    write_fills(tmp_path / "fills.parquet", [bought, sold])
    np_cost = read_fills(tmp_path / "fills.parquet").cost_bps
    assert np_cost.tolist() == pytest.approx([10.0, 10.0])


def test_an_unfinished_order_costs_what_it_missed_and_counts_with_its_whole_size(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [filled_order(quantity=20, fills=((10, 4_004),))])
    orders = read_fills(tmp_path / "fills.parquet")
    # Half at 1 more, half left with the mid 1 away: 1 of 1000 either way.
    assert orders.cost_bps.tolist() == pytest.approx([10.0])
    assert orders.participation.tolist() == pytest.approx([20 / 1_010])


def test_an_unfinished_order_whose_end_is_not_known_teaches_nothing(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [filled_order(quantity=20, end_price=None)])
    assert not read_fills(tmp_path / "fills.parquet").usable().any()


def test_the_mid_at_each_fill_is_kept_where_it_is_known() -> None:
    known = replace(filled_order(), fill_mid=(1_000.125, 1_000.5))
    assert fill_table([known]).column("mid").to_pylist() == [1_000.125, 1_000.5]
    assert fill_table([filled_order()]).column("mid").to_pylist() == [None, None]
