"""Exact spread options with every Greek beside QuantLib's engines: CPU of one core, and errors.

`spreads.py [ROWS]`: 200,000 rows by default. Times are the best and the median of seven runs of
time.process_time; errors are against the dense quadrature of tests/twins, on the first 300 rows. Compile time
is left out and printed once.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from pricing.engines.spread import SpreadMethod, quantlib_spread
from pricing.spreads.approximations import bjerksund_stensland_price, kirk_price
from pricing.spreads.spread_option import spread_option
from pricing.spreads.two_assets import TwoAssets
from tests.pricing.spreads.assets import random_assets
from tests.twins.spread import undiscounted_call

_THEIRS = 1_000
_CHECKED = 300
_RUNS = 7


def strikes_of(rows: int) -> np.ndarray:
    """Strikes of both signs about the forward spread."""
    return np.random.default_rng(2).normal(15.0, 30.0, rows)


def timed(work: Callable[[], object], runs: int = _RUNS) -> tuple[float, float]:
    """Best and median CPU seconds."""
    seconds = []
    for _ in range(runs):
        start = process_time()
        work()
        seconds.append(process_time() - start)
    return min(seconds), statistics.median(seconds)


def exact(assets: TwoAssets, strikes: np.ndarray) -> np.ndarray:
    """Dense quadrature of the first rows."""
    columns, _ = assets.broadcast()
    inputs = (
        columns.first_forward,
        columns.second_forward,
        strikes,
        columns.first_deviation,
        columns.second_deviation,
        columns.correlation,
    )
    rows = zip(*(column[:_CHECKED].tolist() for column in inputs), strict=True)
    return columns.discount[:_CHECKED] * np.array([undiscounted_call(*row) for row in rows])


def main(rows: int) -> None:
    """Print one table."""
    start = process_time()
    spread_option(random_assets(10, seed=1), 1.0, True)
    compiled = process_time() - start
    table = Table(
        "engine",
        "rows",
        "a second, best",
        "a second, median",
        "worst error",
        title="Spread options, one core",
    )
    assets, strikes = random_assets(rows, seed=1), strikes_of(rows)
    few, few_strikes = random_assets(_THEIRS, seed=1), np.abs(strikes_of(_THEIRS))
    truth, few_truth = exact(assets, strikes), exact(few, few_strikes)

    def add(
        name: str, count: int, work: Callable[[], np.ndarray], expected: np.ndarray, runs: int = _RUNS
    ) -> float:
        best, median = timed(work, runs)
        error = np.nanmax(np.abs(work()[:_CHECKED] - expected))
        table.add_row(name, f"{count:,}", f"{count / best:,.0f}", f"{count / median:,.0f}", f"{error:.1e}")
        return count / best

    ours = add("ours, value and ten Greeks", rows, lambda: spread_option(assets, strikes, True).value, truth)
    add("ours, Kirk", rows, lambda: kirk_price(assets, np.abs(strikes), True), exact(assets, np.abs(strikes)))
    add(
        "ours, Bjerksund-Stensland",
        rows,
        lambda: bjerksund_stensland_price(assets, np.abs(strikes), True),
        exact(assets, np.abs(strikes)),
    )
    for method in SpreadMethod:
        theirs = add(
            f"QuantLib, {method.value}, value",
            _THEIRS,
            lambda method=method: quantlib_spread(few, few_strikes, True, method=method),
            few_truth,
            3,
        )
        if method is SpreadMethod.PEARSON:
            ratio = ours / theirs
    console = Console(width=120)
    console.print(table)
    console.print(
        f"ours over QuantLib's exact integral (Pearson): {ratio:,.0f}; compiling took {compiled:.1f} s of CPU"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
