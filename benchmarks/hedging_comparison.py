"""Policies compared on the same books: figures, intervals by resampled start days, paired differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from benchmarks.hedging_study import NO_HEDGE, BookPath, Outcome, outcome
from hedger.policy import POLICIES, HedgePolicy

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

RESAMPLES = 1_000
TAIL = 0.05
NAMES = (NO_HEDGE, *(policy.name for policy in POLICIES))
# The one that is held against all others: the network where there is one, else the last of the tuple.
REFERENCE = "deep" if "deep" in NAMES else NAMES[-1]
_CHOSEN: tuple[HedgePolicy | None, ...] = (None, *POLICIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Outcomes of books under policies; arrays of shape (book, policy), policies in the order of NAMES.

    Figures in bp of notional as in `Outcome`. aversion: risk aversion times notional.
    """

    kinds: tuple[str, ...]
    starts: tuple[date, ...]
    aversion: float
    profit: FloatArray
    daily_square: FloatArray
    cost: FloatArray
    turnover: FloatArray
    trades: FloatArray

    def weights(self, kept: BoolArray, *, block: int) -> FloatArray:
        """How often each book counts, shape (1 + resample, book); in the first row each that is `kept` once.

        All books of a start day are drawn together, and `block` consecutive start days too, around the end
        (circular blocks of Politis and Romano 1992): books that overlap share their surprises.
        """
        starts = np.array(self.starts, dtype="datetime64[D]")
        day = np.unique(starts[kept])
        at = np.searchsorted(day, starts[kept])
        rng = np.random.default_rng(len(day))
        first = rng.integers(len(day), size=(RESAMPLES, -(-len(day) // block)))
        drawn = ((first[:, :, None] + np.arange(block)) % len(day)).reshape(RESAMPLES, -1)[:, : len(day)]
        counts = np.array(
            [np.ones_like(day, dtype=int), *(np.bincount(each, minlength=len(day)) for each in drawn)]
        )
        weights = np.zeros((len(counts), len(starts)))
        weights[:, kept] = counts[:, at]
        return weights


Measure = Callable[[Comparison, FloatArray], FloatArray]
Groups = Mapping[str, BoolArray]


def compared(paths: Sequence[BookPath], *, cost_bps: float, aversion: float) -> Comparison:
    """Every book under every policy, and under none."""
    outcomes = [
        [outcome(path, policy, cost_bps=cost_bps, aversion=aversion) for policy in _CHOSEN] for path in paths
    ]

    def column(of: Callable[[Outcome], float]) -> FloatArray:
        return np.array([[of(each) for each in row] for row in outcomes])

    return Comparison(
        kinds=tuple(path.kind for path in paths),
        starts=tuple(path.start for path in paths),
        aversion=aversion,
        profit=column(lambda each: each.profit),
        daily_square=column(lambda each: each.daily_square),
        cost=column(lambda each: each.cost),
        turnover=column(lambda each: each.turnover),
        trades=column(lambda each: each.trades),
    )


def mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted means, shape (resample, policy), of values (book, policy) by weights (resample, book)."""
    return np.asarray(weights @ values / weights.sum(axis=1, keepdims=True))


def deviation(profit: FloatArray, weights: FloatArray) -> FloatArray:
    """Standard deviations [bp], shapes as in `mean`."""
    centred = profit - profit.mean(axis=0)
    return np.sqrt(np.maximum(mean(centred**2, weights) - mean(centred, weights) ** 2, 0.0))


def shortfall(profit: FloatArray, weights: FloatArray) -> FloatArray:
    """Expected shortfall at 95%: mean loss of the worst twentieth [bp], shapes as in `mean`."""
    found = np.empty((len(weights), profit.shape[1]))
    for policy, own in enumerate(profit.T):
        order = np.argsort(own)
        sorted_weights = weights[:, order]
        tail = TAIL * sorted_weights.sum(axis=1, keepdims=True)
        before = np.cumsum(sorted_weights, axis=1) - sorted_weights
        inside = np.clip(tail - before, 0.0, sorted_weights)
        found[:, policy] = -(inside @ own[order]) / tail[:, 0]
    return found


def certainty_equivalent(comparison: Comparison, weights: FloatArray) -> FloatArray:
    """-log E exp(-aversion x profit) / aversion [bp], aversion per notional; shapes as in `mean`."""
    per_bp = comparison.aversion / 1e4
    worst = comparison.profit.min(axis=0)
    return worst - np.log(mean(np.exp(per_bp * (worst - comparison.profit)), weights)) / per_bp


def driftless(comparison: Comparison, weights: FloatArray) -> FloatArray:
    """Certainty equivalent as it would be had all hedges gained the same before costs: -cost - risk [bp].

    In a market without drift they do; in a few months of a real one their means differ by luck, and a hedger
    does not speculate. Shapes as in `mean`.
    """
    gross = mean(comparison.profit + comparison.cost, weights)
    return certainty_equivalent(comparison, weights) - gross


def figures_table(comparison: Comparison, kept: BoolArray, *, block: int, title: str) -> Table:
    """A line per policy; 95% intervals of deviation, shortfall and certainty equivalent."""
    weights = comparison.weights(kept, block=block)
    profit = comparison.profit
    table = Table(title=title, title_justify="left")
    for header in (
        "policy",
        "mean",
        "deviation",
        "daily",
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
            f"{np.sqrt(mean(comparison.daily_square, once)[0, at]):.1f}",
            _bounded(tail[:, at]),
            _bounded(equivalent[:, at], sign="+"),
            f"{charged[0, at]:+.1f}",
            f"{mean(comparison.turnover, once)[0, at]:.2f}",
            f"{mean(comparison.cost, once)[0, at]:.2f}",
            f"{mean(comparison.trades, once)[0, at]:.1f}",
        )
    return table


def _bounded(draws: FloatArray, *, sign: str = "") -> str:
    low, high = _interval(draws)
    return f"{draws[0]:{sign}.1f} ({low:{sign}.1f} to {high:{sign}.1f})"


def differences_table(comparison: Comparison, kept: BoolArray, *, block: int, title: str) -> Table:
    """Certainty equivalent of the row less that of the column, paired; * where 95% leave zero out."""
    draws = certainty_equivalent(comparison, comparison.weights(kept, block=block))
    table = Table("row less column", *NAMES, title=title, title_justify="left")
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
    table = Table("books", "number", REFERENCE, *(f"less {name}" for name in others), title=title)
    table.title_justify = "left"
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
        days = len(set(np.array(comparison.starts)[kept]))
        heading = f"{title}, {kind}: {int(kept.sum())} books opened on {days} days (bp of notional)"
        console.print(figures_table(comparison, kept, block=block, title=heading))
    heading = f"{title}: difference of certainty equivalents (bp), all books"
    console.print(differences_table(comparison, by_kind["all"], block=block, title=heading))
    groups = by_kind | ({str(year): years == year for year in np.unique(years)} if by_year else {})
    gains: list[Gain] = []
    for name, measure in (("certainty equivalent", certainty_equivalent), ("driftless", driftless)):
        table, found = reference_table(
            comparison, groups, block=block, title=f"{title}, {name} (bp)", measure=measure
        )
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
