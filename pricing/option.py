"""What is priced: a listed option."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Right(StrEnum):
    """The right that the option gives."""

    CALL = "call"
    PUT = "put"


class Exercise(StrEnum):
    """When the option may be exercised."""

    EUROPEAN = "european"
    AMERICAN = "american"


class Settlement(StrEnum):
    """Whether the expiry value is the morning's opening or the afternoon's closing price."""

    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A listed option contract.

    strike: currency per unit of underlying. expiry: the instant the payoff is fixed (aware, UTC).
    multiplier: units of underlying per contract.
    """

    underlying: str
    expiry: datetime
    strike: float
    right: Right
    exercise: Exercise = Exercise.EUROPEAN
    settlement: Settlement = Settlement.PM
    multiplier: float = 100.0
