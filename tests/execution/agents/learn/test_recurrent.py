from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import torch
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy

from execution.agents.inference import Network
from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.recurrent import (
    MaskedRecurrentPolicy,
    RecurrentSettings,
    recurrent_learner,
    train_recurrent_ppo,
)
from execution.agents.learn.rounds import Progress
from execution.agents.learn.settings import PpoSettings
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.network_policy import NetworkPolicy, RememberingPolicy, policy_bytes
from execution.agents.policy import ExecutionPolicy
from execution.errors import AgentError
from tests.execution.agents.learn.recall import FEATURES, Recall, cued

PPO = PpoSettings(
    hidden=(16,), learning_rate=5e-3, rollout_steps=24, batch_size=192, epochs=4, standard_steps=100
)
RECURRENT = RecurrentSettings(ppo=PPO, memory_units=8)
PERMITTED = np.tile([True, True, False], (2, 1))


def _env(markets: int = 16) -> StableBaselinesEnv:
    return StableBaselinesEnv(Recall(markets))


def _short(seed: int = 3) -> partial[TrainedAgent]:
    return partial(train_recurrent_ppo, _env(), RECURRENT, steps=1_200, seed=seed, rounds=3)


def _last_answers(policy: ExecutionPolicy) -> list[int]:
    """What is done at the end of an episode of either cue."""
    answers: npt.NDArray[np.int64] = np.array([policy.act(seen, PERMITTED) for seen in cued()])
    found: list[int] = answers[-1].tolist()
    return found


def test_what_needs_a_memory_is_learnt_with_one_and_nothing_forbidden_is_done() -> None:
    task = Recall(16)
    agent = train_recurrent_ppo(StableBaselinesEnv(task), RECURRENT, steps=8_000, seed=1)
    assert _last_answers(agent.policy().begin(2)) == [0, 1]
    assert agent.episode_reward > 0.95
    assert task.broken == 0


def test_what_needs_a_memory_is_not_learnt_without_one() -> None:
    agent = train_ppo(_env(), PPO, steps=8_000, seed=1)
    assert agent.episode_reward < 0.7


def test_an_exported_memory_answers_as_torch_does_order_after_order() -> None:
    learner = recurrent_learner(_env(), RECURRENT, seed=2)
    learner.standardise(5)
    policy, network = RememberingPolicy(_agent(learner.network()).policy(), 3), cast(Any, learner.policy)
    rng = np.random.default_rng(0)
    states = (torch.zeros(1, 3, 8), torch.zeros(1, 3, 8))
    for step in range(20):
        seen = rng.standard_normal((3, FEATURES)).astype(np.float32)
        begins = np.zeros(3, np.bool_) if step else np.ones(3, np.bool_)
        if step == 11:
            begins[1] = True
            policy.restart(begins)
        masked = torch.from_numpy(np.hstack([seen, np.ones((3, 3), np.float32)]))
        with torch.no_grad():
            told, states = network.get_distribution(masked, states, torch.from_numpy(begins).float())
        odds = policy.outputs(seen)
        logits = told.distribution.logits.numpy()
        np.testing.assert_allclose(odds - odds[:, :1], logits - logits[:, :1], atol=2e-5)


def test_a_whole_sequence_is_remembered_as_sb3_contrib_does_step_by_step() -> None:
    lstm = torch.nn.LSTM(4, 5)
    features, starts = torch.randn(3 * 7, 4 + 2), torch.zeros(3, 7)
    starts[1:, 0] = 1.0
    states = (torch.randn(1, 3, 5), torch.randn(1, 3, 5))
    ours, left = MaskedRecurrentPolicy._process_sequence(features, states, starts.flatten(), lstm)
    plain, their_left = RecurrentActorCriticPolicy._process_sequence(
        features[:, :4], states, starts.flatten(), lstm
    )
    torch.testing.assert_close(ours, torch.cat([features[:, :4], plain, features[:, 4:]], dim=1))
    torch.testing.assert_close(left, their_left)


def test_a_training_taken_up_again_ends_where_the_uninterrupted_one_does(tmp_path: Path) -> None:
    path = tmp_path / "training.safetensors"

    def kill(progress: Progress) -> None:
        if progress.round == 2:
            raise KeyboardInterrupt

    uninterrupted = _short()()
    with pytest.raises(KeyboardInterrupt):
        _short()(progress=kill, checkpoint=path)
    resumed = _short()(checkpoint=path)
    assert policy_bytes(resumed.policy()) == policy_bytes(uninterrupted.policy())
    with pytest.raises(AgentError, match="another training"):
        _short(seed=4)(checkpoint=path)


def test_an_agent_with_a_memory_is_read_back_from_its_file(tmp_path: Path) -> None:
    agent = train_recurrent_ppo(_env(), RECURRENT, steps=400, seed=3, rounds=1)
    agent.save(tmp_path / "agent.safetensors")
    read, own = (NetworkPolicy.load(tmp_path / "agent.safetensors").begin(2), agent.policy().begin(2))
    for seen in cued():
        assert np.array_equal(read.act(seen, PERMITTED), own.act(seen, PERMITTED))


def test_a_memory_without_units_is_refused() -> None:
    with pytest.raises(ValueError, match="memory_units is 0"):
        RecurrentSettings(memory_units=0)


def _agent(network: Network) -> TrainedAgent:
    return TrainedAgent(
        algorithm="recurrent-ppo",
        network=network,
        steps=0,
        seed=2,
        episode_reward=float("nan"),
    )
