"""The tables of a replay as text cells: policies side by side."""

from __future__ import annotations

from collections.abc import Callable

from hedger.replay_result import ATTRIBUTION_PARTS, PolicyReplay, ReplayResult
from hedger.report.tables import Table
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
        f"{printable(result.portfolio_origin)}; orders by {settings.schedule}, "
        f"risk aversion {settings.risk_aversion:g}, seed {settings.seed}",
    )


def replay_tables(result: ReplayResult) -> tuple[Table, ...]:
    """P&L with its attribution, then risk and turnover, a column per policy."""
    columns = ("", *(f">{policy.policy}" for policy in result.policies))
    parts = [
        (part, *(number(policy.attribution[part]) for policy in result.policies))
        for part in ATTRIBUTION_PARTS
    ]
    profit = Table(
        title=f"Profit and loss, {printable(result.currency)}, and where it came from",
        columns=columns,
        rows=(_row(result, "P&L", lambda policy: number(policy.profit_and_loss)), *parts),
        notes=(_RESIDUAL,),
    )
    risk = Table(
        title="Risk and turnover",
        columns=columns,
        rows=(
            _row(result, "worst day", lambda policy: str(policy.worst_day)),
            _row(result, "P&L that day", lambda policy: number(policy.worst_day_profit_and_loss)),
            _row(result, "daily deviation", lambda policy: number(policy.daily_deviation)),
            _row(result, "costs paid", lambda policy: number(policy.costs)),
            _row(result, "news, left out", lambda policy: number(policy.news)),
            _row(result, "orders", lambda policy: number(policy.trades)),
            _row(result, "contracts traded", lambda policy: number(policy.turnover_contracts)),
            _row(result, "notional traded", lambda policy: number(policy.turnover_currency)),
        ),
        notes=tuple(printable(note) for note in (*result.notes, *(f"Source: {s}" for s in result.sources))),
    )
    return profit, risk


def _row(result: ReplayResult, name: str, cell: Callable[[PolicyReplay], str]) -> tuple[str, ...]:
    return (name, *(cell(policy) for policy in result.policies))
