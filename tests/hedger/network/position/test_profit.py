"""Bands that know the result so far: kernels against single paths, gradients, and a better shortfall."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hedger.network.position.fit import Training
from hedger.network.position.paths import simulate_batch
from hedger.network.position.profit_bands import profit_losses_along
from hedger.network.position.profit_fit import ProfitTraining, fit_with_profit
from hedger.network.position.profit_network import Standing
from hedger.network.risk import ExpectedShortfall, MeanVariance
from hedger.optimum.problem import short_call
from tests.hedger.network.position.batches import NODES, random_batch

LEVELS = 4
QUICK = Training(steps=40, paths_per_step=16384, spacing=0.5)


def random_edges(seed: int, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    middle = rng.normal(0.5, 0.3, (steps, NODES, LEVELS))
    width = rng.uniform(0.02, 0.2, middle.shape)
    return torch.from_numpy(middle - width), torch.from_numpy(middle + width)


def random_standing(steps: int) -> Standing:
    value = np.random.default_rng(4).uniform(0.0, 0.1, (steps, NODES))
    return Standing(value=value, threshold=0.05, scale=0.05, cost=0.01)


def test_the_gradient_is_the_limit_of_differences() -> None:
    paths, standing = random_batch(2, 5, 40), random_standing(5)
    weight = torch.linspace(0.5, 2.0, 40, dtype=torch.float64)
    edges = tuple(edge.requires_grad_() for edge in random_edges(3, 5))
    assert torch.autograd.gradcheck(
        lambda low, high: (weight * profit_losses_along(paths, low, high, standing)).sum(),
        edges,
        eps=1e-8,
        atol=1e-6,
    )


@pytest.mark.parametrize("measure", [ExpectedShortfall(level=0.95), MeanVariance(aversion=100.0)], ids=repr)
def test_a_short_training_lowers_the_risk_on_fresh_paths(measure) -> None:
    problem = short_call(steps=6, proportional_cost=2e-3, risk_aversion=100.0)
    trained, untrained = (
        fit_with_profit(problem, measure, plan=ProfitTraining(training=training, levels=9))
        for training in (QUICK, Training(steps=0, spacing=0.5))
    )
    batch = simulate_batch(problem, trained.grid, 100_000, np.random.SeedSequence(11))
    assert measure.of(trained.losses(batch)) < measure.of(untrained.losses(batch)) - 1e-5


def test_bands_walked_by_hand_give_the_losses_of_the_kernel() -> None:
    problem = short_call(steps=4, proportional_cost=1e-2, risk_aversion=100.0)
    plan = ProfitTraining(training=Training(steps=3, paths_per_step=1024, spacing=0.5), levels=5)
    network = fit_with_profit(problem, ExpectedShortfall(level=0.9), plan=plan)
    batch = simulate_batch(problem, network.grid, 400, np.random.SeedSequence(5))
    so_far, held = np.zeros(400), np.zeros(400)
    for date in range(4):
        spot = batch.spot[date]
        lower, upper = network.bands(date, np.log(spot), so_far)
        now = np.clip(held, lower, upper)
        so_far += 1e-2 * np.abs(now - held) * spot - now * (batch.spot[date + 1] - spot)
        held = now
    np.testing.assert_allclose(network.losses(batch), batch.owed + so_far, atol=1e-9)


def test_bands_of_what_is_not_known_are_not_known() -> None:
    problem = short_call(steps=2, proportional_cost=1e-3, risk_aversion=100.0)
    plan = ProfitTraining(training=Training(steps=0, spacing=0.5), levels=3)
    network = fit_with_profit(problem, ExpectedShortfall(level=0.9), plan=plan)
    lower, upper = network.bands(0, [0.0, np.nan, 0.0], [np.nan, 0.0, -1e9])
    assert np.isnan(lower[:2]).all()
    assert lower[2] < upper[2]
    with pytest.raises(IndexError, match="date 2"):
        network.bands(2, 0.0, 0.0)
