"""Experience replay with priorities (Schaul et al. 2016) and returns over several steps (Sutton 1988)."""

from __future__ import annotations

from typing import Any, NamedTuple, final

import gymnasium
import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3.common.buffers import ReplayBuffer

from execution.agents.learn.sum_tree import FloatArray, IntArray, SumTree

_SMALLEST_ERROR = 1e-6
_KEPT = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts", "ends")


class ReplayBatch(NamedTuple):
    """Transitions over up to n steps; arrays of torch, one row a draw.

    returns: discounted rewards until next_observations (row, 1). discounts: of the value there, 0 where the
    episode ended (row, 1). weights: importance of each draw, at most 1 (row, 1). leaves: where they lie.
    """

    observations: torch.Tensor
    actions: torch.Tensor
    next_observations: torch.Tensor
    returns: torch.Tensor
    discounts: torch.Tensor
    weights: torch.Tensor
    leaves: IntArray


@final
class PrioritisedReplay(ReplayBuffer):
    """Draws transition i with chance p_i / sum p, p_i = (|error_i| + 1e-6)^priority_exponent.

    New transitions have the highest priority so far. An importance weight is (N P_i)^(-importance), divided
    by the batch's largest. priority_exponent 0 draws evenly.

    Reference: T. Schaul, J. Quan, I. Antonoglou and D. Silver, Prioritized experience replay, ICLR 2016,
    equation 1 and section 3.4, proportional variant.
    """

    def __init__(
        self,
        buffer_size: int,
        observation_space: gymnasium.Space[Any],
        action_space: gymnasium.Space[Any],
        device: torch.device | str = "cpu",
        n_envs: int = 1,
        optimize_memory_usage: bool = False,
        *,
        n_steps: int = 1,
        discount: float = 1.0,
        priority_exponent: float = 0.6,
    ) -> None:
        super().__init__(buffer_size, observation_space, action_space, device, n_envs)
        if optimize_memory_usage:
            raise ValueError("both observations of a transition are kept")
        self.n_steps, self.discount, self.priority_exponent = n_steps, discount, priority_exponent
        self.ends = np.zeros((self.buffer_size, n_envs), dtype=np.bool_)
        self.tree = SumTree(self.buffer_size * n_envs)
        self.highest = 1.0

    def add(self, *args: Any, **kwargs: Any) -> None:
        """Keep one transition of each market, as ReplayBuffer does."""
        at = self.pos
        super().add(*args, **kwargs)
        self.ends[at] = self.dones[at] > 0.0
        self.tree.set(at * self.n_envs + np.arange(self.n_envs), np.full(self.n_envs, self.highest))

    def cut(self) -> None:
        """Say that what is added next does not follow from what was added last."""
        self.ends[self.pos - 1] = True

    def draw(self, count: int, importance: float, generator: np.random.Generator) -> ReplayBatch:
        """Draw transitions, one from each of `count` equal parts of the total priority."""
        leaves = self.tree.draw((np.arange(count) + generator.random(count)) / count)
        chances = self.tree.priorities(leaves) / self.tree.total
        weights = (self.size() * self.n_envs * chances) ** -importance
        slot, market = np.divmod(leaves, self.n_envs)
        returns, discounts, last = self._accumulate(slot, market)
        columns = (
            self.observations[slot, market],
            self.actions[slot, market],
            self.next_observations[last, market],
            returns.astype(np.float32)[:, None],
            discounts.astype(np.float32)[:, None],
            (weights / weights.max()).astype(np.float32)[:, None],
        )
        tensors = [torch.from_numpy(column).to(self.device) for column in columns]
        return ReplayBatch(*tensors, leaves)  # type: ignore[arg-type, call-arg]

    def _accumulate(self, slot: IntArray, market: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Returns, discount of the value after them, and the slot where they end: each of shape (draw,)."""
        returns, discounts = np.zeros(len(slot)), np.ones(len(slot))
        last, goes_on = slot, np.ones(len(slot), dtype=np.bool_)
        newest = (self.pos - 1) % self.buffer_size
        for step in range(self.n_steps):
            at = (slot + step) % self.buffer_size
            returns += np.where(goes_on, discounts * self.rewards[at, market], 0.0)
            discounts = np.where(goes_on, discounts * self.discount, discounts)
            last = np.where(goes_on, at, last)
            goes_on &= ~self.ends[at, market] & (at != newest)
        ended = self.dones[last, market] * (1.0 - self.timeouts[last, market])
        return returns, discounts * (1.0 - ended), last

    def learn(self, leaves: IntArray, errors: npt.NDArray[np.float32]) -> None:
        """Set priorities by the sizes of the errors, shape (draw,)."""
        priorities = (np.abs(errors.astype(np.float64)) + _SMALLEST_ERROR) ** self.priority_exponent
        self.highest = max(self.highest, float(priorities.max()))
        self.tree.set(leaves, priorities)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What is kept, for a checkpoint: only slots that were filled."""
        filled = self.size()
        kept = {name: getattr(self, name)[:filled] for name in _KEPT}
        leaves = np.arange(filled * self.n_envs)
        place = np.array([self.pos, self.full, self.highest])
        return {**kept, "priorities": self.tree.priorities(leaves), "place": place}

    def restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Take over what `arrays` gave."""
        filled = len(arrays["rewards"])
        for name in _KEPT:
            getattr(self, name)[:filled] = arrays[name]
        self.tree.set(np.arange(filled * self.n_envs), arrays["priorities"])
        self.pos, self.full = int(arrays["place"][0]), bool(arrays["place"][1])
        self.highest = float(arrays["place"][2])
