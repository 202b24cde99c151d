"""The tables of a replay as text cells: policies side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hedger.replay_result import ATTRIBUTION_PARTS, PolicyReplay, ReplayResult
from hedger.report.table import Table
from hedger.report.units import number, printable

_RESIDUAL = (
    "Each Greek is yesterday's times today's move. The residual is what such an expansion does not see: the "
    "higher orders of a large move, spot, volatility and time that move together, and futures' carry."
)


def replay_header(result: ReplayResult) -> tuple[str, ...]:
    """Lines that say what was replayed: scenario, book, days, seed."""
    settings = result.settings
    how = "real days" if result.stickiness is None else f"stated shocks, surface {result.stickiness}"
    return (
        f"{printable(result.title)} ({printable(result.scenario)})",
        f"{how}, {result.days[0]} to {result.days[-1]}",
        f"{printable(result.portfolio_origin)}; orders by {printable(settings.worker)}, "
        f"risk aversion {settings.risk_aversion:g}, seed {settings.seed}",
    )


def replay_tables(result: ReplayResult, *, most_policies: int = 100) -> tuple[Table, ...]:
    """P&L with its attribution, then risk and turnover, a column per policy.

    most_policies: in one table; more of them go on in the next, since a terminal would break their numbers.
    """
    groups = [
        result.policies[first : first + most_policies]
        for first in range(0, len(result.policies), most_policies)
    ]
    notes = tuple(printable(note) for note in (*result.notes, *(f"Source: {s}" for s in result.sources)))
    currency = printable(result.currency)
    profit = [_profit(group, currency, (_RESIDUAL,) if group is groups[-1] else ()) for group in groups]
    risk = [_risk(group, notes if group is groups[-1] else ()) for group in groups]
    return (*profit, *risk)


def _columns(policies: Sequence[PolicyReplay]) -> tuple[str, ...]:
    return ("", *(f">{policy.policy}" for policy in policies))


def _profit(policies: Sequence[PolicyReplay], currency: str, notes: tuple[str, ...]) -> Table:
    parts = [(part, *(number(policy.attribution[part]) for policy in policies)) for part in ATTRIBUTION_PARTS]
    return Table(
        title=f"Profit and loss, {currency}, and where it came from",
        columns=_columns(policies),
        rows=(_row(policies, "P&L", lambda policy: number(policy.profit_and_loss)), *parts),
        notes=notes,
    )


def _risk(policies: Sequence[PolicyReplay], notes: tuple[str, ...]) -> Table:
    return Table(
        title="Risk and turnover",
        columns=_columns(policies),
        rows=(
            _row(policies, "worst day", lambda policy: str(policy.worst_day)),
            _row(policies, "P&L that day", lambda policy: number(policy.worst_day_profit_and_loss)),
            _row(policies, "daily deviation", lambda policy: number(policy.daily_deviation)),
            _row(policies, "costs paid", lambda policy: number(policy.costs)),
            _row(policies, "news, left out", lambda policy: number(policy.news)),
            _row(policies, "orders", lambda policy: number(policy.trades)),
            _row(policies, "contracts traded", lambda policy: number(policy.turnover_contracts)),
            _row(policies, "notional traded", lambda policy: number(policy.turnover_currency)),
        ),
        notes=notes,
    )


def _row(policies: Sequence[PolicyReplay], name: str, cell: Callable[[PolicyReplay], str]) -> tuple[str, ...]:
    return (name, *(cell(policy) for policy in policies))
