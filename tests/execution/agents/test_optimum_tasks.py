from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.settings import PpoSettings
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.optimum_tasks.lockstep_env import SCALE
from execution.agents.optimum_tasks.placement_env import PlacementEnv, PlacementTask, shares_of
from execution.agents.optimum_tasks.scheduling_env import (
    FEATURES,
    MULTIPLES,
    SchedulingEnv,
    schedule_of,
)
from execution.agents.optimum_tasks.scheduling_task import (
    AlmgrenChrissTask,
    ObizhaevaWangTask,
    SchedulingTask,
)
from execution.placement.cont_kukanov import PlacementProblem, place_at_one_venue
from execution.placement.outflow import ExponentialOutflow

TASKS: tuple[SchedulingTask, ...] = (ObizhaevaWangTask(), AlmgrenChrissTask())
ONE_VENUE = PlacementTask(
    problem=PlacementProblem(
        quantity=1_000.0,
        half_spread=0.02,
        taker_fee=0.003,
        underfill=0.06,
        overfill=0.024,
        rebates=(0.002,),
        queues=(1_000.0,),
    ),
    mean_outflows=(2_200.0,),
)


@pytest.mark.parametrize("task", TASKS)
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 999))
def test_rewards_of_an_episode_sum_to_what_its_schedule_saves(task: SchedulingTask, seed: int) -> None:
    env = SchedulingEnv(task, count=2)
    env.reset()
    generator, reward, left = np.random.default_rng(seed), np.zeros(2), [np.ones(2)]
    for _ in range(task.trades):
        _, gained, done, _, _ = env.step(generator.normal(0.0, 1.0, (2, 1)))
        reward += gained
        left.append(np.where(done, 0.0, env.left))
    shares = -np.diff(np.array(left), axis=0)
    saved = [1.0 - task.cost(shares[:, market]) for market in range(2)]
    assert reward == pytest.approx(SCALE * np.array(saved), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("task", TASKS)
@settings(deadline=None, max_examples=20)
@given(left=st.floats(0.0, 1.0), displacement=st.floats(0.0, 1.0), trades_left=st.integers(0, 60))
def test_finishing_evenly_costs_what_its_trades_do(
    task: SchedulingTask, left: float, displacement: float, trades_left: int
) -> None:
    found = task.finish_cost(np.array([left]), np.array([displacement]), trades_left)[0]
    still, moved, cost = np.array([left]), np.array([displacement]), 0.0
    for _ in range(trades_left):
        quantity = np.array([left / trades_left])
        cost += task.step_cost(still, moved, quantity)[0]
        still, moved = still - quantity, task.next_displacement(moved, quantity)
    assert found == pytest.approx(cost if trades_left else 0.0, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("task", TASKS)
def test_the_even_schedule_costs_one_and_earns_nothing(task: SchedulingTask) -> None:
    env = SchedulingEnv(task, count=1)
    env.reset()
    rewards = [env.step(np.zeros((1, 1)))[1][0] for _ in range(task.trades)]
    assert rewards == pytest.approx(np.zeros(task.trades), abs=1e-9)
    assert task.finish_cost(np.ones(1), np.zeros(1), task.trades) == pytest.approx([1.0], rel=1e-12)
    assert task.cost(np.full(task.trades, 1.0 / task.trades)) == pytest.approx(1.0, rel=1e-12)


def test_even_schedules_pay_what_is_published() -> None:
    excess = [1.0 / task.cost(task.best_shares()) - 1.0 for task in TASKS]
    assert excess == pytest.approx([0.085, 0.62], abs=0.005)


@pytest.mark.parametrize("task", TASKS)
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 999))
def test_no_schedule_beats_the_best(task: SchedulingTask, seed: int) -> None:
    best = task.best_shares()
    moved = best + 0.01 * np.random.default_rng(seed).standard_normal(len(best))
    assert task.cost(moved / moved.sum()) >= task.cost(best)


