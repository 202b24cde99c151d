"""A simulated market and a baseline against the held-out part of a recording: distances and a verdict.

The recording's own first part is held against the later part too: no model fitted on the first part can be
expected to come nearer than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from execution.realism.curves import CURVES
from execution.realism.distributions import DISTRIBUTIONS
from execution.realism.resampling import Estimate, distance_estimate, draw_weights, ratio_estimate
from execution.realism.ruler import Ruler, ruler_of
from execution.realism.scores import curve_distances, distribution_distances
from execution.realism.tape import Floats, Tape

REPETITIONS = 200
MUCH_WORSE = 1.25
SIMULATED, BASELINE, FIRST_PART = "simulated", "baseline", "first_part"

Progress = Callable[[str, float], None]


class Metric(StrEnum):
    """How a statistic is compared."""

    WASSERSTEIN = "wasserstein"
    L1 = "l1"
    CURVE = "curve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One statistic on one metric: distances from the held-out tape, and simulated over baseline.

    ratio: below 1 the simulated market is nearer than the baseline. Its interval pairs the draws of the
    held-out blocks.
    """

    statistic: str
    metric: Metric
    simulated: Estimate
    baseline: Estimate
    first_part: Estimate
    ratio: Estimate

    @property
    def is_better(self) -> bool:
        """The simulated market is nearer to the held-out part than the baseline is."""
        return self.simulated.value < self.baseline.value

    @property
    def is_much_worse(self) -> bool:
        """It is farther by more than a quarter."""
        return self.simulated.value > MUCH_WORSE * self.baseline.value

    @property
    def is_surely_worse(self) -> bool:
        """The interval of the ratio lies above 1."""
        return self.ratio.lower > 1.0

    @property
    def is_at_floor(self) -> bool:
        """It is as near as the recording's own first part is."""
        return self.simulated.value <= self.first_part.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Mean, median and interquartile mean of one metric over the distributions, of one tape."""

    metric: Metric
    tape: str
    mean: Estimate
    median: Estimate
    interquartile_mean: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every score, distributions first, and what they add up to."""

    ruler: Ruler
    scores: tuple[Score, ...]
    aggregates: tuple[Aggregate, ...]
    left_out: tuple[str, ...]

    def of(self, metric: Metric) -> tuple[Score, ...]:
        """The scores of one metric."""
        return tuple(score for score in self.scores if score.metric is metric)

    @property
    def better(self) -> int:
        """Number of scores on which the simulated market is nearer than the baseline."""
        return sum(score.is_better for score in self.scores)

    @property
    def much_worse(self) -> tuple[Score, ...]:
        """Scores on which it is farther by more than a quarter."""
        return tuple(score for score in self.scores if score.is_much_worse)


def compare(
    *,
    simulated: Tape,
    baseline: Tape,
    first_part: Tape,
    held_out: Tape,
    seed: int = 0,
    repetitions: int = REPETITIONS,
    progress: Progress | None = None,
) -> Comparison:
    """Compare three tapes with a held-out one on every statistic.

    All are seen to as many levels as the one that keeps the fewest. Statistics that the held-out tape has
    too little of, or that are one value in all tapes, are left out and named. Intervals: 95%, bootstrap over
    forty blocks of time of every tape. Quantities are brought to the held-out tape's lots; ValueError where
    tick sizes differ.
    """
    say = progress or (lambda stage, fraction: None)
    tapes = {SIMULATED: simulated, BASELINE: baseline, FIRST_PART: first_part}
    levels = min(tape.levels for tape in (*tapes.values(), held_out))
    tapes = {name: tape.in_units_of(held_out).seen_to(levels) for name, tape in tapes.items()}
    held_out = held_out.seen_to(levels)
    ruler = ruler_of(held_out)
    weights = _weights(seed, (*tapes, "held_out"), repetitions)
    rows: dict[tuple[str, Metric], Mapping[str, Floats]] = {}
    left_out: list[str] = []
    count = len(DISTRIBUTIONS) + len(CURVES)
    for at, law in enumerate(DISTRIBUTIONS):
        say(law.name, at / count)
        drawn = distribution_distances(law, tapes, held_out, ruler, weights)
        if drawn is None or not any(distance[0] for distance in drawn.l1.values()):
            left_out.append(law.name)
            continue
        rows[law.name, Metric.WASSERSTEIN] = drawn.wasserstein
        rows[law.name, Metric.L1] = drawn.l1
    for at, curve in enumerate(CURVES, start=len(DISTRIBUTIONS)):
        say(curve.name, at / count)
        distances = curve_distances(curve, tapes, held_out, ruler, weights)
        if distances is None:
            left_out.append(curve.name)
        else:
            rows[curve.name, Metric.CURVE] = distances
    return Comparison(
        ruler=ruler,
        scores=tuple(_score(name, metric, drawn) for (name, metric), drawn in rows.items()),
        aggregates=_aggregates(rows),
        left_out=tuple(left_out),
    )


def _weights(seed: int, names: tuple[str, ...], repetitions: int) -> dict[str, Floats]:
    """Draws of blocks for every tape, each from a stream of its own."""
    streams = np.random.SeedSequence(seed).spawn(len(names))
    return {
        name: draw_weights(np.random.default_rng(stream), repetitions)
        for name, stream in zip(names, streams, strict=True)
    }


def _score(name: str, metric: Metric, drawn: Mapping[str, Floats]) -> Score:
    return Score(
        statistic=name,
        metric=metric,
        simulated=distance_estimate(drawn[SIMULATED]),
        baseline=distance_estimate(drawn[BASELINE]),
        first_part=distance_estimate(drawn[FIRST_PART]),
        ratio=ratio_estimate(drawn[SIMULATED], drawn[BASELINE]),
    )


def _aggregates(rows: Mapping[tuple[str, Metric], Mapping[str, Floats]]) -> tuple[Aggregate, ...]:
    found = []
    for metric in (Metric.WASSERSTEIN, Metric.L1):
        for tape in (SIMULATED, BASELINE, FIRST_PART):
            chosen = [drawn[tape] for (_, of), drawn in rows.items() if of is metric]
            if chosen:
                found.append(_aggregate(metric, tape, np.stack(chosen)))
    return tuple(found)


def _aggregate(metric: Metric, tape: str, distances: Floats) -> Aggregate:
    """Over distances of shape (statistic, draw)."""
    lower, upper = np.percentile(distances, (25, 75), axis=0)
    inner = (distances >= lower) & (distances <= upper)
    return Aggregate(
        metric=metric,
        tape=tape,
        mean=distance_estimate(distances.mean(axis=0)),
        median=distance_estimate(np.median(distances, axis=0)),
        interquartile_mean=distance_estimate((distances * inner).sum(axis=0) / inner.sum(axis=0)),
    )
