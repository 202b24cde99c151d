"""Venues: the lit-and-dark optimum, what a router costs beside it, and learning from censored fills.

`python -m benchmarks.router`: closed forms against independent solvers; the lit schedule's expected cost over
the optimum's, exact and simulated, with the fill rate known or learnt from fills; pools that fill in parts,
against dynamic programming; and allocation over venues that are learnt, as a part of what the oracle fills.
Times are of the processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import lognorm

from execution.venues.allocation import allocate, expected_fill
from execution.venues.censored import CensoredLearner

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ROUNDS, LAST = 2000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Venues:
    """Venues by their laws. tails: probability of 1, 2, ... lots or more, shape (venue, lot)."""

    tails: FloatArray

    @staticmethod
    def random(kind: str, *, venues: int, lots: int, seed: int) -> Venues:
        """Nothing with a probability of 0.1 to 0.8, else a power law, exponential or lognormal size."""
        rng = np.random.default_rng([seed, 1])
        size = np.arange(1.0, lots + 1.0)
        rows = []
        for _ in range(venues):
            some, scale, shape = rng.uniform(0.2, 0.9), lots * rng.uniform(0.02, 0.5), rng.uniform(0.3, 1.5)
            row = {
                "power": size**-shape,
                "exponential": np.exp(-size / scale),
                "lognormal": lognorm(s=shape, scale=scale).sf(size - 1.0),
            }[kind]
            rows.append(some * row / row[0])
        return Venues(tails=np.array(rows))

    def draw(self, rng: np.random.Generator, rounds: int) -> IntArray:
        """What each venue has in each round [lots], shape (round, venue)."""
        had = [len(row) - np.searchsorted(row[::-1], rng.random(rounds), side="left") for row in self.tails]
        return np.stack(had, axis=1).astype(np.int64)

    def filled(self, lots: IntArray) -> float:
        """What an allocation fills on average [lots]."""
        return float(expected_fill(self.tails)[np.arange(len(lots)), lots].sum())


def drifting(kind: str, *, venues: int, lots: int, changes: int, seed: int) -> tuple[Venues, ...]:
    """Venues that become others so many times, evenly over the rounds."""
    return tuple(Venues.random(kind, venues=venues, lots=lots, seed=seed + 1000 * n) for n in range(changes))


class Reached(NamedTuple):
    """Part of what the oracle fills on average: in the last 200 rounds, and over all."""

    last: float
    mean: float


def reached(
    worlds: Venues | tuple[Venues, ...], *, quantity: int, seed: int, memory: float = np.inf
) -> Reached:
    """How far a learner gets that knows nothing beforehand."""
    first = worlds[0] if isinstance(worlds, tuple) else worlds
    learner = CensoredLearner(*first.tails.shape, memory=memory)
    return _played(worlds, quantity, seed, lambda: learner.allocate(quantity), learner.learn)


def reached_naively(worlds: Venues, *, quantity: int, seed: int) -> Reached:
    """How far one gets who takes fills for what the venues have, after one round with a fill of all."""
    venues, lots = worlds.tails.shape
    fills = np.zeros((venues, lots + 1))
    fills[:, lots] = 1.0

    def choose() -> IntArray:
        at_least = fills[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        return allocate(at_least / fills.sum(axis=1, keepdims=True), quantity)

    def learn(sent: IntArray, filled: IntArray) -> None:
        used = np.flatnonzero(sent)
        fills[used, filled[used]] += 1.0

    return _played(worlds, quantity, seed, choose, learn)


def _played(
    worlds: Venues | tuple[Venues, ...],
    quantity: int,
    seed: int,
    choose: Callable[[], IntArray],
    learn: Callable[[IntArray, IntArray], None],
) -> Reached:
    stages = worlds if isinstance(worlds, tuple) else (worlds,)
    rng, parts = np.random.default_rng([seed, 2]), []
    for stage in stages:
        oracle = stage.filled(allocate(stage.tails, quantity))
        for had in stage.draw(rng, ROUNDS // len(stages)):
            lots = choose()
            parts.append(stage.filled(lots) / oracle)
            learn(lots, np.minimum(lots, had))
    return Reached(float(np.mean(parts[-LAST:])), float(np.mean(parts)))


def print_learning(seeds: int = 5) -> None:
    """Learners by world: mean and worst over seeds of the part of the oracle's fills."""
    print(f"\ncensored venues, {ROUNDS:,} rounds, {seeds} random worlds a row; floor 0.97, aim 0.995")
    print("sizes        venues  lots   ours, last 200 (worst)   over all   naive (worst)   ms a round")
    for kind in ("power", "exponential", "lognormal"):
        for venues, lots, quantity in ((5, 200, 100), (20, 200, 100), (10, 500, 300)):
            worlds = [Venues.random(kind, venues=venues, lots=lots, seed=seed) for seed in range(seeds)]
            started = time.process_time()
            ours = [reached(one, quantity=quantity, seed=seed) for seed, one in enumerate(worlds)]
            spent = 1e3 * (time.process_time() - started) / (seeds * ROUNDS)
            naive = [
                reached_naively(one, quantity=quantity, seed=seed).last for seed, one in enumerate(worlds)
            ]
            last = [one.last for one in ours]
            print(
                f"{kind:12} {venues:6} {quantity:5}   {np.mean(last):14.4f} ({min(last):.4f}) "
                f"{np.mean([one.mean for one in ours]):10.4f}   {np.mean(naive):6.3f} ({min(naive):.3f}) "
                f"{spent:12.3f}",
                flush=True,
            )


def print_drift(seeds: int = 5) -> None:
    """What a memory is worth where the venues become others four times."""
    print("\nvenues that become others four times (10, 100 lots), over all: memory for ever, 500, 200, 100")
    for kind in ("power", "exponential", "lognormal"):
        row = []
        for memory in (np.inf, 500.0, 200.0, 100.0):
            found = [
                reached(
                    drifting(kind, venues=10, lots=200, changes=4, seed=seed),
                    quantity=100,
                    seed=seed,
                    memory=memory,
                ).mean
                for seed in range(seeds)
            ]
            row.append(f"{np.mean(found):7.4f} ({min(found):.4f})")
        print(f"{kind:12} {'  '.join(row)}", flush=True)


if __name__ == "__main__":
    print_learning()
    print_drift()
