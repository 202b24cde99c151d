"""What an agent is shown at a decision, as numbers near one, from the order's own side, compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.layout import Record, RecordArray

FEATURES = (
    "inventory_left",  # share of the order
    "time_left",  # share of the horizon
    "behind_schedule",  # inventory_left - time_left
    "participation",  # log of what is left over the usual volume of the time left
    "slice_over_far_touch",  # log
    "slice_over_near_touch",  # log
    "spread",  # over the usual one, log
    "near_touch",  # log of its lots over a decision's usual volume; the near side is where the order rests
    "far_touch",
    "touch_imbalance",  # (near - far) / (near + far) lots
    "depth_imbalance",  # the same over all levels
    "near_depth",  # log of all levels' lots over a decision's usual volume
    "far_depth",
    "near_gap",  # ticks from the best to the second price, log
    "far_gap",
    "microprice",  # less the mid, over half the spread; positive is against the order
    "move_1",  # of the mid over so many decisions, in deviations; positive is against the order
    "move_2",
    "move_5",
    "move_10",
    "move_since_arrival",  # in deviations over the horizon
    "realised_volatility",  # over the implied one, log
    "flow_fast",  # signed volume over the usual volume, the order's own included; positive is against it
    "flow_slow",
    "volume",  # over the usual volume, log
    "resting",  # own order, in slices
    "resting_distance",  # ticks behind the near touch, tanh
    "queue_ahead",  # lots before the own order over those at the near touch
    "sentiment",  # of news, -1 to 1; positive is against the order
    "event_near",  # 1 at a scheduled event, fading with the minutes until it
    "implied_volatility",  # log of the deviation over a decision in ticks
    "forecast_move",  # of the mid in the next second, in deviations; positive is against the order
    "forecast_liquidity",  # log of the far touch in ten seconds over a decision's usual volume
    "forecast_impact",  # of a slice, in deviations
)
KEPT_MIDS = 11
_FAST, _SLOW, _VARIANCE = 0.5, 0.9, 0.9  # memory kept from one decision to the next
_LARGEST = 4.0  # of any feature: what is rarer still says no more

MEMORY = np.dtype(
    # What a desk remembers of a market, its order and its terms.
    [
        ("side", "i8"),
        ("quantity", "i8"),
        ("left", "i8"),
        ("decision", "i8"),
        ("decisions", "i8"),
        ("arrival_twice", "i8"),  # twice the mid at arrival [ticks]
        ("mids_twice", "i8", KEPT_MIDS),  # at the last decisions, newest first
        ("looks", "i8"),
        ("bid_ticks", "i8"),  # best prices last seen
        ("ask_ticks", "i8"),
        ("market_lots", "i8"),
        ("signed_lots", "i8"),
        ("flow_fast", "f8"),
        ("flow_slow", "f8"),
        ("volume_fast", "f8"),
        ("variance", "f8"),
        ("resting", "i8"),
        ("ahead", "i8"),
        ("resting_price", "i8"),
        ("usual_volume", "f8"),  # lots between two decisions
        ("usual_deviation", "f8"),  # of the mid between two decisions [ticks]
        ("usual_spread", "f8"),  # [ticks]
        ("sentiment", "f8"),
        ("event_near", "f8"),
        ("forecast_move", "f8"),  # [ticks]
        ("forecast_touch", "f8"),  # lots
        ("forecast_impact", "f8"),  # [ticks]
    ]
)


@njit(cache=True)
def look(memories: RecordArray, depth: npt.NDArray[np.int32], accounts: RecordArray) -> None:
    """Take notice of every market: its mid, its spread, its volume since the last look."""
    for at in range(len(memories)):
        memory = memories[at]
        if depth[at, 0, 0, 1] > 0:
            memory["bid_ticks"] = depth[at, 0, 0, 0]
        if depth[at, 1, 0, 1] > 0:
            memory["ask_ticks"] = depth[at, 1, 0, 0]
        _remember(memory, accounts[at])


@njit(cache=True)
def _remember(memory: Record, account: Record) -> None:
    mids, mid = memory["mids_twice"], memory["bid_ticks"] + memory["ask_ticks"]
    if memory["looks"] == 0:
        for i in range(KEPT_MIDS):
            mids[i] = mid
        memory["variance"] = memory["usual_deviation"] ** 2
        memory["volume_fast"] = memory["usual_volume"]
        memory["market_lots"] = account["market_lots"]
        memory["signed_lots"] = account["signed_lots"]
    for i in range(KEPT_MIDS - 1, 0, -1):
        mids[i] = mids[i - 1]
    mids[0] = mid
    memory["looks"] += 1
    signed = account["signed_lots"] - memory["signed_lots"]
    volume = account["market_lots"] - memory["market_lots"]
    memory["signed_lots"] = account["signed_lots"]
    memory["market_lots"] = account["market_lots"]
    memory["flow_fast"] = _FAST * memory["flow_fast"] + (1.0 - _FAST) * signed
    memory["flow_slow"] = _SLOW * memory["flow_slow"] + (1.0 - _SLOW) * signed
    memory["volume_fast"] = _SLOW * memory["volume_fast"] + (1.0 - _SLOW) * volume
    move = 0.5 * (mids[0] - mids[1])
    memory["variance"] = _VARIANCE * memory["variance"] + (1.0 - _VARIANCE) * move * move


@njit(cache=True)
def observe(
    memories: RecordArray, depth: npt.NDArray[np.int32], observation: npt.NDArray[np.float32]
) -> None:
    """Write every market's FEATURES: observation (market, feature)."""
    for at in range(len(memories)):
        _observe_one(memories[at], depth[at], observation[at])


