"""hftbacktest's L3 feed over what a matching book made of the same messages: it follows, it does not match.

Usage: python hftbacktest_feed.py FEED.npy WARM REPEATS   (run by benchmarks/book.py)
FEED.npy: one row an order event: add 1, cancel 2 or reduce 3; side; price_ticks; quantity left; order id.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from hftbacktest import (
    ADD_ORDER_EVENT,
    BUY_EVENT,
    CANCEL_ORDER_EVENT,
    EXCH_EVENT,
    LOCAL_EVENT,
    MODIFY_ORDER_EVENT,
    SELL_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.types import event_dtype

PRICE_SHIFT = 1000
KINDS = np.array([0, ADD_ORDER_EVENT, CANCEL_ORDER_EVENT, MODIFY_ORDER_EVENT])


def feed_of(rows: np.ndarray) -> np.ndarray:
    """hftbacktest's records, one a nanosecond; the last but one marks the clock's start."""
    data = np.zeros(len(rows), event_dtype)
    sides = np.where(rows[:, 1] > 0, BUY_EVENT, SELL_EVENT)
    data["ev"] = KINDS[rows[:, 0]] | sides | LOCAL_EVENT | EXCH_EVENT
    data["exch_ts"] = data["local_ts"] = np.arange(1, len(rows) + 1) * 1000
    data["px"], data["qty"] = rows[:, 2] + PRICE_SHIFT, rows[:, 3]
    data["order_id"] = rows[:, 4].view(np.uint64)
    return data


def main() -> None:
    """Print the seconds of each repeat and the last book."""
    rows, warm, repeats = np.load(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    data = feed_of(rows)
    for _ in range(repeats):
        asset = (
            BacktestAsset()
            .data([data])
            .linear_asset(1.0)
            .constant_order_latency(0, 0)
            .l3_fifo_queue_model()
            .no_partial_fill_exchange()
            .trading_value_fee_model(0.0, 0.0)
            .tick_size(1.0)
            .lot_size(1.0)
            .roi_lb(PRICE_SHIFT - 200)
            .roi_ub(PRICE_SHIFT + 200)
        )
        market = ROIVectorMarketDepthBacktest([asset])
        market.elapse(1000 * warm - 1000)
        begin = time.process_time()
        market.elapse(1000 * (len(rows) - warm) + 10_000)
        print("seconds", time.process_time() - begin)
        depth = market.depth(0)
        levels = [(1, depth.bid_depth[::-1]), (-1, depth.ask_depth)]
        last = [
            (side, PRICE_SHIFT + (200 - i if side > 0 else i - 200), int(volume))
            for side, volumes in levels
            for i, volume in enumerate(volumes)
            if volume
        ]
        market.close()
    for side in (1, -1):
        for _, price, volume in [level for level in last if level[0] == side][:10]:
            print("level", side, price - PRICE_SHIFT, volume)


if __name__ == "__main__":
    main()
