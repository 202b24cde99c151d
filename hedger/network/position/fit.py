"""Training one network for one position: fresh antithetic paths, cosine rate, averaged weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

import numpy as np
import numpy.typing as npt
import torch

from hedger.network.losses import Measure, loss_of
from hedger.network.position.bands import BandNetwork, losses_along
from hedger.network.position.grid import SpotGrid
from hedger.network.position.network import PositionNetwork
from hedger.network.position.paths import simulate_batch
from hedger.network.position.reference import Reference
from hedger.network.risk import EntropicRisk
from hedger.optimum.problem import HedgingProblem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How long and how finely to train.

    steps: of the optimiser, each on `paths_per_step` fresh paths (an even number). rate: of Adam, at the
    start. hidden: units in each of two layers. spacing: of the grid, in deviations of one date's return.
    averaged_share: of the steps whose weights are averaged at the end. ValueError for what cannot be trained.
    """

    steps: int = 1500
    paths_per_step: int = 16384
    rate: float = 2e-2
    hidden: int = 32
    spacing: float = 0.25
    averaged_share: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse counts and shares out of range."""
        if self.steps < 0 or self.paths_per_step < 2 or self.paths_per_step % 2 or self.hidden < 1:
            raise ValueError("steps at least 0, an even number of paths, and hidden units are needed")
        if not (0.0 < self.rate < 1.0 and 0.0 < self.spacing <= 2.0 and 0.0 < self.averaged_share <= 1.0):
            raise ValueError("rate lies in (0, 1), spacing in (0, 2], averaged_share in (0, 1]")


def fit(
    problem: HedgingProblem, *, training: Training | None = None, measure: Measure | None = None
) -> PositionNetwork:
    """Train a network of bands by (date, spot); the same seed gives the same weights.

    measure: risk of a batch's losses [currency] that the training lowers, by default the entropic risk at the
    problem's aversion. ValueError for a fixed cost, which `fit_with_fixed_cost` learns.
    """
    if problem.fixed_cost > 0.0:
        raise ValueError("a fixed cost needs fit_with_fixed_cost: bands alone cannot say how far to trade")
    plan = training or Training()
    torch.manual_seed(plan.seed)
    grid = SpotGrid.of(problem, plan.spacing)
    network = BandNetwork(Reference.of(problem, grid), plan.hidden)
    risk_of = loss_of(measure or EntropicRisk(aversion=problem.risk_aversion))
    seeds = np.random.SeedSequence(plan.seed).spawn(plan.steps)

    def batch_risk(step: int) -> torch.Tensor:
        batch = simulate_batch(problem, grid, plan.paths_per_step, seeds[step])
        lower, upper = network()
        return risk_of(losses_along(batch, lower, upper, problem.proportional_cost))

    history = descend(network, batch_risk, plan, 1.0 / loss_scale(problem))
    with torch.no_grad():
        lower, upper = (edge.numpy().copy() for edge in network())
    return PositionNetwork(problem=problem, grid=grid, lower=lower, upper=upper, batch_risk=history)


def descend(
    network: torch.nn.Module, batch_risk: Callable[[int], torch.Tensor], plan: Training, scale: float
) -> FloatArray:
    """Minimise by Adam with a cosine rate and leave the average of the last weights in the network.

    scale [1 / currency] makes the risk a number of order one. Returns the risks of the batches.
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=plan.rate, betas=(0.9, 0.99))
    averaged = torch.optim.swa_utils.AveragedModel(network)
    history = np.empty(plan.steps)
    for step in range(plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * 0.5 * (1.0 + cos(pi * step / plan.steps))
        risk = batch_risk(step)
        optimiser.zero_grad()
        torch.autograd.backward(scale * risk)
        optimiser.step()
        history[step] = risk.item()
        if step >= (1.0 - plan.averaged_share) * plan.steps:
            averaged.update_parameters(network)
    if averaged.n_averaged > 0:
        network.load_state_dict(averaged.module.state_dict())
    return history


def loss_scale(problem: HedgingProblem) -> float:
    """Size of the position's moves until the last expiry [currency]."""
    size = float(np.abs(problem.units).sum()) or 1.0
    return size * problem.spot * float(np.sqrt(problem.step_variance * problem.steps))
