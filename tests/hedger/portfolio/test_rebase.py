from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.errors import UsageError
from hedger.portfolio import Portfolio, read_portfolio, rebased
from hedger.scenario import shipped_folder
from pricing.time import is_trading_day, next_trading_day, trading_days_between
from tests.hedger.portfolio.books import DAY, book

SPOT = {"SPX": 2648.94}


def _example() -> Portfolio:
    return read_portfolio(shipped_folder() / "portfolios" / "example.csv", as_of=DAY)


@settings(deadline=None, max_examples=20)
@given(st.dates(date(1987, 1, 1), date(2024, 12, 31)), st.floats(200.0, 6000.0))
def test_moved_options_keep_days_to_expiry_moneyness_and_quantity(day: date, spot: float) -> None:
    to_date = next_trading_day(day)
    moved = rebased(_example(), from_date=DAY, from_spot=SPOT, to_date=to_date, to_spot={"SPX": spot})
    pairs = [(a, b) for a, b in zip(_example().positions, moved.positions, strict=True) if a.option]
    for before, after in pairs:
        assert before.option is not None and before.expiry is not None  # noqa: PT018
        assert after.option is not None and after.expiry is not None  # noqa: PT018
        assert trading_days_between(to_date, after.expiry) == trading_days_between(DAY, before.expiry)
        assert is_trading_day(after.expiry)
        assert after.option.strike / spot == pytest.approx(before.option.strike / SPOT["SPX"], abs=0.0011)
        assert (after.quantity, after.strategy) == (before.quantity, before.strategy)


def test_book_moved_to_its_own_day_is_the_same_book() -> None:
    moved = rebased(_example(), from_date=DAY, from_spot=SPOT, to_date=DAY, to_spot=SPOT)
    assert moved.positions == _example().positions


def test_future_is_moved_to_the_front_contract_of_the_new_day(tmp_path: Path) -> None:
    held = book(tmp_path, "symbol,qty\nESH8,-4\nESM8,2\nUSD,100\n")
    moved = rebased(held, from_date=DAY, from_spot=SPOT, to_date=date(2008, 10, 1), to_spot={"SPX": 1161.06})
    assert [(p.symbol, p.quantity, p.expiry) for p in moved.positions] == [
        ("ESZ8", -4.0, date(2008, 12, 19)),
        ("ESH9", 2.0, date(2009, 3, 20)),
        ("USD", 100.0, None),
    ]


def test_missing_spot_is_named() -> None:
    with pytest.raises(UsageError, match="no price of SPX"):
        rebased(_example(), from_date=DAY, from_spot=SPOT, to_date=DAY, to_spot={})
