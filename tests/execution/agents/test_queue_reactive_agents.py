from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import execution.agents
from execution.agents.comparison import PairedDifference, paired_difference
from execution.agents.network_policy import NetworkPolicy
from execution.agents.queue_reactive_observation import BOOK_FEATURES
from execution.agents.queue_reactive_play import PlayedEpisodes, agent, play, twap
from execution.agents.queue_reactive_task import still_market

SHIPPED = Path(execution.agents.__file__).parent / "shipped"
NAMES = ("queue_reactive_dqn", "queue_reactive_ppo")
EPISODES = 1_000
SEED = np.random.SeedSequence(77_001)


def shipped(name: str) -> NetworkPolicy:
    return NetworkPolicy.load(
        SHIPPED / f"{name}.safetensors", features=BOOK_FEATURES, actions=("wait", "half", "all")
    )


@cache
def twap_played() -> PlayedEpisodes:
    return play(twap, episodes=EPISODES, seed=SEED)


@cache
def agent_played(name: str) -> PlayedEpisodes:
    return play(agent(shipped(name)), episodes=EPISODES, seed=SEED)


def against_twap(name: str) -> PairedDifference:
    costs = -agent_played(name).reward, -twap_played().reward
    return paired_difference(*costs, challenger=name, baseline="TWAP")


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_agent_is_cheaper_than_twap_by_a_quarter_within_its_interval(name: str) -> None:
    found = against_twap(name)
    assert found.p_value < 0.001
    assert found.relative_upper < 0.0
    assert found.relative_lower < -0.25


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_agent_rarely_leaves_anything_to_the_end(name: str) -> None:
    assert (agent_played(name).unfinished > 0).mean() < 0.03


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_agent_wins_nothing_where_nothing_can_be_won(name: str) -> None:
    still = [
        play(rule, episodes=20, seed=SEED, model=still_market()).reward
        for rule in (agent(shipped(name)), twap)
    ]
    assert still[0] == pytest.approx(still[1], abs=1e-12)
