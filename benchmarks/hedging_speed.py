"""How many 20-date paths a second one core trains on, and where the time goes.

`python benchmarks/hedging_speed.py` prints CPU times of one optimiser's step on 16,384 fresh paths:
simulation, band table, losses, gradients, and the whole step. pfhedge trains on 51 to 74 thousand
paths a second.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from hedger.network.losses import entropic_loss
from hedger.network.position.bands import BandNetwork, losses_along
from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import simulate_batch
from hedger.network.position.recursion import band_gradients, band_losses
from hedger.network.position.reference import Reference
from hedger.optimum.problem import short_call

PATHS, REPEATS = 16384, 60
AVERSION, COST = 100.0, 1e-3


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Best and median CPU seconds."""
    call()
    spent = []
    for _ in range(REPEATS):
        started = process_time()
        call()
        spent.append(process_time() - started)
    return min(spent), median(spent)


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    problem = short_call(proportional_cost=COST, risk_aversion=AVERSION)
    grid = SpotGrid.of(problem, 0.25)
    network = BandNetwork(Reference.of(problem, grid), 32)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    seeds = iter(np.random.SeedSequence(0).spawn(4 * REPEATS))
    batch = simulate_batch(problem, grid, PATHS, next(seeds))
    lower, upper = (edge.detach().numpy() for edge in network())
    trade, weight = np.empty(batch.place.shape, np.int8), np.full(PATHS, 1.0 / PATHS)
    slopes = np.zeros_like(lower), np.zeros_like(upper)

    def step() -> None:
        fresh = simulate_batch(problem, grid, PATHS, next(seeds))
        risk = entropic_loss(losses_along(fresh, *network(), COST), AVERSION)
        optimiser.zero_grad()
        torch.autograd.backward(risk)
        optimiser.step()

    parts: dict[str, Callable[[], object]] = {
        "simulation": lambda: simulate_batch(problem, grid, PATHS, next(seeds)),
        "band table by the network": network,
        "losses": lambda: band_losses(batch.spot, batch.place, lower, upper, COST, trade, batch.owed.copy()),
        "gradients": lambda: band_gradients(batch.spot, batch.place, COST, trade, weight, *slopes),
        "whole step, simulation included": step,
    }
    table = Table("part", "best, ms", "median, ms", "paths a second, best", "median")
    for name, call in parts.items():
        best, middle = timed(call)
        rates = (f"{PATHS / best:,.0f}", f"{PATHS / middle:,.0f}")
        table.add_row(name, f"{1e3 * best:.2f}", f"{1e3 * middle:.2f}", *rates)
    Console(width=120).print(f"{PATHS:,} paths of {problem.steps} dates, one core", table)


if __name__ == "__main__":
    main()
