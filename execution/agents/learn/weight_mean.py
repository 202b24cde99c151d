"""The mean of a network's weights over the end of its training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

import numpy as np
import numpy.typing as npt
import torch

_COUNT = "mean_of"
_MEAN = "mean/"


@final
class WeightMean:
    """A running mean of a network's parameters, which scatters less than any of them.

    torch.optim.swa_utils copies whole networks, which those of stable-baselines3 do not permit.

    Reference: B. Polyak and A. Juditsky, Acceleration of stochastic approximation by averaging, SIAM Journal
    on Control and Optimization 30 (1992), 838-855.
    """

    count: int
    means: dict[str, torch.Tensor]

    def __init__(self) -> None:
        self.count, self.means = 0, {}

    @torch.no_grad()
    def add(self, network: torch.nn.Module) -> None:
        """Take a network's parameters as they are now into the mean."""
        self.count += 1
        for name, weights in network.named_parameters():
            if name in self.means:
                self.means[name].lerp_(weights, 1.0 / self.count)
            else:
                self.means[name] = weights.detach().clone()

    @contextmanager
    def in_place(self, network: torch.nn.Module) -> Iterator[None]:
        """Lend a network the mean, where there is one; its own parameters are back afterwards."""
        own = {name: weights.data for name, weights in network.named_parameters()}
        try:
            for name, weights in network.named_parameters():
                weights.data = self.means.get(name, weights.data)
            yield
        finally:
            for name, weights in network.named_parameters():
                weights.data = own[name]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What a checkpoint keeps; nothing before the first parameters."""
        if self.count == 0:
            return {}
        means = {_MEAN + name: weights.cpu().numpy() for name, weights in self.means.items()}
        return means | {_COUNT: np.array([self.count])}

    def restore(self, arrays: dict[str, npt.NDArray[Any]], device: torch.device | str = "cpu") -> None:
        """Take over what `arrays` gave, among other arrays."""
        self.count = int(arrays[_COUNT][0]) if _COUNT in arrays else 0
        self.means = {
            name.removeprefix(_MEAN): torch.from_numpy(array.copy()).to(device)
            for name, array in arrays.items()
            if name.startswith(_MEAN)
        }
