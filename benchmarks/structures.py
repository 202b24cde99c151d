"""Structures: time of an analysis, parity identities on QuantLib's prices, recognition of random books.

`python -m benchmarks.structures [BOOKS]`: 200 random books by default. Times are CPU of one core
(time.process_time), best and median of seven runs, compile time left out and printed once.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from time import process_time

import numpy as np
import QuantLib as ql
from rich.console import Console
from rich.table import Table

from hedger.spreads.cover import EXACT_LINES, cover_cost, exact_cover
from pricing.greeks import GreekColumns
from pricing.option import Settlement
from pricing.spreads.analysis import PricedLegs, analyse, priced_legs
from pricing.spreads.naming import Named, named_as, structure_named
from pricing.spreads.structure import OptionSeries
from pricing.spreads.valuation import value_structures
from pricing.spreads.vocabulary import VOCABULARY
from pricing.time import expiry_instant
from tests.hedger.spreads.random_books import Planted, cancels, random_book, summed
from tests.markets import flat_underlying
from tests.pricing.spreads.test_analysis import quantlib
from tests.pricing.spreads.test_naming import example

NEAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 3, 16), Settlement.PM))
FAR = replace(NEAR, expiry=expiry_instant(date(2018, 6, 15), Settlement.PM))
MARKET = flat_underlying(rate=0.02)
_RUNS = 7


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Best and median CPU milliseconds of one call."""
    work()
    seconds = []
    for _ in range(_RUNS):
        start = process_time()
        for _ in range(times):
            work()
        seconds.append((process_time() - start) / times)
    return 1e3 * min(seconds), 1e3 * statistics.median(seconds)


def speed(console: Console) -> None:
    """How long one analysis takes: everything from legs, legs from a market, legs from numbers."""
    condor = structure_named("iron condor", series=[NEAR], strikes=[2550.0, 2600.0, 2700.0, 2750.0])
    calendar = structure_named("call calendar", series=[NEAR, FAR], strikes=[2650.0])
    start = process_time()
    legs, two = priced_legs(condor, MARKET), priced_legs(calendar, MARKET)
    analyse(legs)
    console.print(f"first analysis, compiled or loaded: {process_time() - start:.2f} s of CPU")
    numbers = {"spot": 2650.0, "forward": 2655.0, "expiry_years": 0.1, "volatility": 0.2, "discount": 0.998}
    table = Table("", "best, ms", "median, ms", title="One structure, one core (floor 0.4, aim 0.02)")
    rows: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("analysis of an iron condor from its priced legs", lambda: analyse(legs), 2_000),
        ("the same from bare numbers", lambda: analyse(PricedLegs.of(condor, **numbers)), 500),
        ("the same from a market's surface", lambda: analyse(priced_legs(condor, MARKET)), 200),
        ("analysis of a calendar from its priced legs", lambda: analyse(two), 500),
    )
    for name, work, times in rows:
        best, median = timed(work, times)
        table.add_row(name, f"{best:.4f}", f"{median:.4f}")
    console.print(table)


def sums_and_identities(console: Console) -> None:
    """Worst difference of a structure from its legs, and of parity identities on QuantLib's prices."""
    every = [example(entry, names[0]) for entry in VOCABULARY for names in (entry.names, entry.short_names)]
    columns = value_structures(every, MARKET)
    worst = max(
        abs(analyse(priced_legs(each, MARKET)).totals[at] - getattr(columns, name)[row])
        / max(abs(getattr(columns, name)[row]), 1.0)
        for row, each in enumerate(every)
        for at, name in enumerate(field.name for field in fields(GreekColumns))
    )
    console.print(
        f"{len(every)} structures (both sides of {len(VOCABULARY)}): value and Greeks against their legs, "
        f"worst difference {worst:.1e} (floor 1e-12)"
    )
    ql.Settings.instance().evaluationDate = ql.Date(5, 2, 2018)
    near, far = np.exp(-0.03), np.exp(-0.06)

    def worth(name: str, *strikes: float) -> float:
        series = [NEAR, FAR] if name == "jelly roll" else [NEAR]
        return quantlib(structure_named(name, series=series, strikes=strikes), 100.0, 0.03, 0.25) / 100.0

    gaps = {
        "box": worth("box", 90.0, 110.0) - 20.0 * near,
        "jelly roll": worth("jelly roll", 95.0) - 95.0 * (near - far),
        "conversion": worth("conversion", 105.0) - 105.0 * near,
        "synthetic forward": worth("synthetic forward", 95.0) - (100.0 - 95.0 * near),
        "butterfly by calls and by puts": worth("call butterfly", 90.0, 100.0, 110.0)
        - worth("put butterfly", 90.0, 100.0, 110.0),
        "iron and call condor": worth("iron condor", 90.0, 95.0, 105.0, 110.0)
        - worth("call condor", 90.0, 95.0, 105.0, 110.0)
        + 5.0 * near,
    }
    said = ", ".join(f"{name} {abs(gap):.1e}" for name, gap in gaps.items())
    console.print(f"identities on QuantLib's prices, per unit at spot 100: {said}")


def cost(pieces: Planted | tuple[tuple[object, int], ...]) -> float:
    """Of pieces as recognition counts it."""
    named = [named_as(structure) for structure, _ in pieces]  # type: ignore[arg-type]
    return cover_cost(each for each in named if isinstance(each, Named))


def recognition(console: Console, books: int) -> None:
    """Random books taken apart and put together: exact or not, pieces against those planted, time."""
    table = Table(
        "structures",
        "books",
        "lines",
        "put together exactly",
        "named as planted",
        "cost above planted",
        "cost over planted",
        "mean ms",
        "worst ms",
        title=f"Recognition (exact search up to {EXACT_LINES} lines)",
    )
    for structures, share, strikes, expiries in (
        (1, 1.0, 11, 3),
        (2, 0.25, 11, 3),
        (3, 0.1, 11, 3),
        (40, 0.02, 60, 10),
        (150, 0.01, 120, 12),
    ):
        count = max(round(share * books), 1)
        exact, same, above, ratios, times, most = 0, 0, 0, [], [], 0
        for seed in range(count):
            lines, planted = random_book(seed, structures, strikes=strikes, expiries=expiries)
            start = process_time()
            found = exact_cover(lines)
            times.append(1e3 * (process_time() - start))
            exact += summed(found) == dict(lines)
            same += sorted((s.name, n) for s, n in found) == sorted((s.name, n) for s, n in planted)
            small = len(lines) <= EXACT_LINES and not cancels(lines, planted)
            above += small and cost(found) > cost(planted) + 1e-9
            ratios.append(cost(found) / cost(planted))
            most = max(most, len(lines))
        table.add_row(
            f"{structures}",
            f"{count}",
            f"to {most}",
            f"{exact} of {count}",
            f"{same}",
            f"{above}",
            f"{statistics.mean(ratios):.3f}",
            f"{statistics.mean(times):.1f}",
            f"{max(times):.1f}",
        )
    console.print(table)


def main(books: int) -> None:
    """Print the three parts."""
    console = Console(width=130)
    speed(console)
    sums_and_identities(console)
    recognition(console, books)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
