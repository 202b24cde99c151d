from __future__ import annotations

import numpy as np
import pytest

from execution.impact.features import features_of
from execution.impact.samples import LEVELS
from execution.impact.watch import WINDOW, MarketWatch
from tests.execution.impact.made_markets import made_depth, samples_from

MARKETS = [samples_from(made_depth(50, seed), seed) for seed in range(3)]


def watched(steps: int) -> MarketWatch:
    watch = MarketWatch(len(MARKETS))
    for step in range(steps):
        depth = np.stack([market.depth[step] for market in MARKETS])
        watch.see(depth, [market.bought[step] for market in MARKETS], [m.sold[step] for m in MARKETS])
    return watch


def test_watching_gives_the_features_of_the_samples() -> None:
    watch = watched(50)
    for at, market in enumerate(MARKETS):
        features, scales = features_of(market)
        np.testing.assert_array_equal(watch.window[at], features[-WINDOW:])
        np.testing.assert_array_equal(watch.scales[at], scales[-1])


def test_the_first_step_stands_for_those_before_it() -> None:
    watch = watched(3)
    features, _ = features_of(MARKETS[0])
    np.testing.assert_array_equal(watch.window[0, -3:], features[:3])
    assert np.all(watch.window[0, :-3] == features[0])


def test_a_forgotten_market_starts_afresh_and_the_others_go_on() -> None:
    watch, other = watched(20), watched(20)
    watch.forget(np.array([True, False, False]))
    for one in (watch, other):
        one.see(np.stack([market.depth[20] for market in MARKETS]), 5.0, 3.0)
    assert np.all(watch.window[0] == watch.window[0, -1])
    np.testing.assert_array_equal(watch.window[1:], other.window[1:])


def test_more_levels_are_left_out_and_missing_ones_are_empty() -> None:
    deep, shallow, cut = MarketWatch(1), MarketWatch(1), MarketWatch(1)
    depth = made_depth(1)
    deep.see(np.concatenate((depth, depth), axis=2), 0, 0)
    shallow.see(depth[:, :, :1], 0, 0)
    emptied = depth.copy()
    emptied[:, :, 1:] = 0
    cut.see(emptied, 0, 0)
    np.testing.assert_array_equal(shallow.window, cut.window)
    plain = MarketWatch(1)
    plain.see(depth, 0, 0)
    np.testing.assert_array_equal(deep.window, plain.window)


def test_a_market_without_a_book_is_finite() -> None:
    watch = MarketWatch(1)
    for _ in range(3):
        watch.see(np.zeros((1, 2, LEVELS, 2), np.int32), 0, 0)
    assert np.all(np.isfinite(watch.window))


@pytest.mark.parametrize("bought", [-1.0, np.nan, np.inf])
def test_impossible_trades_are_refused(bought: float) -> None:
    with pytest.raises(ValueError, match="finite lots"):
        MarketWatch(1).see(made_depth(1), bought, 0.0)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="depth has shape"):
        MarketWatch(2).see(made_depth(1), 0, 0)
    with pytest.raises(ValueError, match="context has shape"):
        MarketWatch(1).see(made_depth(1), 0, 0, np.zeros((1, 2)))
    with pytest.raises(ValueError, match="count is 0"):
        MarketWatch(0)
