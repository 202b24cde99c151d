"""The no-transaction-band paper's table, by our training in its setting, beside the exact optimum.

Imaki, Imajo, Ito, Minami and Nakagawa (2021), No-Transaction Band Network, arXiv:2103.01775: one European
call struck at 1 or one lookback call struck at 1.03 sold at spot 1, volatility 0.2, entropic risk at
aversion 1. Their simulator's '30 days' are 28 moves with the variance of 28 days and the log drift of 30, so
that spot falls by 1.1 bp and hedging late pays a little; `--martingale` leaves that out. Prices are of fresh
paths with a standard error; the European's optimum is exact. The lookback's state is the distance from spot
up to the running maximum or the strike, which fits the same kernels and the same network.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt

import click
import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.table import Table
from scipy.special import ndtr

from hedger.network.losses import entropic_loss
from hedger.network.position.bands import BandNetwork, losses_along
from hedger.network.position.fit import Training, descend
from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import PathBatch, simulate_batch
from hedger.network.position.reference import Reference
from hedger.network.risk import EntropicRisk, Estimate, indifference_price
from hedger.optimum.band_formulas import whalley_wilmott_half_width
from hedger.optimum.problem import short_call
from pricing.paths.gbm import gbm_paths
from tests.twins.hedging_recursion import DenseProblem, optimum

FloatArray = npt.NDArray[np.float64]

STEPS, DAYS, VOLATILITY, DATES_PER_YEAR = 28, 30, 0.2, 365.0
DEVIATION = VOLATILITY / sqrt(DATES_PER_YEAR)
PAPER_DRIFT = -0.5 * DEVIATION**2 * (DAYS / STEPS - 1.0)
LOOKBACK_STRIKE = 1.03
COSTS = (0.0, 1e-4, 1e-3, 3e-3, 1e-2)
# (published network, published feed-forward network); the paper's standard error where it states one.
EUROPEAN = {0.0: ("0.022101(4)", ""), 1e-3: ("0.0225441", "0.0227712")}
LOOKBACK = {1e-3: ("0.0182927", "0.0188190")}
NODES, FARTHEST = 161, 8.0  # of the lookback's distance, in deviations of one date's return times sqrt(dates)
DISCRETE_SHIFT = 0.5826  # of a maximum seen at dates only (Broadie, Glasserman and Kou 1999)
MEASURE = EntropicRisk(aversion=1.0)


def european(cost: float, drift: float, training: Training, batches: int) -> tuple[Estimate, float]:
    """Price by simulation of a network trained for the call, and the exact optimum."""
    problem = short_call(
        steps=STEPS,
        volatility=VOLATILITY,
        dates_per_year=DATES_PER_YEAR,
        proportional_cost=cost,
        risk_aversion=MEASURE.aversion,
    )
    grid = SpotGrid.of(problem, training.spacing)

    def paths(count: int, seed: np.random.SeedSequence) -> PathBatch:
        return simulate_batch(problem, grid, count, seed, drift=drift)

    found = trained_price(Reference.of(problem, grid), paths, cost, training, batches)
    dense = DenseProblem(
        payoff=lambda spot: np.maximum(spot - 1.0, 0.0),
        steps=STEPS,
        step_variance=problem.step_variance,
        cost=cost,
        risk_aversion=MEASURE.aversion,
        nodes_per_deviation=8,
        drift=drift,
    )
    return found, optimum(dense)


def priced(batches: list[FloatArray]) -> Estimate:
    """Indifference price, the mirrored halves of every batch put beside each other."""
    halves = [batch.reshape(2, -1) for batch in batches]
    return indifference_price(MEASURE, np.concatenate(halves, axis=1).ravel(), antithetic=True)


def lookback_scale() -> FloatArray:
    """Nodes per unit of distance at each date, shape (step,)."""
    left = np.sqrt(STEPS - np.arange(STEPS))
    scale: FloatArray = (NODES - 1) / (FARTHEST * DEVIATION * left)
    return scale


def lookback_batch(paths: int, seed: np.random.SeedSequence, drift: float) -> PathBatch:
    """Paths placed by their distance log(max(running maximum, strike) / spot)."""
    prices = gbm_paths(
        spot=1.0,
        rate=drift,
        volatility=DEVIATION,
        step_years=1.0,
        steps=STEPS,
        paths=paths,
        seed=seed,
        antithetic=True,
    )
    spot = np.ascontiguousarray(prices.T)
    highest = np.maximum(np.maximum.accumulate(spot, axis=0), LOOKBACK_STRIKE)
    distance = np.log(highest[:-1] / spot[:-1])
    place = np.minimum(distance * lookback_scale()[:, None], NODES - 1 - 1e-9)
    return PathBatch(spot=spot, place=place, owed=highest[-1] - LOOKBACK_STRIKE)


def lookback_reference(cost: float) -> Reference:
    """Delta of the driftless maximum by reflection, with Whalley and Wilmott's half width."""
    left = (STEPS - np.arange(STEPS))[:, None].astype(np.float64)
    distance = np.arange(NODES)[None, :] / lookback_scale()[:, None]
    ahead = DEVIATION * np.sqrt(left)
    quantile = (distance + DISCRETE_SHIFT * DEVIATION) / ahead
    midpoint = 2.0 * ndtr(-quantile)
    gamma = 2.0 * np.exp(-0.5 * quantile**2) / (sqrt(2.0 * pi) * ahead)
    half_width = whalley_wilmott_half_width(
        gamma=gamma, spot=np.ones_like(gamma), proportional_cost=cost, risk_aversion=MEASURE.aversion
    )
    features = np.stack(
        [quantile - 1.0, np.tanh(quantile), np.broadcast_to(np.sqrt(left / STEPS) * 2.0 - 1.0, gamma.shape)],
        axis=-1,
    )
    unit = half_width + 0.25 * gamma * DEVIATION
    return Reference(
        midpoint=midpoint,
        half_width=half_width,
        unit=unit,
        value=np.zeros_like(gamma),
        gamma=gamma,
        features=features,
    )


