"""How fast agents learn and are judged (result 5): decisions a second with the shipped agent in the loop.

`python -m benchmarks.execution_speed [--markets 64] [--steps 120]`: calm markets, a decision every five
seconds, on one core. What the agent's own decision takes: `python benchmarks/agent_inference.py`.
"""

from __future__ import annotations

import argparse
import time

import numba
import numpy as np

from execution.agents.episodes import Episodes
from execution.agents.shipped_task import shipped_source, shipped_task
from execution.agents.study_workers import AGENTS, agent_file
from execution.agents.training import load_agent


def measure(name: str, markets: int, steps: int) -> None:
    """Print an agent's decisions a second, and where the time goes."""
    path = agent_file(name)
    if path is None:
        raise SystemExit(f"no agent '{name}' is shipped")
    policy, episodes = load_agent(path), _episodes(markets)
    acting = 0.0
    messages, begin = _messages(episodes), time.process_time()
    for _ in range(steps):
        observation, mask = episodes.desk.observation(), episodes.mask()
        start = time.process_time()
        chosen = policy.act(observation, mask)
        acting += time.process_time() - start
        episodes.step(chosen)
    spent = time.process_time() - begin
    sent = _messages(episodes) - messages
    print(
        f"{name}: {steps * markets / spent:,.0f} decisions a second of CPU, {sent / spent / 1e6:.2f}M "
        f"messages; the agent {acting / spent:.1%} of the time"
    )


def _episodes(markets: int) -> Episodes:
    episodes = Episodes(
        shipped_source(("calm",)), shipped_task(), count=markets, seed=np.random.SeedSequence(5), orders=1000
    )
    episodes.step(np.zeros(markets, np.int64))
    return episodes


def _messages(episodes: Episodes) -> int:
    markets = episodes.desk.markets.markets  # type: ignore[attr-defined]
    return sum(int(market.arrays.clock["messages"][0]) for market in markets)


def main() -> None:
    """Measure every shipped agent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=64)
    parser.add_argument("--steps", type=int, default=120)
    options = parser.parse_args()
    numba.set_num_threads(1)
    for name in AGENTS:
        measure(name, options.markets, options.steps)


if __name__ == "__main__":
    main()
