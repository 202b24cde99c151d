"""Damaged recordings of every format: told with file, row and value, or refused; never passed over."""

from __future__ import annotations

import gzip
import lzma
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from execution.errors import ExecutionError, RecordingError
from execution.market.calibrate import calibrate
from execution.recorded.lobster import read_lobster
from execution.recorded.quality import Flaw, QualityReport, Tolerance
from execution.recorded.read import read_recording

BEARS_ALL = Tolerance(share=1.0)
GOOD = """34200.1,1,11,100,2238200,-1
34200.2,1,12,21,2238100,1
34200.3,4,11,40,2238200,-1
34201,2,12,1,2238100,1
"""
BOOK = "2238200,100,-9999999999,0\n2238200,100,2238100,21\n2238200,60,2238100,21\n2238200,60,2238100,20\n"
START_NS = 1_723_161_255_000_000_000
EVENT = '{{"price": "{price}", "amount": "{amount}", "id": {id}, "order_type": {side}}}'


def written(folder: Path, content: str | bytes, name: str = "XYZ_2020-01-02_message_1.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(report: QualityReport, flaw: Flaw) -> list[int]:
    return [int(line) for finding in report.findings if finding.flaw == flaw for line in finding.lines]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"\0" * 4096,
        GOOD.replace(",", ";").encode(),
        GOOD.encode("utf-16"),
        b"time,type,order_id,size,price,direction\n",
        gzip.compress(GOOD.encode(), mtime=0)[:40],
        gzip.compress(GOOD.encode(), mtime=0) + b"junk",
        lzma.compress(GOOD.encode())[:50],
        b"PAR1",
        b"PAR1" + b"x" * 1000 + b"PAR1",
        b"BZh91AY&SY",
    ],
)
def test_what_is_no_recording_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RecordingError, match=r"XYZ_2020-01-02_message_1\.csv"):
        read_recording(written(tmp_path, content))


def test_a_pipe_is_refused_since_it_can_be_read_only_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingError, match="found 'a pipe'"):
        read_recording(tmp_path / "pipe")


def test_a_file_that_is_not_there_is_said_without_an_error_number(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"gone\.csv: found 'No such file or directory'"):
        read_recording(tmp_path / "gone.csv")


@pytest.mark.parametrize("column", range(6))
@pytest.mark.parametrize("value", ["nan", "", "inf", "abc", "9" * 30, "0x10", "−1", "1e5", "\0"])
def test_a_cell_without_a_number_is_told_with_its_row(tmp_path: Path, column: int, value: str) -> None:
    lines = [line.split(",") for line in GOOD.splitlines()]
    lines[3][column] = value
    path = written(tmp_path, "\n".join(",".join(cells) for cells in lines))
    assert rows_of(read_lobster(path, tolerance=BEARS_ALL).report, Flaw.UNREADABLE) == [4]


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.replace(",", " , ")])
def test_line_ends_a_byte_order_mark_and_spaces_do_not_matter(tmp_path: Path, text: str) -> None:
    report = read_recording(written(tmp_path, text)).report
    assert (report.messages, report.findings) == (4, ())


@pytest.mark.parametrize("messages", [GOOD, f"time,type,order_id,size,price,direction\n{GOOD}"])
@pytest.mark.parametrize("book", [BOOK, f"ask,size,bid,size\n{BOOK}"])
def test_a_header_moves_no_message_to_another_row_of_the_book(
    tmp_path: Path, messages: str, book: str
) -> None:
    record = read_recording([written(tmp_path, messages), written(tmp_path, book, "book.csv")])
    assert record.history.ask_volume[:, 0].tolist() == [100, 100, 60, 60]
    assert record.report.findings == ()


def test_a_row_of_the_book_without_a_message_is_told(tmp_path: Path) -> None:
    short = written(tmp_path, "".join(GOOD.splitlines(keepends=True)[:3]))
    record = read_lobster(short, written(tmp_path, BOOK, "book.csv"), tolerance=BEARS_ALL)
    assert rows_of(record.report, Flaw.UNREADABLE) == [4]
    assert "book.csv, row 4" in str(next(record.report.problems()))


def test_a_negative_size_in_the_book_is_told(tmp_path: Path) -> None:
    book = written(tmp_path, BOOK.replace("2238100,20", "2238100,-20"), "book.csv")
    record = read_lobster(written(tmp_path, GOOD), book, tolerance=BEARS_ALL)
    assert rows_of(record.report, Flaw.BAD_QUANTITY) == [4]
    assert record.history.bid_volume[3, 0] == 0


def test_a_tick_beyond_all_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="a tick that is a multiple"):
        read_lobster(written(tmp_path, GOOD), tick_size=1e300)


def test_a_recording_that_takes_no_time_cannot_be_fitted(tmp_path: Path) -> None:
    lines = ["34200," + line.split(",", 1)[1] for line in GOOD.splitlines()]
    record = read_lobster(written(tmp_path, "\n".join(lines)))
    with pytest.raises(ExecutionError, match="take no time"):
        calibrate(record.messages, record.history, model="santa_fe")


