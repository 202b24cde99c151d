"""The execution task as gymnasium's vectorised environment: many markets stepped in one call."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar, final

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from execution.agents.actions import ActionTable, BoolArray, IntArray
from execution.agents.episodes import Episodes, Step
from execution.agents.market_source import MarketSource
from execution.agents.observation import FEATURES
from execution.agents.task import ExecutionTask

FloatArray32 = npt.NDArray[np.float32]
LARGEST_FEATURE = 4.0


def observation_space(features: Sequence[str] = FEATURES) -> gymnasium.spaces.Box:
    """A desk's features, each within the bounds that the desk holds it to."""
    return gymnasium.spaces.Box(-LARGEST_FEATURE, LARGEST_FEATURE, (len(features),), np.float32)


def reward_terms(step: Step) -> dict[str, npt.NDArray[np.float64]]:
    """A step's terms [ticks a lot of the order], shape (market,): the first five add up to the shortfall."""
    terms = {name: cost / step.quantity for name, cost in step.costs._asdict().items()}
    return terms | {
        "completion": step.completion / step.quantity,
        "risk": step.risk / step.quantity,
        "news_control": step.control / step.quantity,
        "twin": step.twin / step.quantity,
    }


class DecisionStep(Protocol):
    """What a vectorised environment needs of one decision in every market, all of shape (market, ...)."""

    @property
    def observation(self) -> FloatArray32:
        """At the next decision, of the next order where this one is done."""
        ...

    @property
    def reward(self) -> npt.NDArray[np.float64]:
        """Of the decision."""
        ...

    @property
    def done(self) -> BoolArray:
        """Where the order has ended."""
        ...

    @property
    def last(self) -> FloatArray32:
        """The observation that the order ended with."""
        ...


StepT = TypeVar("StepT", bound=DecisionStep)
AnyStep = TypeVar("AnyStep", bound=DecisionStep, covariant=True)


class OrderEpisodes(Protocol[AnyStep]):
    """Orders one after the other in many markets, stepped together."""

    def __len__(self) -> int:
        """How many markets."""
        ...

    def start(self, seed: np.random.SeedSequence) -> FloatArray32:
        """Make the markets anew from a seed and begin an order in each; return the observation."""
        ...

    def step(self, chosen: IntArray) -> AnyStep:
        """Do one decision in every market."""
        ...

    def mask(self) -> BoolArray:
        """Which actions may be chosen, shape (market, action)."""
        ...


class OrderVectorEnv(VectorEnv[FloatArray32, npt.NDArray[np.int64], npt.NDArray[Any]], Generic[StepT]):
    """Orders in many markets; one that ends is followed by the next one in the same step.

    info: "action_mask" (market, action), what `told` says of a step, and, where an order has ended,
    "final_obs". A masked action raises ValueError.
    """

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012 - gymnasium's

    def __init__(
        self, episodes: OrderEpisodes[StepT], *, observed: gymnasium.spaces.Box, actions: int
    ) -> None:
        self._orders, self.num_envs = episodes, len(episodes)
        self.single_observation_space = observed
        self.single_action_space = gymnasium.spaces.Discrete(actions)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)

    @abstractmethod
    def told(self, step: StepT) -> dict[str, npt.NDArray[np.float64]]:
        """What info says of a step by name, each of shape (market,)."""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray32, dict[str, Any]]:
        """Make the markets anew, from the seed where one is given."""
        if seed is not None or self._np_random is None:
            super().reset(seed=seed, options=options)
        words = self.np_random.integers(0, 2**32, 4).tolist()
        observation = self._orders.start(np.random.SeedSequence(words))
        return observation, {"action_mask": self.action_masks()}

    def step(
        self, actions: npt.NDArray[np.int64]
    ) -> tuple[FloatArray32, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Do one decision in every market."""
        refuse_masked(actions, self.action_masks())
        step = self._orders.step(np.asarray(actions, np.int64))
        info: dict[str, Any] = {"action_mask": self.action_masks(), **self.told(step)}
        if step.done.any():
            info["final_obs"], info["_final_obs"] = step.last, step.done
        never = np.zeros(self.num_envs, np.bool_)
        return step.observation, step.reward, step.done, never, info

    def action_masks(self) -> BoolArray:
        """Which actions may be chosen now, shape (market, action)."""
        return self._orders.mask()


@final
class ExecutionVectorEnv(OrderVectorEnv[Step]):
    """Parent orders in `count` markets; info has the reward's terms by name."""

    def __init__(
        self, source: MarketSource, task: ExecutionTask, *, count: int, table: ActionTable | None = None
    ) -> None:
        self.episodes = Episodes(source, task, count=count, seed=np.random.SeedSequence(0), table=table)
        observed = observation_space(self.episodes.desk.features)
        super().__init__(self.episodes, observed=observed, actions=len(self.episodes.table))

    def told(self, step: Step) -> dict[str, npt.NDArray[np.float64]]:
        """The reward's terms."""
        return reward_terms(step)


def refuse_masked(actions: npt.NDArray[np.int64], mask: BoolArray) -> None:
    """ValueError, naming market and action, where an action is masked."""
    chosen = np.asarray(actions, np.int64)
    wrong = np.flatnonzero(~mask[np.arange(len(chosen)), chosen])
    if len(wrong):
        raise ValueError(f"action {int(chosen[wrong[0]])} is masked in market {int(wrong[0])}")
