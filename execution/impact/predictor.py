"""Forecasts for agents and schedules: a trained network asked about many markets at once, without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, final

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from execution.errors import RecordingError, RecordingProblem
from execution.impact.features import FEATURES, SCALES, mirror
from execution.impact.inference import cnn_forecasts, lstm_forecasts
from execution.impact.layers import HEADS, KINDS, MID_LONG, MID_SHORT, SHAPES, TOUCH, Kind
from execution.impact.question import NO_QUANTITY, NO_SCALE, NO_SIDE, NOT_FINITE, SOUND, flaw_of
from execution.impact.watch import WINDOW

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]

SHIPPED = Path(__file__).parent / "shipped"
_COMMON = ("mean", "inverse_deviation", "head", "head_bias", "impact", "impact_bias")


class Forecast(NamedTuple):
    """What is expected, (market,) each, as the side that is asked about sees it: positive is adverse.

    mid_move_ticks: of the mid over the long horizon, 10 steps, without the order. touch_lots: resting then at
    the best price that the side takes from, as the exponential of the mean logarithm. impact_ticks: what the
    order adds to the move over the long horizon. next_move_ticks: of the mid over the short horizon, a step.
    """

    mid_move_ticks: FloatArray
    touch_lots: FloatArray
    impact_ticks: FloatArray
    next_move_ticks: FloatArray


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """A network with its weights, by the names and shapes of execution.impact.layers.

    short_steps, long_steps: the horizons it was trained for.
    """

    kind: Kind
    weights: Mapping[str, SingleArray]
    short_steps: int = 1
    long_steps: int = 10
    _common: tuple[SingleArray, ...] = field(init=False, repr=False, compare=False)
    _trunk: tuple[SingleArray, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes = SHAPES[self.kind]
        for name, shape in shapes.items():
            array = self.weights.get(name)
            if array is None or array.shape != shape or not np.all(np.isfinite(array)):
                raise ValueError(f"weights: '{name}' must be finite and of shape {shape}")
        trunk = [name for name in shapes if name not in (*_COMMON, "target_scale")]
        object.__setattr__(self, "_common", tuple(self.weights[name] for name in _COMMON))
        object.__setattr__(self, "_trunk", tuple(self.weights[name] for name in trunk))

    def forecast(
        self,
        window: SingleArray,
        scales: FloatArray,
        side: npt.ArrayLike = 1,
        quantity: npt.ArrayLike = 1.0,
    ) -> Forecast:
        """Forecasts for each market's window, (market, WINDOW, FEATURES), and scales, (market, 3).

        MarketWatch has both. side: +1 buys, -1 sells; quantity: of the order [lots]; each (market,) or one
        for all. ValueError for other shapes, sides and quantities below 0, and for windows that are not
        finite.
        """
        window = np.ascontiguousarray(window, np.float32)
        side, quantity = _checked(window, scales, side, quantity)
        out = np.empty((len(window), HEADS + 1), np.float32)
        order, sign = _MIRROR
        root = np.sqrt(quantity / scales[:, 1])
        run = lstm_forecasts if self.kind == "lstm" else cnn_forecasts
        run(window, side, root, order, sign, self._common, self._trunk, out)
        move, unit = scales[:, 0], self.weights["target_scale"]
        return Forecast(
            mid_move_ticks=move * unit[MID_LONG] * out[:, MID_LONG],
            touch_lots=scales[:, 1] * np.exp(unit[TOUCH] * out[:, TOUCH]),
            impact_ticks=move * out[:, HEADS].astype(np.float64),
            next_move_ticks=move * unit[MID_SHORT] * out[:, MID_SHORT],
        )

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        path.write_bytes(save(dict(self.weights)))


_MIRROR = mirror()
_WRONG = {
    NOT_FINITE: "window and scales must be finite",
    NO_SCALE: "scales of moves and of the touch must be above 0",
    NO_SIDE: "side must be +1 or -1",
    NO_QUANTITY: "quantity must be finite and not below 0",
}


def read_predictor(path: Path) -> Predictor:
    """Read weights; which network it is follows from the arrays. RecordingError for any other file."""
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        expected = "the weights of a predictor"
        raise RecordingError(RecordingProblem(file=str(path), value=str(error), expected=expected)) from error
    for kind in KINDS:
        if set(arrays) == set(SHAPES[kind]):
            weights = {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
            try:
                return Predictor(kind=kind, weights=weights)
            except ValueError as error:
                raise RecordingError(RecordingProblem(file=str(path), expected=str(error))) from error
    expected = f"the arrays of one of {', '.join(KINDS)}"
    raise RecordingError(RecordingProblem(file=str(path), value=", ".join(sorted(arrays)), expected=expected))


@cache
def shipped_predictor(kind: Kind = "lstm") -> Predictor:
    """The weights that every installation has."""
    return read_predictor(SHIPPED / f"{kind}.safetensors")


def shipped_card() -> Mapping[str, Any]:
    """How the shipped weights came about: markets, seeds, command, scores, limits."""
    card: Mapping[str, Any] = json.loads((SHIPPED / "predictors.json").read_text(encoding="utf-8"))
    return card


def _checked(
    window: SingleArray, scales: FloatArray, side: npt.ArrayLike, quantity: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    count = len(window)
    if window.shape != (count, WINDOW, FEATURES):
        raise ValueError(f"window has shape {window.shape}, expected (market, {WINDOW}, {FEATURES})")
    if scales.shape != (count, len(SCALES)):
        raise ValueError(f"scales have shape {scales.shape}, expected ({count}, {len(SCALES)})")
    sides, lots = np.empty(count), np.empty(count)
    sides[:], lots[:] = side, quantity
    wrong = flaw_of(window, scales, sides, lots)
    if wrong != SOUND:
        raise ValueError(_WRONG[wrong])
    return sides, lots