def lookback(cost: float, drift: float, training: Training, batches: int) -> Estimate:
    """Price by simulation of a network trained for the lookback."""

    def paths(count: int, seed: np.random.SeedSequence) -> PathBatch:
        return lookback_batch(count, seed, drift)

    return trained_price(lookback_reference(cost), paths, cost, training, batches)


def trained_price(
    reference: Reference,
    paths: Callable[[int, np.random.SeedSequence], PathBatch],
    cost: float,
    training: Training,
    batches: int,
) -> Estimate:
    """Train a network of bands on simulated paths and price by fresh ones."""
    torch.manual_seed(training.seed)
    network = BandNetwork(reference, training.hidden)
    seeds = np.random.SeedSequence(training.seed).spawn(training.steps)

    def batch_risk(step: int) -> torch.Tensor:
        batch = paths(training.paths_per_step, seeds[step])
        return entropic_loss(losses_along(batch, *network(), cost), MEASURE.aversion)

    descend(network, batch_risk, training, 10.0)
    fresh = np.random.SeedSequence(20210302).spawn(batches)
    with torch.no_grad():
        lower, upper = network()
        return priced([losses_along(paths(1 << 18, seed), lower, upper, cost).numpy() for seed in fresh])


@click.command()
@click.option("--steps", default=400, show_default=True, help="Steps of each training.")
@click.option(
    "--batches", default=16, show_default=True, help="Of 262,144 paths that prices are measured on."
)
@click.option("--martingale", is_flag=True, help="Without the drift of the paper's simulator.")
def main(steps: int, batches: int, martingale: bool) -> None:
    """Print both tables."""
    torch.set_num_threads(1)
    console = Console(width=120)
    training, drift = Training(steps=steps), 0.0 if martingale else PAPER_DRIFT
    table = Table("cost", "ours", "standard error", "optimum", "published network", "feed-forward")
    for cost in COSTS:
        found, best = european(cost, drift, training, batches)
        numbers = (f"{found.value:.7f}", f"{found.standard_error:.7f}", f"{best:.7f}")
        table.add_row(f"{cost:g}", *numbers, *EUROPEAN.get(cost, ("", "")))
    console.print("European call", table)
    table = Table("cost", "ours", "standard error", "published network", "feed-forward")
    for cost in COSTS:
        found = lookback(cost, drift, training, batches)
        numbers = (f"{found.value:.7f}", f"{found.standard_error:.7f}")
        table.add_row(f"{cost:g}", *numbers, *LOOKBACK.get(cost, ("", "")))
    console.print("Lookback call struck at 1.03", table)


if __name__ == "__main__":
    main()
