"""The execution task of arXiv 2511.15262 in our queue-reactive market, beside the published rewards.

`python benchmarks/queue_reactive_task.py [episodes]`: buy 25 event sizes in 600 s, a decision each 25 s from
0 to 600 s. Reward (their equation 11): quantity in event sizes times (reference price at the start less price
paid), ticks of 0.01; what is left is bought at one more step, as theirs is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from execution.book.capacity import Capacity
from execution.book.core import enter_market
from execution.book.layout import EVENT, MESSAGE, EventKind, empty_book
from execution.market.flows.lone_flow import FINISHED, LOG, play
from execution.market.flows.queue_law import QueueReactiveParameters
from execution.market.flows.queue_reactive import observe, queue_reactive_state
from execution.market.flows.stylised_queues import stylised_queue_reactive
from execution.random_stream import new_stream

EPISODES, LEVELS, ORDERS, OWNER = 1_000, 1024, 512, 7
STEP_NS, DECISIONS, TARGET, TICK = 25 * 10**9, 25, 25, 0.01
CAPACITY = Capacity(max_levels=2**16, max_orders=2**14)

Rule = Callable[[int, int], int]  # (decision, best ask's event sizes) -> event sizes to buy


def every(steps: int, share: float) -> Rule:
    """Take a share of the best ask each so many decisions, nothing between."""
    return lambda decision, posted: int(share * posted) if decision % steps == 0 else 0


RULES: dict[str, tuple[Rule, float, float]] = {  # with the published mean and deviation
    "TWAP": (lambda decision, posted: 1, -0.365, 0.652),
    "POPV1, 50%": (every(1, 0.5), -0.343, 0.378),
    "POPV2, 50%": (every(2, 0.5), -0.342, 0.472),
    "POPV3, 100%": (every(3, 1.0), -0.400, 0.388),
    "POPV4, 100%": (every(4, 1.0), -0.399, 0.437),
}


@dataclass
class Episode:
    """One market from a stationary book on; a queue's event size is one lot."""

    parameters: QueueReactiveParameters
    seed: np.random.SeedSequence

    def __post_init__(self) -> None:
        self.book = empty_book(origin_ticks=-LEVELS // 2, levels=LEVELS, orders=ORDERS, hashed=False)
        self.state = queue_reactive_state(start_ns=0, reference_ticks=0.5)
        self.stream, self.control = new_stream(self.seed), np.zeros(3, np.int64)
        self.message, self.events = np.zeros(1, MESSAGE), np.zeros(3 * ORDERS + 64, EVENT)
        self.log = np.zeros(0, LOG)

    def run(self, until_ns: int) -> None:
        """Let the background act up to a time."""
        while True:
            status, _, _, refusal = play(
                self.book,
                self.state,
                self.parameters,
                self.stream,
                until_ns,
                2**62,
                self.control,
                self.message,
                self.events,
                self.log,
            )
            if status == FINISHED:
                self.state["clock_ns"] = until_ns
                return
            self.book = CAPACITY.grown(self.book, refusal, int(self.message["price_ticks"][0]))
            self.events = np.zeros(3 * len(self.book.orders) + 64, EVENT)

    def best(self) -> tuple[int, int, int]:
        """Best bid and ask [ticks], and the lots at the best ask."""
        state = self.book.state[0]
        ask = int(state["best_ask"])
        return int(state["best_bid"]), ask, int(self.book.levels["volume"][ask - int(state["origin_ticks"])])

    def buy(self, lots: int) -> tuple[int, float]:
        """Buy at once; what was bought [lots] and its reward [ticks]."""
        self.control[2] = 0  # whoever trades changes the queues, and with them the time of the next event
        count = enter_market(self.book, 1, lots, OWNER, 2**40, 0, self.events, 0)
        observe(self.book, self.state[0], self.parameters, self.events, count)
        trades = self.events[:count][self.events["kind"][:count] == EventKind.TRADE]
        quantity = trades["quantity"].astype(float)
        return int(quantity.sum()), float((quantity * (0.5 - trades["price_ticks"])).sum())


def reward(parameters: QueueReactiveParameters, rule: Rule, seed: np.random.SeedSequence) -> float:
    """What one episode brings [currency]."""
    episode, left, total = Episode(parameters, seed), TARGET, 0.0
    for decision in range(DECISIONS + 1):
        episode.run(decision * STEP_NS)
        wanted = rule(decision, episode.best()[2]) if decision < DECISIONS else left
        if min(wanted, left) > 0:
            bought, ticks = episode.buy(min(wanted, left))
            left, total = left - bought, total + ticks
        if not left:
            break
    return TICK * total


def undisturbed(parameters: QueueReactiveParameters, seeds: list[np.random.SeedSequence]) -> None:
    """Print what the market is like when nobody buys, beside what is published of theirs."""
    bests, moves, rates = [], [], []
    for seed in seeds:
        episode = Episode(parameters, seed)
        for decision in range(DECISIONS):
            episode.run(decision * STEP_NS)
            bests.append(episode.best())
            rates.append(float(episode.state["rate"][0]))
        moves.append(0.5 * sum(episode.best()[:2]) - 0.5)
    bid, ask, posted = np.array(bests).T
    print(f"events a second       {np.mean(rates):7.2f}   7 published")
    print(f"spread [ticks]        {np.mean(ask - bid):7.2f}   1.43 in their data")
    print(
        f"best ask [event sizes]{np.mean(posted):7.2f} (sd {np.std(posted):.2f})   8.36 (6.45) in their code"
    )
    print(f"mid move in 600 s [ticks], sd {np.std(moves):.2f}")


def main() -> None:
    """Print the market's facts and a row for each rule."""
    episodes = int(sys.argv[1]) if len(sys.argv) > 1 else EPISODES
    model = stylised_queue_reactive()
    parameters = replace(model, event_size=np.ones(3, np.int64)).parameters()
    seeds = np.random.SeedSequence(25).spawn(episodes)
    undisturbed(parameters, seeds[: max(1, episodes // 4)])
    print(f"{'rule':>12} {'mean':>8} {'error':>7} {'sd':>7}   published mean, sd; seconds of CPU time")
    for name, (rule, mean, deviation) in RULES.items():
        start = time.process_time()
        found = np.array([reward(parameters, rule, seed) for seed in seeds])
        seconds = time.process_time() - start
        error = found.std() / np.sqrt(episodes)
        print(
            f"{name:>12} {found.mean():8.3f} {error:7.3f} {found.std():7.3f}"
            f"   {mean:.3f} {deviation:.3f}; {seconds:.1f}"
        )


if __name__ == "__main__":
    main()
