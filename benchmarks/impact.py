"""Impact of our own trades in the simulated market: its law in size, its path and decay, and round trips.

Usage: python benchmarks/impact.py [--market NAME] [--seeds N]      (one core, three minutes of CPU)

Every number is about this simulator, not about a real market. Each seed is played once buying and once
selling: half the difference of the mids is the impact, with nearly all of the market's own noise gone.
Impacts are in daily volatilities, sizes in fractions of a day's volume; intervals are 95%, over seeds.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from time import process_time

import numpy as np
import numpy.typing as npt

from execution.market.regime import SECONDS_PER_DAY, parameters_of
from execution.market.simulator import MarketConditions, MarketSimulator, Regime
from execution.orders import Side
from execution.realism.meta_order import fitted_impact

FloatArray = npt.NDArray[np.float64]

E_MINI = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
STOCK = replace(E_MINI, tick_size=0.01, volatility=0.3)
MARKETS = {
    "e-mini": E_MINI,
    "stressed": replace(E_MINI, regime=Regime.STRESSED),
    "quiet": replace(E_MINI, volatility=0.08),
    "etf": replace(E_MINI, mid_price=265.0, tick_size=0.01, average_daily_volume=8e7),
    "wide": replace(STOCK, mid_price=100.0, half_spread_ticks=2.5, average_daily_volume=2e6),
    "thin": replace(STOCK, mid_price=50.0, half_spread_ticks=1.5, average_daily_volume=1e4),
}
CHILD_SECONDS = 5.0
TIMES = np.array([0.25, 0.5, 1.0, 1.5, 2.0])  # in horizons of the order; it is done at 1
COMPLETED = 2
# Round trips: (signed part of the quantity, from, to), in horizons of the order.
ROUND_TRIPS = {
    "evenly, then evenly back": ((1, 0.0, 1.0), (-1, 1.0, 2.0)),
    "evenly, wait, evenly back": ((1, 0.0, 0.5), (-1, 1.5, 2.0)),
    "slowly, then at once back": ((1, 0.0, 1.95), (-1, 1.95, 2.0)),
    "at once, then slowly back": ((1, 0.0, 0.05), (-1, 0.05, 2.0)),
    "slowly, then fast back": ((1, 0.0, 1.7), (-1, 1.7, 2.0)),
    "fast, then slowly back": ((1, 0.0, 0.3), (-1, 0.3, 2.0)),
    "there, across and back": ((1, 0.0, 0.5), (-2, 0.5, 1.5), (1, 1.5, 2.0)),
}


def day_ticks(conditions: MarketConditions) -> float:
    """One daily volatility of the market's regime [ticks]."""
    return conditions.daily_volatility_ticks * parameters_of(conditions.regime).volatility_multiplier


def children(quantity: int, start: float, end: float) -> list[tuple[float, int]]:
    """Times [s] and signed quantities of market orders that trade a signed quantity evenly."""
    count = max(1, min(round((end - start) / CHILD_SECONDS), abs(quantity)))
    wanted = np.round(quantity * np.arange(count + 1) / count).astype(int)
    times = start + (end - start) * np.arange(count) / count
    return list(zip(times.tolist(), np.diff(wanted).tolist(), strict=True))


def play(
    conditions: MarketConditions, seed: int, orders: list[tuple[float, int]], look: FloatArray
) -> tuple[MarketSimulator, FloatArray]:
    """Send market orders, and look at the mid at some times [s] less the mid at the start [ticks]."""
    simulator = MarketSimulator(conditions, 0, np.random.default_rng(seed))
    first, mids = simulator.mid_ticks, []
    for second, quantity in sorted([*orders, *((float(second), 0) for second in look)], key=lambda x: x[0]):
        simulator.advance_to(round(1e9 * second))
        if quantity:
            simulator.submit_market(Side.BUY if quantity > 0 else Side.SELL, abs(quantity))
        else:
            mids.append(simulator.mid_ticks - first)
    return simulator, np.array(mids)


def moved(
    conditions: MarketConditions, quantity: int, seconds: float, look: FloatArray, seed: int
) -> FloatArray:
    """Impact of a quantity traded evenly, at the times of `look` [s], in daily volatilities."""
    up, down = (play(conditions, seed, children(side * quantity, 0.0, seconds), look)[1] for side in (1, -1))
    return 0.5 * (up - down) / day_ticks(conditions)


def report_law(conditions: MarketConditions, title: str, seconds: dict[float, float], seeds: int) -> None:
    """Print impact by size, where `seconds` has the horizon of each size, and the fitted exponent."""
    print(title)
    volume = conditions.average_daily_volume
    paths = [
        [moved(conditions, round(share * volume), horizon, horizon * TIMES, seed) for seed in range(seeds)]
        for share, horizon in seconds.items()
    ]
    impact = fitted_impact(np.array(list(seconds)), np.array(paths), completed=COMPLETED)
    for row, (share, horizon) in enumerate(seconds.items()):
        peak, error = impact.peak[row], impact.peak_error[row]
        path = "  ".join(f"{x:.2f}" for x in impact.path[row] / peak)
        print(
            f"  size {share:6.2%}  {horizon / 60:6.1f} min  peak {peak:.4f} +- {1.96 * error:.4f}"
            f"  peak / sqrt(size) {peak / np.sqrt(share):.2f}  path {path}"
        )
    by_logarithms = np.polyfit(np.log(impact.size), np.log(impact.peak), 1)[0]
    print(
        f"  exponent {impact.exponent.value:.3f} [{impact.exponent.lower:.3f}, {impact.exponent.upper:.3f}]"
        f" by weighted least squares, {by_logarithms:.3f} by logarithms"
    )


