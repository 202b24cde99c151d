"""The kernels against one path at a time, and their gradient against differences."""

from __future__ import annotations

import numpy as np
import torch

from hedger.network.position.bands import losses_along
from tests.hedger.network.position.batches import NODES, random_batch


def edges(seed: int, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    middle, width = rng.normal(0.5, 0.2, (steps, NODES)), rng.uniform(0.0, 0.2, (steps, NODES))
    return torch.from_numpy(middle - width), torch.from_numpy(middle + width)


def test_losses_are_those_of_one_path_at_a_time() -> None:
    paths, (lower, upper), cost = random_batch(0, 6, 700), edges(1, 6), 0.02
    found = losses_along(paths, lower, upper, cost).numpy()
    for p in range(0, 700, 23):
        loss, held = paths.owed[p], 0.0
        for n in range(6):
            low, high = (
                np.interp(paths.place[n, p], range(NODES), edge[n].numpy()) for edge in (lower, upper)
            )
            now = min(max(held, low), high)
            loss += cost * abs(now - held) * paths.spot[n, p] - now * (
                paths.spot[n + 1, p] - paths.spot[n, p]
            )
            held = now
        assert abs(found[p] - loss) < 1e-14


def test_the_gradient_is_the_limit_of_differences() -> None:
    paths, weight = random_batch(2, 5, 60), torch.linspace(0.5, 2.0, 60, dtype=torch.float64)
    lower, upper = (edge.requires_grad_() for edge in edges(3, 5))
    assert torch.autograd.gradcheck(
        lambda low, high: (weight * losses_along(paths, low, high, 0.01)).sum(), (lower, upper), eps=1e-7
    )
