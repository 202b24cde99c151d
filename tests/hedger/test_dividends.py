from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hedger.errors import InputError
from hedger.init import write_example
from hedger.market_data import load_market
from hedger.portfolio import Portfolio
from pricing.market import UnderlyingMarket
from tests.hedger.portfolio.books import book

DAY = date(2018, 2, 5)
ROWS = "ex_date,amount,kind\n2017-12-01,10,cash\n2018-02-20,13,cash\n2018-03-20,0.01,proportional\n"


@pytest.fixture(scope="module")
def spx_book(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return book(tmp_path_factory.mktemp("book"), "symbol,qty\nSPXW180228P02600000,-10\n")


def spx_market(
    folder: Path, held: Portfolio, *, chain: bool, dividends: str = ROWS, more: str = ""
) -> UnderlyingMarket:
    """The example's market with a file of dividends."""
    write_example(folder)
    manifest = folder / "market" / "market.toml"
    lines = [line for line in manifest.read_text().splitlines() if chain or not line.startswith("chain =")]
    at = lines.index("[underlying.SPX]") + 1
    lines[at:at] = ['dividends = "dividends.csv"', *([more] if more else [])]
    manifest.write_text("\n".join(lines))
    (folder / "market" / "dividends.csv").write_text(dividends)
    return load_market(held, folder=folder / "market", as_of=DAY).underlying("SPX")


def test_without_a_chain_the_forward_is_spot_less_dividends_and_borrow(
    tmp_path: Path, spx_book: Portfolio
) -> None:
    market = spx_market(tmp_path, spx_book, chain=False, more="borrow_rate = 0.02")
    years = np.array([0.02, 0.1])
    growth = np.exp((0.0145 - 0.02) * years)
    ex = float(market.dividends.ex_years[0])
    paid = np.array([0.0, 13.0 * np.exp((0.0145 - 0.02) * (0.1 - ex))])
    np.testing.assert_allclose(market.forward.forward_at(years), market.spot * growth - paid, rtol=1e-12)
    said = {source.part: source.detail for source in market.sources}
    assert said["dividends"] == "2 ahead, from 2018-02-20 to 2018-03-20; 1 ex by then, ignored"
    assert "borrow rate of 2.00%" in said["forward"]


def test_parity_keeps_its_forwards_and_dividends_say_when_they_fall(
    tmp_path: Path, spx_book: Portfolio
) -> None:
    plain = spx_market(tmp_path / "plain", spx_book, chain=True, dividends="ex_date,amount,kind\n")
    market = spx_market(tmp_path / "paid", spx_book, chain=True)
    knots = plain.forward.expiry_years
    np.testing.assert_allclose(market.forward.forward_at(knots), plain.forward.forward_at(knots), rtol=1e-10)
    ex = float(market.dividends.ex_years[0])
    before, after = market.forward.forward_at([ex - 1e-9, ex])
    assert before - after == pytest.approx(13.0, abs=1e-4)


def test_dividends_that_parity_cannot_hold_are_questioned(tmp_path: Path, spx_book: Portfolio) -> None:
    ruin = "ex_date,amount,kind\n2018-02-20,9999,cash\n"
    with pytest.raises(InputError, match="dividends smaller than the forwards"):
        spx_market(tmp_path, spx_book, chain=True, dividends=ruin)


def test_a_dividend_above_the_share_itself_is_refused(tmp_path: Path, spx_book: Portfolio) -> None:
    ruin = "ex_date,amount,kind\n2018-02-20,9999,cash\n"
    with pytest.raises(InputError, match=r"dividends.csv: expected dividends smaller than SPX itself"):
        spx_market(tmp_path, spx_book, chain=False, dividends=ruin)
