"""Filtered historical simulation: a fit's own standardised residuals as the innovations of its paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResampledInnovations:
    """Residuals of a fit drawn with replacement (Barone-Adesi, Giannopoulos and Vosper 1999).

    residuals: any scale; they are standardised here. block_days: days drawn together, from a uniform start
    and around the end (circular blocks of Politis and Romano 1992); 1 draws every day by itself. ValueError
    where the residuals are all equal or not finite, or a block is shorter than a day.
    """

    residuals: FloatArray
    block_days: int = 1

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.residuals)) or self.residuals.size < 2 or not np.ptp(self.residuals):
            raise ValueError("residuals to draw from are finite and not all equal")
        if self.block_days < 1:
            raise ValueError(f"a block has at least a day, not {self.block_days}")

    @property
    def standardised(self) -> FloatArray:
        """Residuals with zero mean and unit variance, so that the fitted law keeps its level."""
        centred = self.residuals - self.residuals.mean()
        standard: FloatArray = centred / np.sqrt(np.mean(centred * centred))
        return standard

    @property
    def loss_share(self) -> float:
        """Share of the variance that comes from negative residuals."""
        standard = self.standardised
        return float(np.mean(np.where(standard < 0.0, standard * standard, 0.0)))

    def drawn(self, paths: int, days: int, rng: np.random.Generator) -> FloatArray:
        """Draws of shape (path, day)."""
        standard = self.standardised
        blocks = -(-days // self.block_days)
        first = rng.integers(len(standard), size=(paths, blocks))
        at = (first[:, :, None] + np.arange(self.block_days)).reshape(paths, -1)[:, :days]
        draws: FloatArray = standard[at % len(standard)]
        return draws

    def log_mean_exponential(self, absolute: FloatArray, signed: FloatArray) -> FloatArray:
        """Of the residuals as the whole law: finite."""
        standard = self.standardised[:, None]
        exponent = absolute * np.abs(standard) + signed * standard
        top = exponent.max(axis=0)
        logs: FloatArray = top + np.log(np.mean(np.exp(exponent - top), axis=0))
        return logs
