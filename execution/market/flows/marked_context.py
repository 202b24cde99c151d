"""The context of an event: the book and the recent past as numbers that can be compared.

The same functions see the recording when the flow is fitted and the simulated market when it is played, so
that a context means the same in both. Features, the last four signed (buy positive):

    0 log2 of the spread [ticks]        4 log of the bid's over the ask's volume at the best prices
    1 log of those volumes' product     5 aggressors' signs, short memory
    2 log waits, short memory           6 aggressors' signs, long memory (Lillo and Farmer 2004)
    3 log waits, long memory            7 recent change of the mid price in spreads
"""

from __future__ import annotations

import math

import numpy as np

from execution.book.compiled import compiled
from execution.book.layout import Record
from execution.market.flows.marked_tape import FEATURES, SIGNED_FROM, MarkedParameters

_FAST_PACE, _SLOW_PACE, _FAST_SIGN, _SLOW_SIGN, _DRIFT = 0.1, 1.0 / 300.0, 0.2, 0.01, 0.05


@compiled
def remember(state: Record, wait_ns: int, taker_side: int) -> None:
    """Let the memories of pace and of signs take one event in; taker_side is 0 when nothing traded."""
    pace = math.log1p(1e-3 * wait_ns)
    state["pace_fast"] += _FAST_PACE * (pace - state["pace_fast"])
    state["pace_slow"] += _SLOW_PACE * (pace - state["pace_slow"])
    if taker_side != 0:
        state["sign_fast"] += _FAST_SIGN * (taker_side - state["sign_fast"])
        state["sign_slow"] += _SLOW_SIGN * (taker_side - state["sign_slow"])


@compiled
def see_quotes(
    state: Record, scale: np.ndarray, bid: int, bid_volume: float, ask: int, ask_volume: float
) -> None:
    """Take the best prices [ticks] and volumes after an event into the state and its features."""
    move = 0.5 * (bid + ask - state["last_bid"] - state["last_ask"])
    state["drift"] += move - _DRIFT * state["drift"]
    state["last_bid"] = bid
    state["last_ask"] = ask
    spread = max(1, ask - bid)
    log_bid, log_ask = math.log(max(1.0, bid_volume)), math.log(max(1.0, ask_volume))
    features = state["features"]
    features[0] = scale[0] * math.log2(spread)
    features[1] = scale[1] * (log_bid + log_ask)
    features[2] = scale[2] * state["pace_fast"]
    features[3] = scale[3] * state["pace_slow"]
    features[4] = scale[4] * (log_bid - log_ask)
    features[5] = scale[5] * state["sign_fast"]
    features[6] = scale[6] * state["sign_slow"]
    features[7] = scale[7] * state["drift"] / spread


@compiled
def difference(state: Record, parameters: MarkedParameters, row: int, flip: int) -> float:
    """Mean squared difference between the present and a row's context, the signed part times `flip`."""
    features, contexts = state["features"], parameters.contexts
    total = 0.0
    for k in range(SIGNED_FROM):
        gap = features[k] - contexts[row, k]
        total += gap * gap
    for k in range(SIGNED_FROM, FEATURES):
        gap = flip * features[k] - contexts[row, k]
        total += gap * gap
    return total / FEATURES


@compiled
def recall(state: Record, parameters: MarkedParameters, row: int) -> None:
    """Set the memories to what they were before a row, as the state's flip shows it."""
    context, scale, flip = parameters.contexts, parameters.scale, state["flip"]
    state["pace_fast"] = context[row, 2] / scale[2]
    state["pace_slow"] = context[row, 3] / scale[3]
    state["sign_fast"] = flip * context[row, 5] / scale[5]
    state["sign_slow"] = flip * context[row, 6] / scale[6]
    spread = max(1, state["last_ask"] - state["last_bid"])
    state["drift"] = flip * context[row, 7] / scale[7] * spread
    features = state["features"]
    features[2], features[3] = context[row, 2], context[row, 3]
    for k in range(5, FEATURES):
        features[k] = flip * context[row, k]
