"""What each dealer will quote and whether it responds, learned from an asker's own requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from execution.rfq.best_quote import QuoteLaws
from execution.rfq.history import asked_count, markup_features, remembered, response_features
from execution.rfq.logistic_fit import fit_log_odds
from execution.rfq.shrinkage import PanelWeights, shrunk
from execution.rfq.simulation import RequestLog

FloatArray = npt.NDArray[np.float64]

_LAPLACE_ROUNDS = 2


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DealerModel:
    """Normal laws of dealers' markups and logistic ones of their responses, borrowed strength included.

    markup, response: weights by dealer on the features of `history`. deviation: of a markup around its
    forecast [half-spreads], rejection: probability that an accepted quote is rejected, (dealer,) each.
    """

    markup: PanelWeights
    response: PanelWeights
    deviation: FloatArray
    rejection: FloatArray

    def laws(
        self,
        *,
        dealers: int,
        size: float,
        volatility: float,
        flow: FloatArray | None = None,
        lean: FloatArray | None = None,
    ) -> QuoteLaws:
        """What each dealer would do if the request went to so many, itself among them.

        flow, lean: (dealer,), zero where nothing is known. The deviations have what is not known of the
        weights in them.
        """
        panel = len(self.deviation)
        terms = (np.full(panel, float(dealers)), np.full(panel, size), np.full(panel, volatility))
        none = np.zeros(panel)
        price = markup_features(*terms, none if flow is None else flow, none if lean is None else lean)
        unknown = np.einsum("ik,ikl,il->i", price, self.markup.covariance, price)
        return QuoteLaws(
            mean=np.einsum("ik,ik->i", price, self.markup.weight),
            deviation=np.sqrt(self.deviation**2 + unknown),
            response=expit(np.einsum("ik,ik->i", response_features(*terms), self.response.weight)),
        )


def fit_dealer_model(log: RequestLog) -> DealerModel:
    """Learn from a history in order of time. ValueError where no dealer ever quoted.

    Markups are fitted twice: surprises of the first fit tell how each dealer leaned before each request.
    """
    if not log.responded.any():
        raise ValueError("no dealer ever quoted: there is nothing to learn prices from")
    none = np.zeros(log.markup.shape)
    first, _ = _fit_markups(log, none, none)
    surprise = log.markup - forecast_markups(log, first, none, none)
    markup, deviation = _fit_markups(log, *remembered(log, surprise))
    return DealerModel(
        markup=markup, response=_fit_responses(log), deviation=deviation, rejection=_rejections(log)
    )


def forecast_markups(
    log: RequestLog, weights: PanelWeights, flow: FloatArray, lean: FloatArray
) -> FloatArray:
    """Mean markup of each dealer at each request [half-spreads], (request, dealer), asked or not."""
    columns = [
        _markup_design(log, flow, lean, dealer) @ weights.weight[dealer] for dealer in range(flow.shape[1])
    ]
    return np.column_stack(columns)


def _fit_markups(log: RequestLog, flow: FloatArray, lean: FloatArray) -> tuple[PanelWeights, FloatArray]:
    """Weights of the panel, and the deviation of each dealer around its forecast."""
    designs = [
        _markup_design(log, flow, lean, dealer)[log.responded[:, dealer]] for dealer in range(flow.shape[1])
    ]
    targets = [log.markup[log.responded[:, dealer], dealer] for dealer in range(flow.shape[1])]
    gram = np.stack([design.T @ design for design in designs])
    cross = np.stack([design.T @ target for design, target in zip(designs, targets, strict=True)])
    pooled = np.linalg.lstsq(gram.sum(axis=0), cross.sum(axis=0), rcond=None)[0]
    pairs = list(zip(designs, targets, strict=True))
    common = sum(float(((target - design @ pooled) ** 2).sum()) for design, target in pairs)
    common /= sum(len(target) for target in targets)
    squares = np.full(len(pairs), max(common, 1e-12))
    for _ in range(3):
        weights = shrunk(gram / squares[:, None, None], cross / squares[:, None])
        # Two quotes of an ordinary dealer keep the deviation of one that quoted once or never.
        own = [((y - x @ w) ** 2).sum() for (x, y), w in zip(pairs, weights.weight, strict=True)]
        counts = np.array([len(target) for target in targets])
        squares = np.maximum((np.array(own) + 2.0 * common) / (counts + 2.0), 1e-12)
    return weights, np.sqrt(squares)


def _fit_responses(log: RequestLog) -> PanelWeights:
    design = response_features(asked_count(log.requests), log.requests.size, log.requests.volatility)
    asked, answered = log.requests.asked, log.responded
    columns = design.shape[1]
    seen = asked.any(axis=1)
    weak = np.diag(np.full(columns, 0.1))
    centre, _ = fit_log_odds(
        np.repeat(design, asked.sum(axis=1), axis=0),
        answered[asked].astype(np.float64),
        prior_mean=np.zeros(columns),
        prior_precision=weak,
    )
    precision = np.diag(np.ones(columns)) if seen.any() else weak
    for _ in range(_LAPLACE_ROUNDS):
        fits = [
            fit_log_odds(
                design[asked[:, dealer]],
                answered[asked[:, dealer], dealer].astype(np.float64),
                prior_mean=centre,
                prior_precision=precision,
            )
            for dealer in range(asked.shape[1])
        ]
        information = np.stack([curvature - precision for _, curvature in fits])
        # What the data alone would say, to second order at the estimate.
        cross = np.stack([curvature @ weight - precision @ centre for weight, curvature in fits])
        weights = shrunk(information, cross)
        centre, precision = weights.centre, np.diag(1.0 / weights.variance)
    return weights


def _markup_design(log: RequestLog, flow: FloatArray, lean: FloatArray, dealer: int) -> FloatArray:
    requests = log.requests
    return markup_features(
        asked_count(requests), requests.size, requests.volatility, flow[:, dealer], lean[:, dealer]
    )


def _rejections(log: RequestLog) -> FloatArray:
    """Share of each dealer's accepted quotes that it rejected, drawn to the panel's by one of its kind."""
    accepted = log.traded | log.rejected
    dealers = log.markup.shape[1]
    taken = np.bincount(log.winner[accepted], minlength=dealers)
    rejected = np.bincount(log.winner[log.rejected], minlength=dealers)
    common = rejected.sum() / max(taken.sum(), 1)
    return np.asarray((rejected + common) / (taken + 1.0), dtype=np.float64)
