"""How long a trained agent takes to decide, through Python and with a mask: one market, and many at once.

python -m benchmarks.agent_inference
"""

from __future__ import annotations

import time

import numpy as np
from rich.console import Console
from rich.table import Table

from execution.agents.card import AgentCard
from execution.agents.inference import Layer, Memory, Network, SingleArray
from execution.agents.network_policy import NetworkPolicy

FEATURES, ACTIONS, MARKETS, DECISIONS = 40, 20, 512, 20_000


def policy(*, is_tanh: bool, units: int = 0) -> NetworkPolicy:
    """Two hidden layers of 64 units, and a memory where it has units, with weights at random."""
    generator = np.random.default_rng(0)

    def weights(inputs: int, outputs: int) -> SingleArray:
        drawn: SingleArray = generator.standard_normal((inputs, outputs), np.float32)
        drawn /= np.sqrt(inputs, dtype=np.float32)
        return drawn

    layers = [
        Layer(weights(inputs, outputs), np.zeros(outputs, np.float32))
        for inputs, outputs in ((FEATURES + units, 64), (64, 64), (64, ACTIONS))
    ]
    mean, scale = np.zeros(FEATURES + units, np.float32), np.ones(FEATURES + units, np.float32)
    gates = 4 * units
    memory = Memory(weights(FEATURES, gates), weights(units, gates), np.zeros(gates, np.float32))
    card = AgentCard(
        name="random",
        algorithm="none",
        feature_names=tuple(map(str, range(FEATURES))),
        action_names=tuple(map(str, range(ACTIONS))),
    )
    network = Network.of(layers, mean=mean, scale=scale, is_tanh=is_tanh, memory=memory if units else None)
    return NetworkPolicy(card=card, network=network)


def main() -> None:
    """Print microseconds a decision."""
    table = Table(title=f"{FEATURES} features, 64 x 64 units, {ACTIONS} actions: us a decision")
    for heading in ("units", "one market, median", "99th percentile", f"{MARKETS} markets, CPU each"):
        table.add_column(heading, justify="right")
    generator = np.random.default_rng(1)
    seen = generator.standard_normal((MARKETS, FEATURES)).astype(np.float32)
    mask = np.ones((MARKETS, ACTIONS), np.bool_)
    for name, made in {
        "relu": policy(is_tanh=False),
        "tanh": policy(is_tanh=True),
        "tanh, memory of 32": policy(is_tanh=True, units=32),
    }.items():
        agent, alone = made.begin(MARKETS), made.begin(1)
        agent.act(seen, mask)
        spent = np.empty(DECISIONS)
        for index in range(DECISIONS):
            begin = time.perf_counter_ns()
            alone.act(seen[:1], mask[:1])
            spent[index] = 1e-3 * (time.perf_counter_ns() - begin)
        begin_s = time.process_time()
        for _ in range(50):
            agent.act(seen, mask)
        each = 1e6 * (time.process_time() - begin_s) / 50 / MARKETS
        low, high = np.percentile(spent, [50, 99])
        table.add_row(name, f"{low:.1f}", f"{high:.1f}", f"{each:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
