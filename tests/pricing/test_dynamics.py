from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.book import OptionColumns, Stickiness, value_options
from pricing.dynamics import (
    STICKY_MONEYNESS,
    STICKY_STRIKE,
    SmileDynamics,
    skew,
    smile_delta,
    sticky_local_volatility,
)
from pricing.dynamics_estimate import estimate_dynamics
from pricing.surface.surface import VolSurface
from tests.markets import flat_underlying


@dataclass(frozen=True)
class StraightSmile:
    """sigma(k, T) = level + slope T^-decay k: every quantity of the tests in closed form."""

    level: float = 0.2
    slope: float = -0.1
    decay: float = 0.0
    description: str = "a straight smile"

    def implied_volatility(self, log_moneyness: object, expiry_years: object) -> np.ndarray:
        return self.level + self.slope * np.asarray(expiry_years) ** -self.decay * np.asarray(log_moneyness)

    def total_variance(self, log_moneyness: object, expiry_years: object) -> np.ndarray:
        return self.implied_volatility(log_moneyness, expiry_years) ** 2 * np.asarray(expiry_years)

    def derivatives(self, log_moneyness: object, expiry_years: object) -> tuple[np.ndarray, ...]:
        years = np.asarray(expiry_years)
        slope = self.slope * years**-self.decay
        volatility = self.implied_volatility(log_moneyness, years)
        return volatility**2 * years, 2 * volatility * slope * years, 2 * slope**2 * years


def straight(**parameters: float) -> VolSurface:
    return cast(VolSurface, StraightSmile(**parameters))


@pytest.mark.parametrize(
    ("dynamics", "stickiness"),
    [(STICKY_MONEYNESS, Stickiness.MONEYNESS), (STICKY_STRIKE, Stickiness.STRIKE)],
)
def test_the_delta_of_a_sticky_smile_is_the_slope_of_the_revalued_book(
    dynamics: SmileDynamics, stickiness: Stickiness
) -> None:
    market = replace(flat_underlying(), surface=straight())
    strike = market.spot * np.array([0.9, 0.95, 1.0, 1.05, 1.1])
    options = OptionColumns(
        strike=strike,
        expiry_years=np.full(5, 0.25),
        is_call=np.array([True, False, True, False, True]),
        is_american=np.zeros(5, dtype=bool),
    )
    greeks, _ = value_options(options, market)
    log_moneyness = np.log(strike / market.forward.forward_at(0.25))
    found = smile_delta(
        delta=greeks.delta,
        vega=greeks.vega,
        spot=market.spot,
        strike_skew=skew(market.surface, log_moneyness, 0.25),
        expiry_years=options.expiry_years,
        dynamics=dynamics,
    )
    bump = 1e-4 * market.spot
    up, down = (
        value_options(options, market, spot=market.spot + move, stickiness=stickiness)[0].value
        for move in (bump, -bump)
    )
    assert_allclose(found, (up - down) / (2 * bump), atol=1e-6)


def test_a_skew_that_does_not_decay_has_a_local_volatility_ratio_of_two() -> None:
    dynamics = sticky_local_volatility(straight(decay=0.0), [0.1, 0.5, 1.0])
    assert_allclose(dynamics.ratio, 2.0, rtol=1e-12)


def test_a_skew_that_decays_as_a_root_has_a_local_volatility_ratio_of_three() -> None:
    dynamics = sticky_local_volatility(straight(decay=0.5), [0.1, 0.5, 1.0])
    assert_allclose(dynamics.ratio, 3.0, atol=0.1)  # the mean stops short of the root's pole at zero


def test_without_a_skew_the_ratio_is_that_of_short_expiries() -> None:
    assert sticky_local_volatility(straight(slope=0.0), 0.5).ratio.tolist() == [2.0]


def test_the_ratio_that_moved_the_surfaces_is_found_within_its_error() -> None:
    rng = np.random.default_rng(3)
    returns = rng.normal(0.0, 0.01, 400)
    level = 0.2 + np.concatenate(([0.0], np.cumsum(1.4 * -0.1 * returns + rng.normal(0.0, 5e-4, 400))))
    estimate = estimate_dynamics([straight(level=each) for each in level], returns)
    assert estimate is not None
    assert estimate.observations == 400
    assert np.all(np.abs(estimate.ratio - 1.4) < 3 * estimate.standard_error)
    assert np.all(estimate.standard_error < 0.05)


def test_the_standard_error_is_whites_by_hand() -> None:
    """Residuals that are large where the lever is: the usual error would be too small."""
    rng = np.random.default_rng(5)
    returns = rng.normal(0.0, 0.01, 60)
    change = -0.1 * returns * (1.0 + rng.normal(0.0, 1.0, 60))
    level = 0.2 + np.concatenate(([0.0], np.cumsum(change)))
    estimate = estimate_dynamics([straight(level=each) for each in level], returns, expiry_years=[0.5])
    lever = -0.1 * returns
    ratio = (lever @ change) / (lever @ lever)
    error = np.sqrt(np.sum((lever * (change - ratio * lever)) ** 2)) / (lever @ lever)
    assert estimate is not None
    assert_allclose([estimate.ratio[0], estimate.standard_error[0]], [ratio, error], rtol=1e-9)


def test_a_gap_between_days_is_left_out_of_the_estimate() -> None:
    returns = np.full(12, 0.01)
    level = 0.2 - 0.1 * np.concatenate(([0.0], np.cumsum(returns)))
    level[6:] += 0.3  # what happened in the gap
    returns[5] = np.nan
    estimate = estimate_dynamics([straight(level=each) for each in level], returns)
    assert estimate is not None
    assert estimate.observations == 11
    assert_allclose(estimate.ratio, 1.0, rtol=1e-9)


def test_few_moves_estimate_nothing_and_unequal_lengths_are_refused() -> None:
    surfaces = [straight()] * 5
    assert estimate_dynamics(surfaces, np.full(4, 0.01)) is None
    with pytest.raises(ValueError, match="5 surfaces have 4 returns"):
        estimate_dynamics(surfaces, np.full(5, 0.01))
