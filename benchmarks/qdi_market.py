"""What the QDI market is like while nobody works the order: spread, depth, volume and price by stretch.

Run from the checkout: python -m benchmarks.qdi_market [--seeds 20] [--scenario qdi]
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from execution.market.agent_market import AgentMarket
from execution.market.layout import ParticipantKind
from execution.market.scenario import MarketScenario, load_market
from execution.market.validity import quoted_lots
from execution.orders import Side

SECOND = 10**9
LOOK = 10 * SECOND
NEAR = 10  # ticks
FloatArray = npt.NDArray[np.float64]


def run(scenario: MarketScenario, seed: int, edges_ns: list[int]) -> tuple[FloatArray, bool]:
    """Facts of each stretch, shape (stretch, fact), and whether every maker quoted at every look."""
    market = AgentMarket(scenario, 0, np.random.SeedSequence(seed))
    makers = market.arrays.participants["kind"] == ParticipantKind.MARKET_MAKER
    rows, alive, traded = [], True, 0
    for begin, end in pairwise(edges_ns):
        looks = []
        for ts_ns in range(begin + LOOK, end + 1, LOOK):
            market.run(ts_ns)
            alive &= bool((quoted_lots(market)[makers] > 0).all())
            venue = market.arrays.venues[0]
            bids, asks = (market.faces[0].depth(side, NEAR) for side in (Side.BUY, Side.SELL))
            near = sum(one.volume for one in bids if one.price_ticks > bids[0].price_ticks - NEAR)
            looks.append((venue["last_ask"] - venue["last_bid"], bids[0].volume, near, asks[0].volume))
        volume = int(venue["traded"]) - traded
        traded += volume
        rows.append((*np.mean(looks, axis=0), volume / ((end - begin) / (3600 * SECOND)), venue["last_bid"]))
    return np.array(rows, np.float64), alive


def main() -> None:
    """Print a line for each stretch of the timeline within the order's time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--scenario", default="qdi")
    arguments = parser.parse_args()
    scenario = load_market(arguments.scenario)
    order = scenario.order
    until = order.after_minutes + order.minutes if order else 60.0 * scenario.session.hours
    ends = np.cumsum([one.minutes for one in scenario.timeline])
    edges = [0.0, *(float(end) for end in ends if end < until), until]
    edges_ns = [round(60 * SECOND * edge) for edge in edges]
    found = [run(scenario, seed, edges_ns) for seed in range(arguments.seeds)]
    facts = np.mean([rows for rows, _ in found], axis=0)
    tick = scenario.instruments[0].tick_size
    print(f"{'stretch':<16}{'minutes':>9}{'spread':>8}{'best bid':>10}{'bids near':>11}", end="")
    print(f"{'best ask':>10}{'volume/hour':>13}{'price':>9}")
    for at, (stretch, row) in enumerate(zip(scenario.timeline, facts, strict=False)):
        spread, bid, near, ask, volume, price = row
        span = f"{edges[at]:g}-{edges[at + 1]:g}"
        print(f"{stretch.regime.name:<16}{span:>9}{tick * spread:>8.3f}{bid:>10,.0f}{near:>11,.0f}", end="")
        print(f"{ask:>10,.0f}{volume:>13,.0f}{tick * price:>9.2f}")
    alive = sum(lived for _, lived in found)
    print(f"every maker quoted at every look in {alive} of {len(found)} markets")


if __name__ == "__main__":
    main()
