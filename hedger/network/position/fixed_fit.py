"""Training one network for one position under a fixed cost per trade."""

from __future__ import annotations

import numpy as np
import torch

from hedger.network.losses import entropic_loss
from hedger.network.position.fit import Training, descend, loss_scale
from hedger.network.position.fixed_bands import FixedCostNetwork, fixed_cost_losses_along
from hedger.network.position.fixed_network import FixedCostPositionNetwork
from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import simulate_batch
from hedger.network.position.reference import Reference
from hedger.optimum.problem import HedgingProblem


def fit_with_fixed_cost(
    problem: HedgingProblem, *, training: Training | None = None
) -> FixedCostPositionNetwork:
    """Train edges and targets by (date, spot) under the entropic risk; a seed gives the same weights."""
    plan = training or Training()
    torch.manual_seed(plan.seed)
    grid = SpotGrid.of(problem, plan.spacing)
    network = FixedCostNetwork(problem, grid, Reference.of(problem, grid), plan.hidden)
    seeds = np.random.SeedSequence(plan.seed).spawn(plan.steps)

    def batch_risk(step: int) -> torch.Tensor:
        batch = simulate_batch(problem, grid, plan.paths_per_step, seeds[step])
        return entropic_loss(fixed_cost_losses_along(batch, network(), problem), problem.risk_aversion)

    history = descend(network, batch_risk, plan, 1.0 / loss_scale(problem))
    with torch.no_grad():
        table = network().contiguous().numpy()
    return FixedCostPositionNetwork(problem=problem, grid=grid, table=table, batch_risk=history)
