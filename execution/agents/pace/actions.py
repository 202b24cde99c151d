"""What an agent of the pace may do: a multiple of the even pace, in a style of working it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import product

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

PACES = (0.5, 1.0, 1.5, 2.5)


class Style(IntEnum):
    """How the lots of an interval are worked.

    PATIENT: all of them rest at the best price of others and follow it; none cross the spread. LEADING: the
    same, one tick better where the spread has room. EAGER: each slice's lots rest so, and what is behind
    crosses at its end. BRISK: taken in even pieces, one at each look.
    """

    PATIENT = 0
    LEADING = 1
    EAGER = 2
    BRISK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceAction:
    """pace: lots of the interval over the even pace of what is left; 0 trades nothing."""

    pace: float
    style: Style

    @property
    def name(self) -> str:
        """How the action is written in cards and reports."""
        return f"{self.style.name.lower()} {self.pace:g}" if self.pace else "wait"


class PaceTable:
    """The actions that an agent chooses from, by number; the first one waits."""

    def __init__(self, actions: tuple[PaceAction, ...]) -> None:
        self.actions = actions
        self.pace = np.array([action.pace for action in actions])
        self.style = np.array([action.style for action in actions], np.int64)
        # Of the same style: where the next lesser pace takes all that is left, this one would do the same.
        self._lesser = np.array([_next_lesser(action, actions) for action in actions])

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def names(self) -> tuple[str, ...]:
        """The actions' names, in order."""
        return tuple(action.name for action in self.actions)

    def lots(self, chosen: IntArray, left: IntArray, decisions_left: IntArray) -> IntArray:
        """Lots of the interval, shape (market,): never more than is left, all of it at the last decision."""
        even = left / np.maximum(decisions_left, 1)
        paced = np.minimum(np.ceil(self.pace[chosen] * even).astype(np.int64), left)
        lots: IntArray = np.where(decisions_left <= 1, left, paced)
        return lots

    def mask(self, left: IntArray, decisions_left: IntArray) -> BoolArray:
        """Which actions may be chosen, shape (market, action); at least one is.

        Not: a pace that takes all where a lesser one does; at the last decision, which does all that is left,
        any but the even pace; anything but to wait where nothing is left.
        """
        waits, last = (self.pace == 0.0)[None, :], (decisions_left <= 1)[:, None]
        allowed = np.where(last, self.pace == 1.0, self._lesser < np.maximum(decisions_left, 1)[:, None])
        mask: BoolArray = np.where((left <= 0)[:, None], waits, allowed)
        return mask


def pace_actions() -> PaceTable:
    """Wait, or any pace in any style."""
    paced = (PaceAction(pace=pace, style=style) for style, pace in product(Style, PACES))
    return PaceTable((PaceAction(pace=0.0, style=Style.PATIENT), *paced))


def _next_lesser(action: PaceAction, actions: tuple[PaceAction, ...]) -> float:
    lesser = (one.pace for one in actions if one.style == action.style and one.pace < action.pace)
    return max(lesser, default=0.0)
