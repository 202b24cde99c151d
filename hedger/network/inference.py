"""The universal network as numba arithmetic: from a book's lines to its bands, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt
from numba import njit

from hedger.network.ladder import FEATURES, OUTPUTS, REFERENCES, bands_of, observe

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

# Standardised features are clipped here, in training too: beyond it the network has nothing to say.
CLIP = 5.0


_Layers = tuple[
    SingleArray,
    SingleArray,
    SingleArray,
    SingleArray,
    SingleArray,
    SingleArray,
    SingleArray,
    SingleArray,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandNetwork:
    """Weights of the universal network. mean, deviation, lowest, highest: of the features in training.

    first: (FEATURES, width); hidden: (layer, width, width); last: (width, OUTPUTS); biases beside them. Units
    answer with x sigmoid(x).
    """

    mean: SingleArray
    deviation: SingleArray
    lowest: SingleArray
    highest: SingleArray
    first: SingleArray
    first_bias: SingleArray
    hidden: SingleArray
    hidden_bias: SingleArray
    last: SingleArray
    last_bias: SingleArray

    def outputs(self, features: FloatArray) -> FloatArray:
        """Outputs (state, OUTPUTS) for features (state, FEATURES)."""
        out = np.empty((len(features), OUTPUTS))
        _respond_all(np.ascontiguousarray(features, dtype=np.float64), *self._arrays(), out)
        return out

    def _arrays(self) -> _Layers:
        return (
            self.mean,
            self.deviation,
            self.first,
            self.first_bias,
            self.hidden,
            self.hidden_bias,
            self.last,
            self.last_bias,
        )

    def bands(self, book: BookStates) -> BandAnswer:
        """No-transaction bands of a book at one or several states; see BandAnswer."""
        states = book.moneyness.shape[0]
        features, reference = np.empty((states, FEATURES)), np.empty((states, REFERENCES))
        bands, unseen = np.empty((states, 4)), np.empty(states)
        _answer(
            book.moneyness,
            book.variance,
            np.ascontiguousarray(np.broadcast_to(book.dates, book.moneyness.shape)),
            book.scaled_units,
            book.is_call,
            book.step_variance,
            book.proportional_cost,
            book.scaled_fixed_cost,
            *self._arrays(),
            self.lowest,
            self.highest,
            features,
            reference,
            bands,
            unseen,
        )
        return BandAnswer(bands=bands, unseen=unseen, features=features, reference=reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookStates:
    """A book of European options on one underlying at several states, scaled as the network sees it.

    moneyness: log(strike / forward), shape (state, line). variance: total, to expiry, at the volatility that
    is hedged with, shape (state, line). dates: to expiry, shape (line,) or (state, line); lines have at least
    a fraction of one left. scaled_units: risk aversion x spot x units, shape (state, line). is_call: (line,).
    step_variance: of the next date's log return, proportional_cost: fraction, scaled_fixed_cost: risk
    aversion x fixed cost; shape (state,).
    """

    moneyness: FloatArray
    variance: FloatArray
    dates: FloatArray
    scaled_units: FloatArray
    is_call: BoolArray
    step_variance: FloatArray
    proportional_cost: FloatArray
    scaled_fixed_cost: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BandAnswer:
    """bands (state, 4), of the scaled holding y = risk aversion x spot x holding: lower edge, target from
    below, target from above, upper edge. unseen (state,): how far the worst feature lies outside what
    training saw, in units of its training range; 0 inside. reference (state, REFERENCES): of the
    reference band. features (state, FEATURES).
    """

    bands: FloatArray
    unseen: FloatArray
    features: FloatArray
    reference: FloatArray

    def reference_bands(self) -> FloatArray:
        """The reference's bands (state, 4), which is the network's answer before any training."""
        middle, half, fixed, _ = self.reference.T
        return np.stack([middle - half - fixed, middle - half, middle + half, middle + half + fixed], axis=1)


@njit(cache=True, fastmath={"contract", "reassoc", "arcp"})
def _respond(
    features: FloatArray,
    mean: SingleArray,
    deviation: SingleArray,
    first: SingleArray,
    first_bias: SingleArray,
    hidden: SingleArray,
    hidden_bias: SingleArray,
    last: SingleArray,
    last_bias: SingleArray,
    out: FloatArray,
) -> None:
    width = first.shape[1]
    now = first_bias.copy()
    for feature in range(first.shape[0]):
        score = (np.float32(features[feature]) - mean[feature]) / deviation[feature]
        score = min(max(score, np.float32(-CLIP)), np.float32(CLIP))
        for unit in range(width):
            now[unit] += score * first[feature, unit]
    for layer in range(hidden.shape[0] + 1):
        for unit in range(width):
            now[unit] = now[unit] / (np.float32(1.0) + np.float32(exp(-now[unit])))
        if layer == hidden.shape[0]:
            break
        following = hidden_bias[layer].copy()
        for source in range(width):
            for unit in range(width):
                following[unit] += now[source] * hidden[layer, source, unit]
        now = following
    for output in range(last.shape[1]):
        total = np.float64(last_bias[output])
        for unit in range(width):
            total += now[unit] * last[unit, output]
        out[output] = total


@njit(cache=True)
def _respond_all(  # type: ignore[no-untyped-def]
    features, mean, deviation, first, first_bias, hidden, hidden_bias, last, last_bias, out
):
    for state in range(len(features)):
        _respond(
            features[state],
            mean,
            deviation,
            first,
            first_bias,
            hidden,
            hidden_bias,
            last,
            last_bias,
            out[state],
        )


@njit(cache=True)
def _answer(  # type: ignore[no-untyped-def]
    moneyness,
    variance,
    dates,
    units,
    is_call,
    step_variance,
    cost,
    fixed,
    mean,
    deviation,
    first,
    first_bias,
    hidden,
    hidden_bias,
    last,
    last_bias,
    lowest,
    highest,
    features,
    reference,
    bands,
    unseen,
):
    output = np.empty(last.shape[1])
    for state in range(len(moneyness)):
        observe(
            moneyness[state],
            variance[state],
            dates[state],
            units[state],
            is_call,
            step_variance[state],
            cost[state],
            fixed[state],
            features[state],
            reference[state],
        )
        _respond(
            features[state],
            mean,
            deviation,
            first,
            first_bias,
            hidden,
            hidden_bias,
            last,
            last_bias,
            output,
        )
        bands_of(output, reference[state], bands[state])
        worst = 0.0
        for feature in range(len(lowest)):
            reach = highest[feature] - lowest[feature] + np.float32(1e-6)
            below = (lowest[feature] - features[state, feature]) / reach
            above = (features[state, feature] - highest[feature]) / reach
            worst = max(worst, max(below, above))
        unseen[state] = worst
