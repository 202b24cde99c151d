"""Paired comparison of workers on the same episodes: who costs less, by how much, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from execution.agents.clustered_mean import LEVEL, bootstrap_interval, clustered_mean

FloatArray = npt.NDArray[np.float64]
Labels = npt.NDArray[np.generic]

ALL_EPISODES = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Mean cost of a challenger less that of a baseline on the same episodes [bps]; negative is cheaper.

    lower, upper: 95% interval by Student's t; bootstrap_lower, bootstrap_upper: the same by bootstrap-t, NaN
    with fewer than eight independent groups. p_value: two-sided, of no difference. p_adjusted: the same after
    Holm's correction over the comparisons made together. relative: mean over the baseline's mean, with
    Fieller's 95% interval, unbounded where the baseline's mean is not distinct from zero. clusters:
    independent groups of episodes. is_adjusted: noise of a control variate was taken out.
    """

    challenger: str
    baseline: str
    episodes: int
    clusters: int
    challenger_bps: float
    baseline_bps: float
    mean_bps: float
    standard_error_bps: float
    lower: float
    upper: float
    bootstrap_lower: float
    bootstrap_upper: float
    p_value: float
    p_adjusted: float
    relative: float
    relative_lower: float
    relative_upper: float
    is_adjusted: bool
    group: str = ALL_EPISODES

    @property
    def is_cheaper(self) -> bool:
        """Whether the challenger costs less, significantly at 5% after Holm's correction."""
        return self.mean_bps < 0.0 and self.p_adjusted < 1.0 - LEVEL

    @property
    def is_dearer(self) -> bool:
        """Whether the challenger costs more, significantly at 5% after Holm's correction."""
        return self.mean_bps > 0.0 and self.p_adjusted < 1.0 - LEVEL


def paired_difference(
    challenger_bps: FloatArray,
    baseline_bps: FloatArray,
    *,
    challenger: str,
    baseline: str,
    control_bps: FloatArray | None = None,
    cluster: Labels | None = None,
    seed: int = 0,
) -> PairedDifference:
    """Compare two workers' costs [bps], shape (episode,), each pair from the same episode.

    control_bps: shape (episode,), a figure of known mean zero such as the difference of the parts that news
    made; the mean then is the regression-adjusted one. cluster: shape (episode,), label of the independent
    group that an episode belongs to, such as the stretch of a recording. ValueError as in clustered_mean.
    """
    if challenger_bps.ndim != 1 or challenger_bps.shape != baseline_bps.shape:
        shapes = f"{challenger_bps.shape} and {baseline_bps.shape}"
        raise ValueError(f"costs have shapes {shapes}, expected one number an episode of both")
    controls = None if control_bps is None else control_bps.reshape(-1, 1)
    figures = np.column_stack((challenger_bps - baseline_bps, baseline_bps))
    found = clustered_mean(figures, controls=controls, cluster=cluster)
    mean, base = found.value.tolist()
    error, reach = float(found.standard_error[0]), float(stdtrit(found.freedom, 0.5 + 0.5 * LEVEL))
    low, high = bootstrap_interval(found, np.random.default_rng(seed))
    p_value = _p_value(mean, error, found.freedom)
    ratio_low, ratio_high = _fieller(found.value, found.covariance, reach)
    return PairedDifference(
        challenger=challenger,
        baseline=baseline,
        episodes=len(figures),
        clusters=len(found.moments.gram),
        challenger_bps=base + mean,
        baseline_bps=base,
        mean_bps=mean,
        standard_error_bps=error,
        lower=mean - reach * error,
        upper=mean + reach * error,
        bootstrap_lower=low,
        bootstrap_upper=high,
        p_value=p_value,
        p_adjusted=p_value,
        relative=mean / base if base else math.nan,
        relative_lower=ratio_low,
        relative_upper=ratio_high,
        is_adjusted=found.moments.gram.shape[1] > 1,
    )


def compare(
    cost_bps: Mapping[str, FloatArray],
    *,
    baseline: str,
    control_bps: Mapping[str, FloatArray] | None = None,
    cluster: Labels | None = None,
    group: Sequence[str] | None = None,
    seed: int = 0,
) -> tuple[PairedDifference, ...]:
    """Compare every worker with the baseline, over all episodes and, where given, in each group of them.

    cost_bps, control_bps: by worker, shape (episode,); the controls' differences are used. group: the regime
    of each episode. p_adjusted is Holm's over all workers for the whole, and over all workers and groups for
    the groups. ValueError for an unknown baseline, and as in paired_difference.
    """
    if baseline not in cost_bps:
        raise ValueError(f"baseline is {baseline!r}, expected one of {', '.join(cost_bps)}")
    episodes = len(cost_bps[baseline])
    names = np.full(episodes, ALL_EPISODES) if group is None else np.array(group, dtype=np.str_)
    if names.shape != (episodes,):
        raise ValueError(f"group has shape {names.shape}, expected ({episodes},)")
    parts = [(ALL_EPISODES, np.ones(episodes, np.bool_))]
    parts += [(str(name), names == name) for name in np.unique(names) if group is not None]

    def one(worker: str, part: str, kept: npt.NDArray[np.bool_]) -> PairedDifference:
        control = None if control_bps is None else (control_bps[worker] - control_bps[baseline])[kept]
        difference = paired_difference(
            cost_bps[worker][kept],
            cost_bps[baseline][kept],
            challenger=worker,
            baseline=baseline,
            control_bps=control,
            cluster=None if cluster is None else cluster[kept],
            seed=seed,
        )
        return replace(difference, group=part)

    workers = [worker for worker in cost_bps if worker != baseline]
    found = [[one(worker, part, kept) for worker in workers] for part, kept in parts]
    return (*holm(found[0]), *holm([each for part in found[1:] for each in part]))


def holm(differences: Sequence[PairedDifference]) -> tuple[PairedDifference, ...]:
    """The same comparisons with p_adjusted over all of them (Holm 1979), in the order given."""
    adjusted = holm_p_values(np.array([each.p_value for each in differences], np.float64))
    return tuple(replace(each, p_adjusted=float(p)) for each, p in zip(differences, adjusted, strict=True))


def holm_p_values(p_values: FloatArray) -> FloatArray:
    """Adjusted p-values, shape (test,): all below a level are rejected with that family-wise error.

    S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
    (1979). ValueError for a value outside of [0, 1].

    >>> holm_p_values(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    if not bool(np.all((p_values >= 0.0) & (p_values <= 1.0))):
        raise ValueError(f"p-values are {p_values.tolist()}, expected 0 to 1")
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate((len(order) - np.arange(len(order))) * p_values[order])
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _p_value(mean: float, error: float, freedom: int) -> float:
    if error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return float(2.0 * stdtr(freedom, -abs(mean) / error))


def _fieller(value: FloatArray, covariance: FloatArray, reach: float) -> tuple[float, float]:
    """Ratios r of the two means for which their first less r times their second is not distinct from 0.

    E. Fieller, Some problems in interval estimation, Journal of the Royal Statistical Society B 16 (1954).
    """
    square = np.outer(value, value) - reach**2 * covariance
    root = square[0, 1] ** 2 - square[0, 0] * square[1, 1]
    if square[1, 1] <= 0.0 or root < 0.0:
        return -math.inf, math.inf
    width = math.sqrt(root)
    return float((square[0, 1] - width) / square[1, 1]), float((square[0, 1] + width) / square[1, 1])
