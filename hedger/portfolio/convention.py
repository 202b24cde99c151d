"""What a symbol means where the file does not say: exercise, settlement, and what a future or ETF follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from hedger.portfolio.position import PositionKind
from pricing.option import Exercise, Settlement
from pricing.time import front_quarterly_expiry, is_trading_day, third_friday


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionConvention:
    """How options of one OSI root are exercised and settled."""

    underlying: str
    exercise: Exercise
    settlement: Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A future or ETF that carries an index's delta. units: units of the underlying per contract or share."""

    underlying: str
    kind: PositionKind
    units: float


def _index(
    underlying: str, settlement: Settlement, exercise: Exercise = Exercise.EUROPEAN
) -> OptionConvention:
    return OptionConvention(underlying=underlying, exercise=exercise, settlement=settlement)


# Cboe's contract specifications; OEX is the one American-style index option in the list.
INDEX_OPTIONS = {
    "SPX": _index("SPX", Settlement.AM),
    "SPXW": _index("SPX", Settlement.PM),
    "XSP": _index("XSP", Settlement.PM),
    "NDX": _index("NDX", Settlement.AM),
    "NDXP": _index("NDX", Settlement.PM),
    "RUT": _index("RUT", Settlement.AM),
    "RUTW": _index("RUT", Settlement.PM),
    "VIX": _index("VIX", Settlement.AM),
    "VIXW": _index("VIX", Settlement.AM),
    "DJX": _index("DJX", Settlement.AM),
    "XEO": _index("XEO", Settlement.PM),
    "OEX": _index("OEX", Settlement.PM, Exercise.AMERICAN),
    "COMP": _index("COMP", Settlement.PM),
}
_WEEKLY_ROOT = {"SPX": "SPXW", "NDX": "NDXP", "RUT": "RUTW", "VIX": "VIXW"}

# The ETF ratios are those of the funds' share to the index level, near enough for the delta of a holding;
# a row's own multiplier overrides them.
FOLLOWERS = {
    "ES": Follower(underlying="SPX", kind=PositionKind.FUTURE, units=50.0),
    "MES": Follower(underlying="SPX", kind=PositionKind.FUTURE, units=5.0),
    "NQ": Follower(underlying="NDX", kind=PositionKind.FUTURE, units=20.0),
    "MNQ": Follower(underlying="NDX", kind=PositionKind.FUTURE, units=2.0),
    "RTY": Follower(underlying="RUT", kind=PositionKind.FUTURE, units=50.0),
    "CL": Follower(underlying="WTI", kind=PositionKind.FUTURE, units=1000.0),
    "SPY": Follower(underlying="SPX", kind=PositionKind.ETF, units=0.1),
    "IVV": Follower(underlying="SPX", kind=PositionKind.ETF, units=0.1),
    "IWM": Follower(underlying="RUT", kind=PositionKind.ETF, units=0.1),
    "ONEQ": Follower(underlying="COMP", kind=PositionKind.ETF, units=0.04),
}
QUARTERLY_FUTURES = frozenset({"ES", "MES", "NQ", "MNQ", "RTY"})
_MONTH_CODES = "FGHJKMNQUVXZ"
_FUTURE_CONTRACT = re.compile(rf"([A-Z]{{1,3}})([{_MONTH_CODES}])([0-9]{{1,2}}|[0-9]{{4}})")


def option_convention(root: str) -> OptionConvention:
    """The market's convention for an OSI root: index options as Cboe lists them, others American and PM."""
    american = OptionConvention(underlying=root, exercise=Exercise.AMERICAN, settlement=Settlement.PM)
    return INDEX_OPTIONS.get(root, american)


def listed_root(underlying: str, expiry: date) -> str:
    """The OSI root under which an index option of that expiry is listed when a file names only the index.

    The standard monthly contract keeps the index's own root, every other expiry trades under the weekly root.
    """
    weekly = _WEEKLY_ROOT.get(underlying)
    return underlying if weekly is None or expiry == _monthly_expiry(expiry.year, expiry.month) else weekly


def future_contract(root: str, expiry: date) -> str:
    """CME symbol of a future that expires in that month: ES and 2018-03-16 give ESH8."""
    return f"{root}{_MONTH_CODES[expiry.month - 1]}{expiry.year % 10}"


def split_future(symbol: str, as_of: date) -> tuple[str, date | None]:
    """Root and, for a quarterly index future, the expiry of a symbol (ES, ESH8, ESH18, ESH2018).

    A bare root is the front quarterly contract on `as_of`. A short year is the first one that fits,
    counted from the year before `as_of`. Raises ValueError when a quarterly future names another month.
    """
    if symbol in QUARTERLY_FUTURES:
        return symbol, front_quarterly_expiry(as_of)
    match = _FUTURE_CONTRACT.fullmatch(symbol)
    if match is None or match[1] not in FOLLOWERS:
        return symbol, None
    root, month, year = match[1], _MONTH_CODES.index(match[2]) + 1, _full_year(match[3], as_of)
    if root not in QUARTERLY_FUTURES:
        return root, None
    if month % 3:
        raise ValueError(f"a quarterly contract of {root}: month code H, M, U or Z")
    return root, third_friday(year, month)


def _full_year(digits: str, as_of: date) -> int:
    if len(digits) == 4:
        return int(digits)
    base = 10 if len(digits) == 1 else 100
    earliest = as_of.year - 1
    return earliest + (int(digits) - earliest) % base


@cache
def _monthly_expiry(year: int, month: int) -> date:
    """Third Friday, or the Thursday before where that Friday is a holiday (2019-04-18)."""
    friday = third_friday(year, month)
    return friday if is_trading_day(friday) else friday.replace(day=friday.day - 1)
