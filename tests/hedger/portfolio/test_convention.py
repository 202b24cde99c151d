from __future__ import annotations

from datetime import date

import pytest

from hedger.config import embedded_config
from hedger.portfolio.convention import FOLLOWERS, future_contract, listed_root, split_future


@pytest.mark.parametrize(
    ("expiry", "root"),
    [
        (date(2018, 3, 16), "SPX"),
        (date(2018, 2, 28), "SPXW"),
        (date(2019, 4, 18), "SPX"),
        (date(2019, 4, 17), "SPXW"),
    ],
)
def test_monthly_index_options_keep_the_index_root_also_before_good_friday(expiry: date, root: str) -> None:
    assert listed_root("SPX", expiry) == root


def test_bare_future_is_the_front_contract_rolled_eight_days_before_expiry() -> None:
    assert split_future("ES", date(2018, 3, 8)) == ("ES", date(2018, 3, 16))
    assert split_future("ES", date(2018, 3, 9)) == ("ES", date(2018, 6, 15))


@pytest.mark.parametrize(
    ("symbol", "as_of", "year"),
    [
        ("ESH8", date(2018, 2, 5), 2018),
        ("ESH7", date(2018, 2, 5), 2017),
        ("ESH0", date(2018, 2, 5), 2020),
        ("ESZ99", date(1999, 2, 1), 1999),
    ],
)
def test_short_year_is_near_the_day(symbol: str, as_of: date, year: int) -> None:
    expiry = split_future(symbol, as_of)[1]
    assert expiry is not None
    assert expiry.year == year


def test_index_future_of_another_month_is_refused() -> None:
    with pytest.raises(ValueError, match="quarterly"):
        split_future("ESG8", date(2018, 2, 5))


def test_contract_symbol_is_the_exchanges() -> None:
    assert future_contract("ES", date(2018, 3, 16)) == "ESH8"


def test_holdings_carry_the_units_that_the_embedded_hedges_have() -> None:
    for name, config in embedded_config().underlyings.items():
        assert config.hedge is not None
        follower = FOLLOWERS[config.hedge.symbol]
        assert follower.underlying == name
        assert follower.units == pytest.approx(config.hedge.multiplier * config.hedge.ratio)
