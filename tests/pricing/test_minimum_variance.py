"""Minimum-variance delta: the formula, and estimates that see only the past and find what was put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from pricing.black import black_price
from pricing.embedded import embedded_history, embedded_vix_history
from pricing.greeks import black_greeks
from pricing.history import PriceHistory
from pricing.minimum_variance import (
    MinimumVarianceCoefficients,
    embedded_coefficients,
    estimate_from_chains,
    estimate_from_vix,
    minimum_variance_delta,
)
from pricing.option_changes import option_changes
from pricing.quotes import Quotes, read_chain
from pricing.surface.atm import surface_from_atm
from pricing.variance_swap import variance_swap_volatility
from tests.shared_data import shared_path

COEFFICIENTS = MinimumVarianceCoefficients(a=-0.25, b=0.4, c=-0.5)
START = datetime(2018, 1, 2, 21, tzinfo=UTC)


def test_delta_is_corrected_by_the_formula_of_hull_and_white() -> None:
    corrected = minimum_variance_delta(
        delta=np.array([0.6]),
        vega=np.array([300.0]),
        spot=2_500.0,
        expiry_years=np.array([0.25]),
        is_call=np.array([True]),
        coefficients=COEFFICIENTS,
    )
    assert corrected[0] == pytest.approx(0.6 + 300 / (2_500 * 0.5) * (-0.25 + 0.4 * 0.6 - 0.5 * 0.36))


def test_put_and_call_of_one_strike_get_the_same_correction() -> None:
    is_call = np.array([True, False])
    greeks = black_greeks(100.0, 100.0, 97.0, 0.2, 0.2, 1.0, is_call)
    corrected = minimum_variance_delta(
        delta=greeks.delta,
        vega=greeks.vega,
        spot=100.0,
        expiry_years=np.full(2, 0.2),
        is_call=is_call,
        coefficients=COEFFICIENTS,
    )
    assert corrected[0] - corrected[1] == pytest.approx(1.0, abs=1e-12)


def test_an_expired_option_is_not_corrected() -> None:
    nothing = np.zeros(1)
    corrected = minimum_variance_delta(
        delta=np.ones(1),
        vega=nothing,
        spot=100.0,
        expiry_years=nothing,
        is_call=np.array([True]),
        coefficients=COEFFICIENTS,
    )
    assert corrected[0] == 1.0


def test_vix_estimate_does_not_change_with_later_days() -> None:
    history, vix, day = embedded_history("SPX"), embedded_vix_history(), date(2018, 2, 2)
    early = estimate_from_vix(history, vix, until=day)
    assert early == estimate_from_vix(history.until(day), vix.until(day), until=day)
    assert early != estimate_from_vix(history, vix, until=date(2018, 2, 5))


def test_vix_estimate_finds_the_response_that_was_put_in() -> None:
    rng = np.random.default_rng(2)
    returns = 0.01 * rng.standard_normal(800)
    close = 100 * np.cumprod(1 + np.concatenate([[0.0], returns]))
    noise = 1e-4 * rng.standard_normal(800)
    level = 0.2 + np.concatenate([[0.0], np.cumsum((-0.45 * returns + noise) / np.sqrt(30 / 365))])
    days = np.datetime64("2015-01-01") + np.arange(801)
    index, vix = (
        PriceHistory(symbol=name, dates=days, close=column) for name, column in (("I", close), ("V", level))
    )
    found = estimate_from_vix(index, vix, until=date(2020, 1, 1))
    assert found is not None
    surface = surface_from_atm([30 / 365], [0.2], description="")
    ratio = variance_swap_volatility(surface, 30 / 365)[0] / 0.2
    step = 1e-4
    left, right = surface.implied_volatility([-step, step], 30 / 365)
    skew = (right - left) / (2 * step) * np.sqrt(30 / 365)
    assert found.a == pytest.approx(-0.45 / ratio - skew, abs=0.01)
    assert found.standard_error[0] < 0.01


def test_index_volatility_falls_at_a_strike_when_the_index_rises() -> None:
    assert -0.3 < embedded_coefficients(date(2018, 2, 2)).a < 0.0


def test_before_the_vix_the_embedded_coefficients_say_that_they_look_ahead() -> None:
    assert "later than 2008-10-10" in embedded_coefficients(date(2008, 10, 10)).origin


def test_too_short_a_vix_gives_no_estimate() -> None:
    assert estimate_from_vix(embedded_history("SPX"), embedded_vix_history(), until=date(2014, 2, 3)) is None


def simulated_chains(
    response: MinimumVarianceCoefficients, days: int = 30, step: timedelta = timedelta(days=1)
) -> list[Quotes]:
    """A flat smile at first; from each chain to the next every strike's volatility answers to the return."""
    rng = np.random.default_rng(7)
    strike, years = np.tile(np.linspace(80, 120, 21), 2), np.repeat([0.3, 0.6], 21)
    volatility, spot, chains = np.full(42, 0.2), 100.0, []
    for day in range(days):
        left = years - day * step / timedelta(days=365)
        chains.append(_quotes(START + day * step, spot, strike, left, volatility))
        delta = black_greeks(spot, spot, strike, left, volatility, 1.0, is_call=True).delta
        move = 0.003 * rng.standard_normal()
        volatility = volatility + move * (response.a + response.b * delta + response.c * delta**2) / np.sqrt(
            left
        )
        spot *= 1 + move
    return chains


