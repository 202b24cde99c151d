"""Shocks move spot, forward and volatility as stated, and leave a surface that can be priced on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.book import Stickiness
from pricing.market import UnderlyingMarket
from pricing.shock import SHIFT_YEARS, ShiftedSurface, aged_market, shocked_market
from pricing.surface.atm import surface_from_atm
from pricing.surface.surface import VolSurface
from pricing.time import close_instant
from tests.markets import flat_underlying

YEARS = np.geomspace(1 / 365, 3.0, 80)
MONEYNESS = np.linspace(-0.6, 0.4, 41)
INDEX = surface_from_atm([7 / 365, 30 / 365, 1.0], [0.35, 0.3, 0.2], description="falling term structure")


def index_market() -> UnderlyingMarket:
    return replace(flat_underlying(rate=0.02), surface=INDEX)


def shocked(spot_return: float, volatility_shift: float, stickiness: Stickiness) -> UnderlyingMarket:
    return shocked_market(
        index_market(), spot_return=spot_return, volatility_shift=volatility_shift, stickiness=stickiness
    )


def volatility_at_strike(market: UnderlyingMarket, strike: float, years: float) -> float:
    forward = market.forward.forward_at(years)
    return float(market.surface.implied_volatility(np.log(strike / forward), years))


def test_spot_and_forward_move_by_the_return_and_keep_the_carry() -> None:
    market = shocked(-0.2, 0.0, Stickiness.STRIKE)
    assert market.spot == pytest.approx(0.8 * 2648.94)
    np.testing.assert_allclose(
        market.forward.forward_at(YEARS), 0.8 * index_market().forward.forward_at(YEARS), rtol=1e-14
    )


@pytest.mark.parametrize("strike", [2000.0, 2600.0, 2900.0])
def test_sticky_strike_keeps_the_volatility_of_each_strike(strike: float) -> None:
    after = volatility_at_strike(shocked(-0.1, 0.0, Stickiness.STRIKE), strike, 0.25)
    assert after == pytest.approx(volatility_at_strike(index_market(), strike, 0.25), rel=1e-12)


def test_sticky_moneyness_keeps_the_volatility_of_each_moneyness() -> None:
    surface = shocked(-0.1, 0.0, Stickiness.MONEYNESS).surface
    years, moneyness = YEARS[:, None], MONEYNESS[None, :]
    before = INDEX.implied_volatility(moneyness, years)
    np.testing.assert_allclose(surface.implied_volatility(moneyness, years), before, rtol=1e-14)


@pytest.mark.parametrize("shift", [0.2, -0.1])
def test_volatility_at_the_money_moves_by_the_shift_to_30_days_and_less_beyond(shift: float) -> None:
    surface = shocked(-0.05, shift, Stickiness.MONEYNESS).surface
    years = np.array([7 / 365, SHIFT_YEARS, 3.0])
    change = surface.implied_volatility(0.0, years) - INDEX.implied_volatility(0.0, years)
    assert change[1] == pytest.approx(shift, rel=1e-12)
    assert abs(change[0]) >= abs(shift) - 1e-12
    assert abs(change[-1]) < 0.25 * abs(shift)


def test_a_rise_of_volatility_decays_with_the_root_of_expiry() -> None:
    surface = shocked(0.0, 0.1, Stickiness.MONEYNESS).surface
    years = np.array([0.25, 1.0, 2.0])
    change = surface.implied_volatility(-0.1, years) - INDEX.implied_volatility(-0.1, years)
    np.testing.assert_allclose(change, 0.1 * np.sqrt(30 / 365 / years), rtol=1e-12)


@settings(deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(-2.0, 2.0), st.sampled_from(Stickiness))
def test_total_variance_stays_positive_and_grows_with_expiry(
    spot_return: float, volatility_shift: float, stickiness: Stickiness
) -> None:
    surface = shocked(spot_return, volatility_shift, stickiness).surface
    variance = surface.total_variance(MONEYNESS[None, :], YEARS[:, None])
    assert np.all(variance > 0.0)
    assert np.all(np.diff(variance, axis=0) >= -1e-12)


@pytest.mark.parametrize("shift", [0.3, 0.05, -0.05, -0.5])
def test_a_smile_that_is_sticky_in_moneyness_stays_free_of_butterfly_arbitrage(shift: float) -> None:
    surface = shocked(0.0, shift, Stickiness.MONEYNESS).surface
    moneyness = np.linspace(-1.5, 1.5, 1_201)
    for years in (7 / 365, 30 / 365, 0.5, 2.0):
        assert np.all(durrleman(surface, moneyness, years) > -1e-6)


def durrleman(surface: VolSurface, moneyness: np.ndarray, years: float) -> np.ndarray:
    """Gatheral and Jacquier (2014), eq. 2.1: the density's sign."""
    step = moneyness[1] - moneyness[0]
    variance = surface.total_variance(moneyness, years)
    slope = (variance[2:] - variance[:-2]) / (2 * step)
    curvature = (variance[2:] - 2 * variance[1:-1] + variance[:-2]) / step**2
    w, k = variance[1:-1], moneyness[1:-1]
    return (1 - k * slope / (2 * w)) ** 2 - slope**2 / 4 * (1 / w + 0.25) + curvature / 2


def test_a_shift_up_and_back_down_returns_to_the_same_volatility_at_the_money() -> None:
    up = shocked(0.0, 0.15, Stickiness.MONEYNESS)
    back = shocked_market(up, spot_return=0.0, volatility_shift=-0.15, stickiness=Stickiness.MONEYNESS)
    before = INDEX.implied_volatility(0.0, SHIFT_YEARS)
    assert back.surface.implied_volatility(0.0, SHIFT_YEARS) == pytest.approx(before, rel=1e-12)


def test_a_shifted_surface_is_a_volatility_surface_also_at_expiry() -> None:
    surface = ShiftedSurface(base=INDEX, log_moneyness_shift=0.0, volatility_shift=0.1, description="up")
    assert isinstance(surface, VolSurface)
    assert surface.total_variance(0.1, 0.0) == 0.0
    assert surface.implied_volatility(0.0, 0.0) == pytest.approx(INDEX.implied_volatility(0.0, 0.0) + 0.1)


def test_a_shocked_market_says_so_and_drops_the_quotes() -> None:
    market = shocked(-0.203, 0.12, Stickiness.STRIKE)
    assert market.quotes is None
    assert market.sources[-1].detail == "spot -20.3%, volatility +12.0 points, sticky-strike"
    assert market.surface.description.endswith("sticky-strike")


def test_a_spot_that_loses_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves no price"):
        shocked(-1.0, 0.0, Stickiness.STRIKE)


def test_ageing_moves_the_instant_and_keeps_surface_and_carry_by_time_to_expiry() -> None:
    later = close_instant(date(2018, 2, 6))
    aged = aged_market(index_market(), as_of=later)
    assert (aged.as_of, aged.spot) == (later, index_market().spot)
    assert aged.surface.total_variance(0.1, 0.5) == pytest.approx(INDEX.total_variance(0.1, 0.5))
    assert aged.hedge_price() < index_market().hedge_price()


def test_a_market_cannot_grow_younger() -> None:
    with pytest.raises(ValueError, match="cannot age"):
        aged_market(index_market(), as_of=close_instant(date(2018, 2, 2)))
