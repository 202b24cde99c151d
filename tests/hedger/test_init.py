from __future__ import annotations

from pathlib import Path

import pytest

from hedger.errors import UsageError
from hedger.init import write_example
from hedger.market_data import as_of_date, load_market
from hedger.portfolio import read_portfolio


def test_example_is_read_priced_and_free_of_notes_about_unknown_columns(tmp_path: Path) -> None:
    files = write_example(tmp_path / "mine")
    assert [path.name for path in files] == [
        "portfolio.csv", "market.toml", "spx_history.csv", "spx_chain_synthetic.csv",
    ]  # fmt: skip
    folder = tmp_path / "mine" / "market"
    day = as_of_date(folder=folder, chain=None, as_of=None)
    portfolio = read_portfolio(tmp_path / "mine" / "portfolio.csv", as_of=day)
    market = load_market(portfolio, folder=folder, as_of=day).underlying("SPX")
    assert not any("not used" in note for note in portfolio.notes)
    assert market.quotes is not None
    assert market.quotes.dropped == {} or sum(market.quotes.dropped.values()) < len(market.quotes) / 10
    assert market.hedge.symbol == "ES"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "portfolio.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"portfolio\.csv"):
        write_example(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["portfolio.csv"]


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_example(tmp_path / "file")
