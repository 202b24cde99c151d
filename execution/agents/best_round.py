"""Which round's weights an agent keeps: those that cost least in markets that it does not learn from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import final

from execution.agents.card import AgentCard
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.whole_file import write_whole


@final
class BestRound:
    """Keeps the weights of every round, FOLDER/NAME-ROUND.safetensors, the best as FOLDER/NAME.safetensors.

    Learning by one's own rollouts may lose what it had found, so that the last round need not be the best.
    What each round costs stays in FOLDER/NAME.rounds.json: a training that was killed goes on with it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path, self._folder, self._name = folder / f"{name}.safetensors", folder, name
        self._record = folder / f"{name}.rounds.json"
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, number: int, agent: TrainedAgent, card: AgentCard, *, cost: float) -> None:
        """Keep a round's weights; cost: of its agent, in what unit ever, the less the better."""
        agent.save(self._of(number), card)
        costs = self.costs | {number: cost}
        write_whole(self._record, json.dumps(costs, indent=1).encode())
        best = min(costs, key=lambda each: (costs[each], each))
        write_whole(self.path, self._of(best).read_bytes())

    @property
    def costs(self) -> dict[int, float]:
        """What each round cost, by its number from 1."""
        if not self._record.exists():
            return {}
        return {int(number): float(cost) for number, cost in json.loads(self._record.read_text()).items()}

    def _of(self, number: int) -> Path:
        return self._folder / f"{self._name}-{number}.safetensors"
