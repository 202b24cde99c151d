"""One cell of text to one value; a ValueError's message says what was expected."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from functools import lru_cache

ABSENT = frozenset({"", "-", "--", "n/a", "na", "none", "null"})
_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_DATE_ONLY = re.compile(r"([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})([T ]00:00(:00(\.0+)?)?(Z|\+00:00)?)?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_NAMED_MONTHS = ("%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%d-%B-%Y", "%d %B %Y", "%B %d %Y", "%d%b%Y")
_DATE = "a date as YYYY-MM-DD"
_FIRST_YEAR, _LAST_YEAR = 1970, 2150


def number(text: str) -> float:
    """A finite number; grouped thousands (1,234.5) and a broker's negative in parentheses are read."""
    inner = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else None
    digits = text if inner is None else inner
    if inner is not None and inner[:1] in "+-":
        raise ValueError("a number, with parentheses or a sign but not both")
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if not _PLAIN.fullmatch(digits):
        raise ValueError("a finite number such as -10 or 1,250.5 (decimal point, no formula)")
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a finite number")
    return value if inner is None else -value


def money(text: str) -> float:
    """A finite amount in dollars: as a number, with or without the dollar sign."""
    return number(text.replace("$", "", 1))


@lru_cache(maxsize=4096)
def calendar_date(text: str) -> date:
    """A date: ISO, YYYYMMDD, a named month, or slashes where day and month cannot be confused."""
    parsed = _parsed_date(text.replace(",", " ").strip())
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        raise ValueError(f"{_DATE} between {_FIRST_YEAR} and {_LAST_YEAR}")
    return parsed


def _parsed_date(text: str) -> date:
    if (iso := _DATE_ONLY.fullmatch(text)) is not None:
        year, month, day = (int(part) for part in re.split("[-/]", iso[1]))
        return _date(year, month, day)
    if len(text) == 8 and text.isascii() and text.isdigit():
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if (slashed := _SLASHED.fullmatch(text)) is not None:
        return _unambiguous(int(slashed[1]), int(slashed[2]), int(slashed[3]))
    for pattern in _NAMED_MONTHS:
        try:
            return datetime.strptime(" ".join(text.split()), pattern).date()  # noqa: DTZ007 a date has no zone
        except ValueError:
            continue
    raise ValueError(_DATE)


def _unambiguous(first: int, second: int, year: int) -> date:
    if first > 12:
        return _date(year, second, first)
    if second > 12 or first == second:
        return _date(year, first, second)
    raise ValueError(f"{_DATE} (day and month can be confused)")


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{_DATE} that exists") from None


def label(text: str) -> str:
    """A short printable label; a leading = + - @ would be a formula in a spreadsheet and is refused."""
    if len(text) > 80 or not text.isprintable() or text[0] in "=+-@":
        raise ValueError("a printable label of at most 80 characters that is not a formula")
    return text


def currency_code(text: str) -> str:
    """An ISO 4217 code in capitals."""
    code = text.upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("a currency code of three letters such as USD")
    return code
