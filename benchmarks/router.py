"""Venues: the lit-and-dark optimum, what a router costs beside it, and learning from censored fills.

`python -m benchmarks.router`: closed forms against independent solvers; the lit schedule's expected cost over
the optimum's, exact and simulated, with the fill rate known or learnt from fills; and allocation over venues
that are learnt, as a part of what the oracle fills. Times are of the processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import lognorm

from execution.schedules.schedule import WorkState
from execution.venues.allocation import allocate, expected_fill
from execution.venues.censored import CensoredLearner
from execution.venues.lit_dark import LitDarkProblem
from execution.venues.lit_dark_assets import LitDarkAssets
from execution.venues.lit_dark_fills import FillLaw, KnownIntensity, LearntIntensity
from execution.venues.lit_dark_schedule import LitDarkSchedule
from tests.twins.lit_dark import one_asset_by_recursion, two_assets_by_runge_kutta

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ROUNDS, LAST = 2000, 200
OPTIMUM = LitDarkProblem(horizon=1.0, temporary_impact=2.5e-6, risk=1.62e-6, fill_intensity=1.5)
PAIR = LitDarkAssets(
    horizon=1.0,
    temporary_impact=np.array([[2.5e-6, 4e-7], [4e-7, 4e-6]]),
    risk=1e-6 * np.array([[0.9025, 0.684], [0.684, 0.64]]),
    fill_intensity=np.array([1.5, 0.7]),
)


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


def schedule(law: FillLaw) -> LitDarkSchedule:
    """The lit schedule of the example under a law of the fills."""
    return LitDarkSchedule(
        horizon=OPTIMUM.horizon, temporary_impact=OPTIMUM.temporary_impact, risk=OPTIMUM.risk, law=law
    )


def cost_ratio(remaining: FloatArray, intensity: float = OPTIMUM.fill_intensity) -> float:
    """Expected cost of a trajectory, shape (edge,), over the continuous optimum's."""
    best = replace(OPTIMUM, fill_intensity=intensity).coefficient(OPTIMUM.horizon)
    return schedule(KnownIntensity(intensity=intensity)).expected_cost(remaining) / best


def learnt_ratios(
    *, orders: int, slices: int, seed: int, whole: bool = True, rates: tuple[float, float] = (0.3, 6.0)
) -> FloatArray:
    """Cost over the optimum's of one order after the other, (order,), the fill rate drawn and not known.

    rates: between which it is drawn log-uniformly. Each order either is filled at a time or it is not, which
    the next one knows; the belief begins at half a fill in half a horizon. whole: Bayes' trajectory, else
    that of the mean rate.
    """
    rng = np.random.default_rng([seed, 3])
    rate = float(np.exp(rng.uniform(*np.log(rates))))
    belief, ratios = LearntIntensity(fills=0.5, exposure=0.5), []
    for _ in range(orders):
        law = belief if whole else KnownIntensity(intensity=belief.mean)
        ratios.append(cost_ratio(schedule(law).remaining(slices), rate))
        waited = rng.exponential(1.0 / rate)
        belief = belief.after(float(waited < OPTIMUM.horizon), min(waited, OPTIMUM.horizon))
    return np.array(ratios)


def simulated_ratio(slices: int, orders: int, seed: int) -> tuple[float, float]:
    """Mean cost of simulated orders over the optimum's expected one, and the half width of its 95% interval.

    Whole lots of 100,000 as AdaptiveSchedule asks for them, filled by the first arrival; what even trading
    costs in the same orders, whose expected cost is known, is the control.
    """
    quantity, edges = 100_000, np.linspace(0.0, 1.0, slices + 1)
    ours, law = schedule(KnownIntensity(intensity=OPTIMUM.fill_intensity)), OPTIMUM.fill_intensity
    left = [quantity]
    for k in range(slices):
        state = WorkState(slice_index=k, slices=slices, quantity=quantity, filled=quantity - left[-1])
        left.append(quantity - ours.wanted(state))
    fills = np.random.default_rng([seed, 4]).exponential(1.0 / law, orders)
    best = OPTIMUM.coefficient(1.0)
    cost, even = (_costs(edges, held, fills) / best for held in (np.array(left) / quantity, 1.0 - edges))
    slope = float(np.cov(cost, even)[0, 1] / even.var(ddof=1))
    adjusted = cost - slope * (even - cost_ratio(1.0 - edges))
    return float(adjusted.mean()), float(1.96 * adjusted.std(ddof=1) / np.sqrt(orders))


