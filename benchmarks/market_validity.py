"""Whether the simulated markets stay markets: every regime over many seeds and whole sessions.

Run from the checkout: python -m benchmarks.market_validity [--seeds 50] [--hours 6.5] [--markets calm news]
"""

from __future__ import annotations

import argparse

import numpy as np

from execution.market.agent_market import AgentMarket
from execution.market.scenario import load_market
from execution.market.validity import MarketValidity, run_measured

SECOND = 10**9


def report(name: str, found: list[MarketValidity]) -> None:
    """Print one line for each venue of a market, over its seeds."""
    for row in zip(*(one.venues for one in found), strict=True):
        alive = sum(one.makers_quoting for one in row)
        print(
            f"{name:<9}{row[0].venue:<9} makers that quoted throughout {alive} of "
            f"{sum(one.makers for one in row)}; both sides quoted {min(one.quoted_share for one in row):.5%} "
            f"of the time at worst; spread {np.mean([one.spread_ticks for one in row]):.2f} ticks, "
            f"{max(one.widest_ticks for one in row)} at most; {sum(one.met_nobody for one in row)} of "
            f"{sum(one.messages for one in row):,} messages met an empty side; completion "
            f"{min(one.completion for one in row):.3f} at worst"
        )


def main() -> None:
    """Print what became of every market."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--hours", type=float, default=6.5)
    parser.add_argument("--markets", nargs="+", default=["calm", "volatile", "squeeze", "news"])
    arguments = parser.parse_args()
    until_ns = round(arguments.hours * 3600 * SECOND)
    for name in arguments.markets:
        scenario = load_market(name)
        found = []
        for seed in range(arguments.seeds):
            market = AgentMarket(scenario, 0, np.random.SeedSequence(seed))
            found.append(run_measured(market, until_ns, sample_ns=10 * SECOND))
        report(name, found)


if __name__ == "__main__":
    main()
