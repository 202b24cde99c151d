"""The least risk that any hedger of a short call can reach with costs, and what each policy leaves above it.

It prints the optimum beside the reference values, its convergence and time, and the gap of every policy in
basis points of spot. `--help` shows how to set the position, the costs and the risk aversion: the same tool
then answers for your own option.
"""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from hedger.optimum import HedgingProblem, score_bands, solve
from hedger.optimum.classical import leland, practitioner_delta, whalley_wilmott, zakamouline
from hedger.optimum.grid import Resolution
from hedger.optimum.problem import short_call

COSTS = (1e-4, 1e-3, 1e-2)
REFERENCE = {
    (1.0, 1e-4): 0.022677231,
    (1.0, 1e-3): 0.023055959,
    (1.0, 1e-2): 0.023159364,
    (100.0, 1e-4): 0.023713854,
    (100.0, 1e-3): 0.025130088,
    (100.0, 1e-2): 0.034754990,
}
COARSE = Resolution(nodes_per_deviation=2.0, holdings=81, piece_nodes=6)
FINE = Resolution(nodes_per_deviation=5.0, holdings=321, piece_nodes=16)
CLASSICAL = {
    "practitioner delta": practitioner_delta,
    "Leland": leland,
    "Whalley-Wilmott": whalley_wilmott,
    "Zakamouline": zakamouline,
}


def convergence(console: Console) -> None:
    """Optimum of the reference set-up on three grids, its distance to the reference and CPU time."""
    table = Table("aversion", "cost", "reference", "coarse", "default", "fine", "default, s", "fine, s")
    for (aversion, cost), known in REFERENCE.items():
        problem = short_call(proportional_cost=cost, risk_aversion=aversion)
        cells, seconds = [], []
        for resolution in (COARSE, Resolution(), FINE):
            started = process_time()
            cells.append(f"{solve(problem, resolution).risk() - known:+.0e}")
            seconds.append(f"{process_time() - started:.3f}")
        table.add_row(f"{aversion:g}", f"{cost:g}", f"{known:.9f}", *cells, *seconds[1:])
    console.print("Optimum less reference; 20 dates, one core", table)


def gaps(console: Console, problem: HedgingProblem, costs: tuple[float, ...]) -> None:
    """What each policy leaves above the optimum, in basis points of spot."""
    table = Table("policy", *(f"cost {cost:g}" for cost in costs))
    problems = [replace(problem, proportional_cost=cost) for cost in costs]
    least = [solve(own).risk() for own in problems]
    table.add_row("optimum, risk", *(f"{risk:.9f}" for risk in least))
    for name, bands in CLASSICAL.items():
        table.add_row(name, *(_gap(own, bands, risk) for own, risk in zip(problems, least, strict=True)))
    console.print(f"Gap to the optimum, bp of spot; risk aversion {problem.risk_aversion:g}", table)


def _gap(problem: HedgingProblem, bands: object, least: float) -> str:
    risk = score_bands(problem, lambda step, spot: bands(problem, step, spot))  # type: ignore[operator]
    return f"{1e4 * (risk - least) / problem.spot:.3f}"


@click.command()
@click.option("--strike", default=1.0, help="over spot")
@click.option("--put", is_flag=True, help="a put in place of the call")
@click.option("--units", default=-1.0, help="negative is short")
@click.option("--steps", default=20, help="dates to expiry")
@click.option("--volatility", default=0.2, help="per sqrt(year) of 250 dates")
@click.option("--fixed-cost", default=0.0, help="per trade, over spot")
@click.option("--risk-aversion", default=100.0, help="times spot")
@click.option("--cost", "costs", multiple=True, type=float, default=COSTS, help="of the value traded")
def main(
    strike: float,
    put: bool,
    units: float,
    steps: int,
    volatility: float,
    fixed_cost: float,
    risk_aversion: float,
    costs: tuple[float, ...],
) -> None:
    """Print the optimum and what every policy leaves above it."""
    console = Console(width=110)
    solve(short_call(proportional_cost=1e-3, risk_aversion=10.0, steps=2))  # compiles
    convergence(console)
    problem = replace(
        short_call(steps=steps, volatility=volatility, proportional_cost=0.0, risk_aversion=risk_aversion),
        strike=np.array([strike]),
        is_call=np.array([not put]),
        units=np.array([units]),
        fixed_cost=fixed_cost,
    )
    gaps(console, problem, tuple(costs))


if __name__ == "__main__":
    main()
