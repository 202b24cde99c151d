"""What an agent is shown of each venue where there are several, beside FEATURES of the first one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.agents.venue_orders import VenueOrders
from execution.book.layout import RecordArray

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

VENUE_FEATURES = (
    "spread",  # over the usual one, log
    "near_behind",  # ticks that its near touch is worse than the best of all venues, log
    "far_behind",  # and its far touch; the near side is where the order rests
    "near_touch",  # log of its lots over a decision's usual volume
    "far_touch",
    "touch_imbalance",  # (near - far) / (near + far) lots
    "depth_imbalance",  # the same over all levels
    "resting",  # own order, in slices
    "resting_distance",  # ticks behind the near touch, tanh
    "queue_ahead",  # lots before the own order over those at the near touch
    "maker_fee",  # of a lot, in ticks; negative is a rebate
    "taker_fee",
)
_LARGEST = 4.0


def venue_features(venues: int) -> tuple[str, ...]:
    """Names of what is shown beside FEATURES: nothing of a single venue."""
    numbers = range(1, venues + 1) if venues > 1 else ()
    return tuple(f"venue_{number}_{name}" for number in numbers for name in VENUE_FEATURES)


def observe_venues(memory: RecordArray, orders: VenueOrders, slice_lots: IntArray) -> npt.NDArray[np.float32]:
    """VENUE_FEATURES of one venue after the other, shape (market, venue x feature), each within 4 of 0."""
    side, usual = memory["side"][:, None], memory["usual_volume"][:, None]
    near, far = np.moveaxis(orders.touch(memory["side"]), 2, 0)
    near_levels, far_levels = (orders.far_side(each)[..., 1] for each in (-memory["side"], memory["side"]))
    near_lots, far_lots = near_levels[:, :, 0], far_levels[:, :, 0]
    rests = orders.resting > 0
    columns = (
        np.log(np.maximum(side * (far - near), 1.0) / memory["usual_spread"][:, None]),
        np.log1p(np.max(side * near, axis=1, keepdims=True) - side * near),
        np.log1p(side * far - np.min(side * far, axis=1, keepdims=True)),
        np.log((near_lots + 1.0) / (usual + 1.0)),
        np.log((far_lots + 1.0) / (usual + 1.0)),
        _imbalance(near_lots, far_lots),
        _imbalance(near_levels.sum(axis=2), far_levels.sum(axis=2)),
        orders.resting / np.maximum(slice_lots, 1)[:, None],
        np.where(rests, np.tanh(side * (near - orders.price_ticks)), 0.0),
        np.where(rests, orders.ahead / (near_lots + 1.0), 0.0),
        orders.maker_fee,
        orders.taker_fee,
    )
    shown = np.stack(columns, axis=2).reshape(len(memory), -1)
    bounded: npt.NDArray[np.float32] = np.clip(shown, -_LARGEST, _LARGEST).astype(np.float32)
    return bounded


def _imbalance(near: IntArray, far: IntArray) -> FloatArray:
    imbalance: FloatArray = (near - far) / np.maximum(near + far, 1)
    return imbalance
