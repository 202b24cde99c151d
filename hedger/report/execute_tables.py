"""Workers of one order side by side, as tables: cost, style by phase, parts of the cost, the markets."""

from __future__ import annotations

import numpy as np

from execution.agents.comparison import PairedDifference
from execution.agents.scenario_study import Phase, ScenarioStudy, WorkedOrders
from hedger.report.execute_venues import venue_tables
from hedger.report.table import Table
from hedger.report.units import MISSING, counted, number, percent, printable
from pricing.curves import FloatArray


def execute_header(study: ScenarioStudy) -> tuple[str, ...]:
    """Lines that say what was traded, where, and how often."""
    order = study.order
    minutes = order.horizon_ns / 6e10
    worked = study.workers[0].paths
    others = float((worked.volume[:, -1] - order.quantity + worked.left[:, -1]).mean())
    return (
        f"{printable(study.scenario.title)}",
        f"{order.side.name.lower()} {number(order.quantity)} {printable(order.symbol)} in {minutes:g} "
        f"minutes: {percent(order.quantity / others if others else None, 0)} of what others trade meanwhile; "
        f"{counted(study.episodes, 'market')}, the same for every worker, seed {study.seed}",
    )


def execute_tables(study: ScenarioStudy) -> tuple[Table, ...]:
    """Every table in reading order."""
    return (
        _cost_table(study),
        *venue_tables(study),
        _style_table(study),
        _part_table(study),
        _leakage_table(study),
        _validity_table(study),
    )


def phase_title(phase: Phase) -> str:
    """A phase with its minutes."""
    return f"{printable(phase.name)} {phase.begin:g}-{phase.end:g}"


def _cost_table(study: ScenarioStudy) -> Table:
    baseline = study.workers[0].worker
    differences = {each.challenger: each for each in study.differences}
    rows = [
        (
            one.worker,
            number(float(one.shortfall_bps.mean()), 1),
            number(float(one.shortfall_bps.std(ddof=1)), 1),
            *_difference_cells(differences.get(one.worker)),
            percent(one.completion),
            percent(one.traded(0, len(study.minutes) - 1)[1], 0),
        )
        for one in study.workers
    ]
    return Table(
        title="Implementation shortfall in bps of arrival notional",
        columns=(
            "worker",
            ">mean",
            ">sd",
            f">against\n{baseline}",
            ">95% interval",
            ">p",
            ">com-\npleted",
            ">taken",
        ),
        rows=tuple(rows),
        notes=(
            "Positive is a cost. Differences are market by market, with what chance alone did to prices "
            "taken out by regression; p after Holm's correction. Taken: share of the traded lots that "
            "crossed the spread.",
        ),
    )


def _difference_cells(found: PairedDifference | None) -> tuple[str, str, str]:
    if found is None:
        return MISSING, "", ""
    interval = f"{number(found.lower, 1)} to {number(found.upper, 1)}"
    return number(found.mean_bps, 1), interval, f"{found.p_adjusted:.2g}"


def _style_table(study: ScenarioStudy) -> Table:
    rows = [
        (phase_title(phase), *(_style(study, phase, one) for one in study.workers)) for phase in study.phases
    ]
    return Table(
        title="Style: share of the order an hour, and how much of it is taken",
        columns=("minutes", *(f">{one.worker}" for one in study.workers)),
        rows=tuple(rows),
    )


def _style(study: ScenarioStudy, phase: Phase, one: WorkedOrders) -> str:
    first, last = study.step_at(phase.begin), study.step_at(phase.end)
    if last <= first:
        return MISSING
    share, taken = one.traded(first, last)
    hours = float(study.minutes[last] - study.minutes[first]) / 60.0
    return f"{percent(share / hours, 0)}, {percent(taken, 0)}"


def _part_table(study: ScenarioStudy) -> Table:
    rows = [
        (
            one.worker,
            *(number(float(part.mean()), 2) for part in one.parts_bps.values()),
            number(float(one.news_bps.mean()), 2),
            number(float(one.shortfall_bps.mean() - one.news_bps.mean()), 2),
        )
        for one in study.workers
    ]
    names = tuple(study.workers[0].parts_bps)
    return Table(
        title="Where it went, mean bps",
        columns=("worker", *(f">{_broken(name)}" for name in names), ">from\nnews", ">all but\nnews"),
        rows=tuple(rows),
        notes=(
            "The parts add up to the shortfall. From news: what of it the news made, the shock included, "
            "which no order moves; the rest is what trading cost.",
        ),
    )


def _leakage_table(study: ScenarioStudy) -> Table:
    rows = []
    for one in study.workers:
        found = one.leakage
        known = not np.isnan(found.lower)
        rows.append(
            (
                one.worker,
                _mean(found.moved_bps),
                _mean(found.control_bps),
                MISSING if not found.markets else number(found.mean_bps, 2),
                f"{number(found.lower, 2)} to {number(found.upper, 2)}" if known else MISSING,
            )
        )
    return Table(
        title="Information leakage: the mid's move against the order until its fills, bps",
        columns=("worker", ">with the\norder", ">same markets\nwithout it", ">leakage", ">95% interval"),
        rows=tuple(rows),
        notes=(
            "From arrival to each fill, by lots. Every market is run once more from its seed with no order "
            "in it; leakage is the difference, market by market: what the order showed and what its earlier "
            "fills moved.",
        ),
    )


def _mean(values: FloatArray) -> str:
    known = values[~np.isnan(values)]
    return number(float(known.mean()), 2) if len(known) else MISSING


def _broken(name: str) -> str:
    """A head of two lines where one would widen the column."""
    return name if len(name) <= 8 else f"{name[:5]}-\n{name[5:]}"


def _validity_table(study: ScenarioStudy) -> Table:
    rows = []
    for one in study.workers:
        found = one.validity
        rows.append(
            (
                one.worker,
                percent(found.makers_alive),
                percent(found.spread_finite),
                number(found.mean_spread_ticks, 2),
                number(found.widest_spread_ticks) if np.isfinite(found.widest_spread_ticks) else MISSING,
                number(found.lots_discarded),
                percent(found.completion),
            )
        )
    return Table(
        title="Whether the markets were markets",
        columns=(
            "worker",
            ">makers\nalive",
            ">both\nquoted",
            ">spread,\nticks",
            ">widest",
            ">met\nnobody",
            ">least\ncompleted",
        ),
        rows=tuple(rows),
        notes=(
            "Shares of the markets in which every maker quoted at every look, and in which both sides quoted "
            "for 99.9% of the time. Met nobody: lots left at the end and messages that met an empty side.",
        ),
    )
