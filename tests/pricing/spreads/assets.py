"""Two assets for tests, and random markets of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pricing.spreads.two_assets import TwoAssets


def two_assets(**changes: Any) -> TwoAssets:
    """Spots of 110 and 90 with yields, one year, as in Lo (2016), but for `changes` to the inputs."""
    inputs: dict[str, Any] = {
        "first_spot": 110.0,
        "second_spot": 90.0,
        "rate": 0.05,
        "first_yield": 0.03,
        "second_yield": 0.02,
        "expiry_years": 1.0,
        "first_volatility": 0.3,
        "second_volatility": 0.2,
        "correlation": 0.5,
    }
    return TwoAssets.from_yields(**(inputs | changes))


def random_assets(size: int, *, seed: int, most_correlation: float = 0.98) -> TwoAssets:
    """Forwards around 100, volatilities from 5% to 80%, a week to three years, rates of both signs."""
    rng = np.random.default_rng(seed)
    return TwoAssets.from_yields(
        first_spot=100.0 * np.exp(rng.normal(0.0, 0.2, size)),
        second_spot=100.0 * np.exp(rng.normal(-0.2, 0.3, size)),
        rate=rng.uniform(-0.02, 0.10, size),
        first_yield=rng.uniform(-0.02, 0.08, size),
        second_yield=rng.uniform(-0.02, 0.08, size),
        expiry_years=rng.uniform(0.02, 3.0, size),
        first_volatility=rng.uniform(0.05, 0.8, size),
        second_volatility=rng.uniform(0.05, 0.8, size),
        correlation=rng.uniform(-most_correlation, most_correlation, size),
    )


def exchanged(assets: TwoAssets) -> TwoAssets:
    """The same market with the assets' places exchanged."""
    return replace(
        assets,
        first_spot=assets.second_spot,
        second_spot=assets.first_spot,
        first_forward=assets.second_forward,
        second_forward=assets.first_forward,
        first_volatility=assets.second_volatility,
        second_volatility=assets.first_volatility,
    )
