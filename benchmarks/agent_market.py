"""Measure the agent market: messages a second on one core, with how many participants of each kind.

Run from the checkout: python -m benchmarks.agent_market [--seconds 1200] [--repeats 5]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from execution.market.agent_market import AgentMarket
from execution.market.layout import ParticipantKind
from execution.market.participant_terms import ParticipantTerms
from execution.market.scenario import MarketScenario, load_market

SECOND = 10**9
RATES = ("wake_rate", "limit_rate", "market_rate", "cancel_rate", "volume_share")


def busier(scenario: MarketScenario, times: float) -> MarketScenario:
    """Everybody acts so many times as often: a day of an index future rather than of a stock."""

    def hurried(terms: ParticipantTerms) -> ParticipantTerms:
        numbers = {name: value * times if name in RATES else value for name, value in terms.numbers.items()}
        return replace(terms, numbers=numbers)

    return replace(scenario, participants=tuple(hurried(terms) for terms in scenario.participants))


def mostly_crowd(scenario: MarketScenario) -> MarketScenario:
    """No participant but the noise traders."""
    crowds = tuple(one for one in scenario.participants if one.kind is ParticipantKind.NOISE)
    return replace(scenario, participants=crowds)


def measure(name: str, scenario: MarketScenario, seconds: int, repeats: int) -> None:
    """Print CPU nanoseconds a message, best and median of several stretches of one market."""
    market = AgentMarket(scenario, 0, np.random.SeedSequence(1))
    costs = []
    for stretch in range(repeats):
        before = int(market.arrays.clock["messages"][0])
        begin = time.process_time()
        market.run((stretch + 1) * seconds * SECOND)
        cpu = time.process_time() - begin
        costs.append(cpu / (int(market.arrays.clock["messages"][0]) - before))
    kinds = Counter(ParticipantKind(int(kind)).name.lower() for kind in market.arrays.participants["kind"])
    people = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    rate = int(market.arrays.clock["messages"][0]) / (repeats * seconds)
    print(
        f"{name:<34} {1e-6 / min(costs):5.2f}M messages/s at best, {1e-6 / np.median(costs):5.2f}M median; "
        f"{rate:,.0f} messages a simulated second\n    {people}"
    )


def first_use(make: Callable[[], AgentMarket]) -> None:
    """Print what the first market of a process costs: the compilation where nothing is cached."""
    begin = time.process_time()
    make()
    print(f"first market of this process: {time.process_time() - begin:.1f} s of CPU")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1200)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    calm = load_market("calm")
    first_use(lambda: AgentMarket(calm, 0, np.random.SeedSequence(1)))
    measure("calm", calm, arguments.seconds, arguments.repeats)
    measure("calm, ten times as busy", busier(calm, 10.0), arguments.seconds // 10, arguments.repeats)
    measure("noise traders alone", mostly_crowd(calm), arguments.seconds, arguments.repeats)
    measure("news", load_market("news"), arguments.seconds, arguments.repeats)
    measure("two venues, arbitrageurs", load_market("venues"), arguments.seconds, arguments.repeats)
    measure("two instruments", load_market("pair"), arguments.seconds, arguments.repeats)
    measure("stock and option", load_market("options"), arguments.seconds, arguments.repeats)


if __name__ == "__main__":
    main()
