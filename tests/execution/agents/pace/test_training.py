"""Training of agents of the pace: tiny, but real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.agents.network_policy import NetworkPolicy
from execution.agents.pace import training
from execution.agents.pace.actions import pace_actions
from execution.agents.pace.observation import FEATURES
from execution.agents.pace.training import PaceLesson, against_even, even_pace, train_pace
from tests.execution.agents.pace.test_episodes import LAW


@pytest.mark.parametrize("algorithm", ["ppo", "dqn"])
def test_training_writes_an_agent_and_tells_of_each_round(
    algorithm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_LIVE_GROUPS", 2)
    monkeypatch.setattr(
        training, "PPO", replace(training.PPO, rollout_steps=4, batch_size=8, standard_steps=16)
    )
    monkeypatch.setattr(
        training, "DQN", replace(training.DQN, batch_size=8, learning_starts=16, standard_steps=16)
    )
    lessons: list[PaceLesson] = []
    chosen = "ppo" if algorithm == "ppo" else "dqn"
    path = train_pace(
        chosen, LAW, out=tmp_path, steps=64, rounds=2, seed=1, groups=2, command="x", tell=lessons.append
    )
    assert path.name == f"pace_{algorithm}.safetensors"
    assert [(one.round, one.rounds) for one in lessons] == [(1, 2), (2, 2)]
    card = NetworkPolicy.load(path, features=FEATURES, actions=pace_actions().names).card
    assert (card.name, card.notes["command"]) == (algorithm, "x")


def test_the_even_pace_differs_in_nothing_from_itself() -> None:
    class Even:
        name = "even"

        def act(self, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
            return even_pace(mask)

    gain = against_even(Even(), LAW, orders=3, seed=1)
    assert gain.mean_bps == 0.0
