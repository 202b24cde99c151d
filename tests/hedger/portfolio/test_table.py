from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from hedger.portfolio.csv_table import csv_rows
from hedger.portfolio.table import read_table
from pricing.errors import InputError
from tests.hedger.portfolio.books import book, problems

PUT = "SPXW180228P02600000"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_from_the_header(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(("symbol", "qty")) + "\n" + delimiter.join((PUT, "5")) + "\n"
    assert book(tmp_path, text).positions[0].quantity == 5.0


def test_byte_order_mark_crlf_blank_lines_and_comments_do_not_matter(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf# a book\r\n\r\nsymbol,qty\r\n" + PUT.encode() + b",5\r\n\r\n# end\r\n"
    assert book(tmp_path, content).positions[0].rows == (4,)


def test_row_number_is_the_line_in_the_file_after_a_cell_of_two_lines() -> None:
    sheet = csv_rows("f", b'a,b\n"x\ny",1\nz,2\n')
    assert sheet.header_row == 1
    assert [number for number, _ in sheet.rows] == [2, 4]


def test_encoding_problem_is_named_with_its_row(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "symbol,qty,strategy\nAAPL,1,café\n".encode("latin-1"))
    assert (problem.row, problem.value) == (2, "byte 0xe9")
    assert "UTF-8" in problem.expected


def test_utf16_is_named(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"symbol,qty\n{PUT},1\n".encode("utf-16"))
    assert "UTF-16" in problem.expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("symbol,qty\n", "at least one position"),
        ("# only a comment\n", "header"),
        ("symbol,symbol,qty\nA,A,1\n", "one column for the symbol"),
        ("symbol,qty,quantity\nA,1,1\n", "one column for the quantity"),
        ("symbol\nAAPL\n", "qty"),
        ("qty\n5\n", "ticker"),
        ("symbol,qty\nAAPL\n", "2 cells"),
        ("symbol,qty\nAAPL,1,2\n", "2 cells"),
        ('symbol,qty\n"AAPL,1\n', "well-formed CSV"),
        ("symbol,qty\nAA\0PL,1\n", "NUL"),
        ("x" * 10_000_000, "well-formed CSV"),
    ],
)
def test_file_that_is_no_table_is_refused_with_a_sentence(
    tmp_path: Path, content: str, expected: str
) -> None:
    assert expected in " ".join(p.expected for p in problems(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[", "well-formed JSON"),
        ("5", "array of objects"),
        ('{"rows": []}', "array of objects"),
        ("[]", "at least one position"),
        ('["a", 5]', "an object"),
        ("[" * 100_000, "array of objects"),
        ('[{"symbol": "A", "symbol": "B", "qty": 1}]', "each name once"),
        ('[{"symbol": ["A"], "qty": 1}]', "one value"),
        ('[{"symbol": {"a": 1}, "qty": 1}]', "one value"),
        ('[{"symbol": "AAPL", "qty": NaN}]', "finite number"),
        ('[{"symbol": "AAPL", "qty": true}]', "finite number"),
        ('[{"symbol": "AAPL", "qty": 1' + "0" * 5_000 + "}]", "finite number"),
    ],
)
def test_json_that_is_no_book_is_refused_with_a_sentence(tmp_path: Path, content: str, expected: str) -> None:
    found = problems(tmp_path, content, name="book.json")
    assert expected in " ".join(p.expected for p in found)


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"symbol": [PUT], "qty": [5]}).to_parquet(tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    for damaged in (content[:40], content[:-20], content[:4] + bytes(len(content) - 8) + content[-4:]):
        (problem,) = problems(tmp_path, damaged, name="book.parquet")
        assert "parquet" in problem.expected


def test_nested_parquet_column_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"symbol": [[PUT]], "qty": [5]}).to_parquet(tmp_path / "nested.parquet")
    with pytest.raises(InputError, match="column of single values"):
        read_table(tmp_path / "nested.parquet")


def test_parquet_is_known_by_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    pd.DataFrame({"symbol": [PUT], "qty": [5]}).to_parquet(tmp_path / "book.dat")
    assert read_table(tmp_path / "book.dat").header == ("symbol", "qty")


@pytest.mark.parametrize(
    ("name", "expected"), [("", "not a directory"), ("none.csv", "exists"), ("a\0b", "can be read")]
)
def test_path_that_is_no_file_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        read_table(tmp_path / name)


def test_device_is_refused_instead_of_read_forever() -> None:
    with pytest.raises(InputError, match="device"):
        read_table(Path(os.devnull))


def test_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text(f"symbol,qty\n{PUT},1\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(InputError, match="Permission denied"):
        read_table(path)
