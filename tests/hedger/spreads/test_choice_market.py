"""What may be bought and sold and at what cost, and what covers a short, by hand on a few quotes."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from execution.tca.cost_curve import CostCurve
from hedger.spreads.choice_market import (
    ChoiceLimits,
    TradableOptions,
    held_options,
    tradable_columns,
    underlying_tiers,
)
from hedger.spreads.choice_rows import cover_rows, loss_rows
from pricing.book import OptionColumns
from pricing.option import Right
from pricing.quotes import Quotes
from tests.hedger.spreads.test_free_money import fair_quotes
from tests.markets import book, flat_underlying, option_position

ANY = ChoiceLimits(share_of_open_interest=None)


def three_quotes() -> Quotes:
    """A call of the nearer expiry and a call and a put of the later one; the put has no bid."""
    near, later = 0.1, 0.4
    return replace(
        fair_quotes(),
        expiry_years=np.array([near, later, later]),
        strike=np.array([100.0, 100.0, 80.0]),
        is_call=np.array([True, True, False]),
        bid=np.array([3.0, 6.0, 0.0]),
        ask=np.array([3.4, 6.2, 0.1]),
        bid_size=np.array([10.0, 20.0, 30.0]),
        ask_size=np.array([50.0, 60.0, np.nan]),
        volume=np.array([100.0, 7.0, 1_000.0]),
        open_interest=np.array([100.0, 100.0, 100.0]),
    )


def tradable(limits: ChoiceLimits, value: np.ndarray | None = None) -> TradableOptions:
    quotes = three_quotes()
    columns = OptionColumns(
        strike=quotes.strike,
        expiry_years=quotes.expiry_years,
        is_call=quotes.is_call,
        is_american=np.zeros(3, dtype=np.bool_),
    )
    # The Greeks go through untouched.
    return tradable_columns(quotes, columns, SimpleNamespace(), limits, value=value)  # type: ignore[arg-type]


def test_each_side_has_its_own_size_and_what_has_no_bid_or_count_is_not_traded() -> None:
    options = tradable(ANY)
    np.testing.assert_array_equal(options.most_bought, [50, 60, 0])
    np.testing.assert_array_equal(options.most_sold, [10, 20, 0])


def test_a_bid_of_less_than_a_tick_is_none() -> None:
    quotes = replace(three_quotes(), bid=np.array([0.009, 0.01, 0.0]))
    found = tradable_columns(quotes, SimpleNamespace(), SimpleNamespace(), ANY)  # type: ignore[arg-type]
    np.testing.assert_array_equal(found.most_sold, [0, 20, 0])


@pytest.mark.parametrize(
    ("limits", "bought"),
    [
        (replace(ANY, share_of_volume=0.05), [5, 0, 0]),
        (replace(ANY, share_of_open_interest=0.29), [29, 29, 0]),  # 0.29 of 100 is less than 29 in binary
        (replace(ANY, most_contracts=55), [50, 55, 0]),
        (replace(ANY, share_of_size=0.5), [25, 30, 0]),
    ],
)
def test_a_share_of_a_count_is_what_may_trade(limits: ChoiceLimits, bought: list[int]) -> None:
    np.testing.assert_array_equal(tradable(limits).most_bought, bought)


def test_a_side_costs_from_the_value_to_its_quote_with_the_fee() -> None:
    options = tradable(ANY, value=np.array([3.1, 6.15, 0.2]))
    np.testing.assert_allclose(options.buy_cost(1.5), [31.5, 6.5, 1.5])
    np.testing.assert_allclose(options.sell_cost(1.5), [11.5, 16.5, 21.5])
    np.testing.assert_allclose(tradable(ANY).buy_cost(1.5), [21.5, 11.5, 6.5])


def test_a_short_is_covered_by_its_expiry_or_a_later_one() -> None:
    held_years, held = np.array([0.1, 0.4, 0.4, 0.4]), np.array([1.0, 2.6, 4.0, -1.0])
    rows = cover_rows(tradable(ANY), held_years, held, np.array([True, True, False, True]))
    assert rows.names == ("cover of calls from 36 days", "cover of calls from 146 days")
    np.testing.assert_array_equal(rows.option, [[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    np.testing.assert_array_equal(rows.lower, [-2.0, -1.0])  # 1 + 2.6 - 1, and 2.6 - 1, in whole contracts


def test_a_book_that_has_lost_already_leaves_less_to_lose() -> None:
    book_gains = np.linspace(-5.0, 4.0, 10)
    rows = loss_rows("loss", np.zeros((10, 1)), 1.0, 100.0, book_gains, 7.0)
    np.testing.assert_allclose(rows.lower, -7.0 - book_gains)


def test_lines_are_held_in_contracts_of_a_hundred_units() -> None:
    line = option_position(-4, strike=2500.0, right=Right.PUT)
    small = replace(line, symbol="mini", multiplier=10.0)
    years, contracts, is_call = held_options(book(line, small), flat_underlying())
    np.testing.assert_allclose(contracts, [-4.0 * line.multiplier / 100.0, -0.4])
    assert not is_call.any()
    assert (years > 0.0).all()


def test_no_later_lot_costs_less_than_an_earlier_one() -> None:
    market = flat_underlying()
    thin = replace(market, hedge=replace(market.hedge, average_daily_volume=50))
    curve = CostCurve(half_spread_bps=0.2, fee_bps=0.1, impact_coefficient=0.8)
    tiers = underlying_tiers(thin, curve, horizon_days=1.0)
    assert (np.diff(tiers.cost) >= 0.0).all()
    assert tiers.cost[-1] == pytest.approx(tiers.cost[-2])  # all that is beyond the whole volume
