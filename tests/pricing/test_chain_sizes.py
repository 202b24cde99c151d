"""Sizes, open interest and volume of a chain: read where a file has them, unknown where it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from pricing.quotes import Quotes, read_chain

ROWS = (("C", 95, 6.9, 7.1), ("P", 95, 1.9, 2.1), ("C", 105, 2.4, 2.6), ("P", 105, 7.2, 7.4))
HEADER = "quote_date,underlying,underlying_last,expiration,type,strike,bid,ask"


def chain(tmp_path: Path, header: str = "", cells: tuple[str, ...] = ("",) * 4) -> Quotes:
    lines = [HEADER + header]
    for (right, strike, bid, ask), more in zip(ROWS, cells, strict=True):
        lines.append(f"2024-01-02,XYZ,100,2024-03-15,{right},{strike},{bid},{ask}{more}")
    path = tmp_path / "chain.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_chain(path, underlying="XYZ", as_of=date(2024, 1, 2))


def test_a_chain_without_sizes_knows_none(tmp_path: Path) -> None:
    found = chain(tmp_path)
    assert (found.bid_size, found.ask_size, found.open_interest, found.volume) == (None,) * 4


def test_sizes_and_open_interest_follow_their_quotes(tmp_path: Path) -> None:
    cells = (",10,11,100,7", ",20,21,200,8", ",30,31,300,9", ",40,41,400,0")
    found = chain(tmp_path, ",bid_size,ask_size,open_interest,volume", cells)
    call = found.is_call & (found.strike == 105)
    assert found.bid_size is not None
    assert found.ask_size is not None
    assert found.open_interest is not None
    assert found.volume is not None
    columns = (found.bid_size, found.ask_size, found.open_interest, found.volume)
    assert [float(column[call][0]) for column in columns] == [30.0, 31.0, 300.0, 9.0]


def test_a_cell_that_holds_no_count_is_unknown(tmp_path: Path) -> None:
    found = chain(tmp_path, ",openinterest", (",-3", ",", ",5", ",6"))
    assert found.open_interest is not None
    assert np.isnan(found.open_interest).sum() == 2
