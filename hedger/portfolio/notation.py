"""How brokers write an option in one cell: each notation with its pattern and an example."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pricing.option import OsiSymbol, Right, parse_osi

_ROOT = r"(?P<root>[A-Z][A-Z0-9]{0,5})"
_STRIKE = r"(?P<strike>(?:[1-9][0-9]{0,4}|0)(?:\.[0-9]{1,4})?)"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_YEAR, _DAY = r"(?P<year>[0-9]{2})", r"(?P<day>[0-9]{1,2})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """One way to write a contract. pattern: of capitals with single blanks, groups by name."""

    used_by: str
    example: str
    pattern: re.Pattern[str]


NOTATIONS = (
    Notation(
        used_by="thinkorswim, Fidelity",
        example=".SPXW180228P2600",
        # The sign in front tells the strike in currency from the thousandths of an OSI symbol.
        pattern=re.compile(
            rf"[.-]{_ROOT}{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})(?P<right>[CP]){_STRIKE}"
        ),
    ),
    Notation(
        used_by="Schwab",
        example="SPXW 02/28/2018 2600.00 P",
        pattern=re.compile(
            rf"{_ROOT} (?P<month>[0-9]{{2}})/(?P<day>[0-9]{{2}})/(?P<year>20[0-9]{{2}}) {_STRIKE} "
            r"(?P<right>[CP])"
        ),
    ),
    Notation(
        used_by="E*TRADE",
        example="SPXW Feb 28 '18 $2600 Put",
        pattern=re.compile(rf"{_ROOT} {_MONTH} {_DAY} '{_YEAR} \${_STRIKE} (?P<right>CALL|PUT)"),
    ),
    Notation(
        used_by="Interactive Brokers",
        example="SPXW 28FEB18 2600 P",
        pattern=re.compile(rf"{_ROOT} {_DAY}{_MONTH}{_YEAR} {_STRIKE} (?P<right>[CP])"),
    ),
)
OSI_EXAMPLE = "SPXW180228P02600000"


@lru_cache(maxsize=16_384)
def osi_or_none(symbol: str) -> OsiSymbol | None:
    """The contract that an OSI symbol names, None for any other text."""
    try:
        return parse_osi(symbol)
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def broker_contract(text: str) -> OsiSymbol | None:
    """The contract that a broker's notation names, None for any other text; years are 2000 to 2099."""
    plain = " ".join(text.upper().split())
    for notation in NOTATIONS:
        if (match := notation.pattern.fullmatch(plain)) is not None:
            return _contract(match)
    return None


def _contract(match: re.Match[str]) -> OsiSymbol | None:
    month, year, strike = match["month"], int(match["year"][-2:]), float(match["strike"])
    try:
        expiry = date(
            2000 + year, int(month) if month.isdigit() else _MONTHS.index(month) + 1, int(match["day"])
        )
    except ValueError:
        return None
    right = Right.CALL if match["right"].startswith("C") else Right.PUT
    return OsiSymbol(root=match["root"], expiry=expiry, right=right, strike=strike) if strike > 0.0 else None


def notations_understood() -> str:
    """A list for messages: an OSI symbol, or one of the brokers' notations."""
    others = ", ".join(f"{it.example} ({it.used_by})" for it in NOTATIONS)
    return (
        "an OSI symbol (root, yymmdd, C or P, strike x 1000 in eight digits) as in "
        f"{OSI_EXAMPLE}, or a broker's notation: {others}"
    )
