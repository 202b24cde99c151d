"""How well a classifier tells two markets apart: the area under its receiver operating curve.

One half is what two stretches of the same market should give; 1 means that every window of the one can be
told from every window of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, t

from execution.realism.logistic import fit_logistic
from execution.realism.resampling import Estimate
from execution.realism.tape import Flags, Floats, Integers, Tape
from execution.realism.windows import WINDOW, window_features

FOLDS = 8
FEWEST_WINDOWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """AUC: probability that a window of the second market scores above one of the first; windows of each."""

    auc: Estimate
    first_windows: int
    second_windows: int


def tell_apart(first: Tape, second: Tape, *, seed: int = 0, window: int = WINDOW) -> Separation | None:
    """AUC of a classifier of windows, cross-validated in contiguous blocks; None below 40 windows of either.

    Each market's windows are cut into eight stretches of time; the classifier that judges a stretch has seen
    neither it nor the window before and after it. Both are seen to the levels that both keep. The AUC is the
    mean of the eight, its interval Student's: windows of one stretch are related for longer than one can
    tell, and their scores alone would promise too much.
    """
    levels = min(first.levels, second.levels)
    tapes = (first.in_units_of(second).seen_to(levels), second.seen_to(levels))
    samples = [window_features(tape, window=window) for tape in tapes]
    if min(len(sample) for sample in samples) < FEWEST_WINDOWS:
        return None
    streams = np.random.SeedSequence(seed).spawn(FOLDS)
    folds = [np.arange(len(sample)) * FOLDS // len(sample) for sample in samples]
    areas = np.empty(FOLDS)
    for fold in range(FOLDS):
        rng = np.random.default_rng(streams[fold])
        trained = [sample[_apart(of, fold)] for sample, of in zip(samples, folds, strict=True)]
        second_class = np.repeat([False, True], [len(each) for each in trained])
        model = fit_logistic(np.concatenate(trained), second_class, rng)
        judged = [model.score(sample[of == fold]) for sample, of in zip(samples, folds, strict=True)]
        areas[fold] = area_under_curve(judged[0], judged[1])
    return Separation(
        auc=_interval(areas),
        first_windows=len(samples[0]),
        second_windows=len(samples[1]),
    )


def area_under_curve(negative: Floats, positive: Floats) -> float:
    """Probability that a positive scores above a negative, ties one half (Mann and Whitney 1947)."""
    ranks = rankdata(np.concatenate((negative, positive)))[len(negative) :]
    wins = float(ranks.sum()) - 0.5 * len(positive) * (len(positive) + 1)
    return wins / (len(negative) * len(positive))


def _apart(folds: Integers, fold: int) -> Flags:
    """Windows neither in the fold nor next to it."""
    inside = folds == fold
    near = inside.copy()
    near[1:] |= inside[:-1]
    near[:-1] |= inside[1:]
    return np.asarray(~near)


def _interval(areas: Floats) -> Estimate:
    """Mean and Student's 95% interval of the stretches' areas, within 0 and 1."""
    mean = float(np.mean(areas))
    half_width = float(t.ppf(0.975, len(areas) - 1) * np.std(areas, ddof=1) / np.sqrt(len(areas)))
    return Estimate(value=mean, lower=max(mean - half_width, 0.0), upper=min(mean + half_width, 1.0))
