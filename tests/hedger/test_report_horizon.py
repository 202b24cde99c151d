from __future__ import annotations

import pytest

from hedger.exposure import measure
from hedger.report.horizon import book_horizon_years, compare_volatility
from tests.hedger.runs import small_run
from tests.markets import book, flat_underlying, future_position, market_of


def test_the_horizon_of_a_one_expiry_book_is_that_expiry() -> None:
    exposure = small_run().exposure_before.by_underlying["SPX"]
    assert book_horizon_years(exposure) == pytest.approx(exposure.risks[0].expiry_years)


def test_a_book_without_options_is_compared_at_thirty_days() -> None:
    market = market_of(flat_underlying())
    exposure = measure(book(future_position(3)), market).by_underlying["SPX"]
    assert book_horizon_years(exposure) == pytest.approx(30 / 365)


def test_forecast_and_implied_are_read_at_the_book_s_horizon() -> None:
    run = small_run()
    market = flat_underlying(volatility=0.25, forecast=0.15)
    found = compare_volatility(run.exposure_before.by_underlying["SPX"], market)
    assert found.implied == pytest.approx(0.25)
    assert (found.lower, found.forecast, found.upper) == pytest.approx((0.075, 0.15, 0.3))
