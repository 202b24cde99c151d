"""Recorded order flow: how much of each recording the rebuilt book gets right, and how fast.

python benchmarks/recorded.py [folder of the recordings]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from execution.recorded.book_history import rebuild
from execution.recorded.read import read_recording
from execution.recorded.recording import Recording
from execution.recorded.replay import ReplayMarket

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "lob"
RECORDINGS = {
    "LOBSTER AAPL": [
        f"lobster_aapl/AAPL_2012-06-21_{part}_10_first998.csv" for part in ("message", "orderbook")
    ],
    "LOBSTER AMZN": ["lobster_amzn/AMZN_2012-06-21_messages_plus_L1.parquet"],
    "Bitstamp": ["bitstamp/2015-05-01.log.xz"],
    "Binance": [f"btcusdt_usdm_20240808_{part}.parquet" for part in ("depth", "trades", "bbo")],
}
ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    """Least CPU time of several rounds [s]."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def same_touch(record: Recording) -> float:
    """Share of messages after which the messages alone give the recorded best prices of both sides."""
    made = rebuild(record.messages, 1, record.initial)
    bids = made.bid_ticks[:, 0] == record.history.bid_ticks[:, 0]
    return float(np.mean(bids & (made.ask_ticks[:, 0] == record.history.ask_ticks[:, 0])))


def play(record: Recording) -> ReplayMarket:
    """A whole replay without an order of ours."""
    market = ReplayMarket(record)
    market.advance_to(int(record.messages.ts_ns[-1]))
    return market


def main() -> None:
    """Print one line a recording."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    titles = f"{'recording':14}{'messages':>10}{'read s':>8}{'rebuild M/s':>13}{'replay M/s':>12}{'touch':>8}"
    print(f"{titles}  findings")
    for name, parts in RECORDINGS.items():
        files = [folder / part for part in parts]
        read_recording(files)
        start = time.process_time()
        record = read_recording(files)
        read_s = time.process_time() - start
        play(record)
        count = len(record.messages) / 1e6
        rebuilt = count / seconds(lambda: rebuild(record.messages, 10, record.initial))  # noqa: B023
        played = count / seconds(lambda: play(record))  # noqa: B023
        found = ", ".join(f"{finding.flaw.name} {len(finding)}" for finding in record.report.findings)
        share = f"{same_touch(record):8.3f}" if record.history_is_recorded else f"{'-':>8}"
        print(
            f"{name:14}{len(record.messages):10,}{read_s:8.2f}{rebuilt:13.2f}{played:12.2f}{share}  {found}"
        )


if __name__ == "__main__":
    main()
