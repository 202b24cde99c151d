from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from execution.agents.learn.dqn import dqn_learner, train_dqn
from execution.agents.learn.ppo import ppo_learner, train_ppo
from execution.agents.learn.rounds import Progress
from execution.agents.learn.settings import DqnSettings, FallingDeviation, FallingRate, PpoSettings
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import MaskedObservations, StableBaselinesEnv
from execution.agents.network_policy import NetworkPolicy, policy_bytes
from execution.agents.optimum_tasks.scheduling_env import SchedulingEnv
from execution.agents.optimum_tasks.scheduling_task import ObizhaevaWangTask
from execution.errors import AgentError
from tests.execution.agents.learn.chain import DISCOUNT, RIGHT, STATES, Chain, best_values

Train = Callable[..., TrainedAgent]

EYE = np.eye(STATES, dtype=np.float32)
DQN = DqnSettings(
    hidden=(32,),
    n_steps=1,
    discount=DISCOUNT,
    batch_size=64,
    buffer_steps=5_000,
    learning_starts=200,
    target_every=200,
    exploration_final=0.5,
    standard_steps=100,
)
PPO = PpoSettings(
    hidden=(16,),
    discount=DISCOUNT,
    learning_rate=5e-3,
    rollout_steps=16,
    batch_size=128,
    epochs=4,
    standard_steps=100,
)


def _env(markets: int = 8) -> StableBaselinesEnv:
    return StableBaselinesEnv(Chain(markets))


def _short(name: str, averaged_share: float = 0.0) -> Train:
    """A training of a second or so by name."""
    if name == "dqn":
        dqn = replace(DQN, averaged_share=averaged_share)
        return partial(train_dqn, _env(), dqn, steps=600, seed=3, rounds=3)
    ppo = replace(PPO, averaged_share=averaged_share)
    return partial(train_ppo, _env(), ppo, steps=600, seed=3, rounds=3)


def test_dqn_finds_the_values_of_a_chain_and_never_takes_what_is_forbidden() -> None:
    chain = Chain(8)
    agent = train_dqn(StableBaselinesEnv(chain), DQN, steps=8_000, seed=1)
    values = agent.policy().outputs(EYE)[:, :2]
    assert np.abs(values - best_values()).max() < 0.02
    assert chain.broken == 0


def test_ppo_goes_right_and_never_takes_what_is_forbidden() -> None:
    chain = Chain(8)
    agent = train_ppo(StableBaselinesEnv(chain), PPO, steps=6_000, seed=1)
    permitted = np.ones((STATES, 3), np.bool_)
    assert agent.policy().act(EYE, permitted).tolist() == [RIGHT] * STATES
    assert chain.broken == 0


def test_before_each_rollout_the_odds_are_sharpened() -> None:
    still = replace(PPO, learning_rate=1e-12)
    steps = 3 * 8 * PPO.rollout_steps
    odds = [
        train_ppo(_env(), replace(still, sharpening=factor), steps=steps, seed=1, rounds=1)
        .policy()
        .outputs(EYE)
        for factor in (1.0, 1.5)
    ]
    assert np.abs(odds[0]).max() > 1e-4
    assert np.allclose(odds[1], 1.5**3 * odds[0], rtol=1e-3, atol=1e-7)


def test_odds_of_a_box_cannot_be_sharpened() -> None:
    env = StableBaselinesEnv(SchedulingEnv(ObizhaevaWangTask(), count=2))
    with pytest.raises(ValueError, match="a box has none"):
        ppo_learner(env, replace(PPO, sharpening=1.1), seed=0)


@pytest.mark.parametrize("dueling_units", [0, 8])
def test_an_exported_network_answers_as_torch_does(dueling_units: int) -> None:
    settings = DqnSettings(hidden=(7, 5), dueling_units=dueling_units)
    learner = dqn_learner(_env(), settings, seed=2)
    learner.standardise(5)
    seen = np.random.default_rng(0).standard_normal((9, STATES)).astype(np.float32)
    masked = np.hstack([seen, np.ones((9, 3), np.float32)])
    with torch.no_grad():
        values = learner.q_net(torch.from_numpy(masked)).numpy()
    agent = TrainedAgent(
        algorithm="dqn", network=learner.network(), steps=0, seed=2, episode_reward=float("nan")
    )
    centred = agent.policy().outputs(seen)
    assert np.allclose(centred, values, atol=1e-5)


@pytest.mark.parametrize("tanh", [False, True])
def test_an_exported_actor_answers_as_torch_does(tanh: bool) -> None:
    learner = ppo_learner(_env(), PpoSettings(hidden=(7, 5), tanh=tanh), seed=2)
    learner.standardise(5)
    seen = np.random.default_rng(0).standard_normal((9, STATES)).astype(np.float32)
    with torch.no_grad():
        chances = learner.policy.get_distribution(torch.from_numpy(seen)).distribution.logits.numpy()
    agent = TrainedAgent(
        algorithm="ppo", network=learner.network(), steps=0, seed=2, episode_reward=float("nan")
    )
    odds = agent.policy().outputs(seen)
    assert np.allclose(odds - odds[:, :1], chances - chances[:, :1], atol=1e-5)


