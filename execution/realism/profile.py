"""What one tape looks like, for tables and plots: a few facts, its histograms and its curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from execution.realism.clock import mid_on_clock
from execution.realism.curves import CURVES
from execution.realism.distance import histogram_cells
from execution.realism.distributions import DISTRIBUTIONS
from execution.realism.lifetimes import time_to_cancel
from execution.realism.observed import Statistic
from execution.realism.resampling import Estimate
from execution.realism.ruler import Ruler
from execution.realism.scores import FEWEST_VALUES, curve_of
from execution.realism.signs import sign_memory
from execution.realism.tape import Floats, Tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Share of the values in each bin; the outer two bins take what lies beyond the edges."""

    edges: Floats
    share: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """facts: a number by name, None where it is not known. curves: by name, at the ruler's points."""

    seconds: float
    messages: int
    facts: Mapping[str, float | None]
    sign_memory: Estimate | None
    histograms: Mapping[str, Histogram]
    curves: Mapping[str, Floats]


def profile_of(tape: Tape, ruler: Ruler, edges: Mapping[str, Floats]) -> Profile:
    """The tape's profile on the edges of `histogram_edges`; seen to the ruler's levels."""
    tape = tape.seen_to(ruler.levels)
    memory = sign_memory(tape)
    return Profile(
        seconds=tape.seconds,
        messages=len(tape),
        facts={name: _or_none(fact(tape, ruler)) for name, fact in FACTS.items()},
        sign_memory=None
        if memory is None
        else Estimate(
            value=memory.exponent,
            lower=memory.exponent - 1.96 * memory.standard_error,
            upper=memory.exponent + 1.96 * memory.standard_error,
        ),
        histograms={
            law.name: _histogram(law.sample(tape, ruler).value, edges[law.name])
            for law in DISTRIBUTIONS
            if law.given is None and law.name in edges
        },
        curves={curve.name: curve_of(curve, tape, ruler) for curve in CURVES},
    )


def histogram_edges(tape: Tape, ruler: Ruler) -> dict[str, Floats]:
    """Bin edges by statistic, from the tape that sets the ruler; absent where it has too few values."""
    tape = tape.seen_to(ruler.levels)
    edges = {}
    for law in DISTRIBUTIONS:
        values = law.sample(tape, ruler).value
        if law.given is None and len(values) >= FEWEST_VALUES:
            edges[law.name] = histogram_cells(values, whole=law.whole).edges
    return edges


def _histogram(values: Floats, edges: Floats) -> Histogram:
    cell = np.searchsorted(edges, values, side="right")
    count = np.bincount(cell, minlength=len(edges) + 1)
    return Histogram(edges=edges, share=count / max(len(values), 1))


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _mean(statistic: Statistic) -> Callable[[Tape, Ruler], float]:
    def mean(tape: Tape, ruler: Ruler) -> float:
        values = statistic(tape, ruler).value
        return float(np.mean(values)) if len(values) else float("nan")

    return mean


def _in_orders(statistic: Statistic) -> Callable[[Tape, Ruler], float]:
    """In mean market orders of the ruler, which every instrument has, whatever its lots are."""
    mean = _mean(statistic)
    return lambda tape, ruler: mean(tape, ruler) / ruler.size_lots


def _volatility(tape: Tape, ruler: Ruler) -> float:
    """Standard deviation of the mid's moves over twenty steps, per root second [ticks]."""
    mid, _ = mid_on_clock(tape, ruler)
    moves = mid[20:] - mid[:-20]
    seconds = 20e-9 * ruler.step_ns
    return float(np.sqrt(np.mean(moves**2) / seconds)) if len(moves) else float("nan")


def _curve_point(name: str, at: int) -> Callable[[Tape, Ruler], float]:
    curve = next(curve for curve in CURVES if curve.name == name)

    def point(tape: Tape, ruler: Ruler) -> float:
        return float(curve_of(curve, tape, ruler)[at])

    return point


def _median_lifetime(tape: Tape, ruler: Ruler) -> float:
    values = time_to_cancel(tape, ruler).value
    return float(10.0 ** np.median(values)) if len(values) else float("nan")


FACTS: Mapping[str, Callable[[Tape, Ruler], float]] = {
    "messages a second": _curve_point("messages a second", 0),
    "messages a trade": _curve_point("messages a trade", 0),
    "spread [ticks]": _mean(DISTRIBUTIONS[0].sample),
    "bid volume, touch [orders]": _in_orders(DISTRIBUTIONS[2].sample),
    "ask volume, touch [orders]": _in_orders(DISTRIBUTIONS[3].sample),
    "life to cancel [s]": _median_lifetime,
    "volatility [ticks/√s]": _volatility,
    "kurtosis - 3, 1 step": _curve_point("excess kurtosis by horizon", 0),
    "kurtosis - 3, 50 steps": _curve_point("excess kurtosis by horizon", -1),
    "returns related, lag 1": _curve_point("return autocorrelation", 0),
    "sizes related, lag 8": _curve_point("volatility clustering", 4),
    "signs related, lag 1": _curve_point("order-sign memory", 0),
    "signs related, lag 50": _curve_point("order-sign memory", 8),
    "response [spreads]": _curve_point("response to market orders", 0),
}
