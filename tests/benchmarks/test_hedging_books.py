from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.hedging_books import (
    LONGEST_DAYS,
    SHORTEST_DAYS,
    ChainDay,
    chain_day,
    close_on,
    expiries_to_sell,
    last_known_close,
    quoted_legs,
    walked,
)
from benchmarks.hedging_study import SHAPES, UNITS, Leg
from pricing.quotes import Quotes, read_chain
from pricing.time import exchange_date
from tests.shared_data import shared_path

FILE_2018 = "spx_chain_20180102_20180228.parquet"
FILE_2019 = "spx_chain_20190425_20190607.parquet"


def quotes_of(file: str, day: date) -> Quotes:
    return read_chain(shared_path("options", file), underlying="SPX", as_of=day)


@pytest.fixture(scope="module")
def days() -> list[ChainDay]:
    dates = [date(2018, 1, 23) + timedelta(ahead) for ahead in (0, 1, 2, 3, 6, 7)]
    return [chain_day(day, quotes_of(FILE_2018, day)) for day in dates]


def straddle(opened: ChainDay) -> tuple[Leg, ...]:
    legs = quoted_legs(opened, SHAPES["straddle"], expiries_to_sell(opened)[0])
    assert legs is not None
    return legs


def test_the_index_is_where_the_options_of_the_5th_of_february_say_it_is() -> None:
    shocked = chain_day(date(2018, 2, 5), quotes_of(FILE_2018, date(2018, 2, 5))).market
    close = close_on(date(2018, 2, 5))
    assert close == pytest.approx(2648.94)
    # The options were quoted later than the close, while the futures fell on.
    assert -25.0 < shocked.spot - 2648.94 < -10.0


def test_a_snapshot_knows_no_close_of_its_own_day_and_end_of_day_quotes_do() -> None:
    end_of_day, snapshot = date(2018, 2, 6), date(2019, 5, 14)
    assert last_known_close(end_of_day, quotes_of(FILE_2018, end_of_day)) == end_of_day
    assert last_known_close(snapshot, quotes_of(FILE_2019, snapshot)) == snapshot - timedelta(1)


def test_a_straddle_is_at_the_strike_next_to_the_forward(days: list[ChainDay]) -> None:
    call, put = straddle(days[0])
    assert call.strike == put.strike == pytest.approx(days[0].market.spot, abs=5.0)
    assert (call.units, put.units) == (-UNITS, -UNITS)
    assert SHORTEST_DAYS <= (exchange_date(call.expiry) - days[0].day).days <= LONGEST_DAYS


def test_a_calendar_without_a_far_expiry_is_no_book(days: list[ChainDay]) -> None:
    assert quoted_legs(days[0], SHAPES["calendar"], expiries_to_sell(days[0])[0]) is None


def test_closing_at_once_pays_the_spread_twice(days: list[ChainDay]) -> None:
    legs = straddle(days[0])
    assert days[0].closing(legs) == pytest.approx(days[0].mid(legs) - days[0].opening_cost(legs))
    assert days[0].opening_cost(legs) > 0.0


def test_a_book_held_to_expiry_is_settled_at_the_official_close(days: list[ChainDay]) -> None:
    (path,) = walked("straddle", straddle(days[0]), days)
    close = close_on(date(2018, 1, 31))
    assert path.spot[-1] == close
    assert path.step_days[-1] == date(2018, 1, 31)
    assert np.all(path.value < 0.0)


def test_a_book_that_outlives_the_file_is_closed_at_bid_and_ask(days: list[ChainDay]) -> None:
    known = [*days[:3], *(days[at] for at in (3, 3, 3))]  # its quotes end five days before expiry
    (path,) = walked("straddle", straddle(days[0]), known)
    assert path.value[-1] == pytest.approx(days[3].closing(straddle(days[0])))
    assert path.spot[-1] == days[3].market.spot


def test_an_option_without_a_quote_is_worth_what_the_surface_says(days: list[ChainDay]) -> None:
    call = straddle(days[0])[0]
    odd = Leg(expiry=call.expiry, strike=call.strike + 2.5, is_call=True, units=1.0)
    bid, ask = days[0].quoted[call.expiry, call.strike, True]
    assert odd.strike not in {strike for _, strike, _ in days[0].quoted}
    assert 0.0 < days[0].mid([odd]) == days[0].closing([odd]) < ask
    assert bid - days[0].mid([odd]) < 2.5