def logged(count: int = 4, **changed: str) -> str:
    """A Bitstamp log of buy orders; the last one with what is changed."""
    lines = []
    for number in range(count):
        values = {"ts": f"{1430438400000 + number}", "price": "236.5", "amount": "1.0", "side": "0"}
        values |= {"id": str(100 + number)} | (changed if number == count - 1 else {})
        lines.append(f"{values.pop('ts')} order_created {EVENT.format(**values)}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("price", value) for value in ("NaN", "1e30", "1e400", "1e999999999", "9" * 5000, "-5", "0")],
        *[("amount", value) for value in ("Infinity", "1e30", "1e400", "x", "")],
        *[("id", value) for value in ("Infinity", "9" * 20, "null", "[1]", "[" * 100_000)],
        *[("ts", value) for value in ("9" * 20, "1430438401000000000", "-1", "1e5")],
        *[("side", value) for value in ("2", "null", '"bid"')],
    ],
)
def test_an_event_beyond_what_can_be_counted_is_told_with_its_line(
    tmp_path: Path, field: str, value: str
) -> None:
    path = written(tmp_path, logged(**{field: value}), "feed.log")
    assert rows_of(read_recording(path, tolerance=BEARS_ALL).report, Flaw.UNREADABLE) == [4]


@pytest.mark.parametrize("amount", ["-5", "0"])
def test_an_order_of_nothing_is_told_with_its_line(tmp_path: Path, amount: str) -> None:
    path = written(tmp_path, logged(amount=amount), "feed.log")
    report = read_recording(path, tolerance=BEARS_ALL).report
    assert (report.messages, rows_of(report, Flaw.BAD_QUANTITY)) == (3, [4])


def test_one_wrong_time_does_not_move_the_recordings_day(tmp_path: Path) -> None:
    path = written(tmp_path, logged(6, ts="0"), "feed.log")
    record = read_recording(path, tolerance=BEARS_ALL)
    assert record.messages.date == "2015-05-01"
    assert record.messages.ts_ns.tolist() == [1_000_000 * ms for ms in (0, 1, 2, 3, 4, 4)]
    assert rows_of(record.report, Flaw.TIME_BACKWARDS) == [6]


def test_a_table_of_orders_is_known_by_its_header_and_not_by_its_name(tmp_path: Path) -> None:
    table = "id,timestamp,exchange.timestamp,price,volume,action,direction\n"
    table += "1,1430438400000,1430438400000,236.5,100000000,created,bid\n"
    table += "2,999999999999999999,1430438400000,236.5,100000000,created,bid\n"
    record = read_recording(written(tmp_path, table, "orders.txt"), tolerance=BEARS_ALL)
    assert (record.report.messages, rows_of(record.report, Flaw.UNREADABLE)) == (1, [3])


def changes(folder: Path, **changed: list[float | None] | pa.Array) -> Path:
    """Six Binance level changes a second apart at two prices, the third row changed."""
    columns: dict[str, list[float | None] | pa.Array] = {
        "exch_ns": [START_NS + number * 10**9 for number in range(6)],
        "side": [1, -1] * 3,
        "price": [99.0, 101.0] * 3,
        "qty": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "u": [1, 2, 3, 4, 5, 6],
    }
    pq.write_table(pa.table(columns | changed), folder / "depth.parquet")
    return folder / "depth.parquet"


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": [99.0, 101.0, 1e300, 101.0, 99.0, 101.0]},
        {"price": [99.0, 101.0, -99.0, 101.0, 99.0, 101.0]},
        {"qty": [1.0, 2.0, 1e15, 4.0, 5.0, 6.0]},
        {"qty": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0]},
        {"u": [1, 2, None, 4, 5, 6]},
        {"u": pa.array([1, 2, 2**64 - 1, 4, 5, 6], pa.uint64())},
        {"side": [1, -1, None, -1, 1, -1]},
    ],
)
def test_a_number_that_is_none_costs_its_own_row_only(tmp_path: Path, wrong: dict[str, pa.Array]) -> None:
    report = read_recording(changes(tmp_path, **wrong), tolerance=BEARS_ALL).report
    assert rows_of(report, Flaw.UNREADABLE) == [3]


def test_one_empty_time_leaves_every_other_nanosecond_exact(tmp_path: Path) -> None:
    times = [START_NS + number * (10**9 + 1) for number in range(6)]
    record = read_recording(changes(tmp_path, exch_ns=[*times[:2], None, *times[3:]]), tolerance=BEARS_ALL)
    assert rows_of(record.report, Flaw.UNREADABLE) == [3]
    assert np.diff(record.messages.ts_ns).tolist() == [10**9 + 1] * 2


def test_one_wrong_time_of_a_feed_is_told_and_moves_nothing_else(tmp_path: Path) -> None:
    times = [START_NS + number * 10**9 for number in range(6)]
    record = read_recording(changes(tmp_path, exch_ns=[*times[:2], 0, *times[3:]]), tolerance=BEARS_ALL)
    assert rows_of(record.report, Flaw.TIME_BACKWARDS) == [3]
    assert (record.messages.symbol, record.messages.date) == ("DEPTH", "2024-08-08")
    assert np.ptp(record.messages.ts_ns) <= 5 * 10**9
