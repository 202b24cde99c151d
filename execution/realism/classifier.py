"""How well a classifier tells two markets apart: the area under its receiver operating curve.

One half is what two stretches of the same market should give; 1 means that every window of the one can be
told from every window of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from execution.realism.logistic import fit_logistic
from execution.realism.resampling import Estimate, estimate
from execution.realism.tape import Flags, Floats, Integers, Tape
from execution.realism.windows import WINDOW, window_features

FOLDS = 5
FEWEST_WINDOWS = 40
_BLOCKS_A_FOLD = 8
_REPETITIONS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """AUC: probability that a window of the second market scores above one of the first; windows of each."""

    auc: Estimate
    first_windows: int
    second_windows: int


def tell_apart(first: Tape, second: Tape, *, seed: int = 0, window: int = WINDOW) -> Separation | None:
    """AUC of a classifier of windows, cross-validated in contiguous blocks; None below 40 windows of either.

    Each market's windows are cut into five stretches of time; the classifier that judges a stretch has seen
    neither it nor the window before and after it. Both are seen to the levels that both keep. The AUC is the
    mean of the five; interval: 95%, blocks of windows drawn again within each stretch, the models kept.
    """
    levels = min(first.levels, second.levels)
    tapes = (first.in_units_of(second).seen_to(levels), second.seen_to(levels))
    samples = [window_features(tape, window=window) for tape in tapes]
    if min(len(sample) for sample in samples) < FEWEST_WINDOWS:
        return None
    streams = np.random.SeedSequence(seed).spawn(FOLDS + 1)
    folds = [np.arange(len(sample)) * FOLDS // len(sample) for sample in samples]
    scored: list[tuple[Floats, Floats]] = []
    for fold in range(FOLDS):
        rng = np.random.default_rng(streams[fold])
        trained = [sample[_apart(of, fold)] for sample, of in zip(samples, folds, strict=True)]
        second_class = np.repeat([False, True], [len(each) for each in trained])
        model = fit_logistic(np.concatenate(trained), second_class, rng)
        judged = [model.score(sample[of == fold]) for sample, of in zip(samples, folds, strict=True)]
        scored.append((judged[0], judged[1]))
    return Separation(
        auc=estimate(_draws(scored, np.random.default_rng(streams[FOLDS]))),
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


def _draws(scored: list[tuple[Floats, Floats]], rng: np.random.Generator) -> Floats:
    """The mean AUC over folds, then the same with blocks of windows drawn again."""
    found = [np.mean([area_under_curve(*pair) for pair in scored])]
    for _ in range(_REPETITIONS):
        redrawn = [(_redrawn(pair[0], rng), _redrawn(pair[1], rng)) for pair in scored]
        found.append(np.mean([area_under_curve(*pair) for pair in redrawn]))
    return np.array(found)


def _redrawn(scores: Floats, rng: np.random.Generator) -> Floats:
    """As many blocks of neighbouring windows as there are, drawn with replacement."""
    blocks = np.array_split(scores, min(_BLOCKS_A_FOLD, len(scores)))
    return np.concatenate([blocks[at] for at in rng.integers(0, len(blocks), len(blocks))])
