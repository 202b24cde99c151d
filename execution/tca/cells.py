"""One cell of text to one value; a ValueError's message says what was expected."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

ABSENT = frozenset({"", "-", "--", "n/a", "na", "nan", "none", "null", "nat"})

_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_BUYS = frozenset(
    {"1", "+1", "1.0", "b", "buy", "bot", "bought", "long", "bid", "cover", "btc", "bto"}
    | {f"buy to {what}" for what in ("cover", "open", "close")}
)
_SELLS = frozenset(
    {"-1", "-1.0", "2", "5", "6", "s", "sell", "sld", "sold", "short", "ss", "sse", "ask", "stc", "sto"}
    | {"sell short", "short sell", "sell to open", "sell to close"}
)
_MAKER = frozenset({"maker", "m", "1", "a", "add", "added", "adds", "passive", "p"})
_TAKER = frozenset(
    {"taker", "t", "2", "r", "remove", "removed", "removes", "take", "aggressive", "routed", "3"}
)
_NO_LIQUIDITY = frozenset({"x", "auction", "4", "o", "c", "unknown"})
_YES, _NO = frozenset({"true", "t", "yes", "y", "1"}), frozenset({"false", "f", "no", "n", "0"})

_STAMP = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>[-/.]?)(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2})"
    r"(?:[T \-;]*(?P<clock>.+))?"
)
_SLASHED = re.compile(
    r"(?P<first>[0-9]{1,2})[/.-](?P<second>[0-9]{1,2})[/.-](?P<year>[0-9]{4})[T ,]+(?P<clock>.+)"
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2})(?:[.,:](?P<fraction>[0-9]{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
)
_NUMBER = re.compile(r"([0-9]+)(\.[0-9]*)?")
_INSTANT = "a time such as 2024-08-08T14:30:00.123Z, or a count of seconds, ms, us or ns since 1970"
_NS_BY_UNIT = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_UNIT_BY_DIGITS = {9: "s", 10: "s", 12: "ms", 13: "ms", 15: "us", 16: "us", 18: "ns", 19: "ns"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_NS = 2**63 - 1
# Squares and ratios of what a file says, in bps of each other, must stay finite.
LARGEST = 1e30


def number(text: str) -> float:
    """A finite number; grouped thousands, a currency sign and a negative in parentheses are read.

    Its size is 0 or between 1e-30 and 1e30: what lies beyond is a slip.
    """
    inner = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else None
    digits = (text if inner is None else inner).lstrip("$€£¥").strip()
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if not _PLAIN.fullmatch(digits):
        raise ValueError("a finite number such as 100 or 1,250.5")
    value = float(digits)
    if value != 0.0 and not 1.0 / LARGEST <= abs(value) <= LARGEST:
        raise ValueError(f"a number of size 0, or between {1.0 / LARGEST:g} and {LARGEST:g}")
    return value if inner is None else -value


def positive(text: str) -> float:
    """A finite number above zero."""
    value = number(text)
    if value <= 0.0:
        raise ValueError("a number above zero")
    return value


def not_negative(text: str) -> float:
    """A finite number that is zero or more."""
    value = number(text)
    if value < 0.0:
        raise ValueError("a number that is not negative")
    return value


def volatility(text: str) -> float:
    """An annualised volatility as a fraction."""
    value = number(text)
    if not 0.0 < value <= 10.0:
        raise ValueError("a volatility per year as 0.20, above 0 and at most 10")
    return value


@lru_cache(maxsize=256)
def side(text: str) -> float:
    """+1 for a buy, -1 for a sell, in words, letters, FIX codes (1, 2, 5, 6) or signs."""
    word = " ".join(text.casefold().replace("_", " ").split())
    if word in _BUYS:
        return 1.0
    if word in _SELLS:
        return -1.0
    raise ValueError("a side: buy or sell, B or S, FIX's 1 or 2, +1 or -1")


@lru_cache(maxsize=256)
def taker(text: str) -> float:
    """1.0 where the fill took liquidity, 0.0 where it added; NaN in an auction. FIX: 1 added, 2 removed."""
    word = text.casefold()
    if word in _MAKER:
        return 0.0
    if word in _TAKER:
        return 1.0
    if word in _NO_LIQUIDITY:
        return math.nan
    raise ValueError("maker or taker, added or removed, FIX's 1 or 2")


@lru_cache(maxsize=256)
def yes(text: str) -> float:
    """1.0 for true, 0.0 for false."""
    word = text.casefold()
    if word in _YES:
        return 1.0
    if word in _NO:
        return 0.0
    raise ValueError("true or false")


def label(text: str) -> str:
    """A printable name of at most 120 characters."""
    if len(text) > 120 or not text.isprintable():
        raise ValueError("a printable name of at most 120 characters")
    return text


def time_unit(header: str) -> str | None:
    """The unit that a column's name states for counts since 1970: ts_ns, timestamp_ms ...; None if none."""
    ending = re.split(r"[_\s]+", header.strip().casefold())[-1]
    return ending if ending in _NS_BY_UNIT else None