def _quotes(
    as_of: datetime, spot: float, strike: np.ndarray, years: np.ndarray, volatility: np.ndarray
) -> Quotes:
    columns = [np.tile(column, 2) for column in (strike, years, volatility)]
    is_call = np.repeat([True, False], len(strike))
    price = black_price(spot, columns[0], columns[1], columns[2], 1.0, is_call)
    return Quotes(
        underlying="I",
        as_of=as_of,
        spot=spot,
        expiry_years=columns[1],
        strike=columns[0],
        is_call=is_call,
        bid=price - 1e-4,
        ask=price + 1e-4,
        received=len(price),
    )


def test_chain_estimate_finds_the_coefficients_that_were_put_in() -> None:
    # A minute apart, so that no time value is lost in between.
    chains = simulated_chains(COEFFICIENTS, days=200, step=timedelta(minutes=1))
    found = estimate_from_chains(chains, before=date(2018, 3, 1))
    assert found is not None
    errors = np.abs(np.array([found.a + 0.25, found.b - 0.4, found.c + 0.5])) / found.standard_error
    assert np.all(errors < 4.0)
    assert max(found.standard_error) < 0.1


def test_a_chain_of_the_day_itself_is_refused() -> None:
    chains = simulated_chains(COEFFICIENTS, days=12)
    with pytest.raises(ValueError, match="is not known before 2018-01-13"):
        estimate_from_chains(chains, before=date(2018, 1, 13))
    assert estimate_from_chains(chains, before=date(2018, 1, 14)) is not None


def test_chains_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not in order"):
        option_changes(simulated_chains(COEFFICIENTS, days=3)[::-1])


def test_too_few_chains_give_no_estimate() -> None:
    for days in (0, 1, 5):
        assert estimate_from_chains(simulated_chains(COEFFICIENTS, days), before=date(2018, 3, 1)) is None


def test_a_gap_of_a_week_is_no_change_of_a_day() -> None:
    chains = simulated_chains(COEFFICIENTS, days=9)
    assert len(option_changes([chains[0], chains[8]])) == 0
    assert len(option_changes(chains[:2])) > 0


def test_changes_are_of_the_same_contract() -> None:
    first, second = simulated_chains(COEFFICIENTS, days=2)
    keep = np.arange(len(second)) % 3 > 0
    columns = {
        name: getattr(second, name)[keep] for name in ("expiry_years", "strike", "is_call", "bid", "ask")
    }
    changes = option_changes([first, replace(second, **columns)])
    whole = option_changes([first, second])
    assert len(changes) < len(whole)
    assert set(changes.price_change) <= set(whole.price_change)


def real_chains(days: Sequence[int]) -> list[Quotes]:
    path = shared_path("options", "spx_chain_20180102_20180228.parquet")
    return [read_chain(path, underlying="SPX", as_of=date(2018, 1, day)) for day in days]


def test_real_chains_of_january_2018_are_followed_from_day_to_day() -> None:
    changes = option_changes(real_chains((2, 3, 4)))
    assert len(changes) > 100
    explained = changes.delta * changes.spot_change
    assert np.corrcoef(explained, changes.price_change)[0, 1] > 0.9
