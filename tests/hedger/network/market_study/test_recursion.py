"""The hedge inside a band: against a loop that reads like its definition, and its gradient by differences."""

from __future__ import annotations

import numpy as np
import pytest

from hedger.network.market_study.recursion import band_adjoint, hedge_in_band

RNG = np.random.default_rng(3)
SPOT = np.exp(np.cumsum(0.02 * RNG.standard_normal((7, 5)), axis=0))
MIDDLE = RNG.normal(0.5, 0.1, (6, 5))
LOWER, UPPER = MIDDLE - 0.03, MIDDLE + 0.03
COST = 2e-3


def _loss(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    total = np.zeros(5)
    for path in range(5):
        held = 0.0
        for step in range(6):
            now = float(np.clip(held, lower[step, path], upper[step, path]))
            total[path] += COST * SPOT[step, path] * abs(now - held)
            total[path] -= now * (SPOT[step + 1, path] - SPOT[step, path])
            held = now
    return total


def test_losses_are_those_of_the_plain_loop() -> None:
    side, loss, traded = np.empty((6, 5), np.int8), np.zeros(5), np.zeros(5)
    hedge_in_band(SPOT, LOWER, UPPER, COST, side, loss, traded)
    assert loss == pytest.approx(_loss(LOWER, UPPER), abs=1e-14)
    assert np.all(traded > 0.0)
    assert side[0].tolist() == [1] * 5


def test_gradient_is_that_of_small_moves_of_the_edges() -> None:
    side, loss, traded = np.empty((6, 5), np.int8), np.zeros(5), np.zeros(5)
    hedge_in_band(SPOT, LOWER, UPPER, COST, side, loss, traded)
    weight, lower, upper = np.arange(1.0, 6.0), np.empty((6, 5)), np.empty((6, 5))
    band_adjoint(SPOT, COST, side, weight, lower, upper)
    for place in np.ndindex(6, 5):
        nudge = np.zeros((6, 5))
        nudge[place] = 1e-7
        down = weight @ (_loss(LOWER + nudge, UPPER) - _loss(LOWER - nudge, UPPER)) / 2e-7
        up = weight @ (_loss(LOWER, UPPER + nudge) - _loss(LOWER, UPPER - nudge)) / 2e-7
        assert (lower[place], upper[place]) == pytest.approx((down, up), abs=1e-7)
