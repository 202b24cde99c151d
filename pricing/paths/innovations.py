"""Standardised returns that drive paths: their protocol; normal, Student-t, Hansen's skewed t."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, inf, isinf, lgamma, log, pi, sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Innovations(Protocol):
    """A law of zero mean and unit variance that days are drawn from."""

    @property
    def loss_share(self) -> float:
        """Share of the variance that comes from negative draws, E[z^2 1{z < 0}]."""
        ...

    def drawn(self, paths: int, days: int, rng: np.random.Generator) -> FloatArray:
        """Draws of shape (path, day)."""
        ...

    def log_mean_exponential(self, absolute: FloatArray, signed: FloatArray) -> FloatArray:
        """Log of E[exp(absolute |z| + signed z)], elementwise; infinite where the expectation is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametricInnovations:
    """Normal (infinite `shape`), Student-t of `shape` > 2 degrees of freedom, or Hansen's (1994) by `skew`.

    skew: in (-1, 1), negative for the heavier left tail; 0 is the symmetric law, which is drawn
    antithetically: the second half of the paths mirrors the first.
    """

    shape: float = inf
    skew: float = 0.0

    @property
    def loss_share(self) -> float:
        """Share of the variance that comes from negative draws; 1/2 of a symmetric law."""
        if self.skew == 0.0:
            return 0.5
        if self.skew > 0.0:
            return 1.0 - ParametricInnovations(shape=self.shape, skew=-self.skew).loss_share
        return _left_share(self.shape, self.skew)

    def drawn(self, paths: int, days: int, rng: np.random.Generator) -> FloatArray:
        """Draws of shape (path, day)."""
        if self.skew == 0.0:
            half = _unit_t(self.shape, ((paths + 1) // 2, days), rng)
            return np.concatenate([half, -half])[:paths]
        location, scale = skewed_location_scale(self.shape, self.skew)
        draws = np.abs(_unit_t(self.shape, (paths, days), rng))
        right = rng.random((paths, days)) < 0.5 * (1.0 + self.skew)
        two_piece = np.where(right, (1.0 + self.skew) * draws, -(1.0 - self.skew) * draws)
        standard: FloatArray = (two_piece - location) / scale
        return standard

    def log_mean_exponential(self, absolute: FloatArray, signed: FloatArray) -> FloatArray:
        """Closed for the normal law; infinite for t, whose tails no exponential tames (Nelson 1991)."""
        if not isinf(self.shape):
            return np.where((absolute == 0.0) & (signed == 0.0), 0.0, np.inf)
        up, down = absolute + signed, absolute - signed
        logs: FloatArray = np.log(_half_normal(up) + _half_normal(down))
        return logs


def skewed_location_scale(shape: float, skew: float) -> tuple[float, float]:
    """The a and b of Hansen (1994): (x - a) / b is standard where x is the two-piece t."""
    log_factor = lgamma(0.5 * (shape + 1.0)) - lgamma(0.5 * shape) - 0.5 * log(pi * (shape - 2.0))
    location = 4.0 * skew * exp(log_factor) * (shape - 2.0) / (shape - 1.0)
    return location, sqrt(1.0 + 3.0 * skew * skew - location * location)


def _unit_t(shape: float, size: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    if isinf(shape):
        return rng.standard_normal(size)
    return sqrt((shape - 2.0) / shape) * rng.standard_t(shape, size)


def _half_normal(slope: FloatArray) -> FloatArray:
    """E[exp(slope z) 1{z > 0}] = exp(slope^2 / 2) Phi(slope)."""
    distribution = np.array([0.5 * (1.0 + erf(x / sqrt(2.0))) for x in np.atleast_1d(slope)])
    value: FloatArray = np.exp(0.5 * slope * slope) * distribution
    return value


def _left_share(shape: float, skew: float) -> float:
    """E[z^2 1{z < 0}] of the skewed t with skew < 0, by the partial moments of t.

    z < 0 where the left piece, (1 - skew) times a t scaled to unit variance, is below the location a < 0.
    """
    from scipy.special import stdtr  # only skewed laws come here

    location, scale = skewed_location_scale(shape, skew)
    width = (1.0 - skew) * sqrt((shape - 2.0) / shape)
    edge = location / width
    density = exp(lgamma(0.5 * (shape + 1.0)) - lgamma(0.5 * shape)) / sqrt(shape * pi)
    density *= (1.0 + edge * edge / shape) ** (-0.5 * (shape + 1.0))
    zeroth = float(stdtr(shape, edge))
    first = -(shape + edge * edge) / (shape - 1.0) * density
    wide = float(stdtr(shape - 2.0, edge * sqrt((shape - 2.0) / shape)))
    second = shape * ((shape - 1.0) / (shape - 2.0) * wide - zeroth)
    below = width * width * second - 2.0 * location * width * first + location * location * zeroth
    return float((1.0 - skew) * below / (scale * scale))
