"""Training of the hedge-ratio network on the history of the index and its VIX (needs the extra `train`)."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from hedger.network.hedge_ratio.days import RatioDays
from hedger.network.hedge_ratio.network import CLIP, FEATURES, LARGEST_LOG_FACTOR, RatioNetwork

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FIRST_VALIDATION_DAY = date(2017, 1, 1)
FIRST_HELD_BACK_DAY = date(2018, 1, 1)
NETWORKS = 8
WIDTH = 8
EPOCHS = 1_500
_RATE = 3e-3
_DECAY = 1e-2
_PATIENCE = 200


def train_ratio_network(
    days: RatioDays, *, seed: int, networks: int = NETWORKS, epochs: int = EPOCHS
) -> RatioNetwork:
    """Train `networks` networks before 2017, each kept where it is best on 2017; later days are not seen.

    At most `epochs` steps over all days each; a few seconds on one core.
    """
    training = days.start < np.datetime64(FIRST_VALIDATION_DAY, "D")
    validation = ~training & (days.start < np.datetime64(FIRST_HELD_BACK_DAY, "D"))
    mean, deviation = days.features[training].mean(axis=0), days.features[training].std(axis=0)
    inputs = np.clip((days.features - mean) / deviation, -CLIP, CLIP)
    fitted, watched = _samples(days, inputs, training), _samples(days, inputs, validation)
    generator = torch.Generator().manual_seed(seed)
    found = [_train_one(fitted, watched, epochs, generator) for _ in range(networks)]
    first, bias, last, last_bias = (np.stack(each) for each in zip(*found, strict=True))
    return RatioNetwork(
        mean=mean,
        deviation=deviation,
        first=np.ascontiguousarray(first.transpose(0, 2, 1)),
        bias=bias,
        last=last[:, 0],
        last_bias=last_bias[:, 0],
    )


def _samples(days: RatioDays, inputs: FloatArray, rows: BoolArray) -> tuple[Tensor, Tensor, Tensor]:
    x, expected, change = (torch.from_numpy(each[rows]) for each in (inputs, days.expected, days.change))
    return x, expected, change


def _train_one(
    training: tuple[Tensor, Tensor, Tensor],
    validation: tuple[Tensor, Tensor, Tensor],
    epochs: int,
    generator: torch.Generator,
) -> list[FloatArray]:
    """Weights and biases of the hidden and the last layer where the validation loss was least."""
    hidden = nn.Linear(FEATURES, WIDTH, dtype=torch.float64)
    last = nn.Linear(WIDTH, 1, dtype=torch.float64)
    nn.init.uniform_(hidden.weight, -(FEATURES**-0.5), FEATURES**-0.5, generator=generator)
    nn.init.uniform_(hidden.bias, -(FEATURES**-0.5), FEATURES**-0.5, generator=generator)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    network = nn.Sequential(hidden, nn.Tanh(), last, nn.Tanh())
    parameters = list(network.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=_DECAY)
    best, kept, since = float("inf"), [each.detach().clone() for each in parameters], 0
    for _ in range(epochs):
        with torch.no_grad():
            score = float(_loss(network, *validation))
        best, kept, since = (
            (score, [each.detach().clone() for each in parameters], 0)
            if score < best
            else (best, kept, since + 1)
        )
        if since > _PATIENCE:
            break
        optimizer.zero_grad()
        _loss(network, *training).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return [each.numpy() for each in kept]


def _loss(network: nn.Module, inputs: Tensor, expected: Tensor, change: Tensor) -> Tensor:
    factor = torch.exp(LARGEST_LOG_FACTOR * network(inputs)[:, 0])
    return ((change - factor * expected) ** 2).mean()
