"""A simulated market against a recording, as tables: verdict, distances, classifier, facts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from execution.market.calibrate import FittedFlow
from execution.realism.comparison import BASELINE, FIRST_PART, SIMULATED, Comparison, Metric, Score
from execution.realism.resampling import Estimate
from hedger.market_study import HELD_OUT, MarketStudy
from hedger.report.market_quality import quality_tables
from hedger.report.table import Table
from hedger.report.units import MISSING, number, printable

SHORT_NAMES = {HELD_OUT: "held out", SIMULATED: "simulated", BASELINE: "baseline", FIRST_PART: "first part"}
_METRICS = {Metric.WASSERSTEIN: "Wasserstein", Metric.L1: "L1", Metric.CURVE: "curves"}


def market_header(study: MarketStudy) -> tuple[str, ...]:
    """Lines that say what was fitted to what, and what was simulated."""
    step = f"{1e-9 * study.ruler.step_ns:g} s"
    return (
        f"{printable(study.title)}: seed {study.seed}, clock of {step}, {study.ruler.levels} levels a side",
        *(printable(note) for note in study.notes),
    )


def market_tables(study: MarketStudy) -> tuple[Table, ...]:
    """Every table in reading order; a market alone has its facts only."""
    if study.comparison is None:
        return (_fact_table(study),)
    return (
        _verdict_table(study.comparison),
        _separation_table(study),
        _fact_table(study),
        _distribution_table(study.comparison),
        _curve_table(study.comparison),
        *quality_tables(study.quality),
    )


def fitted_table(fitted: FittedFlow, model: str) -> Table:
    """The parameters of a fitted flow."""
    rows = [(name, f"{value:.4g}", _error(error), unit) for name, value, error, unit in fitted.describe()]
    return Table(
        title=f"The {model.replace('_', ' ')} flow",
        columns=("", ">value", ">standard error", "unit"),
        rows=tuple(rows),
    )


def _error(error: float) -> str:
    return f"{error:.2g}" if math.isfinite(error) else MISSING


def _verdict_table(comparison: Comparison) -> Table:
    rows = []
    for metric, name in _METRICS.items():
        scores = comparison.of(metric)
        rows.append((name, *_counts(scores), *_means(comparison, metric)))
    rows.append(("all", *_counts(comparison.scores), "", "", ""))
    much = comparison.much_worse
    notes = [
        "Distances from the held-out part. Nearer: than the zero-intelligence baseline. Surely: the 95% "
        "interval of the ratio leaves out 1. At floor: as near as the recording's own first part is. Beside: "
        "mean distances over the distributions.",
    ]
    if much:
        named = ", ".join(dict.fromkeys(score.statistic for score in much))
        notes.append(f"Farther by more than a quarter: {named}.")
    if comparison.left_out:
        notes.append(f"Too little recorded to compare: {', '.join(comparison.left_out)}.")
    return Table(
        title="Simulated against recorded",
        columns=(
            "",
            ">nearer",
            ">farther\nby 1/4",
            ">surely",
            ">at\nfloor",
            ">simu-\nlated",
            ">base-\nline",
            ">first\npart",
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _counts(scores: Sequence[Score]) -> tuple[str, ...]:
    return (
        f"{sum(score.is_better for score in scores)} of {len(scores)}",
        number(sum(score.is_much_worse for score in scores)),
        number(sum(score.is_much_worse and score.is_surely_worse for score in scores)),
        number(sum(score.is_at_floor for score in scores)),
    )


def _means(comparison: Comparison, metric: Metric) -> tuple[str, ...]:
    found = {each.tape: each.mean.value for each in comparison.aggregates if each.metric is metric}
    return tuple(number(found.get(name), 3) if found else "" for name in (SIMULATED, BASELINE, FIRST_PART))


def _separation_table(study: MarketStudy) -> Table:
    rows = []
    for name, found in (study.separations or {}).items():
        cells = (MISSING, "", "") if found is None else _interval_cells(found.auc)
        rows.append((SHORT_NAMES[name], *cells, MISSING if found is None else number(found.first_windows)))
    return Table(
        title="Told apart from the held-out part by a classifier",
        columns=("", ">AUC", ">2.5%", ">97.5%", ">windows"),
        rows=tuple(rows),
        notes=(
            "Area under the curve of a classifier of windows of 50 messages, cross-validated in contiguous "
            "stretches of time: 0.5 cannot be told apart, 1 always.",
        ),
    )


def _interval_cells(found: Estimate) -> tuple[str, str, str]:
    return number(found.value, 3), number(found.lower, 3), number(found.upper, 3)


def _fact_table(study: MarketStudy) -> Table:
    names = tuple(study.profiles)
    first = study.profiles[names[0]]
    rows = [
        (fact, *(_significant(study.profiles[name].facts[fact]) for name in names)) for fact in first.facts
    ]
    memory = [study.profiles[name].sign_memory for name in names]
    rows.append(("sign memory", *(_with_error(each) for each in memory)))
    return Table(
        title="Facts",
        columns=("", *(f">{SHORT_NAMES[name]}" for name in names)),
        rows=tuple(rows),
        notes=(
            "Means, volumes in mean market orders; median life of orders that are cancelled; "
            "autocorrelations of one-step returns, of their sizes and of market orders' signs; signed move "
            "of the mid to the next market order.",
            "Sign memory: the last falls as lag to the minus this (local Whittle, ± its standard "
            "error); 1 and above is no long memory.",
        ),
    )


def _with_error(found: Estimate | None) -> str:
    if found is None:
        return MISSING
    return f"{number(found.value, 2)} ± {number((found.upper - found.lower) / 3.92, 2)}"


def _significant(value: float | None) -> str:
    """Three figures or so, whatever the size."""
    if value is None:
        return MISSING
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3)


def _distribution_table(comparison: Comparison) -> Table:
    rows = []
    by_l1 = {score.statistic: score for score in comparison.of(Metric.L1)}
    for moved in comparison.of(Metric.WASSERSTEIN):
        rows.append((moved.statistic, *_cells(moved), *_cells(by_l1[moved.statistic])))
    heads = (">simu-\nlated", ">base-\nline", ">first\npart")
    return Table(
        title="Distributions: Wasserstein distance, then L1",
        columns=("", *heads, *heads),
        rows=tuple(rows),
        notes=(
            "Wasserstein in standard deviations of the held-out part; L1 is half the sum over the bins, from "
            "0 to 1. + nearer than the baseline, ! farther by more than a quarter.",
        ),
    )


def _cells(score: Score) -> tuple[str, str, str]:
    mark = "+" if score.is_better else "!" if score.is_much_worse else ""
    return (
        f"{mark}{number(score.simulated.value, 3)}",
        number(score.baseline.value, 3),
        number(score.first_part.value, 3),
    )


def _ratio_cells(found: Estimate) -> tuple[str, str]:
    """A baseline at no distance at all leaves no ratio."""
    if not math.isfinite(found.value):
        return MISSING, ""
    if not math.isfinite(found.lower):
        return number(found.value, 2), ""
    return number(found.value, 2), f"{number(found.lower, 2)} to {number(found.upper, 2)}"


def _curve_table(comparison: Comparison) -> Table:
    rows = [
        (
            score.statistic,
            *_cells(score),
            *_ratio_cells(score.ratio),
        )
        for score in comparison.of(Metric.CURVE)
    ]
    return Table(
        title="Curves: mean difference over the mean size of the held-out curve",
        columns=("", ">simu-\nlated", ">base-\nline", ">first\npart", ">ratio", ">95%"),
        rows=tuple(rows),
        notes=("Ratio: simulated over baseline. Intervals: blocks of time of every market drawn again.",),
    )
