"""The parent order that a scenario is about, as its file states it."""

from __future__ import annotations

from dataclasses import dataclass

from execution.market.scenario_table import ScenarioTable
from execution.orders import Side

_MOST_MINUTES = 1440.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOrder:
    """What is to be traded at the scenario's first venue: side, quantity [lots] and minutes it may take.

    after_minutes: of the timeline before the order comes.
    """

    side: Side
    quantity: int
    minutes: float
    after_minutes: float = 0.0


def read_order(table: ScenarioTable) -> StatedOrder:
    """Read [order]; what is wrong is noted in the table."""
    return StatedOrder(
        side=Side[table.choice("side", [side.name.lower() for side in Side]).upper()],
        quantity=table.whole("quantity", least=1, most=10**9),
        minutes=table.number("minutes", least=0.1, most=_MOST_MINUTES),
        after_minutes=table.number("after_minutes", least=0.0, most=_MOST_MINUTES, default=0.0),
    )
