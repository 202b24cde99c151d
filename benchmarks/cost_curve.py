"""What trading costs in our simulator, calm regime: the coefficients of `default_cost_curve`, and what a
schedule saves.

Usage: python benchmarks/cost_curve.py [--seeds N]      (one core, a minute and a quarter of CPU)

Every number is about this simulator, not about a real market. Each seed is worked once buying and once
selling, and the two are averaged: the market's own drift largely cancels. Intervals are 95%, over seeds.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from time import process_time

import numpy as np

from execution.executor import ExecutionSettings, work
from execution.limits import PreTradeLimits
from execution.market.regime import SECONDS_PER_DAY, MarketConditions
from execution.orders import Execution, ParentOrder, Side, TradingRules
from execution.schedules.almgren_chriss import almgren_chriss_for
from execution.schedules.schedule import FloatArray, Schedule
from execution.schedules.twap import Twap
from execution.tca.calibrate import CostObservations, fit_cost_curve
from execution.tca.default_curve import IMPACT_COEFFICIENT, SPREAD_FRACTION, default_cost_curve
from execution.tca.shortfall import implementation_shortfall, news_cost

# E-mini S&P 500: the instrument of the example portfolio.
RULES = TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0)
CONDITIONS = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1_500_000.0
)
MINUTE_NS = 60 * 10**9
HALF_SPREAD_BPS = 1e4 * CONDITIONS.half_spread_ticks * CONDITIONS.tick_size / CONDITIONS.mid_price
HOW = ExecutionSettings(limits=PreTradeLimits(maximum_participation=1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One size and horizon on several seeds. cost_bps, spread_bps: shape (seed,), mean of both sides."""

    participation: float
    minutes: int
    cost_bps: FloatArray
    spread_bps: FloatArray


def parent(side: Side, participation: float, minutes: int) -> ParentOrder:
    """An order for a share of the volume that is expected over its horizon."""
    volume = CONDITIONS.average_daily_volume * minutes * 60 / SECONDS_PER_DAY
    return ParentOrder(
        parent_id="benchmark",
        symbol=RULES.symbol,
        side=side,
        quantity=max(1, round(participation * volume)),
        start_ns=0,
        horizon_ns=minutes * MINUTE_NS,
        rules=RULES,
    )


def both_sides(participation: float, minutes: int, seed: int, schedule: Schedule) -> tuple[float, float]:
    """Cost and its spread part [bps before fees], the mean of buying and selling on one seed."""
    parts = []
    for side in Side:
        order = parent(side, participation, minutes)
        rng = np.random.default_rng(np.random.SeedSequence([seed, minutes]))
        execution = work(order, schedule=schedule, conditions=CONDITIONS, rng=rng, settings=HOW)
        shortfall = implementation_shortfall(order, execution)
        parts.append((cost_bps(order, execution), shortfall.parts_bps["spread"]))
    cost, spread = np.mean(parts, axis=0)
    return float(cost), float(spread)


def cost_bps(order: ParentOrder, execution: Execution) -> float:
    """Shortfall less what news made of it [bps]: the same on average, with far less noise."""
    shortfall = implementation_shortfall(order, execution)
    return shortfall.bps - 1e4 * news_cost(order, execution) / shortfall.arrival_notional


def measure(participation: float, minutes: int, seeds: range) -> Cell:
    """Work one size and horizon by TWAP on every seed."""
    rows = np.array([both_sides(participation, minutes, seed, Twap()) for seed in seeds])
    return Cell(participation=participation, minutes=minutes, cost_bps=rows[:, 0], spread_bps=rows[:, 1])


def interval(sample: FloatArray) -> str:
    """Mean and 95% half-width of a sample's mean."""
    return f"{sample.mean():7.3f} +- {1.96 * sample.std(ddof=1) / np.sqrt(len(sample)):.3f}"


def observations(cells: list[Cell]) -> CostObservations:
    """All cells as one table."""
    counts = [len(cell.cost_bps) for cell in cells]
    return CostObservations(
        participation=np.repeat([cell.participation for cell in cells], counts),
        horizon_days=np.repeat([cell.minutes * 60 / SECONDS_PER_DAY for cell in cells], counts),
        volatility=np.full(sum(counts), CONDITIONS.volatility),
        cost_bps=np.concatenate([cell.cost_bps for cell in cells]),
    )