@pytest.mark.parametrize("averaged_share", [0.0, 0.7])
@pytest.mark.parametrize("name", ["dqn", "ppo"])
def test_a_training_taken_up_again_ends_where_the_uninterrupted_one_does(
    name: str, averaged_share: float, tmp_path: Path
) -> None:
    whole, again = _short(name, averaged_share), _short(name, averaged_share)
    path = tmp_path / "training.safetensors"

    def kill(progress: Progress) -> None:
        if progress.round == 2:
            raise KeyboardInterrupt

    uninterrupted = whole()
    with pytest.raises(KeyboardInterrupt):
        again(progress=kill, checkpoint=path)
    heard: list[int] = []
    resumed = _short(name, averaged_share)(progress=lambda told: heard.append(told.round), checkpoint=path)
    assert heard == [2, 3]  # what a kill interrupts is told again
    assert policy_bytes(resumed.policy()) == policy_bytes(uninterrupted.policy())
    assert resumed.steps == uninterrupted.steps


@pytest.mark.parametrize("name", ["dqn", "ppo"])
def test_weights_are_averaged_over_the_end_alone_and_training_goes_on_from_the_last(name: str) -> None:
    told: dict[float, list[Progress]] = {0.0: [], 0.5: []}
    for share, heard in told.items():
        _short(name, share)(progress=heard.append)
    last, averaged = (
        [policy_bytes(progress.agent.policy()) for progress in heard] for heard in told.values()
    )
    assert [left == right for left, right in zip(last, averaged, strict=True)] == [True, False, False]


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "training.safetensors"
    train_dqn(_env(), DQN, steps=300, seed=3, rounds=1, checkpoint=path)
    with pytest.raises(AgentError, match="another training"):
        train_dqn(_env(), DQN, steps=300, seed=4, rounds=1, checkpoint=path)
    path.write_bytes(b"cut off")
    with pytest.raises(AgentError, match="no checkpoint could be read"):
        train_dqn(_env(), DQN, steps=300, seed=3, rounds=1, checkpoint=path)


def test_another_seed_gives_other_weights() -> None:
    first = train_ppo(_env(), PPO, steps=100, seed=3, rounds=1)
    second = train_ppo(_env(), PPO, steps=100, seed=4, rounds=1)
    assert policy_bytes(first.policy()) != policy_bytes(second.policy())


def test_a_trained_agent_is_read_back_from_its_file(tmp_path: Path) -> None:
    agent = train_ppo(_env(), PPO, steps=100, seed=3, rounds=1)
    agent.save(tmp_path / "agent.safetensors")
    read = NetworkPolicy.load(tmp_path / "agent.safetensors")
    assert np.array_equal(read.outputs(EYE), agent.policy().outputs(EYE))
    assert read.card.notes == {"steps": "128", "seed": "3"}


def test_masks_go_with_observations_and_to_an_episodes_end() -> None:
    env = MaskedObservations(_env(2))
    env.seed(0)
    assert env.reset()[:, STATES:].tolist() == [[1.0, 1.0, 0.0]] * 2
    for _ in range(STATES):
        seen, _, done, infos = env.step(np.full(2, RIGHT))
        for market in np.flatnonzero(done):
            assert infos[market]["terminal_observation"].tolist() == [0.0] * 4 + [1.0] * 4
    assert seen[:, STATES:].tolist() == [[1.0, 1.0, 0.0]] * 2


def test_a_rate_falls_in_a_line() -> None:
    rate = FallingRate(1.0, 0.2)
    assert [rate(1.0), rate(0.5), rate(0.0), rate(-0.1)] == pytest.approx([1.0, 0.6, 0.2, 0.2])


def test_a_deviation_falls_by_equal_factors() -> None:
    deviation = FallingDeviation(1.0, 0.25)
    assert [deviation(1.0), deviation(0.5), deviation(0.0), deviation(-0.1)] == [1.0, 0.5, 0.25, 0.25]


def test_a_deviation_that_is_laid_down_is_not_learnt() -> None:
    how = replace(PPO, first_deviation=0.4, final_deviation=0.1, rollout_steps=6, batch_size=12)
    env = StableBaselinesEnv(SchedulingEnv(ObizhaevaWangTask(slices=5), count=2))
    learner = ppo_learner(env, how, seed=1)
    learner.open_round(1, 24)
    learner.advance(12, 24)
    assert learner.policy.log_std.exp().item() == pytest.approx(0.4)
    learner.advance(24, 24)
    assert learner.policy.log_std.exp().item() == pytest.approx(0.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hidden": ()},
        {"n_steps": 0},
        {"dueling_units": -1},
        {"discount": 1.5},
        {"learning_rate": 0.0},
        {"exploration_final": float("nan")},
        {"averaged_share": -0.1},
    ],
)
def test_settings_of_dqn_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot|lie"):
        DqnSettings(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hidden": (0,)},
        {"advantage_decay": -0.1},
        {"clip": 0.0},
        {"entropy_share": -1.0},
        {"largest_gradient": 0.0},
        {"final_deviation": 0.0},
        {"sharpening": 0.9},
        {"sharpening": float("nan")},
        {"averaged_share": 1.5},
    ],
)
def test_settings_of_ppo_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot|lie|positive"):
        PpoSettings(**wrong)
