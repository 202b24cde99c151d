"""Several volatility models as one: their forecasts averaged, their errors shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pricing.history import PriceHistory
from pricing.volatility_model import DayMove, FittedVolatility, VolatilityModel

FloatArray = npt.NDArray[np.float64]


class Pool(Enum):
    """How forecasts become one: the weighted mean of variances, or of their logs."""

    MEAN = "mean"
    LOG = "log mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Models fitted to the same history and averaged; weights sum to one, None for equal ones.

    Equal weights are hard to beat where the models are few and all of use (Timmermann 2006). Weights by past
    loss: `inverse_loss_weights`. Raises ValueError for weights that are not one positive number a model.
    """

    models: tuple[VolatilityModel, ...]
    weights: tuple[float, ...] | None = None
    pool: Pool = Pool.MEAN

    def __post_init__(self) -> None:
        if not self.models:
            raise ValueError("a combination is of at least one model")
        if self.weights is None:
            return
        fits = len(self.weights) == len(self.models) and min(self.weights) > 0.0
        if not (fits and abs(sum(self.weights) - 1.0) < 1e-9):
            raise ValueError(f"weights are {len(self.models)} positive numbers of sum 1, not {self.weights}")

    @property
    def name(self) -> str:
        """The models in words, for the report."""
        return combined_name([model.name for model in self.models], self.pool)

    def fitted(self, history: PriceHistory) -> FittedCombination:
        """Fit each model to `history`; InputError where one of them has too little data."""
        components = tuple(model.fitted(history) for model in self.models)
        equal = (1.0 / len(components),) * len(components)
        return FittedCombination(components=components, weights=self.weights or equal, pool=self.pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCombination:
    """Fitted models and their weights; see `Combination`. remark: what the note says about them together."""

    components: tuple[FittedVolatility, ...]
    weights: tuple[float, ...]
    pool: Pool = Pool.MEAN
    remark: str = ""

    @property
    def name(self) -> str:
        """The fitted models in words, for the report."""
        return combined_name([component.name for component in self.components], self.pool)

    @property
    def observations(self) -> int:
        """Daily returns that the longest of the fits saw."""
        return max(component.observations for component in self.components)

    @property
    def note(self) -> str:
        """The remark, and what was wrong with each of the fits."""
        notes = (self.remark, *(component.note for component in self.components))
        return "; ".join(note for note in notes if note)

    @property
    def parameters(self) -> Mapping[str, float]:
        """Every component's; where two share a name, the first one's."""
        every: dict[str, float] = {}
        for component in self.components:
            every = {**component.parameters, **every}
        return MappingProxyType(every)

    def variance_path(self, days: int) -> FloatArray:
        """Expected variance of each of the days 1 .. `days` ahead, shape (days,)."""
        return pooled([each.variance_path(days) for each in self.components], self.weights, self.pool)

    def updated(self, move: DayMove) -> FittedCombination:
        """Every component after one more day."""
        return replace(self, components=tuple(component.updated(move) for component in self.components))

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray | None:
        """Paths of the first component that has a law, each day scaled to the combined mean; None without."""
        path = self.variance_path(days)
        for component in self.components:
            sums = scaled_sums(component, path, paths=paths, rng=rng)
            if sums is not None:
                return sums
        return None


def scaled_sums(
    fitted: FittedVolatility, path: FloatArray, *, paths: int, rng: np.random.Generator
) -> FloatArray | None:
    """The model's simulated sums of squared returns with the mean moved to `path`; None without a law."""
    sums = fitted.simulated_sums(len(path), paths=paths, rng=rng)
    if sums is None:
        return None
    squares = np.diff(sums, axis=1, prepend=0.0)
    scaled: FloatArray = np.cumsum(squares * (path / fitted.variance_path(len(path))), axis=1)
    return scaled


def combined_name(names: Sequence[str], pool: Pool) -> str:
    """'mean of A, B and C', or the one name."""
    if len(names) == 1:
        return names[0]
    return f"{pool.value} of {', '.join(names[:-1])} and {names[-1]}"


def pooled(forecasts: Sequence[FloatArray], weights: Sequence[float], pool: Pool) -> FloatArray:
    """Positive forecasts of the same shape as one, by weights that sum to one."""
    stacked, weight = np.stack(forecasts), np.asarray(weights, dtype=np.float64)
    if pool is Pool.LOG:
        return np.asarray(np.exp(np.tensordot(weight, np.log(stacked), axes=1)), dtype=np.float64)
    return np.asarray(np.tensordot(weight, stacked, axes=1), dtype=np.float64)


def inverse_loss_weights(losses: FloatArray, power: float = 1.0) -> tuple[float, ...]:
    """Weights in proportion to mean loss ** -power; `losses`: shape (date, model), positive on average.

    Give only losses whose outcome was known when the weights are used (Stock and Watson 2004).
    """
    mean = np.mean(losses, axis=0)
    if not np.all(mean > 0.0):
        raise ValueError("mean losses are positive")
    inverse = mean**-power
    return tuple(float(weight) for weight in inverse / inverse.sum())
