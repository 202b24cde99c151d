from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hedger.errors import InputError, UsageError
from hedger.market_data import as_of_date, load_market
from hedger.portfolio import Portfolio
from pricing.embedded import embedded_history
from pricing.market import Market, MissingMarketError, UnderlyingMarket
from pricing.time import close_instant
from tests.hedger.portfolio.books import book
from tests.shared_data import shared_path

DAY = date(2018, 2, 5)
PUT = "SPXW180228P02600000"


@pytest.fixture(scope="module")
def spx_book(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    return book(tmp_path_factory.mktemp("book"), f"symbol,qty\n{PUT},-10\n")


@pytest.fixture(scope="module")
def embedded(spx_book: Portfolio) -> Market:
    return load_market(spx_book, as_of=DAY, seed=3)


def _spx(market: Market) -> UnderlyingMarket:
    return market.underlying("SPX")


def _parts(market: Market) -> dict[str, str]:
    return {source.part: f"{source.origin} {source.detail}" for source in _spx(market).sources}


def test_embedded_market_is_the_close_of_the_day(embedded: Market) -> None:
    assert embedded.as_of == close_instant(DAY)
    assert _spx(embedded).spot == pytest.approx(2648.94, abs=0.01)
    assert _spx(embedded).hedge.symbol == "ES"


def test_nothing_after_the_day_is_looked_at(embedded: Market) -> None:
    history = _spx(embedded).history
    assert history is not None
    assert history.dates[-1] == np.datetime64(DAY)
    assert _spx(embedded).forecast.as_of == DAY


def test_every_part_says_where_it_is_from_and_what_was_assumed(embedded: Market) -> None:
    parts = _parts(embedded)
    assert set(parts) == {"history", "forecast", "discount", "forward", "surface", "hedge"}
    assert "arch package" in parts["history"]
    assert "VIX of 2018-02-05" in parts["surface"]
    assert "skew" in parts["surface"]
    assert "assumption" in parts["forward"]
    assert "1.90%" in parts["forward"]


def test_forward_carries_the_rate_less_the_dividend_yield(embedded: Market) -> None:
    spx = _spx(embedded)
    carry = float(np.log(spx.forward.forward_at(1.0) / spx.spot))
    assert carry == pytest.approx(float(spx.discount.rate_at(1.0)) - 0.019, abs=1e-12)


def test_forecast_depends_on_the_seed_and_not_on_the_other_underlyings(
    tmp_path: Path, embedded: Market
) -> None:
    both = book(tmp_path, f"symbol,qty\nCOMP180316P06800000,1\n{PUT},-10\n")
    again = load_market(both, as_of=DAY, seed=3)
    np.testing.assert_array_equal(_spx(again).forecast.lower, _spx(embedded).forecast.lower)
    assert list(again.underlyings) == ["COMP", "SPX"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2018, 2, 4), "closed on 2018-02-04"),
        (date(2019, 2, 5), "the nearest is on 2018-12-31"),
        (date(1998, 12, 31), "the nearest is on 1999-01-04"),
    ],
)
def test_day_without_prices_is_refused_with_the_nearest(
    spx_book: Portfolio, day: date, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        load_market(spx_book, as_of=day)


def test_missing_day_is_asked_for_with_the_range_there_is() -> None:
    with pytest.raises(UsageError, match="1999-01-04 to 2018-12-31"):
        as_of_date(folder=None, chain=None, as_of=None)


def test_underlying_without_data_is_named_with_what_to_add(tmp_path: Path) -> None:
    held = book(tmp_path, f"symbol,qty\nAAPL180316C00170000,1\n{PUT},1\n")
    with pytest.raises(MissingMarketError, match=r"AAPL.*\[underlying\.AAPL\]"):
        load_market(held, as_of=DAY)


def test_files_of_one_underlying_do_not_serve_a_book_of_two(tmp_path: Path) -> None:
    held = book(tmp_path, f"symbol,qty\nCOMP180316P06800000,1\n{PUT},1\n")
    with pytest.raises(UsageError, match="--market"):
        load_market(held, history=tmp_path / "h.csv", as_of=DAY)


def test_folder_and_files_exclude_each_other(spx_book: Portfolio, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="either --market"):
        load_market(spx_book, folder=tmp_path, history=tmp_path / "h.csv", as_of=DAY)


def test_book_in_another_currency_than_the_market_is_refused(tmp_path: Path) -> None:
    held = book(tmp_path, f"symbol,qty,currency\n{PUT},1,EUR\n")
    with pytest.raises(UsageError, match="exchange rates"):
        load_market(held, as_of=DAY)


def test_book_of_cash_alone_needs_no_market(tmp_path: Path) -> None:
    assert load_market(book(tmp_path, "symbol,qty\nUSD,5\n"), as_of=DAY).underlyings == {}


def test_stock_with_its_own_history_is_priced_by_the_manifest(tmp_path: Path) -> None:
    days = embedded_history("COMP").until(DAY)
    rows = "\n".join(
        f"{day},{close:.2f}" for day, close in zip(days.dates[-400:], days.close[-400:] / 40, strict=True)
    )
    (tmp_path / "abc.csv").write_text(f"date,close\n{rows}\n")
    (tmp_path / "market.toml").write_text(
        '[curve]\nrate = 0.02\n[underlying.ABC]\nhistory = "abc.csv"\nvolatility = 0.4\n'
        '[underlying.ABC.hedge]\nsymbol = "ABC"\nkind = "stock"\ntick_size = 0.01\n'
        "average_daily_volume = 1e6\n"
    )
    held = book(tmp_path, "symbol,qty\nABC180316C00170000,1\n")
    abc = load_market(held, folder=tmp_path, as_of=DAY).underlying("ABC")
    assert float(abc.discount.rate_at(1.0)) == 0.02
    assert float(abc.surface.implied_volatility(0.0, 0.5)) == pytest.approx(0.4)
    assert abc.hedge_delta() == 1.0


def test_underlying_without_a_hedge_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "market.toml").write_text("[underlying.ABC]\nvolatility = 0.4\n")
    held = book(tmp_path, "symbol,qty\nABC180316C00170000,1\n")
    with pytest.raises(MissingMarketError, match=r"underlying\.ABC\.hedge"):
        load_market(held, folder=tmp_path, as_of=DAY)


