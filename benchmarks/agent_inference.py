"""How long a trained agent takes to decide, through Python and with a mask: one market, and many at once.

python benchmarks/agent_inference.py
"""

from __future__ import annotations

import time

import numpy as np
from rich.console import Console
from rich.table import Table

from execution.agents.card import AgentCard
from execution.agents.inference import Layer, Network
from execution.agents.network_policy import NetworkPolicy

FEATURES, ACTIONS, MARKETS, DECISIONS = 40, 20, 512, 20_000


def policy(*, is_tanh: bool) -> NetworkPolicy:
    """Two hidden layers of 64 units with weights at random."""
    generator = np.random.default_rng(0)
    layers = [
        Layer(
            (generator.standard_normal((inputs, outputs)) / np.sqrt(inputs)).astype(np.float32),
            np.zeros(outputs, np.float32),
        )
        for inputs, outputs in ((FEATURES, 64), (64, 64), (64, ACTIONS))
    ]
    mean, scale = np.zeros(FEATURES, np.float32), np.ones(FEATURES, np.float32)
    card = AgentCard(
        name="random",
        algorithm="none",
        feature_names=tuple(map(str, range(FEATURES))),
        action_names=tuple(map(str, range(ACTIONS))),
    )
    return NetworkPolicy(card=card, network=Network.of(layers, mean=mean, scale=scale, is_tanh=is_tanh))


def main() -> None:
    """Print microseconds a decision."""
    table = Table(title=f"{FEATURES} features, 64 x 64 units, {ACTIONS} actions: us a decision")
    for heading in ("units", "one market, median", "99th percentile", f"{MARKETS} markets, CPU each"):
        table.add_column(heading, justify="right")
    generator = np.random.default_rng(1)
    seen = generator.standard_normal((MARKETS, FEATURES)).astype(np.float32)
    mask = np.ones((MARKETS, ACTIONS), np.bool_)
    for is_tanh in (False, True):
        agent = policy(is_tanh=is_tanh)
        agent.act(seen, mask)
        spent = np.empty(DECISIONS)
        for index in range(DECISIONS):
            begin = time.perf_counter_ns()
            agent.act(seen[:1], mask[:1])
            spent[index] = 1e-3 * (time.perf_counter_ns() - begin)
        begin_s = time.process_time()
        for _ in range(50):
            agent.act(seen, mask)
        each = 1e6 * (time.process_time() - begin_s) / 50 / MARKETS
        low, high = np.percentile(spent, [50, 99])
        table.add_row("tanh" if is_tanh else "relu", f"{low:.1f}", f"{high:.1f}", f"{each:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
