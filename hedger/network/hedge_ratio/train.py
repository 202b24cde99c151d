"""Training of the hedge-ratio network on the history of the index and its VIX (needs the extra `train`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from hedger.network.hedge_ratio.features import FEWEST_RETURNS, recent_volatility
from hedger.network.hedge_ratio.network import CLIP, FEATURES, LARGEST_LOG_FACTOR, RatioNetwork
from pricing.hedge_ratio.vix_law import VixDays, VixResponse, filtered_response
from pricing.history import PriceHistory

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

FIRST_VALIDATION_DAY = date(2017, 1, 1)
FIRST_HELD_BACK_DAY = date(2018, 1, 1)
NETWORKS = 8
WIDTH = 8
_RATE = 3e-3
_DECAY = 1e-2
_EPOCHS = 1_500
_PATIENCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioDays:
    """Days of the index and the VIX as the network sees them, in columns.

    features: (day, feature), as known before the day's return. expected: relative change of the VIX that the
    filter expects of the day's return; change: the one that came. start: date before the return.
    """

    start: npt.NDArray[np.datetime64]
    features: FloatArray
    expected: FloatArray
    change: FloatArray

    def loss(self, factor: FloatArray) -> FloatArray:
        """Squared error of each day with the filter's response times `factor`, shape (day,)."""
        return np.asarray((self.change - factor * self.expected) ** 2)


def ratio_days(index: PriceHistory, days: VixDays, response: VixResponse) -> RatioDays:
    """Features and outcomes of the days of `days`; the first days without 22 returns are left out."""
    mean, deviation = filtered_response(response, days)
    ends = np.searchsorted(index.dates, days.start) + 1
    recent = [recent_volatility(index.close[:end]) for end in ends]
    kept = ends > FEWEST_RETURNS
    gap = np.log(days.level / np.array([np.nan if level is None else level for level in recent]))
    kept &= np.isfinite(gap)
    return RatioDays(
        start=days.start[kept],
        features=np.column_stack((mean, deviation, gap))[kept],
        expected=(response.slope * (1.0 + mean) * days.log_return / days.level)[kept],
        change=(days.change / days.level)[kept],
    )


def train_ratio_network(days: RatioDays, *, seed: int) -> RatioNetwork:
    """Train eight networks before 2017, each stopped where it is best on 2017; later days are not looked at.

    A few seconds on one core.
    """
    training = days.start < np.datetime64(FIRST_VALIDATION_DAY, "D")
    validation = ~training & (days.start < np.datetime64(FIRST_HELD_BACK_DAY, "D"))
    mean, deviation = days.features[training].mean(axis=0), days.features[training].std(axis=0)
    inputs = np.clip((days.features - mean) / deviation, -CLIP, CLIP)
    fitted, watched = _samples(days, inputs, training), _samples(days, inputs, validation)
    generator = torch.Generator().manual_seed(seed)
    found = [_train_one(fitted, watched, generator) for _ in range(NETWORKS)]
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
    for _ in range(_EPOCHS):
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
