"""The features that forecasts are made of: order book, trade flow, volatility and news, free of units.

Prices are measured in the market's own moves, volumes in what usually rests at its touch, both averaged over
the last minutes of that market alone, so that one network serves many markets.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.impact.samples import LEVELS, MarketSamples

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_BY_LEVEL = ("bid_distance", "ask_distance", "bid_volume", "ask_volume", "flow")
FEATURE_NAMES = (
    *(f"{name}_{level}" for name in _BY_LEVEL for level in range(1, LEVELS + 1)),
    "touch_imbalance",
    "depth_imbalance",
    "bought",
    "sold",
    "trade_direction",
    "move",
    "spread",
    "realised_volatility",
    "activity",
    "implied_volatility",
    "sentiment",
    "event",
)
FEATURES = len(FEATURE_NAMES)
IMAGE_CHANNELS = len(_BY_LEVEL)
SCALES = ("move_ticks", "touch_lots", "traded_lots")
# A market's state: sums of weights, squared moves, touch sizes and trades; the quick squared moves; the mid.
STATE_SIZE = 6
_WEIGHT, _MOVES, _TOUCH, _TRADED, _FAST, _MID = range(STATE_SIZE)

_SLOW, _QUICK = 0.5 ** (1 / 120), 0.5 ** (1 / 10)  # what a step leaves of the averages
_PRIOR = 5.0  # steps that the first half spread counts for in the size of moves
_LEAST_MOVE_TICKS = 0.05
_SWAPPED = {"bid": "ask", "ask": "bid", "bought": "sold", "sold": "bought"}
_ODD = ("flow", "touch_imbalance", "depth_imbalance", "trade_direction", "move", "sentiment")


def mirror() -> tuple[IntArray, SingleArray]:
    """Order and sign of the features as one sees them who looks from the other side, both (feature,)."""
    order, sign = np.zeros(FEATURES, np.int64), np.ones(FEATURES, np.float32)
    for at, name in enumerate(FEATURE_NAMES):
        head, _, tail = name.partition("_")
        swapped = _SWAPPED.get(head, head) + ("_" + tail if tail else "")
        order[at] = FEATURE_NAMES.index(swapped)
        sign[at] = -1.0 if name.startswith(_ODD) else 1.0
    return order, sign


def new_states(markets: int) -> FloatArray:
    """States of markets of which nothing has been seen, shape (market, STATE_SIZE)."""
    return np.zeros((markets, STATE_SIZE))


def features_of(samples: MarketSamples) -> tuple[SingleArray, FloatArray]:
    """Features (step, FEATURES) and scales (step, 3), each from its step and those before it alone."""
    features = np.empty((len(samples), FEATURES), np.float32)
    scales = np.empty((len(samples), len(SCALES)))
    depth = np.ascontiguousarray(samples.depth)
    _all_steps(
        depth, samples.flow, samples.bought, samples.sold, samples.context, new_states(1)[0], features, scales
    )
    return features, scales


@njit(cache=True)
def _all_steps(  # type: ignore[no-untyped-def]
    depth, flow, bought, sold, context, state, features, scales
):
    for step in range(len(depth)):
        write_features(
            depth[step],
            flow[step],
            bought[step],
            sold[step],
            context[step],
            state,
            features[step],
            scales[step],
        )


@njit(cache=True)
def write_features(  # type: ignore[no-untyped-def]
    depth, flow, bought, sold, context, state, features, scales
):
    """Take one step into a market's state, and write its features and scales.

    While a side is empty the mid stays where it was; a crossed book, as recordings begin with, has no spread.
    What is not finite in the context counts as not known.
    """
    mid, half_spread = state[_MID], 0.0
    both = depth[0, 0, 1] > 0 and depth[1, 0, 1] > 0
    if both:
        mid = 0.5 * (depth[0, 0, 0] + depth[1, 0, 0])
        half_spread = max(0.5 * (depth[1, 0, 0] - depth[0, 0, 0]), 0.0)
    move = _update(state, mid, half_spread, 0.5 * (depth[0, 0, 1] + depth[1, 0, 1]), bought + sold, both)
    _write_scales(state, scales)
    write_book(depth, flow, mid, scales, features)
    at = IMAGE_CHANNELS * LEVELS
    bids, asks = depth[0, :, 1].sum(), depth[1, :, 1].sum()
    features[at] = (depth[0, 0, 1] - depth[1, 0, 1]) / max(1, depth[0, 0, 1] + depth[1, 0, 1])
    features[at + 1] = (bids - asks) / max(1, bids + asks)
    features[at + 2] = math.log1p(bought / scales[1])
    features[at + 3] = math.log1p(sold / scales[1])
    features[at + 4] = np.sign(bought - sold)
    features[at + 5] = math.asinh(move / scales[0])
    features[at + 6] = math.log1p(2.0 * half_spread / scales[0])
    floor = _LEAST_MOVE_TICKS**2
    features[at + 7] = 0.5 * math.log((state[_FAST] + floor) / (scales[0] ** 2 + floor))
    features[at + 8] = math.log1p(scales[2] / scales[1])
    for i in range(3):
        features[at + 9 + i] = context[i] if math.isfinite(context[i]) else 0.0


@njit(cache=True)
def _update(state, mid, half_spread, touch, traded, both):  # type: ignore[no-untyped-def]
    """Move the averages on by a step; return the move of the mid [ticks]."""
    if state[_WEIGHT] == 0.0:
        if not both:
            return 0.0
        state[_MID] = mid
        state[_WEIGHT] = _PRIOR
        state[_MOVES] = _PRIOR * half_spread**2
        state[_TOUCH], state[_TRADED] = _PRIOR * touch, _PRIOR * traded
        state[_FAST] = half_spread**2
    move = mid - state[_MID]
    state[_WEIGHT] = _SLOW * state[_WEIGHT] + 1.0
    state[_MOVES] = _SLOW * state[_MOVES] + move**2
    state[_TOUCH] = _SLOW * state[_TOUCH] + touch
    state[_TRADED] = _SLOW * state[_TRADED] + traded
    state[_FAST] += (1.0 - _QUICK) * (move**2 - state[_FAST])
    state[_MID] = mid
    return move


@njit(cache=True)
def _write_scales(state, scales):  # type: ignore[no-untyped-def]
    weight = max(state[_WEIGHT], 1.0)
    scales[0] = max(math.sqrt(state[_MOVES] / weight), _LEAST_MOVE_TICKS)
    scales[1] = max(state[_TOUCH] / weight, 1.0)
    scales[2] = state[_TRADED] / weight


@njit(cache=True)
def write_book(depth, flow, mid, scales, features):  # type: ignore[no-untyped-def]
    """The image's channels: distance and volume of bids and asks, flow; each over the levels.

    A level that is not there is as far as the farthest that is told apart, with nothing in it.
    """
    for side in range(2):
        sign = 1 - 2 * side
        for level in range(LEVELS):
            volume, distance = depth[side, level, 1], 50.0
            if volume > 0:
                distance = min(max(sign * (mid - depth[side, level, 0]) / scales[0], 0.0), 50.0)
            features[side * LEVELS + level] = math.log1p(distance)
            features[(2 + side) * LEVELS + level] = math.log1p(volume / scales[1])
    for level in range(LEVELS):
        features[4 * LEVELS + level] = math.asinh(flow[level] / scales[1])
