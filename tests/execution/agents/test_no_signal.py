"""Markets in which nobody can win: whoever works an order there pays the same."""

from __future__ import annotations

import numpy as np
import pytest

from execution.agents.actions import Placement, default_actions
from execution.agents.classical import ScheduleWorker
from execution.agents.evaluate import evaluate
from execution.agents.markets import Markets
from execution.agents.no_signal import FairGames, FairGameSource
from execution.agents.worker import Worker, agent_worker
from execution.schedules.twap import Twap
from tests.execution.agents.small_markets import small_task

TABLE = default_actions()


class Takes:
    """Takes so many slices whenever it may, and joins the touch."""

    name = "takes"

    def __init__(self, slices: float) -> None:
        chosen = [one.placement is Placement.JOIN and one.take == slices for one in TABLE.actions]
        self._action = chosen.index(True)

    def act(self, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return np.where(mask[:, self._action], self._action, mask.argmax(axis=1))


@pytest.mark.parametrize("worker", [agent_worker(Takes(1.0)), agent_worker(Takes(3.0))])
def test_every_worker_pays_half_the_spread_once_the_price_is_taken_off(worker: Worker) -> None:
    twap = ScheduleWorker(name="twap", schedule_for=lambda *_: Twap(), slices=3)
    for one in (twap, worker):
        found = evaluate(one, FairGameSource(), small_task(), markets=8, orders=2, seed=3)
        controlled = (found.shortfall_bps - found.news_bps) / found.bps_per_tick
        assert found.completion == 1.0
        np.testing.assert_allclose(controlled, 1.0, rtol=1e-9)


def test_a_fair_game_is_a_market_and_repeats_in_steps_of_any_length() -> None:
    whole, steps = (FairGames([np.random.SeedSequence(1)]) for _ in range(2))
    assert isinstance(whole, Markets)
    whole.step_until(10 * 10**9)
    for second in range(1, 11):
        steps.step_until(second * 10**9)
    assert abs(int(whole.surprise_ticks[0])) <= 10
    assert int(whole.surprise_ticks[0] - steps.surprise_ticks[0]) % 2 == 0
