"""A desk's own file of requests: names of columns, words, what must agree, every bad row named."""

from __future__ import annotations

from dataclasses import fields
from itertools import permutations
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import RecordingError
from execution.rfq.log_columns import RFQ_ALIASES
from execution.rfq.log_example import example_history, history_table
from execution.rfq.log_file import HistoryFile, read_history
from execution.rfq.log_history import RfqHistory

FIX_NAMES = "QuoteReqID,TransactTime,Symbol,Side,OrderQty,PartyID,BidPx,OfferPx,QuoteRespType,MidPx,MktBidPx"
FIX = f"""{FIX_NAMES},MktOfferPx
q1,20240102-14:30:00.300,XYZ,1,500,BETA,99.8,100.3,4,100,99.9,100.1
q1,20240102-14:30:00.100,XYZ,1,500,ACME,99.9,100.2,1,100,99.9,100.1
q1,20240102-14:30:00.300,XYZ,1,500,GAMMA,,,6,100,99.9,100.1
q0,20240102-13:30:00.100,XYZ,2,"1,300",ACME,99.9,100.2,1,,99.9,100.2
"""
HEAD = "rfq_id,time,side,qty,dealer,quote,mid,outcome\n"


def read(folder: Path, text: str, *, skip_bad_rows: bool = False) -> HistoryFile:
    path = folder / "requests.csv"
    path.write_text(text, encoding="utf-8")
    return read_history(path, skip_bad_rows=skip_bad_rows)


def problems(folder: Path, text: str) -> list[tuple[int | None, str | None, str | None]]:
    with pytest.raises(RecordingError) as caught:
        read(folder, text)
    return [(found.row, found.column, found.value) for found in caught.value.problems]


def with_own_mids(count: int, *, apart: int) -> str:
    """Requests to two dealers, who answer a second apart; in the last few the mid has risen by then."""
    lines = [HEAD.strip()]
    for at in range(count):
        later = 100.5 if at >= count - apart else 100.0
        lines.append(f"r{at},{1_700_000_001 + 10 * at},buy,1,Y,101,{later},lost")
        lines.append(f"r{at},{1_700_000_000 + 10 * at},buy,1,X,100.2,100,won")
    return "\n".join(lines)


def test_mids_that_often_differ_are_each_quotes_own(tmp_path: Path) -> None:
    found = read(tmp_path, with_own_mids(40, apart=6)).history
    np.testing.assert_array_equal(found.mid, 100.0)
    np.testing.assert_array_equal(found.quote_mid[:, 0], 100.0)
    np.testing.assert_array_equal(found.quote_mid[:, 1], [100.0] * 34 + [100.5] * 6)
    np.testing.assert_array_equal(found.mid_at_trade, [100.0] * 34 + [100.25] * 6)
    assert "its earliest row's" in found.notes[-1]
    pq.write_table(history_table(found), tmp_path / "again.parquet")
    assert_same(read_history(tmp_path / "again.parquet").history, found)


@pytest.mark.parametrize(("count", "apart"), [(40, 4), (60, 5)])
def test_mids_that_seldom_differ_are_slips(tmp_path: Path, count: int, apart: int) -> None:
    text = with_own_mids(count, apart=apart)
    first = 2 * (count - apart) + 3  # the row of the dealer that answered later stands first
    assert problems(tmp_path, text)[0] == (first, "mid", "100")
    kept = read(tmp_path, text, skip_bad_rows=True).history
    assert len(kept) == count - apart
    assert np.isnan(kept.quote_mid).all()


def assert_same(one: RfqHistory, other: RfqHistory) -> None:
    assert one.dealers == other.dealers
    for field in fields(RfqHistory):
        value = getattr(one, field.name)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            np.testing.assert_allclose(value, getattr(other, field.name), atol=1e-12)
        elif isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(other, field.name))


