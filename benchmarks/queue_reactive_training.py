"""Train the agents of benchmarks/execution_queue_reactive.py.

`python benchmarks/queue_reactive_training.py FOLDER dqn 0 1 2` trains these seeds, a file each, with a
checkpoint beside it that a killed training goes on from; files that are there are left. Seeds differ in first
weights, markets and exploration; markets are never those of validation or test.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numba
import numpy as np

from execution.agents.card import AgentCard
from execution.agents.learn.dqn import train_dqn
from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.rounds import Progress
from execution.agents.learn.settings import DqnSettings, PpoSettings
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.queue_reactive_observation import BOOK_FEATURES
from execution.agents.queue_reactive_play import agent, play
from execution.agents.queue_reactive_task import QueueReactiveTask
from execution.agents.queue_reactive_vector import QueueReactiveVectorEnv

MARKETS, ROUNDS = 128, 5
SIGN_FLIPPED = "flipped"
ACTIONS = ("wait", "half", "all")
PENALTY = 0.2  # theirs is 1.0, which drowns the rest of the reward while the deadline is not yet known
WATCHED = np.random.SeedSequence(20_001)  # markets of the progress, which decide nothing
STEPS = {"dqn": 200_000, "ppo": 180_000}
DQN = DqnSettings(
    hidden=(32, 32),
    dueling_units=16,
    n_steps=1,
    priority_exponent=0.0,  # errors are nearly all the market's noise, which has nothing to teach
    batch_size=512,
    gradient_steps=6,
    buffer_steps=200_000,
    learning_starts=5_000,
    exploration_share=0.3,
    exploration_final=0.1,
    target_every=2_000,
)
PPO = PpoSettings(
    rollout_steps=64,
    batch_size=1_024,
    epochs=6,
    learning_rate=1e-3,
    advantage_decay=0.8,
    entropy_share=0.002,
)


def environment(algorithm: str, sign: float) -> StableBaselinesEnv:
    """Markets to learn in. DQN learns off its policy, so that its episodes may begin anywhere."""
    is_dqn = algorithm == "dqn"
    return StableBaselinesEnv(
        QueueReactiveVectorEnv(
            count=MARKETS,
            task=QueueReactiveTask(penalty=PENALTY),
            unit=40.0 if is_dqn else 10.0,
            sign=sign,
            starts_anywhere=is_dqn,
        )
    )


def trained(algorithm: str, seed: int, path: Path, *, sign: float = 1.0) -> TrainedAgent:
    """Train one agent, from the checkpoint beside its file where there is one."""
    start = time.process_time()

    def watch(progress: Progress) -> None:
        found = play(agent(progress.agent.policy()), episodes=500, seed=WATCHED)
        print(
            f"{algorithm} seed {seed} sign {sign:+.0f}: {progress.steps} steps, "
            f"reward {found.reward.mean():.4f}, unfinished {(found.unfinished > 0).mean():.4f}, "
            f"{time.process_time() - start:.0f} s of CPU time",
            flush=True,
        )

    steps, env = STEPS[algorithm], environment(algorithm, sign)
    checkpoint = path.with_suffix(".checkpoint")
    if algorithm == "dqn":
        return train_dqn(
            env, DQN, steps=steps, seed=seed, rounds=ROUNDS, progress=watch, checkpoint=checkpoint
        )
    return train_ppo(env, PPO, steps=steps, seed=seed, rounds=ROUNDS, progress=watch, checkpoint=checkpoint)


def card_of(algorithm: str, seed: int) -> AgentCard:
    """What goes with the weights."""
    return AgentCard(
        name=f"queue_reactive_{algorithm}",
        algorithm=algorithm,
        feature_names=BOOK_FEATURES,
        action_names=ACTIONS,
        notes={
            "task": "arXiv 2511.15262: buy 25 event sizes in 600 s of a queue-reactive market",
            "seed": str(seed),
            "steps": str(STEPS[algorithm]),
            "command": "python benchmarks/queue_reactive_training.py FOLDER " + f"{algorithm} {seed}",
        },
    )


def train_missing(folder: Path, algorithm: str, seeds: Sequence[str]) -> None:
    """Train the agents whose files are not there; seeds: numbers, with _flipped behind for the wrong aim."""
    folder.mkdir(parents=True, exist_ok=True)
    for text in seeds:
        path = folder / f"{algorithm}_{text}.safetensors"
        if not path.exists():
            number, _, aim = text.partition("_")
            found = trained(algorithm, int(number), path, sign=-1.0 if aim == SIGN_FLIPPED else 1.0)
            found.save(path, card_of(algorithm, int(number)))


def main() -> None:
    """Train what the command line names and is not there yet."""
    numba.set_num_threads(1)
    train_missing(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])


if __name__ == "__main__":
    main()
