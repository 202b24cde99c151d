"""Episodes of the queue-reactive task: the paper's rules and trained agents on the same fresh markets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from execution.agents.policy import ExecutionPolicy
from execution.agents.queue_reactive_observation import BOOK_FEATURES, observe
from execution.agents.queue_reactive_task import (
    FloatArray,
    IntArray,
    QueueReactiveMarkets,
    QueueReactiveTask,
    published_market,
)
from execution.market.flows.queue_law import QueueReactive

Rule = Callable[[QueueReactiveMarkets], IntArray]  # lots to buy now, (market,)

_TOGETHER = 250  # markets whose books stay in cache


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedEpisodes:
    """What a rule came to, by episode, shape (episode,).

    reward: [currency], with what the last decision left bought at once. unfinished: lots that it left.
    decisions: until all was bought.
    """

    reward: FloatArray
    unfinished: IntArray
    decisions: IntArray


def twap(markets: QueueReactiveMarkets) -> IntArray:
    """What is left over the decisions left, rounded down, so that the last come out larger."""
    return np.asarray(markets.left // np.maximum(markets.task.decisions - markets.decision, 1), np.int64)


def posted_share(every: int, action: int) -> Rule:
    """Their POPV: an action each so many decisions, nothing between."""

    def rule(markets: QueueReactiveMarkets) -> IntArray:
        return markets.lots(np.where(markets.decision % every == 0, action, 0))

    return rule


def agent(policy: ExecutionPolicy, features: tuple[str, ...] = BOOK_FEATURES) -> Rule:
    """What a policy does with what it sees."""

    def rule(markets: QueueReactiveMarkets) -> IntArray:
        return markets.lots(policy.act(observe(markets, features), markets.action_masks()))

    return rule


def play(
    rule: Rule,
    *,
    episodes: int,
    seed: np.random.SeedSequence,
    model: QueueReactive | None = None,
    task: QueueReactiveTask | None = None,
) -> PlayedEpisodes:
    """Play a rule in so many fresh markets; the same seed gives every rule the same markets.

    seed: is not used up, so that it may serve again.
    """
    counts = [min(_TOGETHER, episodes - first) for first in range(0, episodes, _TOGETHER)]
    parts = []
    for number, count in enumerate(counts):
        child = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number))
        parts.append(
            _played(
                QueueReactiveMarkets(model or published_market(), count=count, seed=child, task=task), rule
            )
        )
    return PlayedEpisodes(
        reward=np.concatenate([part.reward for part in parts]),
        unfinished=np.concatenate([part.unfinished for part in parts]),
        decisions=np.concatenate([part.decisions for part in parts]),
    )


def _played(markets: QueueReactiveMarkets, rule: Rule) -> PlayedEpisodes:
    total, unfinished = np.zeros(len(markets)), np.zeros(len(markets), np.int64)
    while not markets.is_over.all():
        total += markets.step(np.where(markets.is_over, 0, rule(markets)))[0]
        unfinished += markets.unfinished
    return PlayedEpisodes(reward=total, unfinished=unfinished, decisions=markets.decision.copy())