def test_a_fix_export_is_read_with_its_codes_and_the_sides_own_quote(tmp_path: Path) -> None:
    history = read(tmp_path, FIX).history
    assert history.request_id.tolist() == ["q0", "q1"]
    assert history.dealers == ("ACME", "BETA", "GAMMA")
    assert history.side.tolist() == [-1.0, 1.0]
    assert history.quantity.tolist() == [1300.0, 500.0]
    assert history.quote[0, 0] == 99.9
    np.testing.assert_array_equal(history.quote[1], [100.2, 100.3, np.nan])
    assert history.traded[:, 0].all()
    assert history.answered.tolist() == [[True, False, False], [True, True, False]]
    np.testing.assert_allclose(history.mid, [100.05, 100.0])
    assert history.half_spread[1] == pytest.approx(0.1)


def test_fix_tags_are_names_of_columns_too(tmp_path: Path) -> None:
    names = "131,60,55,54,38,448,132,133,694,631,645,646"
    assert_same(read(tmp_path, FIX).history, read(tmp_path, names + FIX[FIX.index("\n") :]).history)


def test_every_name_is_read_in_any_writing(tmp_path: Path) -> None:
    for name in RFQ_ALIASES["dealer"]:
        text = HEAD.replace("dealer", name.upper().replace("_", " ")) + "a,1700000000,buy,1,X,5,4.9,won\n"
        assert read(tmp_path, text).history.dealers == ("X",)


@pytest.mark.parametrize("name", ["requests.parquet", "requests.csv"])
def test_a_simulated_history_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    history, path = example_history(200, 5), tmp_path / name
    write = pq.write_table if name.endswith("parquet") else pa_csv.write_csv
    write(history_table(history), path)
    assert_same(history, read_history(path).history)


@given(st.permutations(range(12)))
@settings(deadline=None, max_examples=20)
def test_the_order_of_rows_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    times = ("1700000000", "1700000050", "1700000050", "1700000020")
    rows = [
        f"{'abcd'[r]},{times[r]},{'sell' if r % 2 else 'buy'},{r + 1},D{d},{5 + 0.1 * d},4.9,lost"
        for r in range(4)
        for d in range(3)
    ]
    assert_same(
        read(folder, HEAD + "\n".join(rows)).history,
        read(folder, HEAD + "\n".join(rows[at] for at in order)).history,
    )


def test_every_bad_cell_is_named_with_row_column_and_value(tmp_path: Path) -> None:
    text = HEAD + "a,1700000000,buy,1,X,5,4.9,won\nb,soon,up,x,Y,z,w,maybe\n"
    assert problems(tmp_path, text) == [
        (3, "time", "soon"),
        (3, "side", "up"),
        (3, "qty", "x"),
        (3, "quote", "z"),
        (3, "outcome", "maybe"),
        (3, "mid", "w"),
    ]


def test_numbers_and_times_that_no_arithmetic_bears_are_named(tmp_path: Path) -> None:
    text = HEAD + "a,1500-01-02 14:30:00Z,buy,1e300,X,5,1e-300,won\nb,2262-05-01,buy,1,X,-1e31,5,won\n"
    assert problems(tmp_path, text) == [
        (2, "time", "1500-01-02 14:30:00Z"),
        (2, "qty", "1e300"),
        (2, "mid", "1e-300"),
        (3, "time", "2262-05-01"),
        (3, "quote", "-1e31"),
    ]


def test_what_rounding_leaves_of_a_locked_market_is_no_spread(tmp_path: Path) -> None:
    head = "rfq_id,time,side,qty,dealer,quote,bid,ask\n"
    rows = "a,1700000000,buy,1,X,5,4.9,4.9000000000001\nb,1700000000,buy,1,X,5,4.9,4.91\n"
    found = read(tmp_path, head + rows).history
    assert np.isnan(found.half_spread[0])
    assert found.half_spread[1] == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("a,1700000000,buy,1,X,5,4.9,won\na,1700000000,sell,1,Y,5,4.9,lost", (3, "side", "-1")),
        ("a,1700000000,buy,1,X,5,4.9,won\na,1700000000,buy,1,Y,5,4.8,lost", (3, "mid", "4.8")),
        ("a,1700000000,buy,1,X,5,4.9,won\na,1700000000,buy,1,X,6,4.9,lost", (3, "dealer", "X")),
        ("a,1700000000,buy,1,X,5,4.9,no quote", (2, "quote", "5")),
        ("a,1700000000,buy,0,X,5,4.9,won", (2, "qty", "0")),
        ("a,1700000000,buy,-1,X,5,4.9,won", (2, "qty", "-1")),
        ("a,1700000000,,1,X,5,4.9,won", (2, "side", "")),
        ("a,1700000000,buy,1,,5,4.9,won", (2, "dealer", "")),
        (",1700000000,buy,1,X,5,4.9,won", (2, "rfq_id", "")),
    ],
)
def test_a_request_that_denies_itself_or_lacks_a_part_is_named(
    tmp_path: Path, rows: str, found: tuple[int, str, str]
) -> None:
    assert problems(tmp_path, HEAD + rows + "\n") == [found]


