from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.testing import assert_allclose

from pricing.book import Stickiness
from pricing.business_time import BusinessClock
from pricing.shock import aged_market, shocked_market
from pricing.surface.clocked import ClockedSurface
from pricing.time import close_instant, open_instant, year_fraction
from tests.markets import flat_surface, flat_underlying

FRIDAY, MONDAY = close_instant(date(2018, 2, 2)), close_instant(date(2018, 2, 5))


def clocked(as_of=FRIDAY, **parameters: float) -> ClockedSurface:
    return ClockedSurface(base=flat_surface(0.2), clock=BusinessClock(as_of=as_of, **parameters))


def test_variance_hardly_moves_over_a_weekend() -> None:
    saturday_to_sunday = np.array([1.0, 1.9]) / 365
    early, late = clocked().total_variance(0.0, saturday_to_sunday)
    weekday = clocked(close_instant(date(2018, 1, 30))).total_variance(0.0, 0.9 / 365)
    assert 0.0 < late - early < 0.3 * weekday


def test_the_variance_from_one_close_to_the_next_is_that_of_a_trading_day() -> None:
    surface = clocked(closed_day_weight=0.0)
    variance = surface.total_variance(0.0, year_fraction(FRIDAY, MONDAY))
    assert_allclose(variance, 0.2**2 / 252, rtol=1e-12)


def test_an_option_in_its_last_minutes_keeps_a_finite_volatility() -> None:
    noon = open_instant(date(2018, 2, 5))
    volatility = clocked(noon).implied_volatility(0.0, np.array([0.0, 1.0, 60.0, 390 * 60]) / (365 * 86_400))
    assert np.all(np.isfinite(volatility))
    assert np.all(volatility > 0.2)


def test_a_market_that_ages_moves_the_clock_with_it() -> None:
    market = replace(flat_underlying(), as_of=FRIDAY, surface=clocked())
    shocked = shocked_market(market, spot_return=-0.02, volatility_shift=0.0, stickiness=Stickiness.STRIKE)
    aged = aged_market(shocked, as_of=MONDAY)
    assert_allclose(
        aged.surface.total_variance(0.0, 1 / 365), clocked(MONDAY).total_variance(0.0, 1 / 365), rtol=1e-12
    )
