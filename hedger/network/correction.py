"""The market correction: how the universal network's bands bend in a market whose volatility moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.correction_state import LANDMARK_YEARS, MarketState, volatility_to
from hedger.network.inference import BandAnswer, BandNetwork

FloatArray = npt.NDArray[np.float64]

INPUTS = 16
PARTS = ("level", "response", "half width", "stretch")
"""Outputs: how much of each shift and of the half width moves the middle; log of the half width's factor."""
USUAL_VOL_OF_VOL = 0.03
"""A day's vol of vol at which the correction has tanh(1) of its strength."""

LARGEST_SHIFT = 3.0
LARGEST_STRETCH = 2.0
# Places of core features, see `hedger.network.ladder.observe`: mean dates; what is copied.
_LOG_MEAN_DATES = 2
_COPIED = (0, 2, 3, 6, 11, 12, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceShift:
    """From the delta hedge at the hedging volatility to the minimum-variance hedge, in two; shape (state,).

    Both of the scaled holding y = risk aversion x spot x holding, so minus a sum over options of units x
    delta. level: from the delta at the hedging volatility to the delta at the implied one. response: from
    there to the minimum-variance delta.
    """

    level: FloatArray
    response: FloatArray

    @classmethod
    def of_deltas(
        cls,
        *,
        at_hedging: FloatArray,
        at_implied: FloatArray,
        minimum_variance: FloatArray,
        scale: FloatArray,
    ) -> ReferenceShift:
        """From the book's deltas [units of underlying] and scale = risk aversion x spot; shape (state,)."""
        return cls(
            level=-scale * (at_implied - at_hedging), response=-scale * (minimum_variance - at_implied)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedBands:
    """bands (state, 4) as `BandAnswer` has them; unseen (state,): how far the worst input lies outside what
    training saw, in units of its range.
    """

    bands: FloatArray
    unseen: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketCorrection:
    """A small network of the market's state and the book that moves and stretches the core's bands.

    middle' = middle + s (o1 level + o2 response + o3 half width), half width' = half width exp(s o4), with
    s = tanh(vol of vol / USUAL_VOL_OF_VOL): nothing at all in a market of constant volatility. The distances
    between edges and targets, which a fixed cost makes, are stretched as the half width.
    """

    network: BandNetwork

    def bands(self, answer: BandAnswer, state: MarketState, shift: ReferenceShift) -> CorrectedBands:
        """Correct the core's answer; a market's state of one row is that of all the book's states."""
        inputs = correction_inputs(answer, state, shift)
        outputs = self.network.outputs(inputs)
        strength = correction_strength(state)
        middle = 0.5 * (answer.bands[:, 1] + answer.bands[:, 2])
        half = 0.5 * (answer.bands[:, 2] - answer.bands[:, 1])
        moved, stretch = corrected(middle, half, outputs, strength, shift)
        # In differences of the core's own edges, so that no strength means no change to the last bit.
        bands = (
            answer.bands
            + (moved - middle)[:, None]
            + (stretch - 1.0)[:, None] * (answer.bands - middle[:, None])
        )
        reach = (self.network.highest - self.network.lowest + 1e-6).astype(np.float64)
        outside = np.maximum(self.network.lowest - inputs, inputs - self.network.highest) / reach
        return CorrectedBands(bands=bands, unseen=np.maximum(outside.max(axis=1), 0.0))


def corrected(
    middle: FloatArray, half: FloatArray, outputs: FloatArray, strength: FloatArray, shift: ReferenceShift
) -> tuple[FloatArray, FloatArray]:
    """The moved middle and what multiplies the half width, shape (state,), from outputs (state, 4)."""
    own = np.clip(outputs[:, :3], -LARGEST_SHIFT, LARGEST_SHIFT)
    move = own[:, 0] * shift.level + own[:, 1] * shift.response + own[:, 2] * half
    stretch = np.exp(strength * np.clip(outputs[:, 3], -LARGEST_STRETCH, LARGEST_STRETCH))
    return middle + strength * move, stretch


def correction_strength(state: MarketState) -> FloatArray:
    """From 0 in a market of constant volatility to 1; shape (state,)."""
    return np.asarray(np.tanh(state.vol_of_vol / USUAL_VOL_OF_VOL), dtype=np.float64)


def correction_inputs(answer: BandAnswer, state: MarketState, shift: ReferenceShift) -> FloatArray:
    """What the correction looks at, without dimension, shape (state, INPUTS)."""
    rows = len(answer.bands)
    half = 0.5 * (answer.bands[:, 2] - answer.bands[:, 1]) + 1e-12
    mean_dates = np.exp(answer.features[:, _LOG_MEAN_DATES] + 2.0)
    implied = volatility_to(state.at_the_money, mean_dates)
    forecast = volatility_to(state.forecast, mean_dates)
    columns = (
        np.log(state.forecast[:, 0] / implied),
        np.log(forecast / implied),
        np.log(state.forecast[:, 3] / state.forecast[:, 0]),
        np.log(state.at_the_money[:, 3] / state.at_the_money[:, 1]),
        state.skew / np.sqrt(LANDMARK_YEARS) / state.at_the_money[:, 2],
        state.response / np.sqrt(LANDMARK_YEARS) / state.at_the_money[:, 2],
        np.log(np.maximum(state.vol_of_vol, 1e-3) / USUAL_VOL_OF_VOL),
        np.arcsinh(shift.level / half),
        np.arcsinh(shift.response / half),
    )
    inputs = np.empty((rows, INPUTS))
    for place, column in enumerate(columns):
        inputs[:, place] = column
    inputs[:, len(columns) :] = answer.features[:, _COPIED]
    return inputs
