"""Cont-Kukanov placement as gymnasium's vectorised environment: one decision, then the outflows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from execution.placement.cont_kukanov import PlacementProblem

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]

# Log-odds: what cannot be had is the last four hundredth of none or all.
REACH = 6.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementTask:
    """A placement problem whose venues have independent, exponentially distributed outflows.

    mean_outflows: by venue [contracts].
    """

    problem: PlacementProblem
    mean_outflows: tuple[float, ...]

    def outflows(self, generator: np.random.Generator, samples: int) -> FloatArray:
        """Contracts that leave each venue's queue, shape (sample, venue)."""
        means = np.array(self.mean_outflows)
        return means * generator.standard_exponential((samples, len(means)))

    def costs(self, shares: FloatArray, outflows: FloatArray) -> FloatArray:
        """Cost by sample, in units of that of crossing all, where sample i has shares and outflows of row i.

        shares: of the quantity, what crosses and what rests by venue, shape (sample, 1 + venue) or (1 +
        venue,); outflows: shape (sample, venue).
        """
        placed = np.broadcast_to(shares, (len(outflows), shares.shape[-1])) * self.problem.quantity
        crossing = self.problem.quantity * (self.problem.half_spread + self.problem.taker_fee)
        # The formula broadcasts over samples of placements as over those of outflows.
        market: Any = placed[:, 0]
        return self.problem.costs(market, placed[:, 1:], outflows) / crossing


@final
class PlacementEnv(VectorEnv[SingleArray, npt.NDArray[Any], npt.NDArray[Any]]):
    """One placement in each of `count` markets, which all meet the same `outflows`; an episode is one step.

    Observation: 1, since nothing is known but the problem. Action (1 + venue,) in [-6, 6]: log-odds of the
    shares of the quantity that cross and that rest at each venue, a half each at 0. Reward: what is saved in
    the mean against equal shares on the same outflows, in units of the cost of crossing all. The outflows'
    own noise is all markets' alike, and nothing is given away about the best placement.
    """

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012 - gymnasium's

    def __init__(self, task: PlacementTask, *, count: int, outflows: int = 1) -> None:
        self.task, self.num_envs, self.outflows = task, count, outflows
        width = 1 + len(task.mean_outflows)
        self.single_observation_space = gymnasium.spaces.Box(1.0, 1.0, (1,), np.float32)
        self.single_action_space = gymnasium.spaces.Box(-REACH, REACH, (width,), np.float32)
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[SingleArray, dict[str, Any]]:
        """Start anew, from the seed where one is given."""
        super().reset(seed=seed, options=options)
        return self._seen(), {}

    def step(
        self, actions: npt.NDArray[Any]
    ) -> tuple[SingleArray, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Place in every market and see what flows out."""
        outflows = self.task.outflows(self.np_random, self.outflows)
        even = np.full(1 + outflows.shape[1], 1.0 / (1 + outflows.shape[1]))
        shares = np.repeat(shares_of(actions), self.outflows, axis=0)
        costs = self.task.costs(shares, np.tile(outflows, (self.num_envs, 1)))
        saved = self.task.costs(even, outflows).mean() - costs.reshape(self.num_envs, -1).mean(axis=1)
        never, done = np.zeros(self.num_envs, np.bool_), np.ones(self.num_envs, np.bool_)
        return self._seen(), saved, done, never, {"final_obs": self._seen(), "_final_obs": done}

    def _seen(self) -> SingleArray:
        return np.ones((self.num_envs, 1), np.float32)


def shares_of(actions: npt.NDArray[Any]) -> FloatArray:
    """Shares of the quantity from actions, their log-odds, which are clipped to [-6, 6]."""
    shares: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(actions.astype(np.float64), -REACH, REACH)))
    return shares
