"""A fixed cost per trade: the kernel against one path at a time, its gradient, and the dynamic programme."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hedger.network.position.fit import Training, fit
from hedger.network.position.fixed_bands import fixed_cost_losses_along
from hedger.network.position.fixed_fit import fit_with_fixed_cost
from hedger.network.position.paths import simulate_batch
from hedger.network.risk import EntropicRisk, estimate
from hedger.optimum import score_bands, solve
from hedger.optimum.problem import HedgingProblem, short_call
from tests.hedger.network.position.batches import NODES, random_batch

PROBLEM = short_call(steps=5, proportional_cost=1e-3, risk_aversion=100.0, fixed_cost=5e-5)


def random_table(steps: int) -> np.ndarray:
    rng = np.random.default_rng(6)
    middle, inner = rng.normal(0.5, 0.2, (steps, 1, NODES)), rng.uniform(0.0, 0.1, (steps, 1, NODES))
    outer = inner + rng.uniform(0.05, 0.2, (steps, 1, NODES))
    return np.concatenate([middle - outer, middle - inner, middle + inner, middle + outer], axis=1)


def losses_of(problem: HedgingProblem, table: np.ndarray, paths: int) -> np.ndarray:
    batch = random_batch(7, 5, paths)
    return fixed_cost_losses_along(batch, torch.from_numpy(table), problem).numpy()


def test_losses_are_those_of_one_path_at_a_time() -> None:
    batch, table = random_batch(7, 5, 300), random_table(5)
    found = losses_of(PROBLEM, table, 300)
    for p in range(300):
        loss, held = batch.owed[p], 0.0
        for n in range(5):
            below, up, down, above = (np.interp(batch.place[n, p], range(NODES), row) for row in table[n])
            now = up if held < below else (down if held > above else held)
            loss += 1e-3 * abs(now - held) * batch.spot[n, p] + 5e-5 * (now != held)
            loss -= now * (batch.spot[n + 1, p] - batch.spot[n, p])
            held = now
        assert abs(found[p] - loss) < 1e-13


def entropic_slope(table: np.ndarray, direction: np.ndarray, batch_paths: int) -> tuple[float, float]:
    """Along a direction in the table: by the kernel, and by a difference as wide as its smoothing."""
    problem = PROBLEM
    batch = random_batch(8, 5, batch_paths)

    def risk(values: torch.Tensor) -> torch.Tensor:
        return torch.logsumexp(100.0 * fixed_cost_losses_along(batch, values, problem), 0) / 100.0

    at = torch.from_numpy(table).requires_grad_()
    torch.autograd.backward(risk(at))
    width = 0.01
    high, low = (risk(torch.from_numpy(table + sign * width * direction)).item() for sign in (1, -1))
    assert at.grad is not None
    return float((at.grad.numpy() * direction).sum()), (high - low) / (2.0 * width)


@pytest.mark.parametrize("column", range(4))
def test_the_gradient_of_the_expected_loss_sees_the_decision_to_trade(column: int) -> None:
    table, direction = random_table(5), np.zeros((5, 4, NODES))
    direction[:, column] = 1.0
    by_kernel, by_difference = entropic_slope(table, direction, 200_000)
    assert by_kernel == pytest.approx(by_difference, rel=0.15, abs=0.02)


def test_a_short_training_comes_near_the_dynamic_programme() -> None:
    best = solve(PROBLEM).risk()
    trained, untrained = (
        score_bands(PROBLEM, fit_with_fixed_cost(PROBLEM, training=training).policy) - best
        for training in (Training(steps=100, paths_per_step=4096), Training(steps=0))
    )
    assert -1e-8 < trained < 0.15 * untrained


def test_simulated_losses_agree_with_the_exact_score_and_few_trades_are_made() -> None:
    network = fit_with_fixed_cost(PROBLEM, training=Training(steps=0))
    batch = simulate_batch(PROBLEM, network.grid, 200_000, np.random.SeedSequence(3))
    losses, trades = network.losses(batch)
    found = estimate(EntropicRisk(aversion=100.0), losses, antithetic=True)
    assert abs(found.value - score_bands(PROBLEM, network.policy)) < 3.5 * found.standard_error
    assert trades.mean() < 3.0


def test_bands_alone_refuse_a_fixed_cost() -> None:
    with pytest.raises(ValueError, match="fit_with_fixed_cost"):
        fit(PROBLEM)
