"""Measure the simulated market: volatility, spread and volume against what its conditions state, and impact.

Run from the checkout: python benchmarks/simulated_market.py [--seeds 16]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from execution.market.regime import SECONDS_PER_DAY, parameters_of
from execution.market.simulator import MarketConditions, MarketSimulator, Regime
from execution.orders import Side

E_MINI = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
MARKETS = {
    "E-mini, calm": E_MINI,
    "E-mini, stressed": replace(E_MINI, regime=Regime.STRESSED),
    "E-mini, volatility 8%": replace(E_MINI, volatility=0.08),
    "ETF at 265": replace(E_MINI, mid_price=265.0, tick_size=0.01, average_daily_volume=8e7),
    "stock at 100, wide": replace(
        E_MINI,
        mid_price=100.0,
        tick_size=0.01,
        volatility=0.3,
        half_spread_ticks=2.5,
        average_daily_volume=2e6,
    ),
    "stock at 50, thin": replace(
        E_MINI,
        mid_price=50.0,
        tick_size=0.01,
        volatility=0.3,
        half_spread_ticks=1.5,
        average_daily_volume=1e4,
    ),
}
START_UP = """
import time
from numba import njit
trivial = njit(lambda x: x + 1)
trivial(1)
begin = time.perf_counter()
import numpy as np
from execution.market.simulator import MarketConditions, MarketSimulator
conditions = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
simulator = MarketSimulator(conditions, 0, np.random.default_rng(1))
simulator.submit_market(1, 10)
simulator.advance_to(10**9)
print(time.perf_counter() - begin)
"""


def measure_market(name: str, conditions: MarketConditions, seeds: int, seconds: int = 1800) -> None:
    """Print what a market does in half an hour beside what its conditions state."""
    lag, cpu = 20, 0.0
    mids, spreads, touch, volume = np.empty((seeds, seconds)), [], [], []
    for seed in range(seeds):
        simulator = MarketSimulator(conditions, 0, np.random.default_rng(seed))
        for second in range(seconds):
            begin = time.process_time()
            simulator.advance_to(second * 10**9)
            cpu += time.process_time() - begin
            mids[seed, second] = simulator.mid_ticks
            spreads.append(simulator.best_ask_ticks - simulator.best_bid_ticks)
        touch.append(simulator.depth(Side.BUY, 1)[0].volume)
        volume.append(simulator.traded_volume)
    regime = parameters_of(conditions.regime)
    per_year = np.sqrt(252 * SECONDS_PER_DAY) * conditions.tick_size / conditions.mid_price
    realised = np.sqrt(np.mean(np.diff(mids[:, ::lag]) ** 2) / lag) * per_year
    stated = conditions.volatility * regime.volatility_multiplier
    stated_spread = 2 * conditions.half_spread_ticks * regime.spread_multiplier
    stated_volume = conditions.average_daily_volume * seconds / SECONDS_PER_DAY
    print(
        f"{name:<22} volatility {realised:.3f} ({stated:.3f})  "
        f"spread {np.mean(spreads):.2f} ({stated_spread:.2f}) ticks  "
        f"volume {np.mean(volume):,.0f} ({stated_volume:,.0f})  touch {np.mean(touch):,.0f}  "
        f"{1e3 * cpu / seeds:.0f} ms"
    )


def measure_impact(quantity: int, seeds: int, slices: int = 60) -> None:
    """Print what buying evenly over half an hour costs beside Almgren, Thum, Hauptmann and Li (2005)."""
    costs = []
    for seed in range(seeds):
        simulator = MarketSimulator(E_MINI, 0, np.random.default_rng(seed))
        # The price's own noise is taken out: only the agent's effect is left.
        simulator.engine.parameters = simulator.engine.parameters._replace(volatility=0.02)
        arrival = simulator.mid_ticks
        for child in range(slices):
            simulator.advance_to(child * 1800 * 10**9 // slices)
            simulator.submit_market(Side.BUY, quantity // slices)
        fills = np.array([(fill.quantity, fill.price_ticks) for fill in simulator.take_fills()])
        costs.append(np.average(fills[:, 1], weights=fills[:, 0]) - arrival)
    daily, volume = E_MINI.daily_volatility_ticks, E_MINI.average_daily_volume
    share = quantity / (volume * 1800 / SECONDS_PER_DAY)
    paper = E_MINI.half_spread_ticks + daily * (0.142 * share**0.6 + 0.314 / 2 * quantity / volume)
    error = np.std(costs) / np.sqrt(seeds)
    cost = np.mean(costs)
    print(f"{quantity} contracts, {share:.1%} of volume: {cost:.2f} +- {error:.2f} ticks ({paper:.2f})")


def measure_start() -> None:
    """Print what a fresh process pays for the first simulated second, numba itself already loaded."""
    times = [float(subprocess.check_output([sys.executable, "-c", START_UP])) for _ in range(3)]
    print(f"first market of a process on a warm cache: {min(times):.3f} s after numba's own start")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=16)
    arguments = parser.parse_args()
    measure_start()
    print(f"half an hour of market, {arguments.seeds} seeds, realised (stated), CPU time of 1800 steps:")
    for name, conditions in MARKETS.items():
        measure_market(name, conditions, arguments.seeds)
    print("cost of buying in the calm E-mini in half an hour (Almgren et al. 2005 and half a spread):")
    for quantity in (1_200, 5_000, 20_000):
        measure_impact(quantity, 2 * arguments.seeds)


if __name__ == "__main__":
    main()
