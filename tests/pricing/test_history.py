"""A history file is read whole and right, or refused with every malformed row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from pricing.errors import InputError
from pricing.history import PriceHistory, read_history
from tests.shared_data import shared_path

GOOD = (
    "Date,Open,High,Low,Close\n2018-02-01,10,12,9,11\n2018-02-02,11,11.5,10,10.5\n2018-02-05,10,10.2,9,9.5\n"
)


def written(tmp_path: Path, content: str | bytes, name: str = "history.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(tmp_path: Path, content: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read_history(written(tmp_path, content), symbol="ACME")
    return caught.value


def test_open_high_low_close_are_read_with_their_fingerprint(tmp_path: Path) -> None:
    history = read_history(written(tmp_path, GOOD), symbol="ACME")
    assert history.dates.tolist() == [date(2018, 2, 1), date(2018, 2, 2), date(2018, 2, 5)]
    assert history.close.tolist() == [11, 10.5, 9.5]
    assert history.high is not None
    assert history.high.tolist() == [12, 11.5, 10.2]
    assert (history.origin, len(history.sha256 or ""), history.notes) == ("history.csv", 64, ())


@pytest.mark.parametrize(
    "header", ["date,close", "Date,Adj Close", "timestamp,price", "DATE,acme", "observation_date,PX_LAST"]
)
def test_usual_column_names_are_understood(tmp_path: Path, header: str) -> None:
    history = read_history(written(tmp_path, f"{header}\n2018-02-01,11\n2018-02-02,12\n"), symbol="ACME")
    assert history.close.tolist() == [11, 12]


def test_parquet_with_timestamps_reads_as_csv_does(tmp_path: Path) -> None:
    days = pa.array(np.array(["2018-02-01", "2018-02-02"], dtype="datetime64[ns]"))
    parquet.write_table(pa.table({"Date": days, "Close": [11.0, 12.0]}), tmp_path / "history.parquet")
    history = read_history(tmp_path / "history.parquet", symbol="ACME")
    assert history.dates.tolist() == [date(2018, 2, 1), date(2018, 2, 2)]
    assert history.close.tolist() == [11, 12]


def test_a_file_from_newest_to_oldest_is_turned_round(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    assert read_history(written(tmp_path, turned), symbol="ACME").close.tolist() == [11, 10.5, 9.5]


def test_every_malformed_row_is_reported_at_once(tmp_path: Path) -> None:
    rows = [
        "2018-02-01,11",
        "2018-02-02,nan",
        "yesterday,12",
        "2018-02-06,-3",
        "2018-02-07,",
        "2018-02-08,inf",
    ]
    error = refused(tmp_path, "Date,Close\n" + "\n".join(rows))
    assert [problem.row for problem in error.problems] == [3, 4, 5, 6, 7]
    assert {problem.column for problem in error.problems} == {"Date", "Close"}


def test_repeated_and_unordered_days_are_reported_with_their_rows(tmp_path: Path) -> None:
    error = refused(tmp_path, "Date,Close\n2018-02-01,1\n2018-02-01,1\n2018-02-05,1\n2018-02-02,1\n")
    assert [problem.row for problem in error.problems] == [3, 5]
    assert "a later day than the row before" in str(error)


def test_prices_that_contradict_each_other_are_reported(tmp_path: Path) -> None:
    error = refused(tmp_path, "Date,Open,High,Low,Close\n2018-02-01,10,9,12,10\n2018-02-02,10,11,9,14\n")
    assert [(problem.row, problem.column) for problem in error.problems] == [(2, "High"), (3, "Close")]


def test_an_adjusted_close_may_lie_outside_the_unadjusted_range(tmp_path: Path) -> None:
    content = "Date,Open,High,Low,Adj Close\n2018-02-01,10,12,9,5\n2018-02-02,10,12,9,5.1\n"
    assert read_history(written(tmp_path, content), symbol="ACME").close.tolist() == [5, 5.1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "the file is empty"),
        ("Date,Close\n", "at least one row"),
        ("Date,Volume\n2018-02-01,1\n", "close_price"),
        ("Close\n1\n", "column 'date'"),
        ("Date,Close,Close\n2018-02-01,1,2\n", "each column once"),
        ("Date,Close\n2018-02-01,1,2\n", "2 columns"),
        ("Date,Close\n2018-02-01,1\n".encode("utf-16"), "UTF-8"),
        (b"Date,Close\n2018-02-01,\xff\n", "UTF-8"),
        (b"PAR1 and then nothing", "whole parquet file"),
        (b"x" * 10_000_000, "header line"),
        (b"\0" * 100, "zero bytes"),
        ("Date,Close\n2018-02-01,=1+1\n", "a positive price"),
    ],
)
def test_an_unusable_file_is_refused_with_a_sentence(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    assert expected in str(refused(tmp_path, content))


def test_a_directory_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(InputError, match="expected a"):
            read_history(path, symbol="ACME")


def test_until_keeps_nothing_after_the_day() -> None:
    days = np.arange("2018-02-01", "2018-02-11", dtype="datetime64[D]")
    history = PriceHistory(symbol="ACME", dates=days, close=np.arange(1.0, 11.0), high=np.arange(2.0, 12.0))
    cut = history.until(date(2018, 2, 4))
    assert cut.dates[-1] == np.datetime64("2018-02-04")
    assert cut.high is not None
    assert (len(cut.close), len(cut.high), cut.open) == (4, 4, None)


def test_a_real_file_of_thirty_years_is_read() -> None:
    history = read_history(shared_path("history", "sp500_close_1990_2022.csv"), symbol="SPX")
    assert (len(history.dates), history.notes) == (8313, ())
    assert history.close[0] == 359.69


def test_a_series_that_may_halve_is_not_asked_for_splits(tmp_path: Path) -> None:
    content = "date,close\n2018-02-01,80\n2018-02-02,40\n2018-02-05,41\n"
    assert "split" in str(refused(tmp_path, content))
    history = read_history(written(tmp_path, content), symbol="ACME", question_moves=False)
    assert history.close.tolist() == [80, 40, 41]
