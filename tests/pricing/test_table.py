"""Files that cannot be used: one sentence each, never a traceback."""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing.errors import InputError
from pricing.parity import imply_curves
from pricing.quotes import read_chain
from pricing.surface.fit import fit_surface
from tests.pricing.test_quotes import HEADER, rows, write


def refused(path):
    with pytest.raises(InputError) as caught:
        read_chain(path, underlying="SPX", as_of=None)
    assert caught.value.problems[0].file == path.name
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        ("quote_date,bid\n".encode("utf-16"), "UTF-8 text"),
        (b"\xff\xfe\x00", "UTF-8 text"),
        (b"a,b\n1\x00,2\n", "zero bytes"),
        (b"x" * 10_000_000, "header line"),
        (b"PAR1 and then nothing", "a whole parquet file"),
        (b"strike,price\n1,2\n", "such a column, under one of bid"),
        ((HEADER + "\n").encode(), "at least one row"),
        ((HEADER + ",bid\n1,2,3,4,5,6,7,8,9\n").encode(), "each column once"),
        ((HEADER + "\n1,2\n").encode(), "8 columns as in the header, found 2"),
    ],
)
def test_unusable_content_is_refused_with_its_reason(tmp_path, content, sentence):
    path = tmp_path / "chain.csv"
    path.write_bytes(content)
    assert sentence in refused(path)


def test_long_line_below_a_good_header_is_refused(tmp_path):
    path = tmp_path / "chain.csv"
    path.write_bytes(HEADER.encode() + b"\n" + b"9" * 10_000_000 + b"\n")
    assert len(refused(path)) < 1_000


def test_directory_and_missing_file_are_refused(tmp_path):
    assert "not a directory" in refused(tmp_path)
    assert "a file that exists" in refused(tmp_path / "nowhere.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_refused(tmp_path):
    path = write(tmp_path, rows())
    path.chmod(0)
    assert "can be read" in refused(path)


def test_truncated_parquet_is_refused(tmp_path):
    path = tmp_path / "chain.parquet"
    columns = {name: [line[name] for line in rows()] for name in HEADER.split(",")}
    parquet.write_table(pa.table(columns), path)
    path.write_bytes(path.read_bytes()[:-200])
    assert "a whole parquet file" in refused(path)


def test_formulas_in_cells_are_text_and_refused_as_such(tmp_path):
    assert "'=1+1'" in refused(write(tmp_path, rows(strike="=1+1")))


PIECES = [
    b"",
    b"nan",
    b"-",
    b"inf",
    b",",
    b'"',
    b"\n",
    b"\x00",
    b"\xff",
    b"0",
    b"1e300",
    b"1e-300",
    b"9" * 400,
]


@given(st.data())
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_chain_is_fitted_or_refused_and_never_crashes(tmp_path, data):
    content = bytearray(write(tmp_path, rows()).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position : position + data.draw(st.integers(0, 12))] = data.draw(st.sampled_from(PIECES))
    path = tmp_path / "mutated.csv"
    path.write_bytes(bytes(content))
    with contextlib.suppress(InputError):
        quotes = read_chain(path, underlying="SPX", as_of=None)
        assert fit_surface(quotes, *imply_curves(quotes)[:2]).report.certificate.is_clean


@pytest.mark.parametrize("field", HEADER.split(","))
@pytest.mark.parametrize(
    "values",
    [
        pa.array([[1, 2]] * 10),
        pa.array([True] * 10),
        pa.array([b"\xff\xfe"] * 10),
        pa.array([None] * 10),
        pa.array([timedelta(days=1)] * 10),
        pa.array([10**13] * 10, pa.timestamp("s")),
        pa.array([float("nan")] * 10),
    ],
    ids=lambda values: str(values.type),
)
def test_parquet_column_of_a_foreign_type_is_refused_by_name(tmp_path, field, values):
    columns = {name: [line[name] for line in rows()] for name in HEADER.split(",")} | {field: values}
    path = tmp_path / "chain.parquet"
    parquet.write_table(pa.table(columns), path)
    with contextlib.suppress(InputError):
        quotes = read_chain(path, underlying="SPX", as_of=None)
        assert field in {"underlying_last", "bid", "ask", "root"}
        assert len(quotes) == 10


def test_pipe_that_may_never_end_is_refused_unopened(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert "not a device or pipe" in refused(tmp_path / "pipe.csv")
