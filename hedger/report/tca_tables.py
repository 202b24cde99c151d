"""A transaction-cost analysis as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from execution.errors import RecordingProblem
from execution.tca.analysis import CostAnalysis
from execution.tca.attribution import Attribution, OutOfSample
from execution.tca.cost_curve import CostCurve
from execution.tca.groups import Group, WeightedMean
from hedger.report.table import Table
from hedger.report.tca_leakage import leakage_table
from hedger.report.tca_packages import package_tables
from hedger.report.units import MISSING, counted, number, percent, price, printable

_COSTLIEST = 10
_SHOWN_EFFECTS = 12
_SHOWN_PROBLEMS = 20
_MEANINGS = {
    "delay": "mid's move from decision to arrival",
    "trading": "fills against arrival, no mids to split it",
    "spread": "fills against the mid, at the touch",
    "impact": "beyond the touch, and what reverted",
    "permanent": "half of the move that stayed",
    "timing": "mid's move, where no impact is told from it",
    "fees": "paid to venue and broker",
    "opportunity": "mid's move on what was not filled",
    "total": "implementation shortfall",
}


def tca_header(analysis: CostAnalysis) -> tuple[str, ...]:
    """Lines that say what was read and over which time."""
    blotter = analysis.blotter
    fills = blotter.fills
    read = f"{counted(len(blotter.orders), 'order')}, {counted(len(fills), 'fill')}"
    if len(fills):
        first, last = (np.datetime64(int(edge), "ns").astype("datetime64[s]") for edge in _edges(analysis))
        read += f", {first} to {last} UTC"
    lines = [f"{printable(blotter.origin)}: {read}", *(printable(note) for note in analysis.notes)]
    if analysis.problems:
        rows = len({found.row for found in analysis.problems})
        lines.append(f"{counted(rows, 'bad row')} left out, listed below.")
    return tuple(lines)


def tca_tables(analysis: CostAnalysis) -> tuple[Table, ...]:
    """Every table in reading order; those with nothing to say are left out."""
    tables = (
        parts_table(analysis),
        benchmark_table(analysis.benchmarks),
        *(group_table(name, groups) for name, groups in analysis.groups.items()),
        venue_table(analysis),
        *package_tables(analysis),
        leakage_table(analysis.leakage),
        attribution_table(analysis.attribution),
        boosted_table(analysis),
        curve_table(analysis.curve),
        costliest_table(analysis),
        unknown_table(analysis.unknown),
        problem_table(analysis.problems),
    )
    return tuple(table for table in tables if table.rows)


def parts_table(analysis: CostAnalysis) -> Table:
    """The shortfall and its parts, mean in bps and sum in currency."""
    costs = analysis.costs
    known = ~np.isnan(costs.total)
    drawn = "whole orders and packages" if analysis.packages else "whole orders"
    rows = []
    for name, mean in analysis.parts.items():
        part = costs.total if name == "total" else costs.parts[name]
        amount = number(float(np.nansum(part[known])))
        rows.append((name, _bps(mean), _interval(mean), amount, _MEANINGS[name]))
    return Table(
        title="Shortfall against arrival; positive is a cost",
        columns=("", ">bps", ">95% interval", ">currency", "what it is"),
        rows=tuple(rows),
        notes=(f"Means are weighted by notional; intervals draw {drawn} again.",) if rows else (),
    )


def benchmark_table(benchmarks: Mapping[str, WeightedMean]) -> Table:
    """Fills against each benchmark, without fees."""
    rows = tuple(
        (name, _bps(mean), _interval(mean), number(mean.orders)) for name, mean in benchmarks.items()
    )
    columns = ("", ">bps", ">95% interval", ">orders")
    return Table(title="Fills against benchmarks, without fees", columns=columns, rows=rows)


def group_table(name: str, groups: Sequence[Group]) -> Table:
    """Total cost by group of one dimension."""
    rows = tuple(
        (
            printable(group.name),
            number(group.mean.orders),
            percent(group.notional_share),
            _bps(group.mean),
            _interval(group.mean),
        )
        for group in groups
    )
    columns = ("", ">orders", ">of notional", ">bps", ">95% interval")
    return Table(title=f"Shortfall by {name}", columns=columns, rows=rows)


def venue_table(analysis: CostAnalysis) -> Table:
    """Fills by venue against the mid at each fill."""
    rows = tuple(
        (
            printable(each.venue),
            number(each.fills),
            percent(each.share),
            _share(each.taker_share),
            _bps(each.against_mid),
            _interval(each.against_mid),
            _bps(each.fee),
            _bps(each.markout),
        )
        for each in analysis.venues
    )
    columns = ("", ">fills", ">of notional", ">taker", ">against\nmid, bps", ">95% interval", ">fee\nbps")
    return Table(
        title="Fills by venue",
        columns=(*columns, ">mid after\na minute, bps"),
        rows=rows,
        notes=("Mid after a minute: positive moved in the order's favour.",) if rows else (),
    )


def attribution_table(attribution: Attribution | None) -> Table:
    """The regression's largest effects."""
    if attribution is None:
        return Table(title="What explains the cost", columns=(), rows=())
    shown = sorted(attribution.effects, key=lambda effect: -abs(effect.typical_bps))[:_SHOWN_EFFECTS]
    rows = tuple(
        (
            printable(effect.factor),
            "choice" if effect.is_choice else "market",
            f"{effect.estimate:+.3g}",
            f"{effect.standard_error:.2g}",
            f"{effect.t_statistic:+.1f}",
            f"{effect.typical_bps:+.2f}",
        )
        for effect in shown
    )
    columns = ("factor", "of the", ">bps per unit", ">standard\nerror", ">t", ">bps per\ndeviation")
    judged = _judged(attribution.out_of_sample)
    said = f"{counted(attribution.orders, 'order')}, R² {attribution.r_squared:.3f} in sample; {judged}."
    more = len(attribution.effects) - len(shown)
    rest = (f"{counted(more, 'smaller effect')} in the JSON document.",) if more > 0 else ()
    left = tuple(f"Left out: {printable(each)}." for each in attribution.left_out)
    return Table(
        title="What explains the cost: regression", columns=columns, rows=rows, notes=(said, *rest, *left)
    )


