"""What a forecast is worth out of sample: R2 against a plain one, with intervals over blocks of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

REPETITIONS = 2000
_TAILS = (2.5, 97.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """1 - MSE / MSE of the plain forecast, with its 95% interval; 0 is worth as much as the plain one."""

    value: float
    lower: float
    upper: float


def skill(
    realised: FloatArray, forecast: FloatArray, plain: FloatArray, *, block: int, seed: int = 0
) -> Skill:
    """Skill of forecasts (row,), rows in order of time, against plain ones.

    block: rows that are drawn together, several times what forecasts overlap. ValueError for fewer than two
    blocks, and for a plain forecast without errors.
    """
    return skill_gain(realised, forecast, plain, plain, block=block, seed=seed)


def skill_gain(
    realised: FloatArray,
    forecast: FloatArray,
    other: FloatArray,
    plain: FloatArray,
    *,
    block: int,
    seed: int = 0,
) -> Skill:
    """How much more skill one forecast has than another, both on the same blocks in every repetition."""
    errors = np.stack([(realised - each) ** 2 for each in (forecast, other, plain)], axis=1)
    if not np.all(np.isfinite(errors)) or np.sum(errors[:, 2]) <= 0.0:
        raise ValueError("forecasts must be finite, and the plain one must have errors")
    blocks = len(errors) // block
    if blocks < 2:
        raise ValueError(f"{len(errors)} rows make {blocks} blocks of {block}, expected two at least")
    sums = np.stack([part.sum(axis=0) for part in np.array_split(errors, blocks)])
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1.0 / blocks), REPETITIONS)
    ours, theirs, plains = (drawn @ sums).T
    lower, upper = np.percentile((theirs - ours) / np.where(plains > 0.0, plains, np.nan), _TAILS)
    whole = sums.sum(axis=0)
    return Skill(value=float((whole[1] - whole[0]) / whole[2]), lower=float(lower), upper=float(upper))
