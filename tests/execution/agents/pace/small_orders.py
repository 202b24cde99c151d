"""Desks of the pace in a few markets, for tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.agents.pace.actions import PaceTable, pace_actions
from execution.agents.pace.desk import PaceDesk
from execution.agents.pace.order import LongOrder
from execution.agents.terms import terms_of_scenario
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import load_market
from execution.schedules.volume import VolumeCurve

TABLE = pace_actions()


def small_desk(
    *, sides: tuple[int, ...] = (1, -1), quantity: int = 3000, decisions: int = 3, table: PaceTable = TABLE
) -> PaceDesk:
    """Orders of a few intervals of five minutes, one in each of as many markets of the same seed."""
    scenario, count = load_market("qdi"), len(sides)
    batch = AgentMarketBatch([scenario] * count, [np.random.SeedSequence(3) for _ in sides])
    desk = PaceDesk(batch, [terms_of_scenario(scenario)] * count, table)
    desk.watch(np.full(count, 60 * 10**9))
    seconds = 300.0 * decisions
    curve = VolumeCurve(volume=(100.0 * seconds,))
    orders = [LongOrder(side=side, quantity=quantity, seconds=seconds, curve=curve) for side in sides]
    desk.begin(np.ones(count, np.bool_), orders)
    return desk


def chosen(name: str, count: int = 2) -> npt.NDArray[np.int64]:
    """The action of a name in every market."""
    return np.full(count, TABLE.names.index(name))
