"""Liquidating a hedged pair: rewards that add up, the known best, and a learner that comes near it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.settings import PpoSettings
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.optimum_tasks.liquidation_env import LiquidationEnv, parts_of
from execution.agents.optimum_tasks.liquidation_task import LiquidationTask
from execution.agents.optimum_tasks.lockstep_env import SCALE

TASK = LiquidationTask()


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 999))
def test_rewards_of_an_episode_sum_to_what_its_schedule_saves(seed: int) -> None:
    env = LiquidationEnv(TASK, count=2)
    env.reset()
    generator, reward, left = np.random.default_rng(seed), np.zeros(2), [np.ones((2, 2))]
    for _ in range(TASK.trades):
        _, gained, done, _, _ = env.step(generator.normal(0.0, 1.0, (2, 2)))
        reward += gained
        left.append(np.where(done[:, np.newaxis], 0.0, env.left))
    parts = -np.diff(np.array(left), axis=0)
    saved = [1.0 - TASK.cost(parts[:, market]) for market in range(2)]
    assert reward == pytest.approx(SCALE * np.array(saved), rel=1e-9, abs=1e-9)


def test_the_even_schedule_costs_one_and_earns_nothing() -> None:
    env = LiquidationEnv(TASK, count=1)
    env.reset()
    rewards = [env.step(np.zeros((1, 2)))[1][0] for _ in range(TASK.trades)]
    assert rewards == pytest.approx(np.zeros(TASK.trades), abs=1e-9)
    assert TASK.cost(np.full((TASK.trades, 2), 0.1)) == pytest.approx(1.0, rel=1e-12)
    assert TASK.finish_cost(np.ones((1, 2)), TASK.trades) == pytest.approx([1.0], rel=1e-12)


def test_the_even_schedule_pays_what_is_published() -> None:
    assert 1.0 / TASK.cost(TASK.best_parts()) == pytest.approx(1.140, abs=5e-4)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 999))
def test_no_schedule_beats_the_best(seed: int) -> None:
    best = TASK.best_parts()
    moved = best + 0.01 * np.random.default_rng(seed).standard_normal(best.shape)
    assert TASK.cost(moved / moved.sum(axis=0)) >= TASK.cost(best)


def test_the_last_trade_takes_all_and_the_next_episode_begins() -> None:
    env = LiquidationEnv(LiquidationTask(trades=2), count=1)
    first, _ = env.reset()
    env.step(np.array([[-3.0, 3.0]]))
    seen, _, done, _, infos = env.step(np.array([[-3.0, -3.0]]))
    assert done.tolist() == [True]
    assert infos["final_obs"][0, 2:4] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert data_equivalence(seen, first)


def test_ppo_comes_near_the_best_in_seconds() -> None:
    how = PpoSettings(
        hidden=(16,),
        learning_rate=5e-3,
        final_rate_share=0.05,
        rollout_steps=10,
        batch_size=320,
        epochs=5,
        advantage_decay=0.99,
        first_deviation=0.5,
        final_deviation=0.05,
        standard_steps=500,
    )
    env = StableBaselinesEnv(LiquidationEnv(TASK, count=32))
    agent = train_ppo(env, how, steps=16_000, seed=0, rounds=1)
    parts = parts_of(agent.policy(), LiquidationEnv(TASK, count=1))
    assert parts.sum(axis=0) == pytest.approx([1.0, 1.0], abs=1e-12)
    assert TASK.cost(parts) / TASK.cost(TASK.best_parts()) < 1.02


@pytest.mark.parametrize("wrong", [{"quantities": (1.0,)}, {"quantities": (1.0, 0.0)}, {"trades": 0}])
def test_a_task_without_trades_or_legs_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="quantity for each"):
        LiquidationTask(**wrong)
