"""The core's bands and the correction's inputs at every date of every path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.correction import (
    INPUTS,
    MarketCorrection,
    ReferenceShift,
    corrected,
    correction_inputs,
    correction_strength,
)
from hedger.network.inference import BandAnswer, BandNetwork, BookStates
from hedger.network.market_study.book import Book, BookAtDate
from hedger.network.markets.paths import MarketPaths

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgingTask:
    """What is hedged at which cost [fraction of the value traded] and aversion [1 / currency]."""

    book: Book
    proportional_cost: float
    risk_aversion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStates:
    """A task along paths, axes step and path; all that a correction needs, and nothing of it depends on one.

    spot (step + 1, path) [currency]; owed (path,), less today's value [currency]; scale: risk aversion x
    spot. middle, half: of the core's band, and the shifts level and response: of the scaled holding. left:
    what a date's move takes from a hedger at minus the delta at the hedging volatility, the book marked there
    at both ends [currency]. inputs: (step, path, INPUTS). strength: (path,).
    """

    task: HedgingTask
    spot: FloatArray
    owed: FloatArray
    middle: FloatArray
    half: FloatArray
    level: FloatArray
    response: FloatArray
    left: FloatArray
    inputs: FloatArray
    strength: FloatArray

    @property
    def scale(self) -> FloatArray:
        """What a scaled holding is divided by, shape (step, path)."""
        return self.task.risk_aversion * self.spot[:-1]

    def core_band(self) -> tuple[FloatArray, FloatArray]:
        """Edges of the core's band [units of underlying], each (step, path)."""
        return (self.middle - self.half) / self.scale, (self.middle + self.half) / self.scale

    def corrected_band(self, correction: MarketCorrection) -> tuple[FloatArray, FloatArray]:
        """Edges of the corrected band [units of underlying], each (step, path)."""
        shape = self.middle.shape
        shift = ReferenceShift(level=self.level.ravel(), response=self.response.ravel())
        moved, stretch = corrected(
            self.middle.ravel(),
            self.half.ravel(),
            correction.network.outputs(self.inputs.reshape(-1, INPUTS)),
            np.tile(self.strength, shape[0]),
            shift,
        )
        middle, half = moved.reshape(shape), self.half * stretch.reshape(shape)
        return (middle - half) / self.scale, (middle + half) / self.scale


def path_states(
    task: HedgingTask, paths: MarketPaths, core: BandNetwork, dates: list[BookAtDate] | None = None
) -> PathStates:
    """Evaluate the core at every date before the last expiry of the task's book.

    dates: of `dates_of`, where they are already there.
    """
    book, steps = task.book, task.book.steps
    held = dates_of(book, paths) if dates is None else dates
    spot = np.ascontiguousarray(paths.spot[:, : steps + 1].T)
    rows = [_at_date(task, date, core) for date in held]
    middle, half, level, response, delta, value = (np.stack([row[k] for row in rows]) for k in range(6))
    marked = _paid(book, spot)
    marked[:-1] += value
    return PathStates(
        task=task,
        spot=spot,
        owed=book.owed_net(paths),
        middle=middle,
        half=half,
        level=level,
        response=response,
        left=np.diff(marked, axis=0) + delta * np.diff(spot, axis=0),
        inputs=np.stack([row[6] for row in rows]),
        strength=correction_strength(held[0].state),
    )


def dates_of(book: Book, paths: MarketPaths) -> list[BookAtDate]:
    """The book at every date before the last expiry."""
    return [BookAtDate.of(book, paths, step) for step in range(book.steps)]


def core_answer(task: HedgingTask, date: BookAtDate, core: BandNetwork) -> BandAnswer:
    """The core's answer at a date, all paths."""
    scale = task.risk_aversion * date.spot
    left = date.book.expiry_step.astype(np.float64)
    return core.bands(
        BookStates(
            moneyness=date.moneyness,
            variance=date.hedging**2 * left / 252.0,
            dates=left,
            scaled_units=scale[:, None] * date.book.units,
            is_call=date.book.is_call,
            step_variance=date.state.forecast[:, 0] ** 2 / 252.0,
            proportional_cost=np.full(len(scale), task.proportional_cost),
            scaled_fixed_cost=np.zeros(len(scale)),
        )
    )


def _paid(book: Book, spot: FloatArray) -> FloatArray:
    """What has been paid for expired options until each date [currency], shape of spot (step + 1, path)."""
    paid = np.zeros_like(spot)
    for step in np.unique(book.expiry_step):
        due = book.expiry_step == step
        side = np.where(book.is_call[due], 1.0, -1.0)
        payoff = np.maximum(side * (spot[step][:, None] - book.strike[due]), 0.0)
        paid[step:] -= (payoff * book.units[..., due]).sum(axis=1)
    return paid


def _at_date(task: HedgingTask, date: BookAtDate, core: BandNetwork) -> tuple[FloatArray, ...]:
    answer = core_answer(task, date, core)
    at_implied, at_hedging = date.greeks(date.implied), date.greeks(date.hedging)
    delta = date.book.total(at_hedging.delta)
    shift = ReferenceShift.of_deltas(
        at_hedging=delta,
        at_implied=date.book.total(at_implied.delta),
        minimum_variance=date.minimum_variance_delta(at_implied),
        scale=task.risk_aversion * date.spot,
    )
    lower, upper = answer.bands[:, 1], answer.bands[:, 2]
    inputs = correction_inputs(answer, date.state, shift)
    band = (0.5 * (lower + upper), 0.5 * (upper - lower))
    return *band, shift.level, shift.response, delta, -date.book.total(at_hedging.value), inputs
