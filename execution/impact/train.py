"""Training of the networks on examples, with the best state on validation rows kept."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from execution.impact.examples import Examples
from execution.impact.features import mirror
from execution.impact.layers import MID_LONG, MID_SHORT, TOUCH, Kind
from execution.impact.networks import ImpactNetwork
from execution.impact.predictor import Predictor

SingleArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_LARGEST_TARGET = 8.0  # in units of training: one jump shall not be all that is learnt
_LEAST_DEVIATION = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """epochs over all rows; batch: rows a step; rate: of AdamW, falling as a cosine; weight_decay: its."""

    epochs: int = 8
    batch: int = 512
    rate: float = 2e-3
    weight_decay: float = 1e-3
    largest_gradient: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochReport:
    """Mean losses after an epoch, 1 where a forecast is worth nothing more than its mean."""

    epoch: int
    training: float
    validation: float


def train_predictor(
    kind: Kind,
    training: Examples,
    validation: Examples,
    *,
    seed: int = 0,
    settings: TrainingSettings | None = None,
    short_steps: int = 1,
    long_steps: int = 10,
    progress: Callable[[EpochReport], None] | None = None,
) -> Predictor:
    """Learn to forecast; short_steps, long_steps: the horizons of the examples.

    The same seed gives the same weights on the same machine and number of threads. ValueError for examples
    without rows.
    """
    if not len(training) or not len(validation):
        raise ValueError(f"{len(training)} training and {len(validation)} validation rows, expected some")
    how = settings or TrainingSettings()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        mean, inverse = _standard(training)
        network, unit = ImpactNetwork(kind, mean, inverse), _target_scale(training)
        network.head.bias.data[TOUCH] = float(np.mean(_touch(training)) / unit[TOUCH])
        _fit(network, unit, training, validation, how, np.random.default_rng(seed), progress)
    weights = {**network.arrays(), "target_scale": unit}
    return Predictor(kind=kind, weights=weights, short_steps=short_steps, long_steps=long_steps)


def _fit(
    network: ImpactNetwork,
    unit: SingleArray,
    training: Examples,
    validation: Examples,
    how: TrainingSettings,
    rng: np.random.Generator,
    progress: Callable[[EpochReport], None] | None,
) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), lr=how.rate, weight_decay=how.weight_decay)
    batches = -(-len(training) // how.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, how.epochs * batches)
    best, kept = np.inf, copy.deepcopy(network.state_dict())
    for epoch in range(how.epochs):
        total = 0.0
        for rows in np.array_split(rng.permutation(len(training)), batches):
            loss = _loss(network, unit, training, rows)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), how.largest_gradient)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
        held_out = _mean_loss(network, unit, validation, 4 * how.batch)
        if held_out < best:
            best, kept = held_out, copy.deepcopy(network.state_dict())
        if progress is not None:
            progress(EpochReport(epoch=epoch, training=total / len(training), validation=held_out))
    network.load_state_dict(kept)


def _mean_loss(network: ImpactNetwork, unit: SingleArray, examples: Examples, batch: int) -> float:
    with torch.no_grad():
        parts = np.array_split(np.arange(len(examples)), -(-len(examples) // batch))
        losses = [float(_loss(network, unit, examples, rows)) * len(rows) for rows in parts]
    return sum(losses) / len(examples)


def _loss(network: ImpactNetwork, unit: SingleArray, examples: Examples, rows: IntArray) -> Tensor:
    """Mean of the squared errors of all forecasts, each in its own unit."""
    part = examples.rows(rows)
    side = torch.from_numpy(part.side.astype(np.float32))
    window = torch.from_numpy(part.windows())
    seen = torch.where(side[:, None, None] > 0.0, window, window[:, :, network.order] * network.sign)
    root = np.sqrt(part.quantity / part.scales[:, 1]).astype(np.float32)
    heads, impact = network(seen, torch.from_numpy(root))
    target = torch.from_numpy(_targets(part, unit))
    errors: Tensor = ((heads - target) ** 2).mean()
    ordered = torch.from_numpy(part.quantity > 0.0)
    if not bool(ordered.any()):
        return errors
    known = torch.from_numpy(np.isfinite(part.response))
    # Where nothing tells what the order alone did, it explains what the forecast of the mid leaves.
    left = target[:, MID_LONG] - heads[:, MID_LONG].detach()
    caused = torch.from_numpy(_clipped(part.response / (part.scales[:, 0] * unit[MID_LONG])))
    response: Tensor = torch.where(known, caused, left) - impact / float(unit[MID_LONG])
    return errors + (response[ordered] ** 2).mean() / 3.0


def _targets(part: Examples, unit: SingleArray) -> SingleArray:
    """Targets as the row's side sees them, in units of training, (row, HEADS)."""
    move = part.side / part.scales[:, 0]
    raw = np.stack((move * part.short_move, move * part.long_move, _touch(part)), axis=1)
    return _clipped(raw / unit)


def _clipped(target: npt.NDArray[np.float64]) -> SingleArray:
    """Targets in units of training, bounded; 0 where there is none."""
    return np.clip(np.nan_to_num(target), -_LARGEST_TARGET, _LARGEST_TARGET).astype(np.float32)


def _touch(part: Examples) -> npt.NDArray[np.float64]:
    return np.log(part.touch / part.scales[:, 1])


def _target_scale(training: Examples) -> SingleArray:
    """Unit of each head: root mean squares of the moves, the touch's deviation."""
    scale = np.ones(3)
    for at, move in ((MID_SHORT, training.short_move), (MID_LONG, training.long_move)):
        scale[at] = np.sqrt(np.mean((move / training.scales[:, 0]) ** 2))
    scale[TOUCH] = np.std(_touch(training))
    return np.where(scale > _LEAST_DEVIATION, scale, 1.0).astype(np.float32)


def _standard(training: Examples) -> tuple[SingleArray, SingleArray]:
    """Mean and inverse deviation of the features, the mirror image counted in; 0 where nothing moves."""
    order, sign = mirror()
    plain = training.features[training.at].astype(np.float64)
    both = np.concatenate((plain, plain[:, order] * sign))
    deviation = both.std(axis=0)
    moves = deviation > _LEAST_DEVIATION
    inverse = np.where(moves, 1.0 / np.where(moves, deviation, 1.0), 0.0)
    return both.mean(axis=0).astype(np.float32), inverse.astype(np.float32)