@njit(cache=True)
def _observe_one(memory: Record, depth: npt.NDArray[np.int32], out: npt.NDArray[np.float32]) -> None:
    side, left = memory["side"], memory["left"]
    near, far = (0, 1) if side > 0 else (1, 0)
    time_left = (memory["decisions"] - memory["decision"]) / memory["decisions"]
    decisions_left = max(memory["decisions"] - memory["decision"], 1)
    usual, deviation = memory["usual_volume"], memory["usual_deviation"]
    slice_lots = max(left / decisions_left, 1.0)
    near_lots, far_lots = float(depth[near, 0, 1]), float(depth[far, 0, 1])
    near_all, far_all = 0.0, 0.0
    for level in range(depth.shape[1]):
        near_all += depth[near, level, 1]
        far_all += depth[far, level, 1]
    bid, ask = memory["bid_ticks"], memory["ask_ticks"]
    spread = max(float(ask - bid), 1.0)
    inventory_left = left / max(memory["quantity"], 1)
    out[0] = inventory_left
    out[1] = time_left
    out[2] = inventory_left - time_left
    out[3] = math.log((left + 1.0) / (usual * decisions_left))
    out[4] = math.log(slice_lots / (far_lots + 1.0))
    out[5] = math.log(slice_lots / (near_lots + 1.0))
    out[6] = math.log(spread / memory["usual_spread"])
    out[7] = _log_ratio(near_lots, usual)
    out[8] = _log_ratio(far_lots, usual)
    out[9] = (near_lots - far_lots) / max(near_lots + far_lots, 1.0)
    out[10] = (near_all - far_all) / max(near_all + far_all, 1.0)
    out[11] = _log_ratio(near_all, usual)
    out[12] = _log_ratio(far_all, usual)
    out[13] = math.log1p(_gap(depth, near))
    out[14] = math.log1p(_gap(depth, far))
    # The volume-weighted mid leans to the thinner side; for a buyer, towards the offer is against him.
    out[15] = (near_lots - far_lots) / max(near_lots + far_lots, 1.0) * min(spread / 2.0, 2.0)
    _observe_moves(memory, out)
    out[22] = side * memory["flow_fast"] / usual
    out[23] = side * memory["flow_slow"] / usual
    out[24] = _log_ratio(memory["volume_fast"], usual)
    out[25] = memory["resting"] / slice_lots
    best = bid if side > 0 else ask
    out[26] = math.tanh(side * (best - memory["resting_price"])) if memory["resting"] > 0 else 0.0
    out[27] = memory["ahead"] / (near_lots + 1.0) if memory["resting"] > 0 else 0.0
    out[28] = -side * memory["sentiment"]
    out[29] = memory["event_near"]
    out[30] = math.log(deviation)
    out[31] = side * memory["forecast_move"] / deviation
    out[32] = _log_ratio(memory["forecast_touch"], usual) if memory["forecast_touch"] > 0.0 else 0.0
    out[33] = memory["forecast_impact"] / deviation
    for i in range(len(out)):
        out[i] = min(max(out[i], -_LARGEST), _LARGEST)


@njit(cache=True)
def _observe_moves(memory: Record, out: npt.NDArray[np.float32]) -> None:
    """How the mid has moved against the order, and how much it moves."""
    mids, deviation = memory["mids_twice"], memory["usual_deviation"]
    against = 0.5 * memory["side"] / deviation
    out[16] = against * (mids[0] - mids[1])
    out[17] = against * (mids[0] - mids[2]) / math.sqrt(2.0)
    out[18] = against * (mids[0] - mids[5]) / math.sqrt(5.0)
    out[19] = against * (mids[0] - mids[10]) / math.sqrt(10.0)
    out[20] = against * (mids[0] - memory["arrival_twice"]) / math.sqrt(memory["decisions"])
    out[21] = 0.5 * math.log(max(memory["variance"], 1e-6) / (deviation * deviation))


@njit(cache=True)
def _log_ratio(lots: float, usual: float) -> float:
    return math.log((lots + 1.0) / (usual + 1.0))


@njit(cache=True)
def _gap(depth: npt.NDArray[np.int32], side: int) -> float:
    """Ticks between a side's best and second price, 10 where there is no second."""
    if depth.shape[1] < 2 or depth[side, 1, 1] == 0:
        return 10.0
    return float(abs(depth[side, 0, 0] - depth[side, 1, 0]))
