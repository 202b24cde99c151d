"""The Heston model and Bates's extension of it by jumps: their numbers, and what these must satisfy."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HestonModel:
    """dv = kappa (theta - v) dt + sigma sqrt(v) dW, correlated with the underlying (Heston 1993).

    initial_variance v0 and long_run_variance theta [per year], mean_reversion kappa [per year],
    volatility_of_variance sigma [per year], correlation rho within -1 to 1. v0 and theta may not both be
    zero. Raises InputError naming every number outside of its range. Feller's condition is reported, not
    required.
    """

    initial_variance: float
    mean_reversion: float
    long_run_variance: float
    volatility_of_variance: float
    correlation: float

    def __post_init__(self) -> None:
        problems = [*_outside(self, "correlation", -1.0, 1.0)]
        for name in ("initial_variance", "mean_reversion", "long_run_variance", "volatility_of_variance"):
            problems += _outside(self, name, 0.0, np.inf)
        if not problems and self.initial_variance + self.mean_reversion * self.long_run_variance == 0.0:
            expected = "an initial variance, or a mean reversion to a long-run variance, above zero"
            problems.append(InputProblem(file="Heston model", expected=expected))
        if problems:
            raise InputError(problems)

    @property
    def satisfies_feller(self) -> bool:
        """Whether 2 kappa theta >= sigma^2, so that variance never touches zero."""
        return 2.0 * self.mean_reversion * self.long_run_variance >= self.volatility_of_variance**2

    @property
    def numbers(self) -> FloatArray:
        """The five numbers in the order of the fields."""
        return np.array([getattr(self, each.name) for each in fields(HestonModel)], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatesModel:
    """Heston's model with jumps: log S jumps by a normal, `jump_intensity` times a year (Bates 1996).

    jump_mean and jump_deviation are those of the jump of log S. Raises InputError as HestonModel does.
    """

    diffusion: HestonModel
    jump_intensity: float
    jump_mean: float
    jump_deviation: float

    def __post_init__(self) -> None:
        problems = _outside(self, "jump_mean", -10.0, 10.0)
        problems += _outside(self, "jump_intensity", 0.0, np.inf) + _outside(self, "jump_deviation", 0.0, 5.0)
        if problems:
            raise InputError(problems)

    @property
    def satisfies_feller(self) -> bool:
        """Whether 2 kappa theta >= sigma^2, so that variance never touches zero."""
        return self.diffusion.satisfies_feller

    @property
    def numbers(self) -> FloatArray:
        """The eight numbers in the order of the fields, those of the diffusion first."""
        jumps = [self.jump_intensity, self.jump_mean, self.jump_deviation]
        return np.concatenate((self.diffusion.numbers, jumps))


AffineModel = HestonModel | BatesModel


def _outside(model: object, name: str, low: float, high: float) -> list[InputProblem]:
    number = float(getattr(model, name))
    if np.isfinite(number) and low <= number <= high:
        return []
    bound = f"a finite number of at least {low:g}" if high == np.inf else f"a number from {low:g} to {high:g}"
    return [InputProblem(file=type(model).__name__, column=name, value=f"{number:g}", expected=bound)]
