"""What is priced: a listed option."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OsiSymbol:
    """What an OSI symbol says. root: up to six letters and digits. strike: currency, in thousandths."""

    root: str
    expiry: date
    right: Right
    strike: float


_OSI = re.compile(r"([A-Z][A-Z0-9]{0,5}) *([0-9]{2})([0-9]{2})([0-9]{2})([CP])([0-9]{8})")
_RIGHT_OF = {"C": Right.CALL, "P": Right.PUT}


def parse_osi(symbol: str) -> OsiSymbol:
    """Read an OSI (OCC) option symbol, padded or not, in either case.

    Layout (OCC Options Symbology Initiative, 2008): root, yymmdd, C or P, strike x 1000 in eight digits.
    Raises ValueError with a sentence that says what is wrong.
    """
    match = _OSI.fullmatch(symbol.strip().upper())
    if match is None:
        raise ValueError(
            f"'{symbol}' is not an OSI option symbol: root, yymmdd, C or P, strike x 1000 in eight digits, "
            "as in SPXW180228P02600000"
        )
    root, year, month, day, right, thousandths = match.groups()
    try:
        expiry = date(2000 + int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"'{symbol}' has no calendar date in {year}{month}{day} (yymmdd)") from None
    if int(thousandths) == 0:
        raise ValueError(f"'{symbol}' has strike 0; a strike is positive")
    return OsiSymbol(root=root, expiry=expiry, right=_RIGHT_OF[right], strike=int(thousandths) / 1000.0)


def format_osi(symbol: OsiSymbol) -> str:
    """Write the canonical unpadded symbol, such as SPXW180228P02600000.

    Raises ValueError when the strike is not a whole number of thousandths below 100,000.
    """
    thousandths = symbol.strike * 1000.0
    if not 0.5 < thousandths < 1e8 - 0.5 or abs(thousandths - round(thousandths)) > 1e-6:
        raise ValueError(
            f"strike {symbol.strike} cannot be written in an OSI symbol: eight digits of thousandths"
        )
    letter = "C" if symbol.right is Right.CALL else "P"
    return f"{symbol.root}{symbol.expiry:%y%m%d}{letter}{round(thousandths):08d}"
