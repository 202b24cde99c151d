"""Calendar and clocks: instants of expiry, ACT/365F years, trading days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import QuantLib as ql

from pricing.option import Settlement

EXCHANGE_ZONE = ZoneInfo("America/New_York")
TRADING_DAYS_PER_YEAR = 252
SECONDS_PER_YEAR = 365 * 86_400
_CLOSE = time(16, 0)
_OPEN = time(9, 30)


def close_instant(day: date) -> datetime:
    """16:00 in New York on `day`, in UTC: the as-of instant of end-of-day data."""
    return datetime.combine(day, _CLOSE, EXCHANGE_ZONE).astimezone(UTC)


def open_instant(day: date) -> datetime:
    """09:30 in New York on `day`, in UTC."""
    return datetime.combine(day, _OPEN, EXCHANGE_ZONE).astimezone(UTC)


def expiry_instant(day: date, settlement: Settlement) -> datetime:
    """The instant the payoff is fixed: 09:30 in New York for AM settlement, 16:00 for PM, in UTC."""
    return open_instant(day) if settlement is Settlement.AM else close_instant(day)


def exchange_date(instant: datetime) -> date:
    """The calendar date in New York of an aware instant."""
    return instant.astimezone(EXCHANGE_ZONE).date()


def year_fraction(start: datetime, end: datetime) -> float:
    """ACT/365F years from `start` to `end`, to the second; negative when `end` is earlier."""
    return (end - start).total_seconds() / SECONDS_PER_YEAR


def is_trading_day(day: date) -> bool:
    """Whether the New York Stock Exchange trades on `day` (QuantLib's calendar)."""
    return bool(_calendar().isBusinessDay(_ql_date(day)))


def trading_days_between(start: date, end: date) -> int:
    """Trading days in (start, end]: the number of closes that lie ahead of `start`'s close."""
    return int(_calendar().businessDaysBetween(_ql_date(start), _ql_date(end), False, True))


def next_trading_day(day: date) -> date:
    """The first trading day after `day`."""
    after = day + timedelta(days=1)
    while not is_trading_day(after):
        after += timedelta(days=1)
    return after


def trading_days(first: date, last: date) -> list[date]:
    """All trading days from `first` to `last`, both included."""
    days = _calendar().businessDayList(_ql_date(first), _ql_date(last))
    return [date(day.year(), day.month(), day.dayOfMonth()) for day in days]


def third_friday(year: int, month: int) -> date:
    """The third Friday of a month: the standard monthly expiry."""
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def front_quarterly_expiry(day: date, roll_days: int = 8) -> date:
    """Third Friday of March, June, September or December, at least `roll_days` days after `day`."""
    year, month = day.year, (day.month + 2) // 3 * 3
    while (expiry := third_friday(year, month)) < day + timedelta(days=roll_days):
        year, month = (year, month + 3) if month < 12 else (year + 1, 3)
    return expiry


@cache
def _calendar() -> ql.Calendar:
    return ql.UnitedStates(ql.UnitedStates.NYSE)


def _ql_date(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)
