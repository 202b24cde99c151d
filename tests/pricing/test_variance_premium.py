"""At-the-money volatility without a chain: the VIX where there is one, else forecast times premium."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.embedded import embedded_vix
from pricing.forecast import VolForecast
from pricing.surface.atm import surface_from_atm
from pricing.variance_premium import EXPIRY_DAYS, VOLATILITY_PREMIUM, atm_volatility_term_structure
from pricing.variance_swap import variance_swap_volatility

VIX_DAY = date(2018, 2, 5)
EARLIER = date(2008, 10, 10)


def forecast(volatility: float = 0.2, persistence: float = 0.98, long_run: float = 0.18) -> VolForecast:
    days = np.array([1.0, 21.0, 252.0])
    level = np.full(3, volatility)
    return VolForecast(
        as_of=VIX_DAY,
        horizon_days=days,
        volatility=level,
        lower=0.5 * level,
        upper=2 * level,
        parameters={"persistence": persistence, "long_run_volatility": long_run},
    )


def swap_rates(symbol: str, day: date, given: VolForecast) -> np.ndarray:
    years, volatility, _ = atm_volatility_term_structure(symbol, day, given)
    return variance_swap_volatility(surface_from_atm(years, volatility, description=""), years)


def test_surface_swaps_thirty_days_of_variance_at_the_vix() -> None:
    rates = swap_rates("SPX", VIX_DAY, forecast())
    assert rates[EXPIRY_DAYS == 30][0] == pytest.approx(embedded_vix(VIX_DAY), rel=1e-6)


def test_at_the_money_is_below_the_vix() -> None:
    _, volatility, sentence = atm_volatility_term_structure("SPX", VIX_DAY, forecast())
    assert 0.7 * 0.3732 < volatility[EXPIRY_DAYS == 30][0] < 0.3732
    assert "VIX of 2018-02-05, 37.32" in sentence


@pytest.mark.parametrize(("symbol", "day"), [("SPX", EARLIER), ("COMP", VIX_DAY), ("WTI", VIX_DAY)])
def test_without_a_vix_it_is_the_forecast_times_the_premium_and_says_so(symbol: str, day: date) -> None:
    rates = swap_rates(symbol, day, forecast(0.25))
    assert rates[EXPIRY_DAYS == 30][0] == pytest.approx(0.25 * VOLATILITY_PREMIUM, rel=1e-6)
    sentence = atm_volatility_term_structure(symbol, day, forecast())[2]
    assert f"forecast of {symbol} times {VOLATILITY_PREMIUM}" in sentence
    assert "2014 to 2018" in sentence


@settings(deadline=None, max_examples=60)
@given(st.floats(0.05, 1.2), st.floats(0.5, 0.9995), st.floats(0.05, 0.8))
def test_forward_variance_is_never_negative(level: float, persistence: float, long_run: float) -> None:
    years, volatility, _ = atm_volatility_term_structure(
        "SPX", EARLIER, forecast(level, persistence, long_run)
    )
    surface = surface_from_atm(years, volatility, description="")
    swapped = variance_swap_volatility(surface, years) ** 2 * years
    assert np.all(np.diff(swapped) > 0.0)


def test_far_expiries_revert_to_the_long_run_level_with_its_premium() -> None:
    calm, wild = (swap_rates("SPX", EARLIER, forecast(level, 0.9)) for level in (0.1, 0.6))
    assert calm[0] < calm[-1] < VOLATILITY_PREMIUM * 0.18 < wild[-1] < wild[0]


def test_a_forecast_that_does_not_revert_gives_a_flat_term_structure() -> None:
    flat = replace(forecast(0.3), parameters={})
    np.testing.assert_allclose(swap_rates("SPX", EARLIER, flat), 0.3 * VOLATILITY_PREMIUM, rtol=1e-6)


def test_thirty_calendar_days_are_forecast_over_their_trading_days() -> None:
    rising = replace(forecast(), volatility=np.array([0.1, 0.2, 0.4]), parameters={})
    rates = swap_rates("SPX", EARLIER, rising)
    expected = VOLATILITY_PREMIUM * float(rising.at(30 * 252 / 365))
    assert rates[EXPIRY_DAYS == 30][0] == pytest.approx(expected, rel=1e-6)


def test_beyond_thirty_days_variance_reverts_by_the_trading_day() -> None:
    given_forecast = forecast(0.4, 0.97, 0.2)
    rates = swap_rates("SPX", EARLIER, given_forecast) / VOLATILITY_PREMIUM
    steps = np.linspace(0.0, (91 - 30) * 252 / 365, 10_001)
    after = np.trapezoid(0.2**2 + (0.4**2 - 0.2**2) * 0.97**steps, steps)
    mean = (0.4**2 * 30 * 252 / 365 + after) / (91 * 252 / 365)
    assert rates[EXPIRY_DAYS == 91][0] == pytest.approx(np.sqrt(mean), rel=1e-6)
