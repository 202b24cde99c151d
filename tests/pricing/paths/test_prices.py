"""Prices from returns, and filtered historical simulation from a fit."""

from __future__ import annotations

import numpy as np
import pytest

from pricing.embedded import embedded_history
from pricing.paths.bootstrap import ResampledInnovations
from pricing.paths.prices import price_paths
from pricing.volatility.family import GarchFamily
from pricing.volatility.fitted import FittedLaw

SP500 = embedded_history("SPX")


def fitted() -> FittedLaw:
    found = GarchFamily(reverting_to_sample=True).fitted(SP500.until(SP500.dates[2_000].item()))
    assert isinstance(found, FittedLaw)
    return found


def test_prices_compound_the_returns_from_the_spot() -> None:
    prices = price_paths(np.log([[1.1, 2.0], [0.5, 1.0]]), spot=10.0)
    np.testing.assert_allclose(prices, [[10.0, 11.0, 22.0], [10.0, 5.0, 5.0]])


def test_martingale_paths_have_the_forward_as_their_mean_at_every_step() -> None:
    returns = 0.02 * np.random.default_rng(1).standard_normal((500, 30)) + 0.01
    forward = 100.0 * np.exp(0.001 * np.arange(1, 31))
    prices = price_paths(returns, spot=100.0, forward=forward)
    np.testing.assert_allclose(prices[:, 1:].mean(axis=0), forward, rtol=1e-12)
    flat = price_paths(returns, spot=100.0, forward=100.0)
    np.testing.assert_allclose(flat.mean(axis=0), 100.0, rtol=1e-12)


def test_filtered_historical_paths_are_the_same_whatever_number_of_workers() -> None:
    law = fitted()
    drawn = [
        law.simulated_returns(
            20,
            paths=2_500,
            rng=np.random.default_rng(4),
            innovations=law.resampled(block_days=5),
            workers=workers,
        )
        for workers in (1, 3)
    ]
    assert np.array_equal(drawn[0], drawn[1])


def test_filtered_historical_paths_run_the_residuals_through_the_recursion() -> None:
    law = fitted()
    returns = law.simulated_returns(
        6, paths=3, rng=np.random.default_rng(4), innovations=law.resampled(block_days=2)
    )
    residuals = law.resampled().standardised
    for path in returns:
        state = law.next_variance
        for move in 100 * path:
            assert np.min(np.abs(residuals - move / np.sqrt(state))) < 1e-9
            state = law.law.following(state, move)


def test_filtered_historical_returns_keep_the_fat_left_tail_of_the_residuals() -> None:
    law = fitted()
    own = law.simulated_returns(1, paths=40_000, rng=np.random.default_rng(4))[:, 0]
    historical = law.simulated_returns(
        1, paths=40_000, rng=np.random.default_rng(4), innovations=law.resampled()
    )[:, 0]
    assert np.mean(historical**3) < np.mean(own**3)


@pytest.mark.parametrize(("spot", "forward"), [(0.0, None), (-1.0, 1.0), (np.nan, None), (1.0, 0.0)])
def test_prices_that_are_not_positive_are_refused(spot: float, forward: float | None) -> None:
    with pytest.raises(ValueError, match="positive prices"):
        price_paths(np.zeros((2, 2)), spot=spot, forward=forward)


def test_residuals_that_cannot_be_drawn_from_are_refused() -> None:
    with pytest.raises(ValueError, match="finite and not all equal"):
        ResampledInnovations(residuals=np.ones(5))
    with pytest.raises(ValueError, match="at least a day"):
        ResampledInnovations(residuals=np.arange(5.0), block_days=0)
