"""Training one network for one position under a risk measure that looks at the result so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from hedger.network.losses import Measure, loss_of
from hedger.network.position.bands import losses_along
from hedger.network.position.fit import Training, descend, loss_scale
from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import simulate_batch
from hedger.network.position.profit_bands import ProfitBandNetwork, profit_losses_along
from hedger.network.position.profit_network import ProfitPositionNetwork, Standing
from hedger.network.position.reference import Reference
from hedger.network.risk import ExpectedShortfall, value_at_risk
from hedger.optimum.problem import HedgingProblem

_PILOT_PATHS = 32768

# A shortfall learns from its tail alone: more paths a step, on a coarser grid that has one more coordinate.
PROFIT_TRAINING = Training(steps=400, paths_per_step=65536, spacing=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitTraining:
    """How long and how finely to train; levels: of the standing."""

    training: Training = PROFIT_TRAINING
    levels: int = 25


def fit_with_profit(
    problem: HedgingProblem, measure: Measure, *, plan: ProfitTraining | None = None
) -> ProfitPositionNetwork:
    """Train a network of bands by (date, spot, result so far); the same seed gives the same weights.

    Under expected shortfall and mean-variance the optimum depends on the result so far, which the entropic
    risk lets drop out. The problem's risk aversion serves only the reference band that training starts from.
    The shortfall's threshold is the batch's own at every step, where Rockafellar and Uryasev's expression is
    least.
    """
    plan = plan or ProfitTraining()
    training = plan.training
    torch.manual_seed(training.seed)
    grid = SpotGrid.of(problem, training.spacing)
    reference = Reference.of(problem, grid)
    network = ProfitBandNetwork(reference, plan.levels, training.hidden)
    pilot, *seeds = np.random.SeedSequence(training.seed).spawn(training.steps + 1)
    standing = _standing(problem, measure, grid, reference, pilot)
    risk_of = loss_of(measure)

    def batch_risk(step: int) -> torch.Tensor:
        batch = simulate_batch(problem, grid, training.paths_per_step, seeds[step])
        lower, upper = network()
        return risk_of(profit_losses_along(batch, lower, upper, standing))

    history = descend(network, batch_risk, training, 1.0 / loss_scale(problem))
    with torch.no_grad():
        lower, upper = (edge.contiguous().numpy() for edge in network())
    return ProfitPositionNetwork(
        problem=problem, grid=grid, standing=standing, lower=lower, upper=upper, batch_risk=history
    )


def _standing(
    problem: HedgingProblem,
    measure: Measure,
    grid: SpotGrid,
    reference: Reference,
    seed: np.random.SeedSequence,
) -> Standing:
    """Centre and scale from the untrained band's losses: where they end, and how far apart."""
    batch = simulate_batch(problem, grid, _PILOT_PATHS, seed)
    lower, upper = reference.midpoint - reference.half_width, reference.midpoint + reference.half_width
    cost = problem.proportional_cost
    loss = losses_along(batch, torch.from_numpy(lower), torch.from_numpy(upper), cost).numpy()
    threshold = float(loss.mean())
    if isinstance(measure, ExpectedShortfall):
        threshold = value_at_risk(loss, measure.level)
    scale = max(float(loss.std()), 1e-6 * loss_scale(problem))
    return Standing(value=reference.value, threshold=threshold, scale=scale, cost=cost)
