"""Distances of tapes from a held-out one, statistic by statistic, with what blocks drawn again would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from execution.realism.curves import Curve
from execution.realism.distance import histogram_cells, quantile_cells, total_variation, wasserstein
from execution.realism.distributions import Distribution
from execution.realism.observed import Observed
from execution.realism.ruler import Ruler
from execution.realism.tape import Floats, Integers, Tape

MOST_GROUPS = 10
FEWEST_VALUES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Distances from the held-out tape, shape (1 + repetition,), by name of the tape compared."""

    wasserstein: Mapping[str, Floats]
    l1: Mapping[str, Floats]


def distribution_distances(
    statistic: Distribution,
    tapes: Mapping[str, Tape],
    held_out: Tape,
    ruler: Ruler,
    weights: Mapping[str, Floats],
) -> Drawn | None:
    """Distances of one law of every tape; None where the held-out tape has fewer than 20 values.

    Wasserstein-1 is in standard deviations of the held-out values (LOB-Bench takes those of both tapes
    together, which forgives a simulation for being wild). A conditional law is compared in up to ten groups
    of what it is conditioned on, each weighted by the held-out tape's share; a group that a tape never
    visits is at distance 1. weights: of the blocks by tape, `held_out` among them (see resampling).
    """
    every = {**tapes, "held_out": held_out}
    samples = {name: statistic.sample(tape, ruler) for name, tape in every.items()}
    if len(samples["held_out"]) < FEWEST_VALUES:
        return None
    groups = _groups(statistic, every, samples)
    share = np.bincount(groups["held_out"], minlength=MOST_GROUPS) / len(samples["held_out"])
    total = Drawn(
        wasserstein={name: np.zeros(len(weights[name])) for name in tapes},
        l1={name: np.zeros(len(weights[name])) for name in tapes},
    )
    for group in np.flatnonzero(share).tolist():
        members = {name: _member(samples[name], groups[name] == group) for name in every}
        blocks = {name: ruler.block_of(every[name], members[name].at) for name in every}
        found = _group_distances(statistic, members, blocks, weights)
        for name in tapes:
            total.wasserstein[name][:] += share[group] * found.wasserstein[name]
            total.l1[name][:] += share[group] * found.l1[name]
    return total


def curve_distances(
    statistic: Curve,
    tapes: Mapping[str, Tape],
    held_out: Tape,
    ruler: Ruler,
    weights: Mapping[str, Floats],
) -> Mapping[str, Floats] | None:
    """Sum of absolute differences over the points where the held-out curve is known, over that of its size.

    A point that another tape lacks counts as zero there. None where nothing of the held-out curve is known.
    """
    real = _curve_draws(statistic, held_out, ruler, weights["held_out"])
    known = np.isfinite(real[0])
    size = float(np.abs(real[0, known]).sum())
    if size == 0.0:
        return None
    distances = {}
    for name, tape in tapes.items():
        other = _curve_draws(statistic, tape, ruler, weights[name])
        gap = np.nan_to_num(other[:, known]) - np.nan_to_num(real[:, known])
        distances[name] = np.abs(gap).sum(axis=1) / size
    return distances


def curve_of(statistic: Curve, tape: Tape, ruler: Ruler) -> Floats:
    """The curve of a tape, shape (point,), NaN where nothing is known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _finite(statistic.value(statistic.sums(tape, ruler).sum(axis=0)))


def _curve_draws(statistic: Curve, tape: Tape, ruler: Ruler, weights: Floats) -> Floats:
    """The curve on its scale of comparison for every draw of blocks, shape (draw, point)."""
    sums = np.tensordot(weights, statistic.sums(tape, ruler), axes=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _finite(statistic.compared(statistic.value(sums)))


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _groups(
    statistic: Distribution, tapes: Mapping[str, Tape], samples: Mapping[str, Observed]
) -> dict[str, Integers]:
    """The group of every value: one for all, or by tenths of the held-out tape's condition."""
    if statistic.given is None:
        return {name: np.zeros(len(sample), np.int64) for name, sample in samples.items()}
    given = {name: statistic.given(tape)[samples[name].at] for name, tape in tapes.items()}
    real = given["held_out"][np.isfinite(given["held_out"])]
    distinct = np.unique(real)
    if len(distinct) > MOST_GROUPS:
        edges = np.unique(np.quantile(real, np.arange(1, MOST_GROUPS) / MOST_GROUPS))
    else:
        edges = distinct[1:]
    return {
        name: np.searchsorted(edges, np.nan_to_num(values), side="right") for name, values in given.items()
    }


def _member(sample: Observed, mask: np.ndarray) -> Observed:
    return Observed(value=sample.value[mask], at=sample.at[mask])


def _group_distances(
    statistic: Distribution,
    samples: Mapping[str, Observed],
    blocks: Mapping[str, Integers],
    weights: Mapping[str, Floats],
) -> Drawn:
    real = samples["held_out"]
    bins = histogram_cells(real.value, whole=statistic.whole)
    others: Sequence[str] = [name for name in samples if name != "held_out"]
    cells = quantile_cells([sample.value for sample in samples.values() if len(sample)])
    deviation = float(np.std(real.value)) or 1.0
    histogram = {name: weights[name] @ bins.counts(samples[name], blocks[name]) for name in samples}
    fine = {name: weights[name] @ cells.counts(samples[name], blocks[name]) for name in samples}
    missing = {name: fine[name].sum(axis=1) == 0.0 for name in samples}
    moved, apart = {}, {}
    for name in others:
        none = missing[name] | missing["held_out"]
        distance = wasserstein(fine[name], fine["held_out"], cells.point) / deviation
        moved[name] = np.where(none, 1.0, distance)
        apart[name] = np.where(none, 1.0, total_variation(histogram[name], histogram["held_out"]))
    return Drawn(wasserstein=moved, l1=apart)
