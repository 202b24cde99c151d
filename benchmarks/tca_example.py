"""Make the fills that 'hedger tca example' analyses: orders worked in simulated markets, a row a fill.

python benchmarks/tca_example.py [--out hedger/templates/fills.csv] [--orders 120] [--seed 6]
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from execution.executor import ExecutionSettings, work
from execution.market.regime import SECONDS_PER_DAY, MarketConditions, Regime
from execution.market.simulator import MarketSimulator
from execution.orders import Execution, ParentOrder, Side, TradingRules
from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.schedule import Schedule
from execution.schedules.twap import Twap

RULES = TradingRules(symbol="ACME", tick_size=0.01, lot_size=1, multiplier=1.0, fee_per_contract=0.002)
DAILY_VOLUME = 2_000_000
FIRST_DAY = datetime(2024, 3, 4, 14, 30, tzinfo=UTC)
# The square root of risk aversion x variance / impact, over the horizon, is three: half is done in a quarter.
FAST = AlmgrenChriss(horizon=1.0, volatility=1.0, temporary_impact=1.0, risk_aversion=9.0)
STRETCH_NS = 15 * 10**9
FILL_COLUMNS = ("parent_id", "symbol", "side", "quantity", "price", "time", "fee", "liquidity", "mid")
ORDER_COLUMNS = (
    "decision_time",
    "decision_price",
    "arrival_time",
    "arrival_price",
    "end_time",
    "end_price",
    "reversion_price",
    "order_quantity",
    "market_volume",
    "volatility",
    "algorithm",
    "regime",
)


def main() -> None:
    """Work the orders, some a day, and write their fills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("hedger/templates/fills.csv"))
    parser.add_argument("--orders", type=int, default=120)
    parser.add_argument("--seed", type=int, default=6)
    arguments = parser.parse_args()
    began = time.process_time()
    with arguments.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FILL_COLUMNS + ORDER_COLUMNS)
        children = np.random.SeedSequence(arguments.seed).spawn(arguments.orders)
        for number, child in enumerate(children):
            writer.writerows(order_rows(number, np.random.default_rng(child)))
    print(
        f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {time.process_time() - began:.1f} s of CPU"
    )


def order_rows(number: int, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """One order in its own market, six a day from the open on."""
    day, slot = divmod(number, 6)
    start = FIRST_DAY + timedelta(days=day + 2 * (day // 5), hours=slot)
    start_ns = int(start.timestamp()) * 10**9
    minutes = int(rng.integers(4, 13))
    volatility = float(np.round(rng.uniform(0.15, 0.45), 3))
    regime = Regime.STRESSED if rng.random() < 0.25 else Regime.CALM
    conditions = MarketConditions(
        mid_price=float(np.round(rng.uniform(95.0, 105.0), 2)),
        tick_size=RULES.tick_size,
        volatility=volatility,
        half_spread_ticks=1.5,
        average_daily_volume=DAILY_VOLUME,
        regime=regime,
    )
    expected = DAILY_VOLUME * 60.0 * minutes / SECONDS_PER_DAY
    quantity = 100 * max(1, round(expected * float(np.exp(rng.uniform(np.log(0.005), np.log(0.2)))) / 100))
    order = ParentOrder(
        parent_id=f"A{number + 1:03d}",
        symbol=RULES.symbol,
        side=Side.BUY if rng.random() < 0.5 else Side.SELL,
        quantity=quantity,
        start_ns=start_ns,
        horizon_ns=minutes * 60 * 10**9,
        rules=RULES,
    )
    market = MarketSimulator(conditions, start_ns - 60 * 10**9, rng)
    market.advance_to(start_ns - 30 * 10**9)
    decided = market.mid_ticks * RULES.tick_size
    fast = bool(rng.random() < 0.5)
    schedule: Schedule = FAST if fast else Twap()
    execution = work(
        order, schedule=schedule, conditions=conditions, rng=rng, settings=ExecutionSettings(), market=market
    )
    market.advance_to(order.end_ns + order.horizon_ns)
    known = (decided, market.mid_ticks * RULES.tick_size, volatility, schedule.name, regime.value)
    yield from fill_rows(order, execution, known)


def fill_rows(
    order: ParentOrder, execution: Execution, known: tuple[float, float, float, str, str]
) -> Iterator[tuple[object, ...]]:
    """A row for all fills of one price and kind within fifteen seconds; the first says all of its order."""
    decided, after, volatility, name, regime = known
    shared: tuple[object, ...] = (
        iso(order.start_ns - 30 * 10**9),
        f"{decided:.3f}",
        iso(order.start_ns),
        f"{execution.arrival_mid:.3f}",
        iso(order.end_ns),
        f"{execution.path_mid[-1]:.3f}",
        f"{after:.3f}",
        order.quantity,
        execution.market_volume,
        volatility,
        name,
        regime,
    )
    merged: dict[tuple[int, int, str], tuple[int, float, float]] = {}
    for fill in execution.fills:
        seen = max(int(np.searchsorted(execution.path_ts_ns, fill.ts_ns, side="right")) - 1, 0)
        key = (int(execution.path_ts_ns[seen]) // STRETCH_NS, fill.price_ticks, fill.liquidity.value)
        quantity, fee, mid = merged.get(key, (0, 0.0, float(execution.path_mid[seen])))
        merged[key] = (quantity + fill.quantity, fee + fill.fee, mid)
    side = "buy" if order.side is Side.BUY else "sell"
    for (stretch, ticks, liquidity), (quantity, fee, mid) in merged.items():
        when = iso(max(stretch * STRETCH_NS, order.start_ns))
        price = f"{ticks * RULES.tick_size:.2f}"
        own = (
            order.parent_id,
            order.symbol,
            side,
            quantity,
            price,
            when,
            f"{fee:.2f}",
            liquidity,
            f"{mid:.3f}",
        )
        yield (*own, *shared)
        shared = ("",) * len(shared)


def iso(ts_ns: int) -> str:
    """An instant as ISO 8601 in UTC."""
    return datetime.fromtimestamp(ts_ns / 1e9, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main()