def boosted_table(analysis: CostAnalysis) -> Table:
    """The boosted model's importances."""
    title = "What explains the cost: boosted trees"
    if analysis.boosted is None:
        return Table(title=title, columns=(), rows=())
    rows = tuple(
        (
            printable(each.factor),
            "choice" if each.is_choice else "market",
            f"{each.lost_r_squared:+.4f}",
            f"{each.deviation:.4f}",
        )
        for each in analysis.boosted.importances[:_SHOWN_EFFECTS]
    )
    rows = rows or (("none: the mean of the earlier orders forecast best", "", "", ""),)
    said = _judged(analysis.boosted.out_of_sample)
    columns = ("factor", "of the", ">R² lost\nwhen shuffled", ">deviation")
    return Table(title=title, columns=columns, rows=rows, notes=(f"{said[:1].upper()}{said[1:]}.",))


def curve_table(curve: CostCurve | None) -> Table:
    """The fitted cost curve's coefficients."""
    rows: tuple[tuple[str, ...], ...] = ()
    if curve is not None:
        spread, impact = curve.half_spread_standard_error_bps, curve.impact_standard_error
        rows = (
            ("half spread [bps]", f"{curve.half_spread_bps:+.3f}", _error(spread)),
            ("impact coefficient", f"{curve.impact_coefficient:+.3f}", _error(impact)),
            ("impact exponent", f"{curve.impact_exponent:.2f}", MISSING),
            ("fee [bps]", f"{curve.fee_bps:+.3f}", MISSING),
        )
    note = "Cost = half spread + fee + coefficient x volatility of the horizon x participation^exponent."
    return Table(
        title="Cost curve of these fills",
        columns=("", ">estimate", ">standard error"),
        rows=rows,
        notes=(note,) if rows else (),
    )


def costliest_table(analysis: CostAnalysis) -> Table:
    """The orders that cost most, in currency."""
    orders, costs = analysis.blotter.orders, analysis.costs
    total = np.nan_to_num(costs.total, nan=-np.inf)
    shown = [int(at) for at in np.argsort(-total, kind="stable")[:_COSTLIEST] if total[at] > 0.0]
    rows = tuple(
        (
            printable(str(orders.parent_id[at])),
            "buy" if orders.side[at] > 0.0 else "sell",
            printable(str(orders.symbol[at])),
            f"{costs.filled[at]:,.10g} of {costs.ordered[at]:,.10g}",
            price(float(orders.arrival_price[at])),
            number(float(costs.bps[at]), 2),
            number(float(costs.total[at]), 2),
        )
        for at in shown
    )
    columns = ("order", "", "", ">filled", ">arrival", ">bps", ">currency")
    return Table(title="Costliest orders", columns=columns, rows=rows)


def unknown_table(sentences: Sequence[str]) -> Table:
    """What cannot be said, and what it would take."""
    rows = tuple(
        (what, need) for what, _, need in (sentence.partition("; it takes ") for sentence in sentences)
    )
    return Table(title="What cannot be said", columns=("", "it takes"), rows=rows)


def problem_table(problems: Sequence[RecordingProblem]) -> Table:
    """The rows that were left out."""
    rows = tuple((str(found),) for found in problems[:_SHOWN_PROBLEMS])
    more = len(problems) - len(rows)
    notes = (f"... and {more:,} more problems, in the JSON document.",) if more > 0 else ()
    return Table(title="Rows left out", columns=("",), rows=rows, notes=notes)


def _edges(analysis: CostAnalysis) -> tuple[int, int]:
    ts_ns = analysis.blotter.fills.ts_ns
    return int(ts_ns.min()), int(ts_ns.max())


def _judged(found: OutOfSample | None) -> str:
    if found is None:
        return "too few orders to judge it out of sample"
    r_squared = f"R² {found.r_squared:.3f} ({found.lower:.3f} to {found.upper:.3f})"
    return f"{r_squared} on the last {found.tested:,} orders, fitted to the {found.trained:,} before"


def _bps(mean: WeightedMean) -> str:
    return MISSING if math.isnan(mean.value) else number(mean.value, 2)


def _interval(mean: WeightedMean) -> str:
    known = not math.isnan(mean.lower)
    return f"{number(mean.lower, 2)} to {number(mean.upper, 2)}" if known else MISSING


def _share(value: float) -> str:
    return MISSING if math.isnan(value) else percent(value)


def _error(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"
