"""Heston, Bates and rough Heston against QuantLib: accuracy, speed and calibration on real chains.

`heston.py` prints CPU seconds of one core for a chain of 35 expiries x 130 strikes and the largest difference
to QuantLib, whose adaptive quadrature is asked for 1e-12; how the error of the rough model falls with its
steps; and, for a few days of the shared chains, our calibration beside QuantLib's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from pricing.engines.heston import quantlib_calibrated, quantlib_model_prices
from pricing.fourier.model import AffineModel, BatesModel, HestonModel
from pricing.fourier.prices import model_greeks, normalised_prices
from pricing.fourier.rough_heston import RoughHestonModel, rough_heston_prices
from pricing.parity import imply_curves
from pricing.quotes import read_chain
from pricing.surface.heston_fit import calibration_problem, fit_bates, fit_heston
from pricing.surface.smile import market_smiles

CHAINS = Path(__file__).resolve().parents[2] / "shared" / "data" / "options"
DAYS = (
    ("spx_chain_20180102_20180228.parquet", date(2018, 1, 16)),
    ("spx_chain_20180102_20180228.parquet", date(2018, 2, 5)),
    ("spx_chain_20190425_20190607.parquet", date(2019, 5, 14)),
)
HESTON = HestonModel(
    initial_variance=0.04,
    mean_reversion=2.5,
    long_run_variance=0.06,
    volatility_of_variance=0.75,
    correlation=-0.6,
)
BATES = BatesModel(diffusion=HESTON, jump_intensity=0.5, jump_mean=-0.1, jump_deviation=0.15)
YEARS = np.repeat(np.geomspace(1 / 365, 3.0, 35), 130)
STRIKE = 100.0 * np.exp(np.tile(np.linspace(-5.0, 3.0, 130), 35) * np.sqrt(0.05 * YEARS))
REPEATS = 7


def cpu_seconds(function: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """Best and median process time."""
    function()
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        function()
        taken.append(time.process_time() - started)
    return min(taken), float(np.median(taken))


def chain_table() -> Table:
    """Prices, delta and gamma of a chain against QuantLib's prices."""
    table = Table(
        "chain of 4,550 options", "CPU s best", "median", "QuantLib s", "ratio", "largest difference / F"
    )
    calls = STRIKE >= 100.0
    models: tuple[tuple[str, AffineModel], ...] = (("Heston", HESTON), ("Bates", BATES))
    for name, model in models:
        best, median = cpu_seconds(lambda m=model: model_greeks(m, 100.0, 100.0, STRIKE, YEARS, 1.0, calls))
        ours = model_greeks(model, 100.0, 100.0, STRIKE, YEARS, 1.0, calls).value
        started = time.process_time()
        theirs = quantlib_model_prices(model, 100.0, STRIKE, YEARS, 1.0, calls)
        taken = time.process_time() - started
        gap = np.abs(ours - theirs).max() / 100.0
        table.add_row(
            f"{name}, price, delta, gamma",
            f"{best:.4f}",
            f"{median:.4f}",
            f"{taken:.2f}",
            f"{taken / median:.0f}",
            f"{gap:.1e}",
        )
        k = np.log(STRIKE / 100.0)
        best, median = cpu_seconds(lambda m=model, k=k: normalised_prices(m, k, YEARS, with_gradient=True))
        table.add_row(f"{name}, with the gradient by its numbers", f"{best:.4f}", f"{median:.4f}", "", "", "")
    return table


def rough_table() -> Table:
    """Largest error of five prices at one year by steps, against 3,200 steps."""
    table = Table("rough Heston, H 0.1, steps", "CPU s", "largest error / F", "order")
    k, model = np.array([-0.3, -0.1, 0.0, 0.1, 0.3]), RoughHestonModel(heston=HESTON, hurst=0.1)
    exact = rough_heston_prices(model, k, 1.0, k >= 0.0, steps=3_200)
    before = np.nan
    for steps in (100, 200, 400, 800):
        started = time.process_time()
        error = np.abs(rough_heston_prices(model, k, 1.0, k >= 0.0, steps=steps) - exact).max()
        taken = time.process_time() - started
        table.add_row(str(steps), f"{taken:.3f}", f"{error:.1e}", f"{np.log2(before / error):.2f}")
        before = error
    return table


def calibration_table() -> Table:
    """Cost (half the squared errors in half bands), share inside bid-ask and CPU, ours and QuantLib's."""
    table = Table("day", "quotes", "model", "cost", "inside", "CPU s", "Feller")
    for file, day in DAYS:
        quotes = read_chain(CHAINS / file, underlying="SPX", as_of=day)
        smiles = market_smiles(quotes, *imply_curves(quotes)[:2])
        problem = calibration_problem(smiles)
        fits: tuple[tuple[str, Callable[[], AffineModel]], ...] = (
            ("Heston, least squares", lambda s=smiles: fit_heston(s, loss="linear").model),
            ("Heston by QuantLib", lambda p=problem: quantlib_calibrated(p, HESTON)),
            ("Heston, default loss", lambda s=smiles: fit_heston(s).model),
            ("Bates, default loss", lambda s=smiles: fit_bates(s).model),
        )
        for name, fit in fits:
            started = time.process_time()
            model = fit()
            taken = time.process_time() - started
            table.add_row(
                str(day),
                f"{problem.middle.size:,}",
                name,
                f"{problem.cost(model):,.1f}",
                f"{problem.inside_share(model):.1%}",
                f"{taken:.2f}",
                str(model.satisfies_feller),
            )
    return table


def main() -> None:
    """Print the tables."""
    console = Console(width=130)
    for table in (chain_table, rough_table, calibration_table):
        console.print(table())


if __name__ == "__main__":
    main()