def test_real_chain_gives_the_forward_surface_and_counts_of_quotes(spx_book: Portfolio) -> None:
    chain = shared_path("options", "spx_chain_20180102_20180228.parquet")
    market = load_market(spx_book, chain=chain, as_of=DAY)
    assert _spx(market).quotes is not None
    assert "quotes used; dropped" in _parts(market)["quotes"]
    assert "put-call parity" in _parts(market)["forward"]
    assert all(source.sha256 for source in _spx(market).sources if source.part == "quotes")


def test_day_of_a_chain_serves_where_none_is_given() -> None:
    chain = shared_path("options", "spx_chain_20180102_20180228.parquet")
    assert as_of_date(folder=None, chain=chain, as_of=None) == date(2018, 2, 28)


def test_quotes_after_the_end_of_the_prices_ask_for_a_history(tmp_path: Path) -> None:
    chain = shared_path("options", "spx_chain_20190425_20190607.parquet")
    path = tmp_path / "book.csv"
    path.write_text("symbol,qty\nSPXW190628P02600000,1\n")
    held = book(tmp_path, "symbol,qty\nSPXW190628P02600000,1\n")
    with pytest.raises(UsageError, match="forecast needs prices"):
        load_market(held, chain=chain, as_of=date(2019, 5, 14))


def test_day_that_the_chain_does_not_have_is_refused_with_those_it_has(spx_book: Portfolio) -> None:
    chain = shared_path("options", "spx_chain_20180102_20180228.parquet")
    with pytest.raises(InputError, match="2018-01-02"):
        load_market(spx_book, chain=chain, as_of=date(2018, 3, 6))
