"""Events a second of each background flow alone in a small book, one core: `python benchmarks/flows.py`."""

from __future__ import annotations

import time

import numpy as np

from execution.book.capacity import Capacity
from execution.book.layout import EVENT, MESSAGE, BookArrays, RecordArray, empty_book
from execution.market.flows.any_flow import FlowParameters
from execution.market.flows.hawkes import HawkesFlow, hawkes_state
from execution.market.flows.hawkes_process import Hawkes
from execution.market.flows.lone_flow import LOG, REFUSED, play
from execution.market.flows.queue_law import QueueReactive
from execution.market.flows.queue_reactive import queue_reactive_state
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from execution.random_stream import new_stream

LEVELS, ORDERS, EVENTS, ROUNDS = 128, 256, 500_000, 7
CAPACITY = Capacity(max_levels=2**20, max_orders=2**16)


def main() -> None:
    """Print a row for each flow: best and median rate of several rounds, after one that compiles."""
    print(f"{'flow':>16} {'best':>10} {'median':>10}  events/s of CPU time; first call")
    for name, (parameters, state) in flows().items():
        start = time.process_time()
        first = Lone(parameters, state)
        first.run(1_000)
        compiled = time.process_time() - start
        rates = []
        for _ in range(ROUNDS):
            start = time.process_time()
            first.run(EVENTS)
            rates.append(EVENTS / (time.process_time() - start))
        print(f"{name:>16} {max(rates):10,.0f} {np.median(rates):10,.0f}  {compiled:.1f} s")


class Lone:
    """A flow alone in a book that follows it."""

    def __init__(self, parameters: FlowParameters, state: RecordArray) -> None:
        self.parameters, self.state = parameters, state
        self.book: BookArrays = empty_book(
            origin_ticks=-LEVELS // 2, levels=LEVELS, orders=ORDERS, hashed=False
        )
        self.stream, self.control = new_stream(np.random.SeedSequence(1)), np.zeros(3, np.int64)
        self.message, self.events = np.zeros(1, MESSAGE), np.zeros(3 * ORDERS + 64, EVENT)
        self.log = np.zeros(0, LOG)

    def run(self, events: int) -> None:
        """Run so many events, moving the ladder along with the price."""
        while events > 0:
            status, done, _, refusal = play(
                self.book,
                self.state,
                self.parameters,
                self.stream,
                2**61,
                events,
                self.control,
                self.message,
                self.events,
                self.log,
            )
            events -= done
            if status == REFUSED:
                self.book = CAPACITY.grown(self.book, refusal, int(self.message["price_ticks"][0]))
                self.events = np.zeros(3 * len(self.book.orders) + 64, EVENT)


def flows() -> dict[str, tuple[FlowParameters, RecordArray]]:
    """Each flow with some 150 live orders and its state."""
    santa_fe = SantaFe(limit_rates=np.full(20, 1.0), market_rate=4.0, cancel_rates=np.array([0.25]))
    branching = np.zeros((10, 10, 2))
    branching[np.arange(10), np.arange(10)] = (0.3, 0.2)
    hawkes = HawkesFlow(
        process=Hawkes(
            baseline=np.tile([4.0, 4.0, 2.0, 3.0, 0.5], 2), branching=branching, decay=np.array([2.0, 50.0])
        ),
        improve_share=0.5,
        behind_weights=1.0 / np.arange(1.0, 16.0),
        usual_spread=2.0,
        target_orders=120.0,
    )
    length = np.arange(31.0)
    rates = np.zeros((3, 3, 31))
    rates[0], rates[1], rates[2, 0] = 1.2, 0.08 * length, 0.4
    queue_reactive = QueueReactive(rates=rates, event_size=np.full(3, 5))
    return {
        "zero-intelligence": (
            santa_fe.parameters(),
            santa_fe_state(start_ns=0, bid_ticks=0, ask_ticks=1),
        ),
        "Hawkes": (hawkes.parameters(), hawkes_state(start_ns=0, bid_ticks=0, ask_ticks=1)),
        "queue-reactive": (
            queue_reactive.parameters(),
            queue_reactive_state(start_ns=0, reference_ticks=0.5),
        ),
    }


if __name__ == "__main__":
    main()