def test_a_bad_row_takes_its_request_with_it(tmp_path: Path) -> None:
    rows = "a,1700000000,buy,1,X,5,4.9,won\na,1700000000,buy,1,Y,x,4.9,lost\nb,1700000001,buy,1,X,5,4.9,won\n"
    found = read(tmp_path, HEAD + rows, skip_bad_rows=True)
    assert found.history.request_id.tolist() == ["b"]
    assert [problem.row for problem in found.problems] == [3]
    assert "1 request with a bad row is left out whole." in found.history.notes


def test_a_later_row_of_a_dealer_amends_its_earlier_one_whatever_comes_first(tmp_path: Path) -> None:
    rows = ["a,1700000000,buy,1,X,5,4.9,", "a,1700000002,buy,1,X,,,won", "a,1700000001,buy,1,X,4.95,,"]
    for order in permutations(range(3)):
        history = read(tmp_path, HEAD + "\n".join(rows[at] for at in order)).history
        assert history.quote.tolist() == [[4.95]]
        assert history.traded.all()
        assert history.ts_ns.tolist() == [1_700_000_000 * 10**9]


def test_a_winner_is_told_by_flag_by_name_or_by_outcome(tmp_path: Path) -> None:
    rows = (("won", "no", "yes"), ("winner", "Y", "Y"), ("outcome", "covered", "Done"))
    for column, first, second in rows:
        text = f"rfq_id,time,qty,dealer,quote,{column}\na,17e8,-1,X,5,{first}\na,17e8,-1,Y,6,{second}\n"
        text = text.replace("17e8", "1700000000")
        history = read(tmp_path, text).history
        assert history.traded.tolist() == [[False, True]]
        assert history.side.tolist() == [-1.0]
    text = "rfq_id,time,qty,dealer,winner\na,1700000000,1,X,Z\n"
    assert problems(tmp_path, text) == [(2, "winner", "Z")]


def test_a_last_look_that_rejects_is_an_answer_and_no_trade(tmp_path: Path) -> None:
    text = (
        "rfq_id,time,qty,dealer,quote,won,rejected\na,1700000000,1,X,5,yes,yes\na,1700000000,1,Y,6,yes,no\n"
    )
    history = read(tmp_path, text).history
    assert history.rejected.tolist() == [[True, False]]
    assert history.traded.tolist() == [[False, True]]
    assert history.taken.all()


def test_the_trades_price_stands_for_a_winner_without_a_quote(tmp_path: Path) -> None:
    text = "rfq_id,time,qty,dealer,won,traded_price\na,1700000000,1,X,yes,5.5\na,1700000000,1,Y,no,5.5\n"
    history = read(tmp_path, text).history
    np.testing.assert_array_equal(history.quote, [[5.5, np.nan]])
    assert history.answered.tolist() == [[True, False]]


def test_missing_columns_are_named_with_the_names_that_they_may_have(tmp_path: Path) -> None:
    found = problems(tmp_path, "side,price_x\nbuy,1\n")
    assert [column for _, column, _ in found] == ["request_id", "time", "quantity", "dealer", None]


@pytest.mark.parametrize("content", [b"", b"PAR1 but no more", b"\xff\xfe\x00", b"a,b\n", HEAD.encode()])
def test_no_file_ends_in_anything_but_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "requests.csv"
    path.write_bytes(content)
    with pytest.raises(RecordingError):
        read_history(path, skip_bad_rows=True)
