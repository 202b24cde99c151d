"""What an agent of the queue-reactive task sees: the five numbers of arXiv 2511.15262, or all of the book."""

from __future__ import annotations

import numpy as np

from execution.agents.queue_reactive_task import FloatArray, FloatArray32, QueueReactiveMarkets

PAPER_FEATURES = ("time_left", "inventory", "ask_move", "bid_lots", "ask_lots")
# Without ask_move: the market is the same at every price, so that what is best does not depend on it.
BOOK_FEATURES = (
    "time_left",
    "inventory",
    "bid_lots",
    "ask_lots",
    "spread",
    "imbalance",
    "bid_lots_1_behind",
    "bid_lots_2_behind",
    "ask_lots_1_behind",
    "ask_lots_2_behind",
    "mid_move",
    "inventory_over_ask_lots",
)
_USUAL_LOTS = 8.0  # about the mean of the best queue
_LARGEST_RATIO = 5.0


def observe(markets: QueueReactiveMarkets, names: tuple[str, ...] = BOOK_FEATURES) -> FloatArray32:
    """The named features, shape (market, feature), each of order one.

    Lots are over 8, prices in ticks: ask_move since the episode's start, mid_move over the last step,
    *_behind at prices that far behind the best. KeyError for a name that is not known.
    """
    found = _features(markets)
    return np.stack([found[name] for name in names], axis=1).astype(np.float32)


def _features(markets: QueueReactiveMarkets) -> dict[str, FloatArray]:
    bids, asks = markets.depth[:, 0].astype(np.float64), markets.depth[:, 1].astype(np.float64)
    bid_lots, ask_lots = bids[:, 0, 1], asks[:, 0, 1]
    task, left = markets.task, markets.left
    return {
        "time_left": 1.0 - markets.decision / task.decisions,
        "inventory": left / task.quantity,
        "ask_move": asks[:, 0, 0] - markets.reference_ticks,
        "bid_lots": bid_lots / _USUAL_LOTS,
        "ask_lots": ask_lots / _USUAL_LOTS,
        "spread": asks[:, 0, 0] - bids[:, 0, 0] - 1.0,
        "imbalance": (bid_lots - ask_lots) / np.maximum(bid_lots + ask_lots, 1.0),
        "bid_lots_1_behind": _lots_at(bids, -1) / _USUAL_LOTS,
        "bid_lots_2_behind": _lots_at(bids, -2) / _USUAL_LOTS,
        "ask_lots_1_behind": _lots_at(asks, 1) / _USUAL_LOTS,
        "ask_lots_2_behind": _lots_at(asks, 2) / _USUAL_LOTS,
        "mid_move": markets.mid_ticks - markets.previous_mid_ticks,
        "inventory_over_ask_lots": np.minimum(left / np.maximum(ask_lots, 1.0), _LARGEST_RATIO),
    }


def _lots_at(levels: FloatArray, ticks: int) -> FloatArray:
    """Lots so many ticks above the best level, (market,); 0 where nothing rests there."""
    is_there = (levels[:, :, 0] == levels[:, :1, 0] + ticks) & (levels[:, :, 1] > 0)
    return np.asarray(np.where(is_there, levels[:, :, 1], 0.0).sum(axis=1), np.float64)
