"""How underlyings move together, and what working their orders together is expected to save, as tables."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hedger.report.table import Table
from hedger.report.units import counted, number, percent, printable
from hedger.result import HedgeRun
from hedger.spreads.co_movement import CoMovement
from hedger.spreads.joint_work import ExpectedWork, JointWork


def joint_tables(run: HedgeRun, unit: str) -> tuple[Table, ...]:
    """The correlation, and expected cost of the orders together and apart; none for one underlying."""
    if run.movement is None:
        return ()
    correlation = _correlation(run.movement, simulated=not run.settings.dry_run)
    return (correlation,) if run.joint is None else (correlation, _work(run.joint, unit))


def _correlation(movement: CoMovement, *, simulated: bool) -> Table:
    names = [printable(symbol) for symbol in movement.symbols]
    rows = tuple(
        (
            f"{names[j]} and {names[i]}",
            number(movement.correlation[i, j], 2),
            f"{number(movement.lower[i, j], 2)} to {number(movement.upper[i, j], 2)}",
        )
        for i in range(len(names))
        for j in range(i)
    )
    return Table(
        title="Correlation",
        columns=("", ">used", ">sample, 95%"),
        rows=rows or (("not known", "", ""),),
        notes=(_correlation_note(movement, simulated=simulated),),
    )


def _correlation_note(movement: CoMovement, *, simulated: bool) -> str:
    if movement.unknown:
        return f"{printable(movement.unknown)}: simulated prices are unrelated."
    return (
        f"Of {counted(movement.observations, 'daily return')} to {movement.last_day}, shrunk by "
        f"{percent(movement.shrinkage)} for its error."
        + (" The simulated prices move together by it." if simulated else "")
    )


def _work(work: JointWork, unit: str) -> Table:
    title = "Orders worked together, expected"
    if work.together is None or work.apart is None:
        note = f"Each order is worked by itself: {printable(work.reason)}."
        return Table(title=title, columns=("",), rows=(("none",),), notes=(note,))
    return Table(
        title=title,
        columns=("", "schedule", f">cost\n{unit}", f">deviation\n{unit}", f">risk-adjusted\n{unit}"),
        rows=(_row("together", work.schedule, work.together), _row("apart", "almgren-chriss", work.apart)),
        notes=tuple(_work_notes(work, work.apart.risk_adjusted, unit)),
    )


def _row(name: str, schedule: str, expected: ExpectedWork) -> tuple[str, ...]:
    cost, deviation = (None if math.isnan(it) else it for it in (expected.cost, expected.deviation))
    return name, schedule, number(cost), number(deviation), number(expected.risk_adjusted)


def _work_notes(work: JointWork, apart: float, unit: str) -> Iterator[str]:
    named = " and ".join(printable(symbol) for symbol in work.underlyings)
    share = f" ({percent(work.saving / apart)})" if apart > 0.0 else ""
    yield (
        f"{named} follow one schedule, which saves {number(work.saving)} {unit}{share} of what cost and half "
        "the risk aversion times variance add up to."
    )
    if work.reversion is not None:
        yield from _reversion_notes(work)


def _reversion_notes(work: JointWork) -> Iterator[str]:
    fit = work.reversion
    if fit is None:
        return
    lives = " and ".join(number(life, 1) for life in fit.half_lives)
    moves = ", ".join(
        f"{printable(symbol)} {drift:+,.2f}"
        for symbol, drift in zip(work.underlyings, work.drift_per_day, strict=True)
    )
    test = fit.test
    yield (
        f"Johansen's trace statistic is {number(test.trace[0], 1)} in {counted(fit.observations, 'day')}; "
        f"reversion shows above {number(test.critical[0], 1)} at 5%. "
        f"{counted(fit.rank, 'relation')} of the prices revert{'s' if fit.rank == 1 else ''}, half-life "
        f"{lives} trading days, and they are expected to move, in a day, by {moves}."
    )
    yield (
        "This schedule follows the prices: it has no cost and deviation beforehand, and together is what a "
        "rule expects that may trade back, which an order may not. The simulated prices do not revert."
    )
