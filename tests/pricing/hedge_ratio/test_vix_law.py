"""The law of the response of volatility: what was simulated is found again; nothing later is looked at."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pricing.embedded import embedded_history, embedded_vix_history
from pricing.hedge_ratio import INDEX_LAW
from pricing.hedge_ratio.vix_law import (
    INDEX_RESPONSE,
    VixDays,
    estimate_response,
    filtered_response,
    response_after,
    vix_days,
)


def simulated_days(count: int, *, persistence: float, deviation: float, noise: float) -> VixDays:
    rng = np.random.default_rng(5)
    state = np.zeros(count)
    for day in range(1, count):
        step = deviation * np.sqrt(1 - persistence**2) * rng.standard_normal()
        state[day] = persistence * state[day - 1] + step
    log_return = 0.01 * rng.standard_normal(count)
    level = np.full(count, 0.15)
    shock = rng.standard_t(6.0, count) / np.sqrt(1.5)
    change = -1.4 * (1 + state) * log_return + noise * level * shock
    start = np.datetime64("2000-01-03") + np.arange(count)
    return VixDays(start=start, end=start + 1, log_return=log_return, level=level, change=change)


def test_the_parameters_that_were_simulated_are_found() -> None:
    found = estimate_response(simulated_days(2_500, persistence=0.8, deviation=0.4, noise=0.03))
    assert found.slope == pytest.approx(-1.4, abs=0.12)
    assert found.persistence == pytest.approx(0.8, abs=0.1)
    assert found.deviation == pytest.approx(0.4, abs=0.08)
    assert found.noise == pytest.approx(0.03, rel=0.05)
    assert 4.0 < found.freedom < 20.0


def test_the_shipped_law_has_the_persistence_and_noise_of_the_vix_to_2017() -> None:
    days = vix_days(embedded_history("SPX"), embedded_vix_history(), until=date(2017, 12, 31))
    found = estimate_response(days)
    assert days.start[-1] < np.datetime64("2017-12-29")
    assert found.slope == pytest.approx(INDEX_RESPONSE.slope, abs=0.005)
    assert found.deviation == pytest.approx(INDEX_RESPONSE.deviation, abs=0.005)
    assert found.persistence == pytest.approx(INDEX_RESPONSE.persistence, abs=0.005)
    assert found.persistence == pytest.approx(INDEX_LAW.persistence, abs=0.005)
    assert found.deviation * INDEX_LAW.mean == pytest.approx(INDEX_LAW.deviation, abs=0.005)
    assert found.noise == pytest.approx(INDEX_LAW.noise, abs=0.0005)
    assert found.freedom == pytest.approx(INDEX_LAW.freedom, abs=0.2)


def test_the_filter_knows_nothing_of_the_day_that_it_speaks_of() -> None:
    days = simulated_days(300, persistence=0.8, deviation=0.4, noise=0.03)
    response = estimate_response(days)
    mean, deviation = filtered_response(response, days)
    days.change[200:] *= 2.0
    later, _ = filtered_response(response, days)
    assert np.array_equal(mean[:201], later[:201])
    assert mean[201] != later[201]
    assert deviation.max() <= response.deviation * (1 + 1e-12)


def test_what_is_known_after_the_last_day_is_what_is_known_before_the_next() -> None:
    days = simulated_days(300, persistence=0.8, deviation=0.4, noise=0.03)
    mean, deviation = filtered_response(INDEX_RESPONSE, days)
    first = VixDays(**{name: getattr(days, name)[:250] for name in VixDays.__slots__})
    after, variance = response_after(INDEX_RESPONSE, first)
    assert (after, variance**0.5) == pytest.approx((mean[250], deviation[250]))
    nothing = VixDays(**{name: getattr(days, name)[:0] for name in VixDays.__slots__})
    assert response_after(INDEX_RESPONSE, nothing) == (0.0, INDEX_RESPONSE.deviation**2)


def test_a_year_of_days_is_the_least_that_is_taken() -> None:
    with pytest.raises(ValueError, match="at least 250 days"):
        estimate_response(simulated_days(249, persistence=0.8, deviation=0.4, noise=0.03))
