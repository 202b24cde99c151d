from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import numpy as np
import pytest

from execution.errors import RecordingError
from execution.recorded.lobster import read_lobster
from execution.recorded.quality import STRICT, Flaw, Tolerance
from execution.recorded.read import read_recording
from tests.shared_data import shared_path

GOOD = """34200.017459617,1,11,100,2238200,-1
34200.18960767,1,12,21,2238100,1
34200.189607671,4,11,40,2238200,-1
34201,2,12,1,2238100,1
34201.5,5,0,10,2238150,1
34202.000000001,3,11,60,2238200,-1
"""
BEARS_ALL = Tolerance(share=1.0)


def written(folder: Path, text: str | bytes, name: str = "XYZ_2020-01-02_message_1.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_every_digit_of_a_timestamp_is_kept(tmp_path: Path) -> None:
    messages = read_lobster(written(tmp_path, GOOD)).messages
    assert messages.ts_ns[:4].tolist() == [34200017459617, 34200189607670, 34200189607671, 34201000000000]
    assert (messages.symbol, messages.date, messages.tick_size) == ("XYZ", "2020-01-02", 0.01)


def test_compressed_and_seven_column_files_read_alike(tmp_path: Path) -> None:
    plain = read_lobster(written(tmp_path, GOOD)).messages
    wide = GOOD.replace("\n", ",null\n").encode()
    for name, content in (("a.csv.gz", gzip.compress(wide)), ("a.csv.xz", lzma.compress(wide))):
        other = read_lobster(written(tmp_path, content, name)).messages
        for column in ("ts_ns", "kind", "order_id", "side", "quantity", "price_ticks"):
            assert np.array_equal(getattr(plain, column), getattr(other, column))


def test_a_hidden_trade_between_ticks_goes_behind_and_is_counted(tmp_path: Path) -> None:
    record = read_lobster(written(tmp_path, GOOD))
    assert record.messages.price_ticks[4] == 22381
    assert record.report.count(Flaw.BETWEEN_TICKS) == 1


def test_an_order_book_with_empty_levels_gives_the_history(tmp_path: Path) -> None:
    book = "2238200,100,-9999999999,0\n2238200,100,2238100,21\n2238200,60,2238100,21\n"
    book += "2238200,60,2238100,20\n2238200,60,2238100,20\n9999999999,0,2238100,20\n"
    record = read_lobster(written(tmp_path, GOOD), written(tmp_path, book, "book.csv"), tolerance=STRICT)
    assert record.history.bid_ticks[:, 0].tolist() == [-1, 22381, 22381, 22381, 22381, 22381]
    assert record.history.ask_volume[:, 0].tolist() == [100, 100, 60, 60, 60, 0]
    assert record.initial.ask_volume.tolist() == [[0]]
    assert record.report.count(Flaw.OTHER_QUOTES) == 0


FLAWS = {
    Flaw.UNREADABLE: (GOOD + "34203.1,1,15,1", 7),
    Flaw.UNKNOWN_KIND: (GOOD + "34203.1,9,15,100,2238200,-1\n", 7),
    Flaw.BAD_SIDE: (GOOD + "34203.1,1,15,100,2238200,0\n", 7),
    Flaw.BAD_QUANTITY: (GOOD + "34203.1,1,15,-100,2238200,-1\n", 7),
    Flaw.TIME_BACKWARDS: (GOOD.replace("34201,2", "99999.5,2"), 4),
    Flaw.DUPLICATE: (GOOD + "34202.000000001,3,11,60,2238200,-1\n", 7),
    Flaw.LIVING_ID: (GOOD + "34203.1,1,12,5,2238000,1\n", 7),
    Flaw.GONE_ORDER: (GOOD + "34203.1,4,11,5,2238200,-1\n", 7),
    Flaw.UNKNOWN_ORDER: (GOOD + "34203.1,3,14,5,2238200,-1\n", 7),
    Flaw.OLD_ORDER: (GOOD + "34203.1,3,5,5,2238200,-1\n", 7),
    Flaw.TOO_MUCH: (GOOD.replace("2,12,1,", "2,12,99,"), 4),
    Flaw.OTHER_QUANTITY: (GOOD.replace("3,11,60", "3,11,61"), 6),
    Flaw.OTHER_PRICE: (GOOD.replace("3,11,60,2238200", "3,11,60,2238300"), 6),
    Flaw.CROSSED: (GOOD.replace("2238100,1\n34200.189607671", "2238200,1\n34200.189607671"), 2),
    Flaw.GAP: (GOOD + "34300,1,15,100,2238200,-1\n", 7),
    Flaw.HALT: (GOOD + "34203,7,0,0,-1,-1\n35000,7,0,0,1,-1\n", 8),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_flaw_is_reported_with_its_line(tmp_path: Path, flaw: Flaw) -> None:
    text, line = FLAWS[flaw]
    report = read_lobster(written(tmp_path, text), tolerance=BEARS_ALL).report
    found = [finding for finding in report.findings if finding.flaw == flaw]
    assert [finding.lines.tolist() for finding in found] == [[line]]
    assert "XYZ_2020-01-02_message_1.csv" in str(next(found[0].problems()))
    assert found[0].treatment


@pytest.mark.parametrize("flaw", FLAWS)
def test_beyond_its_tolerance_each_flaw_is_an_error(tmp_path: Path, flaw: Flaw) -> None:
    text, line = FLAWS[flaw]
    with pytest.raises(RecordingError) as raised:
        read_lobster(written(tmp_path, text), tolerance=Tolerance(share=1.0, shares={flaw: 0.0}))
    assert {problem.row for problem in raised.value.problems} == {line}


def test_off_tick_prices_go_to_the_tick_behind_them(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("1,12,21,2238100,1", "1,12,21,2238150,1"))
    record = read_lobster(path, tick_size=0.01, tolerance=BEARS_ALL)
    assert record.messages.price_ticks[1] == 22381
    assert record.report.count(Flaw.OFF_TICK) == 1


def test_a_wrong_tick_size_is_an_error_that_names_the_rows(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"expected a multiple of the tick 0\.05"):
        read_lobster(written(tmp_path, GOOD), tick_size=0.05)
    with pytest.raises(RecordingError, match="a multiple of the file's own unit"):
        read_lobster(written(tmp_path, GOOD), tick_size=0.00003)


@pytest.mark.parametrize("text", ["", "\n\n", "a,b,c\n", "1,2,3,4,5\n", "34200,1,1,nan,2238200,1\n"])
def test_files_without_a_message_are_errors(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingError):
        read_lobster(written(tmp_path, text))


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", written(tmp_path, b"\x1f\x8bbroken"), tmp_path):
        with pytest.raises(RecordingError, match="expected a readable file"):
            read_lobster(path)


def test_amzn_is_read_whole() -> None:
    record = read_recording(shared_path("lob", "lobster_amzn", "AMZN_2012-06-21_messages_plus_L1.parquet"))
    assert (len(record.messages), record.messages.tick_size) == (32315, 0.01)
    assert record.messages.ts_ns[0] == 44553639826023
    assert not record.history.crossed.any()