def _costs(edges: FloatArray, held: FloatArray, fills: FloatArray) -> FloatArray:
    """Cost until each fill of straight lines between holdings at the edges, shape (fill,)."""
    tau = edges[1]
    speed = OPTIMUM.temporary_impact * (np.diff(held) / tau) ** 2
    a, b = held[:-1], held[1:]
    whole = tau * (speed + OPTIMUM.risk * (a**2 + a * b + b**2) / 3.0)
    before = np.concatenate(([0.0], np.cumsum(whole)))
    at = np.minimum((fills / tau).astype(np.int64), len(whole))
    k = np.minimum(at, len(whole) - 1)
    part = np.minimum(fills - edges[k], tau)
    ends = a[k] + (b[k] - a[k]) * part / tau
    within = part * (speed[k] + OPTIMUM.risk * (a[k] ** 2 + a[k] * ends + ends**2) / 3.0)
    costs: FloatArray = np.where(at < len(whole), before[k] + within, before[-1])
    return costs


def seconds(work: Callable[[], object], times: int = 200) -> tuple[float, float]:
    """Best and median processor time of one call."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken), float(np.median(taken))


def print_optimum() -> None:
    """Closed forms beside independent solvers, and their time."""
    rough = np.array([one_asset_by_recursion(OPTIMUM, 1000 * 2**n) for n in range(5)])
    for order in range(1, 5):
        rough = (2**order * rough[1:] - rough[:-1]) / (2**order - 1)
    one = abs(OPTIMUM.coefficient(1.0) / rough[0] - 1.0)
    saved = 1.0 - OPTIMUM.value(1.0) / OPTIMUM.without_pool.value(1.0)
    print("lit and dark; floor 1e-9 and 1 ms, aim 1e-12 and 0.1 ms")
    print(f"C_0 {OPTIMUM.coefficient(1.0):.7e} (published 1.5607165e-6), the pool saves {saved:.1%}")
    best, median = seconds(partial(OPTIMUM.coefficient, 1.0))
    print(f"one asset: relative difference {one:.1e}, {1e3 * best:.4f} ms (median {1e3 * median:.4f})")
    for scale in (0.01, 1.0, 100.0):
        pair = replace(PAIR, risk=scale * PAIR.risk)
        gap = np.abs(pair.coefficient(1.0) / two_assets_by_runge_kutta(pair) - 1.0).max()
        best, median = seconds(partial(pair.coefficient, 1.0))
        print(
            f"two assets, risk x {scale:g}: relative difference {gap:.1e}, {1e3 * best:.4f} ms "
            f"(median {1e3 * median:.4f})",
            flush=True,
        )


def print_schedule() -> None:
    """Cost of the lit schedule beside a dark order over the optimum's."""
    print(
        "\ncost over the lit-dark optimum; floor 1.02, aim 1.002; even trading with a full dark order 1.077"
    )
    print("slices     ours   even trading   without a thought of the pool   simulated (95%)")
    for slices in (2, 5, 10, 20, 50):
        ours = cost_ratio(schedule(KnownIntensity(intensity=1.5)).remaining(slices))
        blind = cost_ratio(schedule(KnownIntensity(intensity=0.0)).remaining(slices))
        mean, reach = simulated_ratio(slices, 200_000, slices)
        even = cost_ratio(np.linspace(1.0, 0.0, slices + 1))
        print(f"{slices:6} {ours:8.5f} {even:14.5f} {blind:31.5f}   {mean:.5f} +- {reach:.5f}", flush=True)
    print("\nfill rate not known, between 0.3 and 6 a horizon, 20 slices, mean over 100 rates by order (95%)")
    print("order       Bayes' trajectory            at the mean rate")
    both = [
        np.array([learnt_ratios(orders=100, slices=20, seed=seed, whole=whole) for seed in range(100)])
        for whole in (True, False)
    ]
    for order in (1, 2, 5, 10, 20, 50, 100):
        row = [one[:, order - 1] for one in both]
        told = [f"{one.mean():.4f} +- {1.96 * one.std(ddof=1) / 10.0:.4f}" for one in row]
        print(f"{order:5}       {told[0]:24} {told[1]:24}", flush=True)


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
    print_optimum()
    print_schedule()
    print_learning()
    print_drift()
