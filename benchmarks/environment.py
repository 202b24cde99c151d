"""Measure how fast a batch of markets steps: 64 books, 20 events of the flow a step, ten levels observed.

Run from the checkout: python benchmarks/environment.py [--books 64] [--events 20]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numba
import numpy as np

from execution.market.batch import MarketBatch
from execution.market.flows.santa_fe import SantaFe, santa_fe_state

CENTRE = 10_000
STEPS = 400
FLOWS = {
    "zero intelligence, about 60 orders": SantaFe(
        limit_rates=np.full(12, 0.5), market_rate=1.0, cancel_rates=np.array([0.15])
    ),
    "zero intelligence, about 200 orders, sizes of 5": SantaFe(
        limit_rates=np.full(20, 1.0),
        market_rate=2.0,
        cancel_rates=np.array([0.15]),
        limit_size=5.0,
        market_size=5.0,
    ),
}


def batch_of(flow: SantaFe, books: int) -> MarketBatch:
    """Markets whose books have forgotten that they began empty."""
    batch = MarketBatch(
        flow.parameters(),
        lambda: santa_fe_state(start_ns=0, bid_ticks=CENTRE - 1, ask_ticks=CENTRE),
        count=books,
        seed=np.random.SeedSequence(1),
        centre_ticks=CENTRE,
    )
    batch.step_events(5000)
    return batch


def best_of(runs: int, work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(runs):
        begin = clock()
        work()
        seconds.append(clock() - begin)
    return min(seconds)


def kilobytes_of(batch: MarketBatch) -> float:
    """Memory of one market that its events touch: the book's row of levels, its orders and its state."""
    book = batch.books
    levels = book.levels[0].nbytes / 3 + book.occupied[0].nbytes
    return (levels + book.orders[0].nbytes + book.state[0].nbytes) / 1024


def measure(name: str, flow: SantaFe, books: int, events: int) -> None:
    """Print steps a second on one core, and on all by the clock."""
    batch = batch_of(flow, books)

    def work() -> None:
        for _ in range(STEPS):
            batch.step_events(events)

    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    one = STEPS * books / best_of(7, work, time.process_time)
    numba.set_num_threads(threads)
    several = STEPS * books / best_of(7, work, time.perf_counter)
    print(
        f"{name}: {one:,.0f} steps/s on one core ({one * events / 1e6:.1f}M events/s), "
        f"{several:,.0f} on {threads} by the clock; "
        f"{batch.books.state['live_orders'].mean():.0f} orders live, "
        f"{kilobytes_of(batch):.0f} KB a market"
    )


def main() -> None:
    """Measure every flow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=64)
    parser.add_argument("--events", type=int, default=20)
    options = parser.parse_args()
    for name, flow in FLOWS.items():
        measure(name, flow, options.books, options.events)


if __name__ == "__main__":
    main()
