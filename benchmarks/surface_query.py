"""How long a million questions to a surface take: total variance with slope and curvature, no order.

The surfaces are fitted to one real S&P 500 chain; beside them scipy's bivariate cubic spline on a table
of the same smiles, which has no arbitrage-free wings. Seconds of CPU, best and median of ten.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.interpolate import RectBivariateSpline

from pricing.parity import imply_curves
from pricing.quotes import read_chain
from pricing.surface.fit import SurfaceModel, fit_surface
from pricing.surface.surface import VolSurface

CHAIN = Path(__file__).resolve().parents[2] / "shared/data/options/spx_chain_20190425_20190607.parquet"
DAY = date(2019, 5, 14)
# Heston's and Bates's integrals take seconds for what these take milliseconds.
MODELS = (SurfaceModel.SMOOTH, SurfaceModel.SVI, SurfaceModel.ESSVI)
POINTS, REPEATS = 1_000_000, 10
TABLE_MONEYNESS = np.linspace(-1.5, 1.0, 300)


def scattered_points(last_years: float) -> tuple[np.ndarray, np.ndarray]:
    """Log-moneyness and expiry of the questions, in no order."""
    rng = np.random.default_rng(20190514)
    years = rng.uniform(0.001, 1.1 * last_years, POINTS)
    return 0.3 * rng.standard_normal(POINTS) * np.sqrt(years), years


def seconds(question: Callable[[], object]) -> tuple[float, float]:
    """Best and median CPU seconds, compilation excluded."""
    question()
    taken = []
    for _ in range(REPEATS):
        started = time.process_time()
        question()
        taken.append(time.process_time() - started)
    return min(taken), float(np.median(taken))


def bivariate(surface: VolSurface, years: np.ndarray) -> RectBivariateSpline:
    """A table of the surface under a bivariate cubic spline."""
    return RectBivariateSpline(
        years, TABLE_MONEYNESS, surface.total_variance(TABLE_MONEYNESS, years[:, None])
    )


def main() -> None:
    """Print the table."""
    quotes = read_chain(CHAIN, underlying="SPX", as_of=DAY)
    discount, forward, _ = imply_curves(quotes)
    expiries = np.unique(quotes.expiry_years)
    k, years = scattered_points(float(expiries[-1]))
    table = Table("surface", "best s", "median s", "over smooth")
    base = 0.0
    for model in MODELS:
        surface = fit_surface(quotes, discount, forward, model=model).surface
        best, median = seconds(lambda surface=surface: surface.derivatives(k, years))
        base = base or best
        table.add_row(model.value, f"{best:.4f}", f"{median:.4f}", f"{best / base:.1f}")
        if model is SurfaceModel.SMOOTH:
            spline = bivariate(surface, expiries)
    best, median = seconds(lambda: [spline.ev(years, k, dy=order) for order in range(3)])
    table.add_row("scipy bivariate spline", f"{best:.4f}", f"{median:.4f}", f"{best / base:.1f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
