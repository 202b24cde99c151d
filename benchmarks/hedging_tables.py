"""The tables of the hedging studies: figures by policy, paired differences, and where the reference loses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from benchmarks.hedging_comparison import (
    NAMES,
    Comparison,
    block_counts,
    certainty_equivalent,
    deviation,
    driftless,
    mean,
    shortfall,
)

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# The one that is held against all others: the network where there is one, else the last of the tuple.
REFERENCE = "deep" if "deep" in NAMES else NAMES[-1]
DAILY_AGAINST = "delta"
DAILY_BLOCK = 5
Measure = Callable[[Comparison, FloatArray], FloatArray]
Groups = Mapping[str, BoolArray]


def figures_table(comparison: Comparison, kept: BoolArray, *, block: int) -> Table:
    """A line per policy; 95% intervals of deviation, shortfall and certainty equivalent."""
    weights = comparison.weights(kept, block=block)
    profit = comparison.profit
    table = Table()
    for header in (
        "policy",
        "mean",
        "deviation",
        "shortfall 95",
        "certainty equivalent",
        "driftless",
        "turnover",
        "cost",
        "trades",
    ):
        table.add_column(header, justify="left" if header == "policy" else "right")
    spread, tail = deviation(profit, weights), shortfall(profit, weights)
    equivalent = certainty_equivalent(comparison, weights)
    charged = driftless(comparison, weights)
    once = weights[:1]
    for at, name in enumerate(NAMES):
        table.add_row(
            name,
            f"{mean(profit, once)[0, at]:+.1f}",
            _bounded(spread[:, at]),
            _bounded(tail[:, at]),
            _bounded(equivalent[:, at], sign="+"),
            f"{charged[0, at]:+.1f}",
            f"{mean(comparison.turnover, once)[0, at]:.2f}",
            f"{mean(comparison.cost, once)[0, at]:.2f}",
            f"{mean(comparison.trades, once)[0, at]:.1f}",
        )
    return table


def _bounded(draws: FloatArray, *, sign: str = "", digits: int = 1) -> str:
    of = f"{sign}.{digits}f"
    low, high = _interval(draws)
    return f"{draws[0]:{of}} ({low:{of}} to {high:{of}})"


def daily_table(comparison: Comparison, *, block: int) -> Table:
    """Root mean square profit of a book over a day, and its square over DAILY_AGAINST's, by calendar day.

    Every day is one draw, whatever books are open on it, in blocks of consecutive days: what books that
    overlap have in common is counted once. Last column: on the day on which DAILY_AGAINST fared worst.
    """
    counts = block_counts(len(comparison.days), block)
    squares, steps = counts @ comparison.squares, counts @ comparison.steps
    against = NAMES.index(DAILY_AGAINST)
    ratio = squares / squares[:, [against]]
    by_day = np.sqrt(comparison.squares / comparison.steps[:, None])
    worst = int(np.argmax(by_day[:, against]))
    table = Table("policy", "a day", f"variance / {DAILY_AGAINST}'s", f"on {comparison.days[worst]}")
    for at, name in enumerate(NAMES):
        typical = _bounded(np.sqrt(squares[:, at] / steps))
        table.add_row(name, typical, _bounded(ratio[:, at], digits=3), f"{by_day[worst, at]:.1f}")
    return table


def differences_table(comparison: Comparison, kept: BoolArray, *, block: int) -> Table:
    """Certainty equivalent of the row less that of the column, paired; * where 95% leave zero out."""
    draws = certainty_equivalent(comparison, comparison.weights(kept, block=block))
    table = Table("row less column", *NAMES)
    for row, name in enumerate(NAMES):
        gains = [draws[:, row] - draws[:, other] for other in range(len(NAMES))]
        table.add_row(name, *("" if at == row else _starred(gain) for at, gain in enumerate(gains)))
    return table


def _starred(draws: FloatArray) -> str:
    low, high = _interval(draws)
    return f"{draws[0]:+.1f}{'*' if _is_sure(low, high) else ''}\n{low:+.1f} to {high:+.1f}"


def _interval(draws: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(draws[1:], (0.025, 0.975))
    return float(low), float(high)


def _is_sure(low: float, high: float) -> bool:
    """Whether the interval leaves zero out; one of no width is of a single block, and says nothing."""
    return low < high and (low > 0.0 or high < 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """The reference over another policy on the same books [bp], with its 95% interval."""

    books: str
    other: str
    value: float
    low: float
    high: float


def reference_table(
    comparison: Comparison, groups: Groups, *, block: int, title: str, measure: Measure
) -> tuple[Table, list[Gain]]:
    """REFERENCE, and less each other policy, by group of books, paired."""
    others = [name for name in NAMES if name != REFERENCE]
    table = Table("books", "number", REFERENCE, *(f"less {name}" for name in others))
    gains: list[Gain] = []
    for group, kept in groups.items():
        draws = measure(comparison, comparison.weights(kept, block=block))
        own = draws[:, NAMES.index(REFERENCE)]
        by_other = {name: own - draws[:, NAMES.index(name)] for name in others}
        cells = [_starred(gain) for gain in by_other.values()]
        table.add_row(group, f"{int(kept.sum())}", f"{own[0]:+.1f}", *cells)
        for name, gain in by_other.items():
            low, high = _interval(gain)
            books = f"{title}, {group}"
            gains.append(Gain(books=books, other=name, value=float(gain[0]), low=low, high=high))
    return table, gains


def show(
    console: Console, title: str, comparison: Comparison, *, block: int, by_year: bool = False
) -> list[Gain]:
    """Figures by kind of book, all policies against each other, and the reference by kind, and by year."""
    kinds, years = np.array(comparison.kinds), np.array([start.year for start in comparison.starts])
    by_kind = {kind: kinds == kind for kind in dict.fromkeys(comparison.kinds)}
    by_kind["all"] = np.ones(len(kinds), dtype=np.bool_)
    for kind, kept in by_kind.items():
        starts = len(set(np.array(comparison.starts)[kept]))
        console.print(f"\n{title}, {kind}: {int(kept.sum())} books opened on {starts} days (bp of notional)")
        console.print(figures_table(comparison, kept, block=block))
    console.print(f"\n{title}: profit and loss of {len(comparison.days)} days (bp of notional)")
    console.print(daily_table(comparison, block=DAILY_BLOCK))
    console.print(f"\n{title}: difference of certainty equivalents, all books (bp)")
    console.print(differences_table(comparison, by_kind["all"], block=block))
    groups = by_kind | ({str(year): years == year for year in np.unique(years)} if by_year else {})
    gains: list[Gain] = []
    for name, measure in (("certainty equivalent", certainty_equivalent), ("driftless", driftless)):
        heading = f"{title}, {name}"
        table, found = reference_table(comparison, groups, block=block, title=heading, measure=measure)
        console.print(f"\n{heading} of {REFERENCE} less that of the others, paired (bp)")
        console.print(table)
        gains += found
    return gains


def print_losses(console: Console, gains: Sequence[Gain]) -> None:
    """In how many comparisons the reference is ahead or behind, and a line for each where it surely loses."""
    behind = [gain for gain in gains if gain.value < 0.0]
    sure = [gain for gain in gains if _is_sure(gain.low, gain.high)]
    lost = [gain for gain in sure if gain.value < 0.0]
    console.print(
        f"{REFERENCE} is ahead in {len(gains) - len(behind)} of {len(gains)} comparisons, with 95% in "
        f"{len(sure) - len(lost)}; behind in {len(behind)}, with 95% in {len(lost)}:"
    )
    for gain in lost:
        interval = f"({gain.low:+.2f} to {gain.high:+.2f})"
        console.print(
            f"  {gain.books}: {gain.value:+.2f} bp against {gain.other} {interval}", highlight=False
        )
