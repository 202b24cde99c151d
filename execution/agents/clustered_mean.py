"""Means of paired figures with intervals that hold when episodes come in dependent groups.

The mean of each figure is the intercept of its least-squares regression on controls whose mean is known to be
zero: with no control the plain mean, with a good one the same mean in expectation and less noise. The errors
of one cluster may depend on each other in any way.

References: K.-Y. Liang and S. Zeger, Longitudinal data analysis using generalized linear models, Biometrika
73 (1986); B. Efron and R. Tibshirani, An introduction to the bootstrap (1993), chapter 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVEL = 0.95
FEWEST_TO_RESAMPLE = 8
_ROUNDING = 1e-12
_CHUNK = 2_000_000  # elements of a resampled (repetition, cluster) array


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredMean:
    """Estimated means, shape (figure,), and the covariance matrix of the estimates.

    freedom: degrees of freedom of Student's t, clusters less estimated coefficients.
    """

    value: FloatArray
    covariance: FloatArray
    freedom: int
    moments: Moments

    @property
    def standard_error(self) -> FloatArray:
        """Standard error of each mean."""
        error: FloatArray = np.sqrt(np.diag(self.covariance))
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sums over each cluster of x x', shape (cluster, k, k), and of x y', shape (cluster, k, figure)."""

    gram: FloatArray
    cross: FloatArray
    rows: int

    @property
    def correction(self) -> float:
        """What makes the sandwich of few clusters wide enough: G / (G - 1) (n - 1) / (n - k)."""
        clusters, k = self.gram.shape[:2]
        return float(clusters / (clusters - 1) * (self.rows - 1) / (self.rows - k))


def clustered_mean(
    figures: FloatArray, *, controls: FloatArray | None = None, cluster: npt.NDArray[np.generic] | None = None
) -> ClusteredMean:
    """Estimate the means of `figures`, shape (episode, figure).

    controls: shape (episode, control), of known mean zero; those that do not vary are left out. cluster:
    shape (episode,), label of the group that each episode belongs to; by default each is its own. ValueError
    where a number is not finite, shapes differ, or there are not two clusters more than controls.
    """
    x, labels = _design(figures, controls), _labels(len(figures), cluster)
    clusters, k = int(labels.max(initial=-1)) + 1, x.shape[1]
    if clusters <= k:
        raise ValueError(f"{clusters} independent groups of episodes, expected at least {k + 1}")
    moments = Moments(
        gram=_sums(x[:, :, None] * x[:, None, :], labels, clusters),
        cross=_sums(x[:, :, None] * figures[:, None, :], labels, clusters),
        rows=len(figures),
    )
    inverse = np.linalg.pinv(moments.gram.sum(axis=0))
    coefficients = inverse @ moments.cross.sum(axis=0)
    influence = np.einsum("k,gkm->gm", inverse[0], moments.cross - moments.gram @ coefficients)
    return ClusteredMean(
        value=coefficients[0],
        covariance=moments.correction * influence.T @ influence,
        freedom=clusters - k,
        moments=moments,
    )


def bootstrap_interval(
    mean: ClusteredMean, rng: np.random.Generator, repetitions: int = 2_000
) -> tuple[float, float]:
    """Bootstrap-t interval of the first figure's mean: clusters are drawn again, each draw studentised.

    NaN with fewer than FEWEST_TO_RESAMPLE clusters, which say too little about their law.
    """
    clusters = len(mean.moments.gram)
    value, error = float(mean.value[0]), float(mean.standard_error[0])
    if clusters < FEWEST_TO_RESAMPLE:
        return float("nan"), float("nan")
    if error == 0.0:
        return value, value
    chunk = max(1, _CHUNK // clusters)
    sizes = [min(chunk, repetitions - first) for first in range(0, repetitions, chunk)]
    draws = np.concatenate([_studentised(mean, _counts(rng, size, clusters)) for size in sizes])
    tail = 50.0 * (1.0 - LEVEL)
    low, high = np.percentile(draws[np.isfinite(draws)], (tail, 100.0 - tail))
    return value - error * float(high), value - error * float(low)


def _studentised(mean: ClusteredMean, counts: FloatArray) -> FloatArray:
    """(drawn mean - mean) / its error for each row of counts, shape (repetition, cluster)."""
    gram, cross = mean.moments.gram, mean.moments.cross[:, :, 0]
    inverse = np.linalg.pinv(np.einsum("bg,gkl->bkl", counts, gram))
    coefficients = np.einsum("bkl,bl->bk", inverse, counts @ cross)
    by_cross, by_gram = inverse[:, 0] @ cross.T, np.einsum("bk,gkl->bgl", inverse[:, 0], gram)
    influence = by_cross - np.einsum("bgl,bl->bg", by_gram, coefficients)
    error = np.sqrt(mean.moments.correction * (counts * influence**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised: FloatArray = (coefficients[:, 0] - mean.value[0]) / error
    return studentised


def _counts(rng: np.random.Generator, repetitions: int, clusters: int) -> FloatArray:
    """How often each cluster is drawn, shape (repetition, cluster)."""
    drawn = rng.integers(clusters, size=(repetitions, clusters))
    return np.stack([np.bincount(row, minlength=clusters) for row in drawn]).astype(np.float64)


def _design(figures: FloatArray, controls: FloatArray | None) -> FloatArray:
    """Regressors with the intercept first, controls in units of their deviation, shape (episode, k)."""
    ones = np.ones((len(figures), 1))
    used = np.zeros((len(figures), 0)) if controls is None else controls
    if len(used) != len(figures):
        raise ValueError(f"controls of {len(used)} episodes, expected {len(figures)}")
    for name, columns in (("figures", figures), ("controls", used)):
        bad = np.argwhere(~np.isfinite(columns))
        if len(bad):
            raise ValueError(f"{name} of episode {bad[0][0]} are {columns[bad[0][0]]}, expected numbers")
    if len(used) == 0:
        return ones
    deviation = used.std(axis=0)
    # Rounding gives a constant a deviation too, and the mean would be extrapolated along it.
    varies = deviation > _ROUNDING * np.abs(used).max(axis=0)
    return np.hstack((ones, used[:, varies] / deviation[varies]))


def _labels(episodes: int, cluster: npt.NDArray[np.generic] | None) -> IntArray:
    if cluster is None:
        return np.arange(episodes)
    if cluster.shape != (episodes,):
        raise ValueError(f"cluster has shape {cluster.shape}, expected ({episodes},)")
    labels: IntArray = np.unique(cluster, return_inverse=True)[1].astype(np.int64)
    return labels


def _sums(terms: FloatArray, labels: IntArray, clusters: int) -> FloatArray:
    sums = np.zeros((clusters, *terms.shape[1:]))
    np.add.at(sums, labels, terms)
    return sums