def report_curve(cells: list[Cell]) -> None:
    """Print cost by size and horizon, and the fitted coefficients beside the shipped ones."""
    print("TWAP, cost before fees [bps of arrival notional], by size and horizon")
    for cell in cells:
        print(
            f"  participation {cell.participation:6.3f}  {cell.minutes:3d} min"
            f"  cost {interval(cell.cost_bps)}  of which spread {interval(cell.spread_bps)}"
        )
    fit = fit_cost_curve(observations(cells))
    free = fit_cost_curve(observations(cells), impact_exponent=None)
    spread_error = 1.96 * np.sqrt(fit.covariance[0, 0]) / HALF_SPREAD_BPS
    impact_error = 1.96 * np.sqrt(fit.covariance[1, 1])
    print("fit, exponent 0.5")
    print(f"  spread fraction     {fit.half_spread_bps / HALF_SPREAD_BPS:7.3f} +- {spread_error:.3f}", end="")
    print(f"  of the half spread of {HALF_SPREAD_BPS:.3f} bps (shipped {SPREAD_FRACTION})")
    print(f"  impact coefficient  {fit.impact_coefficient:7.3f} +- {impact_error:.3f}", end="")
    print(f"  (shipped {IMPACT_COEFFICIENT})")
    print(f"fit, exponent free: exponent {free.impact_exponent:.3f}, impact {free.impact_coefficient:.3f}")


def report_schedules(seeds: range) -> None:
    """Print Almgren-Chriss against TWAP on the same seeds: mean cost, and its deviation by side."""
    participation, minutes, risk_aversion = 0.1, 10, 1e-6
    order = parent(Side.BUY, participation, minutes)
    curve = default_cost_curve(
        tick_size=RULES.tick_size,
        price=CONDITIONS.mid_price,
        half_spread_ticks=CONDITIONS.half_spread_ticks,
        fee_per_contract=RULES.fee_per_contract,
        multiplier=RULES.multiplier,
    )
    hasty = almgren_chriss_for(order, conditions=CONDITIONS, curve=curve, risk_aversion=risk_aversion)
    costs: dict[str, list[float]] = {"twap": [], "almgren-chriss": []}
    for seed in seeds:
        for schedule in (Twap(), hasty):
            rng = np.random.default_rng(np.random.SeedSequence([seed, minutes]))
            execution = work(order, schedule=schedule, conditions=CONDITIONS, rng=rng, settings=HOW)
            costs[schedule.name].append(implementation_shortfall(order, execution).bps)
    twap, chriss = (np.array(costs[name]) for name in ("twap", "almgren-chriss"))
    print(
        f"paired on {len(twap)} seeds: {order.quantity:,} contracts in {minutes} min, "
        f"risk aversion {risk_aversion:g} per currency"
    )
    print(f"  plan of almgren-chriss {hasty.plan(order.quantity, minutes).tolist()}")
    print(f"  almgren-chriss less twap: mean {interval(chriss - twap)} bps")
    ratio = bootstrap_deviation_ratio(chriss, twap)
    print(f"  deviation {chriss.std(ddof=1):.2f} against {twap.std(ddof=1):.2f} bps, ratio {ratio}")


def bootstrap_deviation_ratio(first: FloatArray, second: FloatArray) -> str:
    """Ratio of standard deviations with its 95% interval, seeds resampled in pairs."""
    rng = np.random.default_rng(0)
    pick = rng.integers(0, len(first), (2000, len(first)))
    ratios = first[pick].std(axis=1) / second[pick].std(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return f"{first.std() / second.std():.2f} [{low:.2f}, {high:.2f}]"


def main() -> None:
    """Measure, fit, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=32, help="seeds of a ten-minute cell; ten times as many a minute"
    )
    seeds = parser.parse_args().seeds
    start = process_time()
    sizes = (0.002, 0.02, 0.1, 0.3)
    cells = [measure(size, minutes, range(seeds * 10 // minutes)) for minutes in (1, 10) for size in sizes]
    report_curve(cells)
    report_schedules(range(4 * seeds))
    print(f"{process_time() - start:.0f} s of CPU")


if __name__ == "__main__":
    main()
