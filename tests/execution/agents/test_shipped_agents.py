"""The agents that are shipped: what they say of themselves, and that they work orders to the end."""

from __future__ import annotations

import numpy as np
import pytest

from execution.agents.evaluate import evaluate
from execution.agents.no_signal import FairGameSource
from execution.agents.shipped_task import shipped_task
from execution.agents.study_workers import AGENTS, agent_file
from execution.agents.training import load_agent
from execution.agents.worker import agent_worker
from tests.execution.agents.small_markets import small_source, small_task


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_is_named_and_tells_how_to_remake_it(name: str) -> None:
    path = agent_file(name)
    assert path is not None
    card = load_agent(path).card
    assert card.name == card.algorithm == name
    assert f"hedger train execution --agent {name}" in card.notes["command"]
    assert path.stat().st_size < 100_000


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_trades_what_it_is_asked_to(name: str) -> None:
    path = agent_file(name)
    assert path is not None
    found = evaluate(
        agent_worker(load_agent(path)), small_source(), shipped_task(), markets=4, orders=1, seed=11
    )
    assert found.completion > 0.9
    assert np.isfinite(found.shortfall_bps).all()


@pytest.mark.parametrize("name", AGENTS)
def test_no_agent_wins_where_nobody_can(name: str) -> None:
    path = agent_file(name)
    assert path is not None
    found = evaluate(
        agent_worker(load_agent(path)), FairGameSource(), small_task(), markets=8, orders=2, seed=1
    )
    controlled = (found.shortfall_bps - found.news_bps) / found.bps_per_tick
    np.testing.assert_allclose(controlled, 1.0, rtol=1e-9)
