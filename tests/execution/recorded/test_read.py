from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from execution.errors import RecordingError
from execution.recorded.read import FileKind, file_kind, read_recording
from tests.shared_data import shared_path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lobster_aapl/AAPL_2012-06-21_message_10_first998.csv", FileKind.LOBSTER_MESSAGES),
        ("lobster_aapl/AAPL_2012-06-21_orderbook_10_first998.csv", FileKind.LOBSTER_BOOK),
        ("lobster_aapl/AAPL_2012-06-21_orderbook_1_fullday.csv.gz", FileKind.LOBSTER_BOOK),
        ("lobster_amzn/AMZN_2012-06-21_messages_plus_L1.parquet", FileKind.LOBSTER_TABLE),
        ("bitstamp/2015-05-01.log.xz", FileKind.BITSTAMP),
        ("bitstamp/orders.csv.xz", FileKind.BITSTAMP),
        ("btcusdt_usdm_20240808_depth.parquet", FileKind.BINANCE_DEPTH),
        ("btcusdt_usdm_20240808_trades.parquet", FileKind.BINANCE_TRADES),
        ("btcusdt_usdm_20240808_bbo.parquet", FileKind.BINANCE_QUOTES),
    ],
)
def test_a_file_is_known_by_what_it_holds(name: str, kind: FileKind) -> None:
    assert file_kind(shared_path("lob", *name.split("/"))) is kind


def test_a_book_without_its_messages_is_no_recording(tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text("5859400,200,5853300,18\n")
    for paths in (book, [book, book], []):
        with pytest.raises(RecordingError):
            read_recording(paths)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"exch_ns": [1], "side": [1], "price": [1.0], "u": [1]}), path)
    with pytest.raises(RecordingError, match="column 'qty'"):
        read_recording(path)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"PAR1", b"\xff\xfe\x00", b"1,2,3\n"])
def test_other_files_are_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="expected"):
        read_recording(path)
