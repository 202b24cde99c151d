"""What fitting, updating and simulating the GARCH family costs, against arch; how often the intervals hold.

`python benchmarks/garch_fit.py` prints CPU time of one core: the median of a cold fit and of a rolling refit
by model, arch's fit of the same windows and the worst difference of the two likelihoods; 500 rolling refits;
an update; and the share of realised volatilities inside of the 90% interval with and without the sampling
error of the parameters. About a minute and a half.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from itertools import product
from statistics import median
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from pricing.coverage_tests import proportion_of_failures
from pricing.embedded import embedded_history
from pricing.forecast import FloatArray
from pricing.volatility.family import GarchFamily
from pricing.volatility.fit import Engine, Fit, fit
from pricing.volatility.fitted import FittedLaw
from pricing.volatility.specification import Innovation, Recursion, Specification
from pricing.volatility.uncertainty import UncertainGarch
from pricing.volatility_model import DayMove

WINDOW = 2_000
SP500 = embedded_history("SPX")
RETURNS = 100 * SP500.log_returns()
HORIZONS = (5, 20, 60, 250)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = process_time()
    work()
    return process_time() - start


def compiling(console: Console) -> None:
    """The first forecast of a process; compiles where numba has no cache."""
    took = seconds(
        lambda: GarchFamily().fitted(SP500).simulated_sums(20, paths=10, rng=np.random.default_rng(1))
    )
    console.print(f"first fit and simulation of this process: {took:.2f} s")


def fits(console: Console, windows: int) -> None:
    """Ours against arch's by model, on windows spread over the S&P 500."""
    table = Table(title=f"ms a fit of {WINDOW:,} returns, median of {windows} windows")
    for column in ("model", "ours cold", "ours refit", "arch", "arch / refit", "worst", "mean"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for recursion, innovation in product(Recursion, Innovation):
        specification = Specification(recursion=recursion, innovation=innovation)
        table.add_row(specification.name.removesuffix(", zero mean"), *_compared(specification, windows))
    table.caption = (
        "worst, mean: our maximal log-likelihood less arch's; refits start at the window 20 days ago"
    )
    console.print(table)


def _compared(specification: Specification, windows: int) -> list[str]:
    times: list[list[float]] = []
    gain: list[float] = []
    for end in np.linspace(WINDOW + 20, len(RETURNS), windows).astype(int):
        window = RETURNS[end - WINDOW : end]
        before = fit(specification, RETURNS[end - WINDOW - 20 : end - 20])
        found, took = zip(
            _timed(specification, window),
            _timed(specification, window, warm=before),
            _timed(specification, window, engine=Engine.ARCH),
            strict=True,
        )
        times.append(list(took))
        gain += [ours.log_likelihood - found[2].log_likelihood for ours in found[:2]]
    cold, refit, arch = (median(each) for each in zip(*times, strict=True))
    return [
        *(f"{1e3 * each:.2f}" for each in (cold, refit, arch)),
        f"{arch / refit:.1f}",
        f"{min(gain):+.1e}",
        f"{np.mean(gain):+.1e}",
    ]


def _timed(
    specification: Specification,
    window: FloatArray,
    *,
    warm: Fit | None = None,
    engine: Engine = Engine.COMPILED,
) -> tuple[Fit, float]:
    start = process_time()
    found = fit(specification, window, warm=warm, engine=engine)
    return found, process_time() - start


def rolling(console: Console) -> None:
    """500 refits of the default model, each from the last, and each window's arch likelihood."""
    ends = np.linspace(WINDOW, len(RETURNS), 500).astype(int)

    def refits() -> list[Fit]:
        found: list[Fit] = []
        for end in ends:
            found.append(fit(Specification(), RETURNS[end - WINDOW : end], warm=found[-1] if found else None))
        return found

    best = min(seconds(refits) for _ in range(3))
    ours = refits()
    start = process_time()
    theirs = [fit(Specification(), RETURNS[end - WINDOW : end], engine=Engine.ARCH) for end in ends]
    took = process_time() - start
    worst = min(our.log_likelihood - their.log_likelihood for our, their in zip(ours, theirs, strict=True))
    console.print(
        f"500 rolling refits, GJR-GARCH-t, {WINDOW:,} returns: {best:.2f} s, arch {took:.2f} s, "
        f"ratio {took / best:.1f}; worst log-likelihood less arch's {worst:+.1e}; "
        f"{sum(our.engine is Engine.COMPILED for our in ours)} of 500 converged without arch"
    )


def updates(console: Console) -> None:
    """A new return without a refit."""
    fitted = GarchFamily().fitted(SP500)
    assert isinstance(fitted, FittedLaw)
    moves = [DayMove(log_return=move / 100) for move in RETURNS[-1_000:]]

    def all_moves() -> None:
        state = fitted
        for move in moves:
            state = state.updated(move)

    def all_variances() -> None:
        variance = fitted.next_variance
        for move in moves:
            variance = fitted.law.following(variance, move.log_return)

    whole, bare = (
        1e6 * min(seconds(work) for _ in range(20)) / len(moves) for work in (all_moves, all_variances)
    )
    console.print(
        f"update with a new return: {whole:.2f} microseconds, of which {bare:.2f} are the recursion"
    )


def coverage(console: Console, symbol: str) -> None:
    """Share of realised volatilities inside of the 90% interval on dates every 20 days."""
    history = embedded_history(symbol)
    squares = history.log_returns() ** 2
    ends = range(WINDOW, len(squares) - HORIZONS[-1], 20)
    table = Table(title=f"{symbol}: realised volatility inside of the 90% interval, {len(ends)} dates")
    for column in ("model", *(f"{horizon} days" for horizon in HORIZONS)):
        table.add_column(column)
    family = GarchFamily(reverting_to_sample=True)
    for name, model in (
        ("likeliest parameters", family),
        ("drawn parameters", UncertainGarch(family=family)),
    ):
        fitted, inside = None, []
        for end in ends:
            fitted = model.fitted(history.until(history.dates[end].item()), warm=fitted)
            sums = fitted.simulated_sums(HORIZONS[-1], paths=1_000, rng=np.random.default_rng(end))
            bounds = np.quantile(sums[:, np.array(HORIZONS) - 1], (0.05, 0.95), axis=0)
            realised = np.array([squares[end : end + horizon].sum() for horizon in HORIZONS])
            inside.append((bounds[0] <= realised) & (realised <= bounds[1]))
        table.add_row(name, *map(_share, np.array(inside).T, HORIZONS))
    table.caption = "p: Kupiec's, on dates a horizon apart"
    console.print(table)


def _share(inside: np.ndarray, horizon: int) -> str:
    apart = ~inside[:: max(1, horizon // 20)]
    test = proportion_of_failures(days=len(apart), exceptions=int(apart.sum()), probability=0.1)
    return f"{inside.mean():.1%} (p {test.p_value:.2f})"


def main(windows: int) -> None:
    """Print everything."""
    warnings.simplefilter("ignore")
    console = Console(width=150)
    compiling(console)
    fits(console, windows)
    rolling(console)
    updates(console)
    for symbol in ("SPX", "COMP", "WTI"):
        coverage(console, symbol)


if __name__ == "__main__":
    main(windows=4 if "--quick" in sys.argv else 12)
