from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from benchmarks.hedging_history import HORIZONS, books, market_on
from benchmarks.hedging_study import UNITS
from hedger.market_data import load_market
from pricing.embedded import embedded_days, embedded_history
from tests.markets import book, option_position


@pytest.mark.parametrize("day", [date(2008, 10, 15), date(2016, 6, 15)])
def test_a_day_s_market_is_the_one_that_a_run_builds(day: date) -> None:
    own = market_on(day, float(embedded_history("SPX").until(day).close[-1]))
    run = load_market(book(option_position(1, strike=2000)), as_of=day).underlying("SPX")
    years = np.array([0.02, 0.1, 0.5])
    np.testing.assert_allclose(own.forward.forward_at(years), run.forward.forward_at(years), rtol=1e-14)
    np.testing.assert_allclose(own.forecast.at(HORIZONS), run.forecast.at(HORIZONS), rtol=1e-12)
    for log_moneyness in (-0.1, 0.0, 0.1):
        np.testing.assert_allclose(
            own.surface.implied_volatility(log_moneyness, years),
            run.surface.implied_volatility(log_moneyness, years),
            rtol=1e-12,
        )


def test_nothing_after_the_day_is_in_its_market() -> None:
    history = market_on(date(2008, 10, 15), 907.84).history
    assert history is not None
    assert history.dates[-1] == np.datetime64("2008-10-15")
    lengths = {len(column) for column in (history.open, history.high, history.low) if column is not None}
    assert lengths == {len(history.dates)} == {len(history.close)}


def test_the_minimum_variance_delta_does_not_know_a_vix_before_there_was_one() -> None:
    assert market_on(date(2013, 12, 31), 1848.36).minimum_variance is None
    later = market_on(date(2014, 12, 31), 2058.9).minimum_variance
    assert later is not None
    assert later.a < 0.0


def test_books_of_one_expiry_end_at_the_payoff_of_the_last_close() -> None:
    days = embedded_days()[4000:4005]
    markets = [
        market_on(day, close) for day, close in zip(days, (100.0, 101.0, 99.0, 98.0, 96.0), strict=True)
    ]
    straddle, strangle, other = books(markets, days[-1], embedded_days()[4010])
    assert straddle.value[-1] == pytest.approx(-UNITS * (100.0 - 96.0))
    assert strangle.value[0] < 0.0
    assert [len(path.exposures) for path in (straddle, strangle, other)] == [4, 4, 4]
    assert straddle.step_days == days[1:]