def instant_ns(text: str, unit: str | None = None) -> int:
    """Nanoseconds since 1970. A time without a zone is taken as UTC. unit: of a plain count.

    Reads ISO 8601, FIX's UTCTimestamp (20240808-14:30:00.123), US and European dates where day and month
    cannot be confused, and counts of seconds, milli-, micro- or nanoseconds told apart by their digits.
    """
    if (count := _NUMBER.fullmatch(text)) is not None and (unit or len(count[1]) in _UNIT_BY_DIGITS):
        unit = unit or _UNIT_BY_DIGITS[len(count[1])]
        return _told(int(Decimal(text) * _NS_BY_UNIT[unit]))
    if (stamp := _STAMP.fullmatch(text)) is not None:
        return _moment(stamp["year"], stamp["month"], stamp["day"], stamp["clock"] or "00:00")
    if (stamp := _SLASHED.fullmatch(text)) is not None:
        first, second = stamp["first"], stamp["second"]
        if int(first) <= 12 and int(second) <= 12 and first != second:
            raise ValueError(f"{_INSTANT} (day and month can be confused)")
        month, day = (second, first) if int(first) > 12 else (first, second)
        return _moment(stamp["year"], month, day, stamp["clock"])
    raise ValueError(_INSTANT)


def is_clock(text: str) -> bool:
    """Whether a cell holds a time of day without its date."""
    return ":" in text and _CLOCK.fullmatch(text) is not None


def has_zone(text: str) -> bool:
    """Whether a time says its zone; a plain count is since 1970 in UTC."""
    if _NUMBER.fullmatch(text):
        return True
    stamp = _STAMP.fullmatch(text) or _SLASHED.fullmatch(text)
    clock = _CLOCK.fullmatch((stamp["clock"] or "").strip()) if stamp else None
    return clock is not None and clock["zone"] is not None


def _moment(year: str, month: str, day: str, clock_text: str) -> int:
    clock = _CLOCK.fullmatch(clock_text.strip())
    if clock is None:
        raise ValueError(_INSTANT)
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].casefold() == "pm" else 0)
    try:
        whole = datetime(
            int(year), int(month), int(day), hour, int(clock["minute"]), int(clock["second"] or 0), tzinfo=UTC
        )
    except ValueError:
        raise ValueError(f"{_INSTANT}, that exists") from None
    since = whole - _EPOCH - _offset(clock["zone"])
    fraction = int((clock["fraction"] or "").ljust(9, "0"))
    return _told((since.days * 86_400 + since.seconds) * 10**9 + fraction)


def _told(instant: int) -> int:
    """An instant that 64 bits of nanoseconds hold, either side of 1970."""
    if abs(instant) > _LATEST_NS:
        raise ValueError(f"{_INSTANT}, in the years 1678 to 2261")
    return instant


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone[0] not in "+-":
        return timedelta(0)
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return size if zone[0] == "+" else -size
