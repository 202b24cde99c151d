"""Train the agents that work parent orders, in rounds, judged against a schedule as they learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

import numpy as np

from execution.agents.actions import default_actions
from execution.agents.best_round import BestRound
from execution.agents.card import FORECASTS, AgentCard
from execution.agents.classical import ScheduleWorker
from execution.agents.comparison import PairedDifference, compare
from execution.agents.evaluate import Evaluation, evaluate
from execution.agents.learn.checkpoint import rounds_done
from execution.agents.learn.dqn import train_dqn
from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.recurrent import RecurrentSettings, train_recurrent_ppo
from execution.agents.learn.rounds import Progress
from execution.agents.learn.settings import DqnSettings, PpoSettings
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.market_source import MarketSource
from execution.agents.network_policy import NetworkPolicy
from execution.agents.observation import FEATURES
from execution.agents.task import ExecutionTask
from execution.agents.vector_environment import ExecutionVectorEnv
from execution.agents.worker import Worker, agent_worker
from execution.impact.predictor import Predictor
from execution.impact.watched_markets import WatchedSource
from execution.schedules.twap import Twap

Algorithm = Literal["ppo", "recurrent-ppo", "dqn"]
MARKETS = 64
# Learning begins among the patient ways of working a slice; DQN wanders to the plainest of them.
_NAMES = default_actions().names
_PATIENT = tuple(_NAMES.index(name) for name in ("join 1", "join 4", "improve 1", "behind 2"))
PPO = PpoSettings(
    rollout_steps=300,
    batch_size=2_400,
    epochs=5,
    learning_rate=1e-3,
    final_rate_share=0.1,
    discount=1.0,
    advantage_decay=0.95,
    critic_decay=1.0,
    first_odds=tuple((action, 4.0) for action in _PATIENT),
    sharpening=1.016,
)
DQN = DqnSettings(
    n_steps=3,
    batch_size=512,
    buffer_steps=400_000,
    learning_starts=3_000,
    target_every=2_000,
    exploration_share=0.4,
    exploration_final=0.03,
    discount=1.0,
    usual_action=_PATIENT[0],
    averaged_share=0.25,
)
RECURRENT = RecurrentSettings(ppo=PPO)
# Of live evaluation: apart from what agents train on, and from what benchmarks judge on.
_LIVE_SEED = 0x11FE
LIVE_MARKETS, _LIVE_ORDERS = 96, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Where a training stands after a round. difference: to TWAP, in markets that it does not learn from."""

    round: int
    rounds: int
    steps: int
    reward: float
    difference: PairedDifference


def train_agent(
    algorithm: Algorithm,
    source: MarketSource,
    task: ExecutionTask,
    *,
    out: Path,
    steps: int,
    rounds: int,
    seed: int,
    markets: int = MARKETS,
    live_markets: int = LIVE_MARKETS,
    ppo: PpoSettings = PPO,
    curriculum: Callable[[int], ExecutionTask] | None = None,
    command: str = "",
    tell: Callable[[Lesson], None] | None = None,
    predictor: Predictor | None = None,
) -> Path:
    """Train an agent and return the path of its weights, `out`/ALGORITHM.safetensors, written each round.

    They are those of the round whose agent costs least in live_markets that nobody learns from (BestRound).

    steps: decisions in all, in so many markets side by side. task: what the agent is for and watched at.
    ppo: how a PPO without a memory learns.
    curriculum: the task of each round, from 0, where it is another. predictor: whose forecasts the agent
    learns to see; None for none. The checkpoint in `out` is gone on with where there is one; AgentError when
    it is of other settings.
    """
    checkpoint, of_round = out / f"{algorithm}.checkpoint", curriculum or (lambda _: task)
    seen = source if predictor is None else WatchedSource(source, predictor)
    vector = ExecutionVectorEnv(seen, of_round(rounds_done(checkpoint)), count=markets)
    best = BestRound(out, algorithm)
    card = agent_card(algorithm, task, seed=seed, command=command, predictor=predictor)
    live = partial(evaluate_live, source=source, task=task, markets=live_markets)
    schedule = cache(lambda: live(twap()))  # a training that is done asks for none

    def after_round(progress: Progress) -> None:
        vector.episodes.task = of_round(progress.round)
        own = live(agent_worker(progress.agent.policy(card), predictor))
        found = difference(own, schedule(), task)
        noted = replace(card, notes={**card.notes, "round": f"{progress.round} of {progress.rounds}"})
        best.take(progress.round, progress.agent, noted, cost=found.mean_bps)
        if tell is not None:
            tell(
                Lesson(
                    round=progress.round,
                    rounds=progress.rounds,
                    steps=progress.steps,
                    reward=progress.agent.episode_reward,
                    difference=found,
                )
            )

    env = StableBaselinesEnv(vector)
    train = {
        "ppo": partial(train_ppo, env, ppo),
        "recurrent-ppo": partial(train_recurrent_ppo, env, RECURRENT),
        "dqn": partial(train_dqn, env, DQN),
    }[algorithm]
    train(steps=steps, seed=seed, rounds=rounds, progress=after_round, checkpoint=checkpoint)
    return best.path


def agent_card(
    algorithm: str, task: ExecutionTask, *, seed: int, command: str, predictor: Predictor | None = None
) -> AgentCard:
    """What goes with the weights."""
    low, high = task.participation
    forecasts = {} if predictor is None else {FORECASTS: predictor.kind}
    return AgentCard(
        name=algorithm,
        algorithm=algorithm,
        feature_names=FEATURES,
        action_names=default_actions().names,
        notes={
            "task": f"{low:.0%} to {high:.0%} of an average day's volume in {task.horizon_seconds:g} s, "
            f"{task.decisions} decisions",
            "seed": str(seed),
            "command": command,
            **forecasts,
        },
    )


def twap(slices: int = 30) -> Worker:
    """What learning is watched against."""
    return ScheduleWorker(name="twap", schedule_for=lambda *_: Twap(), slices=slices)


def load_agent(path: Path) -> NetworkPolicy:
    """An agent of the default actions; AgentError for a file that is none."""
    return NetworkPolicy.load(path, features=FEATURES, actions=default_actions().names)


def evaluate_live(
    worker: Worker, *, source: MarketSource, task: ExecutionTask, markets: int = LIVE_MARKETS
) -> Evaluation:
    """A short evaluation on markets kept for it."""
    return evaluate(worker, source, task, markets=markets, orders=_LIVE_ORDERS, seed=_LIVE_SEED)


def difference(challenger: Evaluation, baseline: Evaluation, task: ExecutionTask) -> PairedDifference:
    """Paired difference of two workers, what news made taken out, markets as independent groups.

    What is left of an order is charged as the task charges it.
    """
    both = {one.worker: one for one in (challenger, baseline)}
    markets, orders = baseline.quantity.shape
    charge = task.reward.completion_ticks
    return compare(
        {name: one.cost_bps(charge).ravel() for name, one in both.items()},
        baseline=baseline.worker,
        control_bps={name: one.news_bps.ravel() for name, one in both.items()},
        cluster=np.repeat(np.arange(markets), orders),
    )[0]