def test_multiples_that_exceed_what_is_left_are_masked_and_the_last_trade_takes_all() -> None:
    env = SchedulingEnv(ObizhaevaWangTask(slices=3), count=1, multiples=MULTIPLES)
    env.reset()
    for trades_left in (4, 3, 2):
        assert env.action_masks()[0].tolist() == [multiple <= trades_left for multiple in MULTIPLES]
        env.step(np.array([MULTIPLES.index(0.5)]))
    assert [MULTIPLES[place] for place in np.flatnonzero(env.action_masks()[0])] == [1.0]
    with pytest.raises(ValueError, match="masked"):
        env.step(np.array([0]))
    _, _, done, _, infos = env.step(np.array([MULTIPLES.index(1.0)]))
    assert done.tolist() == [True]
    assert infos["final_obs"][0, FEATURES.index("quantity_left")] == pytest.approx(0.0, abs=1e-12)


def test_the_even_pace_must_be_among_the_multiples() -> None:
    with pytest.raises(ValueError, match="even pace"):
        SchedulingEnv(ObizhaevaWangTask(), count=1, multiples=(0.0, 2.0))


def test_ppo_comes_near_the_best_obizhaeva_wang_schedule_in_seconds() -> None:
    task = ObizhaevaWangTask(slices=5)
    how = PpoSettings(
        hidden=(16,),
        learning_rate=5e-3,
        rollout_steps=6,
        batch_size=192,
        epochs=5,
        advantage_decay=0.98,
        first_deviation=0.5,
        standard_steps=96,
    )
    agent = train_ppo(StableBaselinesEnv(SchedulingEnv(task, count=64)), how, steps=20_000, seed=0, rounds=1)
    shares = schedule_of(agent.policy(), SchedulingEnv(task, count=1))
    best = task.cost(task.best_shares())
    assert task.cost(shares) / best - 1.0 < 0.01
    assert 1.0 / best - 1.0 > 0.02


def test_ppo_learns_a_placement_from_outflows_alone() -> None:
    how = PpoSettings(
        hidden=(8,),
        learning_rate=1e-2,
        rollout_steps=1,
        batch_size=64,
        epochs=4,
        final_deviation=0.05,
        standard_steps=0,
    )
    env = StableBaselinesEnv(PlacementEnv(ONE_VENUE, count=64, outflows=256))
    agent = train_ppo(env, how, steps=16_000, seed=0, rounds=1)
    shares = shares_of(agent.policy().outputs(np.ones((1, 1), np.float32))[0])
    outflows = ONE_VENUE.outflows(np.random.default_rng(5), 200_000)
    best = place_at_one_venue(ONE_VENUE.problem, ExponentialOutflow(mean=2_200.0))
    chosen = np.array([best.market, *best.limits]) / ONE_VENUE.problem.quantity
    assert ONE_VENUE.costs(shares, outflows).mean() / ONE_VENUE.costs(chosen, outflows).mean() < 1.02


def test_all_markets_meet_the_same_outflows_and_pay_their_mean() -> None:
    env = PlacementEnv(ONE_VENUE, count=3, outflows=5)
    env.reset(seed=1)
    twin = PlacementEnv(ONE_VENUE, count=1, outflows=5)
    twin.reset(seed=1)
    actions = np.array([[0.0, 0.0], [2.0, -1.0], [0.0, 0.0]])
    saved = env.step(actions)[1]
    outflows = ONE_VENUE.outflows(twin.np_random, 5)
    costs = [ONE_VENUE.costs(shares, outflows).mean() for shares in shares_of(actions)]
    assert saved == pytest.approx(ONE_VENUE.costs(np.full(2, 0.5), outflows).mean() - np.array(costs))
    assert saved[[0, 2]] == pytest.approx(0.0, abs=1e-12)


def test_a_placement_of_each_market_is_judged_on_its_own_outflow() -> None:
    outflows = np.array([[0.0], [5_000.0]])
    costs = ONE_VENUE.costs(np.array([[1.0, 0.0], [0.0, 1.0]]), outflows)
    assert costs == pytest.approx([1.0, -0.022 / 0.023])
