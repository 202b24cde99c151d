"""What a forecast is learnt from and held to: windows of features beside what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.impact.features import features_of
from execution.impact.samples import MarketSamples
from execution.impact.targets import mid_moves, touch_lots
from execution.impact.watch import WINDOW

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


_COLUMNS = ("scales", "side", "quantity", "short_move", "long_move", "touch", "touch_now", "response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Rows of one or several markets, in order of time within each.

    features: (step, FEATURES), all markets one after the other. at: (row,) step that each row looks from, no
    window of which reaches into another market. scales: (row, 3). side: (row,) of the row's order, +1 or -1
    by turns where there is none; quantity: (row,) its lots, 0 where there is none. short_move, long_move:
    (row,) moves of the mid [ticks], positive is up. touch: (row,) lots at the long horizon on the side that
    `side` takes from; touch_now: the same now. response: (row,) what the order alone moved the mid by at the
    long horizon [ticks], positive in its direction, from the market that got the reversed orders; NaN where
    there was none.
    """

    features: SingleArray
    at: IntArray
    scales: FloatArray
    side: FloatArray
    quantity: FloatArray
    short_move: FloatArray
    long_move: FloatArray
    touch: FloatArray
    touch_now: FloatArray
    response: FloatArray

    def __len__(self) -> int:
        return len(self.at)

    def windows(self, rows: IntArray | slice = slice(None)) -> SingleArray:
        """The windows of some rows, (row, WINDOW, FEATURES)."""
        return np.take(self.features, self.at[rows][:, None] + np.arange(1 - WINDOW, 1), axis=0)

    def rows(self, which: slice | IntArray | npt.NDArray[np.bool_]) -> Examples:
        """Some of the rows."""
        of_rows = {name: getattr(self, name)[which] for name in ("at", *_COLUMNS)}
        return Examples(features=self.features, **of_rows)


def examples_of(samples: MarketSamples, *, short_steps: int = 1, long_steps: int = 10) -> Examples:
    """Every step of a market that has a whole window behind it and all that is forecast before it.

    Steps at which a side of the book is empty, now or at a horizon, are left out; there may be none left.
    """
    features, scales = features_of(samples)
    short, long = (mid_moves(samples, steps) for steps in (short_steps, long_steps))
    later = touch_lots(samples, long_steps)
    turns = np.where(np.arange(len(samples)) % 2 == 0, 1.0, -1.0)
    side = np.where(samples.order != 0.0, np.sign(samples.order), turns)
    taken = np.where(side > 0.0, 1, 0)  # a buyer takes from the asks
    steps = np.arange(len(samples))
    touch, touch_now = later[steps, taken], samples.depth[steps, taken, 0, 1].astype(np.float64)
    whole = np.isfinite(short) & np.isfinite(long) & np.isfinite(touch) & (touch_now > 0.0)
    at = np.flatnonzero(whole & (steps >= WINDOW - 1))
    return Examples(
        features=features,
        at=at,
        scales=scales[at],
        side=side[at],
        quantity=np.abs(samples.order)[at],
        short_move=short[at],
        long_move=long[at],
        touch=touch[at],
        touch_now=touch_now[at],
        response=_response(samples, long, long_steps)[at],
    )


def _response(samples: MarketSamples, moves: FloatArray, steps: int) -> FloatArray:
    """Half the difference of the moves with the order and with its reverse, in the order's direction."""
    reversed_moves = np.full(len(samples), np.nan)
    mid = samples.reversed_mid_ticks
    reversed_moves[:-steps] = mid[steps:] - mid[:-steps]
    return np.where(samples.order != 0.0, 0.5 * np.sign(samples.order) * (moves - reversed_moves), np.nan)


def joined(parts: Sequence[Examples]) -> Examples:
    """The rows of several markets as one; ValueError for none."""
    if not parts:
        raise ValueError("there are no examples to join")
    starts = np.cumsum([0, *(len(part.features) for part in parts[:-1])])
    return Examples(
        features=np.concatenate([part.features for part in parts]),
        at=np.concatenate([part.at + start for part, start in zip(parts, starts, strict=True)]),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS},
    )


def split_by_time(
    examples: Examples, fractions: tuple[float, float], gap: int
) -> tuple[Examples, Examples, Examples]:
    """Training, validation and test rows of one market in order of time, `gap` steps apart.

    fractions: of the steps that training and validation take. With a gap of a window and the long horizon
    nothing that is tested was seen before. ValueError where a part would be empty.
    """
    last = len(examples.features)
    first, second = (round(sum(fractions[: i + 1]) * last) for i in range(2))
    parts = (
        examples.rows(examples.at < first - gap),
        examples.rows((examples.at >= first) & (examples.at < second - gap)),
        examples.rows(examples.at >= second),
    )
    if not all(len(part) for part in parts):
        raise ValueError(f"{len(examples)} rows are too few to be split {fractions} with gaps of {gap}")
    return parts
