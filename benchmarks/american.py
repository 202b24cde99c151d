"""American options: ours with all Greeks beside QuantLib's schemes; errors against its high-precision scheme.

`american.py [OPTIONS] [CHECKED]`: a random book of so many options (20,000), of which so many (400) are
priced by QuantLib, an eighth of them for Greeks too. One core's CPU time, the best of five for ours.
K / S 0.6 to 1.6, T 5 days to 3 years, volatility 8 to 80%, rate -1 to 9%, yield 0 to 8%, spot 100.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from pricing.american.american import Accuracy, american_greeks
from pricing.american.implied import american_implied_volatility
from pricing.black import FloatArray
from pricing.engines import american as quantlib
from pricing.engines.american import AmericanMethod, quantlib_american
from pricing.greeks import GreekColumns

SPOT = 100.0
# What is moved, and how far, for each Greek; the prices or Greeks moved are those of the reference.
BUMPS = {
    "delta": ("spot", 2e-4 * SPOT),
    "gamma": ("spot", 2e-3 * SPOT),
    "vega": ("volatility", 1e-3),
    "theta": ("years", 5e-4),
    "rho": ("rate", 5e-4),
    "dividend_rho": ("dividend", 5e-4),
    "volga": ("volatility", 4e-3),
}
Book = dict[str, FloatArray]


def random_book(count: int) -> Book:
    """A book in rates; calls and puts by chance."""
    rng = np.random.default_rng(1)
    return {
        "spot": np.full(count, SPOT),
        "strike": SPOT * rng.uniform(0.6, 1.6, count),
        "rate": rng.uniform(-0.01, 0.09, count),
        "dividend": rng.uniform(0.0, 0.08, count),
        "years": rng.uniform(5 / 365, 3.0, count),
        "volatility": rng.uniform(0.08, 0.8, count),
        "call": rng.integers(0, 2, count) * 1.0,
    }


def columns_of(book: Book) -> tuple[FloatArray, ...]:
    """The columns of `american_greeks`."""
    forward = book["spot"] * np.exp((book["rate"] - book["dividend"]) * book["years"])
    discount = np.exp(-book["rate"] * book["years"])
    return book["spot"], forward, book["strike"], book["years"], book["volatility"], discount, book["call"]


def exact(book: Book, method: AmericanMethod = AmericanMethod.HIGH_PRECISION) -> FloatArray:
    """QuantLib's prices."""
    return quantlib_american(*book.values(), method=method)


def exact_greek(book: Book, name: str) -> FloatArray:
    """Central differences of fourth order of high-precision prices."""
    moved, step = BUMPS[name]
    at = {n: exact({**book, moved: book[moved] + n * step}) for n in (-2, -1, 0, 1, 2)}
    if name in ("gamma", "volga"):
        return (16.0 * (at[1] + at[-1]) - (at[2] + at[-2]) - 30.0 * at[0]) / (12.0 * step**2)
    slope = (8.0 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12.0 * step)
    return -slope if name == "theta" else slope


def clear(book: Book) -> Book:
    """Options that a bump does not take across the exercise boundary or a change of regime."""
    intrinsic = np.where(book["call"] == 1.0, 1.0, -1.0) * (SPOT - book["strike"])
    own = np.where(book["call"] == 1.0, book["dividend"], book["rate"])
    held = american_greeks(*columns_of(book)).value > intrinsic + 0.05
    rows = held & ((own > 0.0015) | (own < -0.0015)) & (book["years"] > 0.05)
    return {name: column[rows] for name, column in book.items()}


def timed(function: Callable[[], object], rounds: int) -> tuple[float, object]:
    """Least CPU seconds of several rounds, and the last answer."""
    function()
    spent = []
    for _ in range(rounds):
        start = process_time()
        answer = function()
        spent.append(process_time() - start)
    return min(spent), answer


def main(count: int, checked: int) -> None:
    """Print speed and error of prices, errors of Greeks, and the speed of implied volatilities."""
    console = Console()
    book = random_book(count)
    few = {name: column[:checked] for name, column in book.items()}
    prices = exact(few)
    console.print(_prices(book, few, prices))
    console.print(_greeks(clear({name: column[: max(checked // 8, 1)] for name, column in book.items()})))
    chain = {name: column[:4_500] for name, column in book.items()}
    columns = columns_of(chain)
    value = american_greeks(*columns).value
    terms = (*columns[:4], *columns[5:])
    spent, _ = timed(lambda: american_implied_volatility(value, *terms), 3)
    console.print(f"implied volatilities of {len(value):,} American quotes: {spent:.3f} s")


def _prices(book: Book, few: Book, prices: FloatArray) -> Table:
    table = Table("engine", "Greeks", "options / s", "rms error", "largest", title="Prices, spot 100")

    def row(name: str, greeks: str, rate: float, value: FloatArray) -> None:
        error = value - prices
        rms, largest = np.sqrt(np.mean(error**2)), np.max(np.abs(error))
        table.add_row(name, greeks, f"{rate:,.0f}", f"{rms:.1e}", f"{largest:.1e}")

    for accuracy in Accuracy:
        spent, _ = timed(lambda accuracy=accuracy: american_greeks(*columns_of(book), accuracy=accuracy), 5)
        ours = american_greeks(*columns_of(few), accuracy=accuracy).value
        row(f"ours, {accuracy.name.lower()}", "all", len(book["spot"]) / spent, ours)
    for method in (AmericanMethod.FAST, AmericanMethod.ACCURATE, AmericanMethod.HIGH_PRECISION):
        spent, value = timed(lambda method=method: exact(few, method), 1)
        row(f"QuantLib {method}", "none", len(prices) / spent, np.asarray(value))
    part = {name: column[:200] for name, column in few.items()}
    for method in (AmericanMethod.FAST, AmericanMethod.ACCURATE):
        spent, _ = timed(lambda method=method: quantlib.american_greeks(*columns_of(part), method=method), 1)
        row(f"QuantLib {method}, bumped", "all", len(part["spot"]) / spent, exact(few, method))
    return table


def _greeks(book: Book) -> Table:
    heads = [f"{accuracy.name.lower()} {kind}" for accuracy in Accuracy for kind in ("rms", "largest")]
    heads += ["QuantLib fast, bumped rms", "largest"]
    count = len(book["spot"])
    table = Table(
        "Greek", "rms size", *heads, title=f"Errors of Greeks, {count} options clear of their boundary"
    )
    found: list[GreekColumns] = [american_greeks(*columns_of(book), accuracy=each) for each in Accuracy]
    found.append(quantlib.american_greeks(*columns_of(book), method=AmericanMethod.FAST))
    for name in BUMPS:
        truth = exact_greek(book, name)
        cells = [f"{np.sqrt(np.mean(truth**2)):.2g}"]
        for greeks in found:
            error = getattr(greeks, name) - truth
            cells += [f"{np.sqrt(np.mean(error**2)):.1e}", f"{np.max(np.abs(error)):.1e}"]
        table.add_row(name, *cells)
    return table


if __name__ == "__main__":
    sizes = [int(each) for each in sys.argv[1:3]]
    main(*(sizes + [20_000, 400][len(sizes) :]))
