"""Information leakage: planted ones found and none made up; what simulated orders leak, and what it takes.

python -m benchmarks.leakage            about a minute of one core's time
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from execution.agents.scenario_study import study_scenario
from execution.agents.study_control import control_batch
from execution.agents.study_order import study_order
from execution.agents.study_workers import worker_named
from execution.market.scenario import load_market
from execution.tca.blotter import Blotter
from execution.tca.leakage import Leakage
from execution.tca.market_tape import MarketTape, SymbolTape
from execution.tca.order_leakage import order_leakage
from execution.tca.tape_file import read_market
from tests.execution.tca.leaking_days import SECOND, blotter_of, market_and_orders

DAYS, SEEDS = 200, 12
AMZN = (
    Path(__file__).resolve().parents[2]
    / "shared/data/lob/lobster_amzn/AMZN_2012-06-21_messages_plus_L1.parquet"
)
Day = Callable[[int], tuple[MarketTape, Blotter]]


def print_planted() -> None:
    """Simulated days whose price leans against 8 to 60 orders by so many bps while they wait."""
    print(
        f"simulated days, {DAYS} a row  orders  planted    mean found  sd     mean half  held truth  CPU, ms"
    )
    for orders in (8, 30, 60):
        for leak in (0.0, 1.0, 3.0):

            def day(seed: int, leak: float = leak, orders: int = orders) -> tuple[MarketTape, Blotter]:
                return market_and_orders(10_000 + seed, leak, orders=orders)

            print_found("simulated", orders, leak, day)


def print_placebo() -> None:
    """Orders that nobody sent on recorded flow: there is nothing to find."""
    if not AMZN.exists():
        print("recorded flow: the shared data are not beside this checkout")
        return
    tape, _ = read_market([AMZN])
    market = tape.symbols[""]
    for name, trending in (("AMZN, any side", False), ("AMZN, side of the last minute", True)):

        def day(seed: int, trending: bool = trending) -> tuple[MarketTape, Blotter]:
            return tape, invented_orders(market, seed, trending=trending)

        print_found(name, 30, 0.0, day)


def invented_orders(market: SymbolTape, seed: int, *, trending: bool) -> Blotter:
    """30 orders that wait half a minute to two; where trending, on the side that the mid moved to."""
    rng = np.random.default_rng(seed)
    first, last = market.quote_ns[0] / SECOND + 300.0, market.quote_ns[-1] / SECOND - 300.0
    decided = np.sort(first + (last - first) * (np.arange(30) + 0.6 * rng.random(30)) / 30)
    side = rng.choice([-1.0, 1.0], 30)
    if trending:
        at = np.round(decided * SECOND).astype(np.int64)
        moved = np.sign(market.mid(at) - market.mid(at - 60 * SECOND))
        side = np.where(moved == 0.0, side, moved)
    return blotter_of(decided, decided + rng.uniform(30.0, 120.0, 30), side)


def print_found(name: str, orders: int, leak: float, day: Day) -> None:
    """Measure every seed's day, and print how often the interval held the truth."""
    started, found = time.process_time(), [each for each in measured(day) if each is not None]
    taken = 1e3 * (time.process_time() - started) / DAYS
    values = np.array([each.value for each in found])
    half = np.mean([0.5 * (each.upper - each.lower) for each in found])
    held = sum(each.lower <= leak <= each.upper for each in found) / len(found)
    print(
        f"{name:29}{orders:4}{leak:9.1f}{values.mean():+13.3f}{values.std(ddof=1):7.2f}{half:11.2f}"
        f"{100.0 * held:11.1f}%{taken:8.1f}"
    )


def measured(day: Day) -> Iterator[Leakage | None]:
    """The leakage of every seed's day."""
    for seed in range(DAYS):
        tape, blotter = day(seed)
        yield order_leakage(blotter, tape, {}).whole


def print_simulated() -> None:
    """What a schedule's own order leaks in a simulated market, by size, and what the control costs."""
    print(
        "\nsimulated markets, twap over 20 minutes, 12 seeds; bps    leakage  95% interval     CPU of orders"
    )
    for scenario in ("calm", "volatile"):
        for share in (0.002, 0.02, 0.1):
            usual = study_order(load_market(scenario), minutes=20.0, quantity=1).usual_volume()
            quantity = max(1, round(share * usual))
            order = study_order(load_market(scenario), minutes=20.0, quantity=quantity)
            started = time.process_time()
            study = study_scenario(order, [worker_named("twap", order)], episodes=SEEDS, seed=1)
            worked = time.process_time() - started
            found = study.workers[0].leakage
            print(
                f"{scenario:10}{quantity:9,} lots, {100.0 * share:4.1f}% of volume {found.mean_bps:+21.2f}  "
                f"{found.lower:+.2f} to {found.upper:+.2f} {worked:9.1f} s"
            )
        seeds = np.random.SeedSequence(1).spawn(SEEDS)
        started = time.process_time()
        control_batch(order.scenario, study.order, seeds)
        taken = time.process_time() - started
        print(f"{scenario:10}within each: the markets without the order {taken:30.1f} s")


if __name__ == "__main__":
    print_planted()
    print_placebo()
    print_simulated()
