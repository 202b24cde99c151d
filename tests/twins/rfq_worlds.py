"""Worlds in which the probability to win is known: what learned models of requests are held to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr

from execution.rfq.best_quote import QuoteLaws
from execution.rfq.history import asked_count, quote_features
from execution.rfq.panel import DealerTerms, standard_panel
from execution.rfq.simulation import drawn_requests, simulate

FloatArray = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DEALERS = 8
RESERVATION, RESERVATION_DEVIATION = 1.2, 0.3  # of the asker [half-spreads]
_LINEAR = np.array([0.5, -0.4, 0.3, 0.2, 0.0, 0.6])


@dataclass(frozen=True, slots=True, kw_only=True)
class WinWorld:
    """Quotes of one dealer with the true probability of each to win."""

    name: str
    markup: FloatArray
    features: FloatArray
    probability: FloatArray
    won: Flags

    def true_probability(self, markup: FloatArray) -> FloatArray:
        """Of other markups at the same requests."""
        return TRUE[self.name](markup, self.features)


def linear_truth(markup: FloatArray, features: FloatArray) -> FloatArray:
    return np.asarray(expit(1.0 - 2.0 * markup - features @ _LINEAR), dtype=np.float64)


def curved_truth(markup: FloatArray, features: FloatArray) -> FloatArray:
    x = features.T
    start = -1.0 + 0.5 * np.sin(1.5 * x[0]) - 0.3 * x[1] ** 2 + 0.4 * x[2] * x[3] + 0.3 * np.abs(x[4])
    slope = 2.0 * np.exp(0.25 * x[5])
    return np.asarray(
        expit(-(start + slope * markup + 0.4 * np.maximum(markup - 0.8, 0.0) ** 2)), dtype=np.float64
    )


def rivals_truth(markup: FloatArray, features: FloatArray) -> FloatArray:
    """Dealer 0's probability to be the best of those asked and good enough, who the others are not known.

    features: as quote_features has them. The mean over sets of rivals of the product of their
    misses is an elementary symmetric polynomial of the misses over the number of sets.
    """
    panel = independent_panel()
    probability = np.zeros(len(markup))
    for count in range(1, DEALERS + 1):
        rows = features[:, 2] == count
        sums = [np.ones(int(rows.sum()))] + [np.zeros(int(rows.sum())) for _ in range(count - 1)]
        for rival in panel[1:]:
            mean, response = rival_terms(rival, features[rows, 0], features[rows, 1], count)
            deviation = np.hypot(rival.noise, rival.skew * rival.inventory_deviation)
            miss = 1.0 - response * ndtr((markup[rows] - mean) / deviation)
            for size in range(count - 1, 0, -1):
                sums[size] = sums[size] + miss * sums[size - 1]
        probability[rows] = sums[count - 1] / comb(DEALERS - 1, count - 1)
    return np.asarray(probability * ndtr((RESERVATION - markup) / RESERVATION_DEVIATION), dtype=np.float64)


def rival_terms(
    dealer: DealerTerms, log_size: FloatArray, log_volatility: FloatArray, count: int
) -> tuple[FloatArray, FloatArray]:
    mean = dealer.markup + dealer.markup_size * log_size + dealer.markup_volatility * log_volatility
    odds = dealer.response - dealer.response_dealers * np.log(count)
    odds = odds - dealer.response_size * log_size - dealer.response_volatility * log_volatility
    return mean + dealer.markup_shared / count, np.asarray(expit(odds), dtype=np.float64)


def true_laws(panel: tuple[DealerTerms, ...], *, count: int, size: float, volatility: float) -> QuoteLaws:
    """What dealers do with nothing known of their inventories."""
    log_size, log_volatility = np.array([np.log(size)]), np.array([np.log(volatility)])
    terms = [rival_terms(dealer, log_size, log_volatility, count) for dealer in panel]
    return QuoteLaws(
        mean=np.array([mean[0] for mean, _ in terms]),
        deviation=np.array(
            [np.hypot(dealer.noise, dealer.skew * dealer.inventory_deviation) for dealer in panel]
        ),
        response=np.array([response[0] for _, response in terms]),
    )


def independent_panel() -> tuple[DealerTerms, ...]:
    """Dealers whose inventories are new at every request."""
    return tuple(replace(dealer, inventory_fade=10.0, last_look=np.inf) for dealer in standard_panel(DEALERS))


TRUE = {"logistic": linear_truth, "curved": curved_truth, "rivals": rivals_truth}


def win_world(name: str, rows: int, seed: int) -> WinWorld:
    """So many quotes: 'logistic', 'curved', or 'rivals', dealer 0 of the simulated panel."""
    rng = np.random.default_rng(seed)
    if name == "rivals":
        return _rivals(rows, rng, seed)
    features, markup = rng.standard_normal((rows, 6)), 0.6 + 0.5 * rng.standard_normal(rows)
    probability = TRUE[name](markup, features)
    return WinWorld(
        name=name,
        markup=markup,
        features=features,
        probability=probability,
        won=rng.random(rows) < probability,
    )


def _rivals(rows: int, rng: np.random.Generator, seed: int) -> WinWorld:
    requests = drawn_requests(3 * rows, DEALERS, rng)
    reservation = RESERVATION + RESERVATION_DEVIATION * rng.standard_normal(3 * rows)
    requests = replace(requests, reservation=reservation)
    log = simulate(requests, independent_panel(), np.random.SeedSequence(seed))
    own = np.flatnonzero(log.responded[:, 0])[:rows]
    asked = log.requests
    features = quote_features(asked_count(asked), asked.size, asked.volatility)[own]
    markup = log.markup[own, 0]
    return WinWorld(
        name="rivals",
        markup=markup,
        features=features,
        probability=rivals_truth(markup, features),
        won=(log.winner[own] == 0) & log.traded[own],
    )


def excess_log_loss(true: FloatArray, told: FloatArray) -> float:
    """Log-loss of a model beyond the true probabilities' own, as part of that; the expectation, no draw."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(true > 0.0, true * np.log(true / told), 0.0)
        lost = lost + np.where(true < 1.0, (1.0 - true) * np.log((1.0 - true) / (1.0 - told)), 0.0)
        own = -np.where(true > 0.0, true * np.log(true), 0.0)
        own = own - np.where(true < 1.0, (1.0 - true) * np.log1p(-true), 0.0)
    return float(lost.mean() / own.mean())


def calibration_points(true: FloatArray, told: FloatArray) -> tuple[float, float]:
    """Mean and largest distance between told and true, by tenths of what was told [points of probability]."""
    tenths = np.array_split(np.argsort(told), 10)
    apart = np.array([100.0 * abs(true[rows].mean() - told[rows].mean()) for rows in tenths])
    return float(apart.mean()), float(apart.max())


def best_true_value(world: WinWorld, cost: float) -> FloatArray:
    """What the best of a fine grid of markups earns at each request by the true probabilities."""
    best = np.zeros(len(world.markup))
    for markup in np.linspace(-0.5, 5.5, 241):
        d = np.full(len(best), markup)
        best = np.maximum(best, (d - cost) * world.true_probability(d))
    return best