def report_meta_orders(conditions: MarketConditions, seeds: int) -> None:
    """Print the law over two decades of size, at fixed participation and at fixed horizon."""
    print(f"meta-orders; path at {', '.join(f'{x:g}' for x in TIMES)} of the horizon, as shares of the peak")
    shares = np.geomspace(1e-3, 1e-1, 5).tolist()
    seconds = {share: 10.0 * SECONDS_PER_DAY * share for share in shares}
    report_law(conditions, "participation 10%", seconds, seeds)
    report_law(conditions, "horizon 2 hours", dict.fromkeys(shares, 7200.0), seeds)


def report_single_trades(conditions: MarketConditions, seeds: int) -> None:
    """Print what one market order moves the mid by, in half spreads."""
    print("one market order, impact on the mid [ticks] at once, 10 s and 60 s later")
    for share in np.geomspace(1e-5, 1e-3, 5):
        quantity, look = max(1, round(share * conditions.average_daily_volume)), np.array([1e-3, 10.0, 60.0])
        paths = np.array([moved(conditions, quantity, 0.0, look, seed) for seed in range(seeds)])
        mean, error = paths.mean(axis=0), 1.96 * paths.std(axis=0, ddof=1) / np.sqrt(seeds)
        ticks = day_ticks(conditions)
        shown = "  ".join(f"{ticks * x:.2f} +- {ticks * e:.2f}" for x, e in zip(mean, error, strict=True))
        print(f"  {quantity:7,d} contracts  {shown}")


def report_round_trips(conditions: MarketConditions, seeds: int) -> None:
    """Print what buying and selling the same quantity earns: nothing, on average, if prices are sound."""
    share, seconds = 0.005, 900.0
    quantity = max(10, round(share * conditions.average_daily_volume))
    print(f"round trips of {quantity:,} contracts, profit less news [ticks a contract]; + is free money")
    for name, legs in ROUND_TRIPS.items():
        profits = []
        for seed in range(seeds):
            for side in (1, -1):
                orders = [
                    child
                    for part, start, end in legs
                    for child in children(side * part * quantity, seconds * start, seconds * end)
                ]
                simulator, _ = play(conditions, seed, orders, np.empty(0))
                start_ticks = conditions.mid_price / conditions.tick_size
                profits.append(profit(simulator, orders, start_ticks) / quantity)
        by_seed = np.array(profits).reshape(seeds, 2).mean(axis=1)
        print(f"  {name:<28} {by_seed.mean():7.3f} +- {1.96 * by_seed.std(ddof=1) / np.sqrt(seeds):.3f}")


def profit(simulator: MarketSimulator, orders: list[tuple[float, int]], start_ticks: float) -> float:
    """Cash received less paid, less what news alone made of it [ticks x contracts].

    Prices are counted from the start, which values what the book could not give.
    """
    side = {round(1e9 * second): np.sign(quantity) for second, quantity in orders}
    return -float(
        sum(
            side[fill.ts_ns] * fill.quantity * (fill.price_ticks - start_ticks - fill.news_ticks)
            for fill in simulator.take_fills()
        )
    )


def report_quiet(seeds: int, seconds: int = 1800) -> None:
    """Print that prices which nobody pushes diffuse: realised volatility and variance ratios by market."""
    print(
        f"nobody trades: volatility over 20 s against news' own, variance ratios to 20 s, {seconds} s a seed"
    )
    for name, conditions in MARKETS.items():
        mids, news = np.empty((seeds, seconds)), np.empty((seeds, seconds))
        for seed in range(seeds):
            simulator = MarketSimulator(conditions, 0, np.random.default_rng(seed))
            for second in range(seconds):
                simulator.advance_to(second * 10**9)
                mids[seed, second] = simulator.mid_ticks
                news[seed, second] = simulator.engine.news_ticks
        base = variance_rate(mids, 20)
        ratios = "  ".join(f"{lag} s {variance_rate(mids, lag) / base:.3f}" for lag in (1, 5, 60, 300))
        stated = np.sqrt(base / variance_rate(news, 20))
        drift = variance_rate(news, 300) / variance_rate(news, 20)
        print(f"  {name:<10} {stated:.3f}   {ratios}   (news alone 300 s {drift:.3f})")


def variance_rate(path: FloatArray, lag: int) -> float:
    """Mean squared change over a lag, by second of the lag, all overlapping changes of all rows."""
    return float(np.mean((path[:, lag:] - path[:, :-lag]) ** 2) / lag)


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", choices=MARKETS, default="e-mini")
    parser.add_argument("--seeds", type=int, default=4)
    arguments = parser.parse_args()
    conditions, seeds, begin = MARKETS[arguments.market], arguments.seeds, process_time()
    report_meta_orders(conditions, seeds)
    report_single_trades(conditions, 8 * seeds)
    report_round_trips(conditions, 4 * seeds)
    report_quiet(2 * seeds)
    print(f"{process_time() - begin:.0f} s of CPU")


if __name__ == "__main__":
    main()
