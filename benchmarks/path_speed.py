"""Paths simulated a second on one core: ours beside torch's and numpy's random numbers, in the same run.

`python benchmarks/path_speed.py [thousands of paths]`: 20 daily steps, CPU seconds (time.process_time), best
and median of seven, compilation excluded. torch's and numpy's lines do the least that a simulation must: draw
normals, sum, exponentiate; torch's and numpy's Heston is full-truncation Euler, which is cheaper than the
quadratic-exponential scheme and biased. torch works in float32 (its default) and float64, ours in float64.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from hedger.network.markets.garch import GarchMarket
from hedger.network.markets.heston import HestonMarket
from hedger.network.markets.history import HistoryMarket
from hedger.network.markets.paths import HedgingMarket
from pricing.paths.gbm import gbm_paths
from pricing.paths.heston import heston_paths

STEPS, REPEATS, STEP_YEARS = 20, 7, 1 / 250
SEED = np.random.SeedSequence(1)
KAPPA, THETA, SIGMA, RHO = 5.0, 0.04, 0.6, -0.7


def seconds(simulate: Callable[[], object]) -> tuple[float, float]:
    """Best and median CPU seconds."""
    simulate()
    taken = []
    for _ in range(REPEATS):
        started = time.process_time()
        simulate()
        taken.append(time.process_time() - started)
    return min(taken), float(np.median(taken))


def torch_gbm(paths: int, dtype: torch.dtype) -> torch.Tensor:
    """Prices of shape (path, step + 1)."""
    z = torch.randn(paths, STEPS, dtype=dtype)
    logs = (0.2 * STEP_YEARS**0.5 * z - 0.02 * STEP_YEARS).cumsum(dim=1)
    return torch.nn.functional.pad(logs, (1, 0)).exp()


def numpy_gbm(paths: int) -> np.ndarray:
    """Prices of shape (path, step + 1)."""
    z = np.random.default_rng(1).standard_normal((paths, STEPS))
    logs = np.cumsum(0.2 * STEP_YEARS**0.5 * z - 0.02 * STEP_YEARS, axis=1)
    return np.exp(np.pad(logs, ((0, 0), (1, 0))))


def torch_heston(paths: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Prices and variances by full-truncation Euler."""
    z = torch.randn(2, STEPS, paths, dtype=dtype)
    logs, variances = (
        torch.zeros(STEPS + 1, paths, dtype=dtype),
        torch.full((STEPS + 1, paths), THETA, dtype=dtype),
    )
    for step in range(STEPS):
        v = variances[step].clamp(min=0.0)
        root = (v * STEP_YEARS).sqrt()
        mixed = RHO * z[0, step] + (1 - RHO**2) ** 0.5 * z[1, step]
        logs[step + 1] = logs[step] - 0.5 * v * STEP_YEARS + root * mixed
        variances[step + 1] = variances[step] + KAPPA * (THETA - v) * STEP_YEARS + SIGMA * root * z[0, step]
    return logs.exp().T, variances.T


def rows(paths: int) -> list[tuple[str, str, Callable[[], object]]]:
    """Process, whose, and the simulation; the first of a process is what the others are compared to."""
    gbm_out = np.empty((paths, STEPS + 1))
    heston_out = np.empty((paths, STEPS + 1)), np.empty((paths, STEPS + 1))

    def gbm(*, antithetic: bool = False) -> object:
        return gbm_paths(
            spot=1.0, volatility=0.2, step_years=STEP_YEARS, steps=STEPS, paths=paths, seed=SEED,
            antithetic=antithetic, out=gbm_out,
        )  # fmt: skip

    def heston() -> object:
        return heston_paths(
            spot=1.0, initial_variance=THETA, mean_reversion=KAPPA, long_run_variance=THETA,
            volatility_of_variance=SIGMA, correlation=RHO, step_years=STEP_YEARS, steps=STEPS, paths=paths,
            seed=SEED, out=heston_out,
        )  # fmt: skip

    return [
        ("GBM", "ours, float64", gbm),
        ("GBM", "ours, antithetic", lambda: gbm(antithetic=True)),
        ("GBM", "torch float32", lambda: torch_gbm(paths, torch.float32)),
        ("GBM", "torch float64", lambda: torch_gbm(paths, torch.float64)),
        ("GBM", "numpy", lambda: numpy_gbm(paths)),
        ("Heston", "ours, QE, float64", heston),
        ("Heston", "torch float32, Euler", lambda: torch_heston(paths, torch.float32)),
        ("Heston", "torch float64, Euler", lambda: torch_heston(paths, torch.float64)),
    ]


def market_rows() -> list[tuple[str, HedgingMarket]]:
    """Whole markets: spot, forecasts and surface states."""
    until = date(2016, 12, 30)
    return [
        ("GARCH with surface", GarchMarket.estimated(until=until)),
        ("history in blocks", HistoryMarket.estimated(until=until)),
        ("Heston with smile", HestonMarket.of()),
    ]


def main() -> None:
    """Print both tables."""
    torch.set_num_threads(1)
    paths = 1_000 * int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    table = Table("process", "whose", "M paths/s best", "median", "ours is faster by")
    ours: dict[str, float] = {}
    for process, whose, simulate in rows(paths):
        best, median = seconds(simulate)
        fastest = ours.setdefault(process, median)
        table.add_row(
            process,
            whose,
            f"{paths / best / 1e6:.2f}",
            f"{paths / median / 1e6:.2f}",
            f"{median / fastest:.1f}",
        )
    console = Console(width=100)
    console.print(table)
    table = Table("market, 20,000 paths of 60 days", "best s", "median s")
    for name, market in market_rows():
        best, median = seconds(lambda market=market: market.simulate(20_000, 60, SEED))
        table.add_row(name, f"{best:.3f}", f"{median:.3f}")
    console.print(table)


if __name__ == "__main__":
    main()
