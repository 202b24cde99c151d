"""Each measure of a day's variance is unbiased on Brownian days whose variance is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.embedded import embedded_history
from pricing.errors import InputError
from pricing.history import FloatArray, PriceHistory
from pricing.realized import (
    close_to_close,
    closing_scale,
    daily_variance,
    garman_klass,
    has_ranges,
    overnight,
    parkinson,
    rogers_satchell,
    yang_zhang,
)

DAY, NIGHT = 1.4e-4, 0.4e-4
RANGED = [parkinson, garman_klass, rogers_satchell]


@cache
def brownian_days(
    days: int = 20_000, steps: int = 100, drift: float = 0.0, watched: bool = True
) -> PriceHistory:
    """Days of a Brownian log price; watched: with the extremes between the steps, drawn from the bridge."""
    rng = np.random.default_rng(17)
    step = DAY / steps
    move = np.sqrt(step) * rng.standard_normal((days, steps)) + drift / steps
    path = np.concatenate([np.zeros((days, 1)), np.cumsum(move, axis=1)], axis=1)
    high, low = path.max(axis=1), path.min(axis=1)
    if watched:
        high = bridge_extreme(path, step, rng).max(axis=1)
        low = -bridge_extreme(-path, step, rng).max(axis=1)
    night = np.sqrt(NIGHT) * rng.standard_normal(days)
    opening = np.cumsum(night + np.concatenate([[0.0], path[:-1, -1]]))
    dates = np.datetime64("1900-01-01", "D") + np.arange(days)
    columns = (np.exp(opening + each) for each in (path[:, -1], 0.0, high, low))
    close, first, highest, lowest = columns
    return PriceHistory(symbol="W", dates=dates, close=close, open=first, high=highest, low=lowest)


def bridge_extreme(path: FloatArray, step: float, rng: np.random.Generator) -> FloatArray:
    start, end = path[:, :-1], path[:, 1:]
    uniform = rng.uniform(size=start.shape)
    return 0.5 * (start + end + np.sqrt((end - start) ** 2 - 2.0 * step * np.log(uniform)))


def deviations_from(truth: float, estimates: FloatArray) -> float:
    return float((estimates.mean() - truth) / (estimates.std(ddof=1) / np.sqrt(len(estimates))))


@pytest.mark.parametrize("measure", RANGED)
def test_range_measures_have_the_mean_of_the_open_session(measure: Callable) -> None:
    assert abs(deviations_from(DAY, measure(brownian_days()))) < 3.0


def test_squared_returns_have_the_mean_of_the_whole_day_and_nights_that_of_the_night() -> None:
    assert abs(deviations_from(DAY + NIGHT, close_to_close(brownian_days()))) < 3.0
    assert abs(deviations_from(NIGHT, overnight(brownian_days()))) < 3.0


def test_yang_zhang_has_the_mean_of_the_whole_day_whatever_the_drift() -> None:
    for drift in (0.0, 0.02):
        assert yang_zhang(brownian_days(drift=drift)) == pytest.approx(DAY + NIGHT, rel=0.02)


def test_yang_zhang_of_four_days_is_its_formula_by_hand() -> None:
    """n = 3 days after the first: k = 0.34 / (1.34 + 4 / 2)."""
    history = brownian_days(days=4, steps=10, watched=False)
    night, body = np.diff(np.log(history.close)), np.log(history.close / history.open)[1:]
    weight = 0.34 / (1.34 + 4.0 / 2.0)
    expected = np.var(night - body, ddof=1) + weight * np.var(body, ddof=1)
    expected += (1.0 - weight) * rogers_satchell(history).mean()
    assert yang_zhang(history) == pytest.approx(expected, rel=1e-10)


def test_drift_does_not_move_rogers_satchell_but_does_move_parkinson() -> None:
    drifting = brownian_days(drift=0.02)
    assert abs(deviations_from(DAY, rogers_satchell(drifting))) < 3.0
    assert deviations_from(DAY, parkinson(drifting)) > 50.0


def test_each_measure_is_as_precise_as_its_paper_says() -> None:
    relative = {measure: np.var(measure(brownian_days())) / DAY**2 for measure in (parkinson, garman_klass)}
    assert relative[parkinson] == pytest.approx(0.407, rel=0.05)  # Parkinson: 2 / 4.91
    assert relative[garman_klass] == pytest.approx(0.27, rel=0.07)  # Garman and Klass: 2 / 7.4


@pytest.mark.parametrize("steps", [78, 390])
def test_seen_at_few_points_the_range_is_low_by_what_the_docstring_says(steps: int) -> None:
    seen = brownian_days(days=5_000, steps=steps, watched=False)
    assert parkinson(seen).mean() / DAY == pytest.approx(1 - 1.3 / np.sqrt(steps), abs=0.03)
    assert garman_klass(seen).mean() < parkinson(seen).mean()


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-0.2, 0.2), min_size=4, max_size=4), st.floats(0.01, 1e4))
def test_range_measures_are_never_negative_and_know_no_unit(moves: list[float], unit: float) -> None:
    prices = unit * np.exp(np.array(moves))
    two = np.array([1.0, 1.0])
    day = PriceHistory(
        symbol="X",
        dates=np.array(["2018-02-01", "2018-02-02"], dtype="datetime64[D]"),
        close=prices[0] * two,
        open=prices[1] * two,
        high=prices.max() * two,
        low=prices.min() * two,
    )
    for measure in RANGED:
        assert measure(day)[0] >= -1e-15
    assert parkinson(day)[0] == pytest.approx(np.log(prices.max() / prices.min()) ** 2 / (4 * np.log(2)))


def test_daily_variance_adds_up_to_the_squared_returns() -> None:
    history = embedded_history("SPX")
    variance, scale = daily_variance(history)
    assert variance[-2_000:].sum() == pytest.approx(close_to_close(history)[-2_000:].sum(), rel=1e-12)
    assert 1.0 < scale < 2.0
    closes = daily_variance(embedded_history("WTI"))
    assert np.array_equal(closes[0], close_to_close(embedded_history("WTI")))
    assert closes[1] == 1.0


def test_a_measure_that_is_zero_throughout_keeps_its_scale() -> None:
    assert closing_scale(np.zeros(5), np.ones(5)) == 1.0


def test_a_measure_without_its_prices_is_an_input_error() -> None:
    for measure in (*RANGED, overnight, yang_zhang):
        with pytest.raises(InputError, match="needs it"):
            measure(embedded_history("WTI"))


def test_two_days_are_too_few_for_yang_zhang() -> None:
    day = embedded_history("SPX").dates[1].item()
    with pytest.raises(InputError, match="at least 3 days"):
        yang_zhang(embedded_history("SPX").until(day))


def test_the_close_repeated_in_every_column_is_no_range() -> None:
    history = embedded_history("SPX")
    assert has_ranges(history)
    flat = replace(history, open=history.close, high=history.close, low=history.close)
    assert not has_ranges(flat)
    assert not has_ranges(replace(history, low=None))
