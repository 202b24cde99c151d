"""The probability that a quote wins, learned from a dealer's own quotes.

Two forms. Plain: log-odds linear in the markup and the features, so that the best quote is in closed form
(`logistic_quote`). Spline: natural splines of markup and features, the markup's with every feature beside and
each feature's with the markup beside, and the features' products in pairs; for win curves that are not
logistic. Both are fitted by Newton's method with a weak prior; where none is named, the last fifth of the
history chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from execution.rfq.logistic_fit import fit_log_odds
from execution.rfq.logistic_quote import LogisticWinCurve
from execution.rfq.splines import knots_of, natural_spline

FloatArray = npt.NDArray[np.float64]

_MARKUP_KNOTS, _FEATURE_KNOTS = 6, 5
# Weak: a stronger one bends what a hundred thousand quotes say.
_PRECISION, _INTERCEPT_PRECISION = 0.1, 0.01
_HELD_OUT = 5
_LEAST_GAIN = 1e-4  # of log-loss on the last fifth, below which the plain form is kept


class WinForm(StrEnum):
    """How log-odds depend on markup and features."""

    PLAIN = "plain"
    SPLINE = "spline"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WinModel:
    """A fitted win probability. centre, scale: of markup and features, (1 + feature,); weight: (column,).

    knots: of each of them in its own deviations. markups: lowest and highest that were seen [half-spreads],
    1% at each end left out.
    """

    form: WinForm
    centre: FloatArray
    scale: FloatArray
    knots: tuple[FloatArray, ...]
    weight: FloatArray
    markups: tuple[float, float]

    def win_probability(self, markup: FloatArray, features: FloatArray) -> FloatArray:
        """Probability that each quote wins; markup (row,), features (row, feature). ValueError elsewhere."""
        inputs = _inputs(markup, features, len(self.centre) - 1)
        return np.asarray(expit(self._design(inputs) @ self.weight), dtype=np.float64)

    def curve(self, features: FloatArray) -> LogisticWinCurve:
        """The plain form's win curve for each row of features.

        ValueError of the spline form, and where a higher markup did not win less often.
        """
        if self.form is not WinForm.PLAIN:
            raise ValueError("the spline form is no logistic curve of the markup")
        slope = self.weight[1:] / self.scale
        start = self.weight[0] - slope @ self.centre + np.asarray(features) @ slope[1:]
        return LogisticWinCurve(alpha=-start, beta=-slope[0])

    def _design(self, inputs: FloatArray) -> FloatArray:
        return _design(self.form, (inputs - self.centre) / self.scale, self.knots)


def fit_win_model(
    markup: FloatArray, features: FloatArray, won: npt.NDArray[np.bool_], form: WinForm | None = None
) -> WinModel:
    """Fit on a history in order of time: markup (row,), features (row, feature), won (row,).

    A feature that never changes counts for nothing. ValueError for shapes that differ, numbers that are not
    finite, and fewer than ten rows.
    """
    inputs = _inputs(markup, features, np.shape(features)[-1])
    if len(inputs) < 10 or np.shape(won) != (len(inputs),):
        raise ValueError(f"{len(inputs)} quotes and {len(won)} outcomes, expected ten or more of each")
    if form is None:
        form = _chosen(inputs, won)
    return _fitted(form, inputs, won)


def log_loss(probability: FloatArray, won: npt.NDArray[np.bool_]) -> float:
    """Mean negative log-likelihood of the outcomes [nats]; infinite where one was said to be impossible."""
    with np.errstate(divide="ignore"):
        return float(-np.log(np.where(won, probability, 1.0 - probability)).mean())


def _chosen(inputs: FloatArray, won: npt.NDArray[np.bool_]) -> WinForm:
    """The spline form only where it predicts the last fifth better."""
    cut = len(inputs) - len(inputs) // _HELD_OUT
    losses = {}
    for form in WinForm:
        model = _fitted(form, inputs[:cut], won[:cut])
        losses[form] = log_loss(model.win_probability(inputs[cut:, 0], inputs[cut:, 1:]), won[cut:])
    gained = losses[WinForm.PLAIN] - losses[WinForm.SPLINE]
    return WinForm.SPLINE if gained > _LEAST_GAIN else WinForm.PLAIN


def _fitted(form: WinForm, inputs: FloatArray, won: npt.NDArray[np.bool_]) -> WinModel:
    centre, deviation = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(deviation > 1e-12 * np.abs(centre), deviation, np.inf)
    standard = (inputs - centre) / scale
    counts = [_MARKUP_KNOTS] + [_FEATURE_KNOTS] * (inputs.shape[1] - 1)
    knots = tuple(knots_of(column, count) for column, count in zip(standard.T, counts, strict=True))
    design = _design(form, standard, knots)
    precision = np.full(design.shape[1], _PRECISION)
    precision[0] = _INTERCEPT_PRECISION
    weight, _ = fit_log_odds(
        design,
        np.asarray(won, dtype=np.float64),
        prior_mean=np.zeros(design.shape[1]),
        prior_precision=np.diag(precision),
    )
    low, high = np.quantile(inputs[:, 0], (0.01, 0.99))
    return WinModel(
        form=form, centre=centre, scale=scale, knots=knots, weight=weight, markups=(float(low), float(high))
    )


def _design(form: WinForm, standard: FloatArray, knots: tuple[FloatArray, ...]) -> FloatArray:
    """Columns of the regression from standardised markup and features (row, 1 + feature)."""
    ones = np.ones((len(standard), 1))
    if form is WinForm.PLAIN:
        return np.concatenate((ones, standard), axis=1)
    bases = [natural_spline(column, own) for column, own in zip(standard.T, knots, strict=True)]
    features = standard[:, 1:]
    first, second = np.triu_indices(features.shape[1], 1)
    beside = [bases[0] * column[:, None] for column in features.T]
    # The straight line of a feature times the markup is there already.
    beside += [basis[:, 1:] * standard[:, :1] for basis in bases[1:]]
    return np.concatenate((ones, *bases, *beside, features[:, first] * features[:, second]), axis=1)


def _inputs(markup: FloatArray, features: FloatArray, width: int) -> FloatArray:
    """Markup and features side by side, (row, 1 + feature)."""
    one, many = np.asarray(markup, dtype=np.float64), np.asarray(features, dtype=np.float64)
    if one.ndim != 1 or many.shape != (len(one), width):
        raise ValueError(f"markups {one.shape} and features {many.shape}, expected (row,), (row, {width})")
    if not (np.all(np.isfinite(one)) and np.all(np.isfinite(many))):
        raise ValueError("markups and features must be finite numbers")
    return np.column_stack((one, many))
