"""Train the agents of the pace, in rounds, watched against the even pace on orders of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from execution.agents.card import AgentCard
from execution.agents.comparison import PairedDifference, paired_difference
from execution.agents.learn.dqn import train_dqn
from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.rounds import Progress
from execution.agents.learn.settings import DqnSettings, PpoSettings
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.pace.actions import IntArray, pace_actions
from execution.agents.pace.environment import PaceVectorEnv
from execution.agents.pace.episodes import PaceEpisodes, PaceReward
from execution.agents.pace.observation import FEATURES
from execution.agents.pace.timelines import LongOrders
from execution.agents.policy import ExecutionPolicy
from execution.agents.training import Algorithm

GROUPS, MEMBERS = 16, 4
# Learning begins at the even pace, each slice rested and then crossed, which is what schedules do.
USUAL = pace_actions().names.index("eager 1")
PPO = PpoSettings(
    rollout_steps=8,
    batch_size=128,
    epochs=10,
    learning_rate=1e-3,
    final_rate_share=0.1,
    discount=0.99,
    entropy_share=0.002,
    first_odds=((USUAL, 2.5),),
    averaged_share=0.3,
    standard_steps=1_024,
)
DQN = DqnSettings(
    n_steps=5,
    batch_size=256,
    buffer_steps=200_000,
    learning_starts=1_000,
    gradient_steps=16,
    target_every=640,
    learning_rate=5e-4,
    exploration_share=0.4,
    exploration_final=0.03,
    discount=0.99,
    usual_action=USUAL,
    averaged_share=0.3,
    standard_steps=1_024,
)
# Of live evaluation: apart from what agents train on, and from what benchmarks judge on.
_LIVE_SEED, _LIVE_GROUPS = 0x9ACE, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceLesson:
    """Where a training stands after a round. difference: to the even pace, on orders of its own."""

    round: int
    rounds: int
    steps: int
    difference: PairedDifference


def train_pace(
    algorithm: Algorithm,
    law: LongOrders,
    *,
    out: Path,
    steps: int,
    rounds: int,
    seed: int,
    groups: int = GROUPS,
    command: str = "",
    tell: Callable[[PaceLesson], None] | None = None,
) -> Path:
    """Train an agent and return the path of its weights, `out`/pace_ALGORITHM.safetensors.

    steps: decisions in all, of `groups` markets in MEMBERS copies each. The weights are written after each
    round. A checkpoint in `out` is gone on with; AgentError when it is of other settings.
    """
    path, card = out / f"pace_{algorithm}.safetensors", pace_card(algorithm, law, seed=seed, command=command)

    def after_round(progress: Progress) -> None:
        progress.agent.save(path, card)
        if tell is not None:
            gain = against_even(progress.agent.policy(card), law, orders=_LIVE_GROUPS, seed=_LIVE_SEED)
            tell(
                PaceLesson(
                    round=progress.round, rounds=progress.rounds, steps=progress.steps, difference=gain
                )
            )

    out.mkdir(parents=True, exist_ok=True)
    env = StableBaselinesEnv(PaceVectorEnv(law, groups=groups, members=MEMBERS))
    checkpoint = out / f"pace_{algorithm}.checkpoint"
    agent: TrainedAgent
    if algorithm == "ppo":
        agent = train_ppo(
            env, PPO, steps=steps, seed=seed, rounds=rounds, progress=after_round, checkpoint=checkpoint
        )
    else:
        agent = train_dqn(
            env, DQN, steps=steps, seed=seed, rounds=rounds, progress=after_round, checkpoint=checkpoint
        )
    agent.save(path, card)
    return path


def pace_card(algorithm: str, law: LongOrders, *, seed: int, command: str) -> AgentCard:
    """What goes with the weights."""
    (low, high), (short, long) = law.participation, law.hours
    markets = ", ".join(dict.fromkeys(one.name for one in law.markets))
    return AgentCard(
        name=algorithm,
        algorithm=algorithm,
        feature_names=FEATURES,
        action_names=pace_actions().names,
        notes={
            "task": f"orders of {short:g} to {long:g} hours, {low:.0%} to {high:.0%} of the usual volume, a "
            f"pace and style about every five minutes; participants of {markets}, timelines drawn",
            "seed": str(seed),
            "command": command,
        },
    )


def against_even(policy: ExecutionPolicy, law: LongOrders, *, orders: int, seed: int) -> PairedDifference:
    """An agent's cost less that of the even pace at the touch, on the same orders [bps], news taken off."""
    costs = _worked(policy, law, orders, seed)
    return paired_difference(costs[:, 0], costs[:, 1], challenger=policy.name, baseline="even pace")


def _worked(policy: ExecutionPolicy, law: LongOrders, orders: int, seed: int) -> np.ndarray:
    """Shortfall less surprises of the agent and the even pace, shape (order, 2) [bps]."""
    episodes = PaceEpisodes(
        law, PaceReward(), groups=orders, members=2, seed=np.random.SeedSequence(seed, spawn_key=(1,))
    )
    desk = episodes.desk
    bps, total, done = 1e4 / desk.arrival_ticks, np.zeros(2 * orders), np.zeros(2 * orders, np.bool_)
    observation = desk.observation()
    while not done.all():
        mask = episodes.mask()
        chosen = np.where(np.arange(2 * orders) % 2 == 0, policy.act(observation, mask), even_pace(mask))
        step = episodes.step(chosen)
        total += np.where(done, 0.0, bps * (step.cost - step.news))
        done |= step.done
        observation = step.observation
    return total.reshape(orders, 2)


def even_pace(mask: np.ndarray) -> IntArray:
    """The action of the even pace where it may be chosen, else the first that may, shape (market,)."""
    chosen: IntArray = np.where(mask[:, USUAL], USUAL, mask.argmax(axis=1))
    return chosen
