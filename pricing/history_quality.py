"""Is a daily history what it says: trading days, none too many missing, no split that nobody adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pricing.errors import InputProblem
from pricing.table import Table
from pricing.text_values import cell_text
from pricing.time import trading_days

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_MISSING = 0.2
"""Share of the exchange's trading days that may be missing; beyond, a history is not daily."""

_QUESTIONED_LOG_RETURN = float(np.log(1.4999))
_FORWARD = np.array([1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100])
_REVERSE = np.array([2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100])
_NEAR_SPLIT = 0.05  # what the market adds on the day of a split
_NEAR_SMALL_SPLIT = 0.015  # a stock may well fall by a third: only a move of very much that is a split
_SAME_LEVEL = 0.15
_DAYS_TO_REVERSE = 3
_MOST_NOTES = 5
_FIRST_CALENDAR_YEAR = 1902
_SATURDAY_SESSIONS_END = np.datetime64("1952-09-29", "D")
_MOST_UNCHANGED = 0.05
_FEWEST_UNCHANGED = 5
_WEEKDAYS = ("Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyPrices:
    """Columns of a history file in the order of time. rows: the position of each in the table.

    split: new shares for an old one where the file says so, 1 for a move that is none, NaN where it is
    silent.
    """

    table: Table
    symbol: str
    rows: IntArray
    dates: npt.NDArray[np.datetime64]
    close: FloatArray
    high: FloatArray | None
    low: FloatArray | None
    split: FloatArray


def date_problems(
    table: Table, rows: IntArray, dates: npt.NDArray[np.datetime64], today: date
) -> list[InputProblem]:
    """Rows at a weekend or after `today`. New York traded on Saturdays until September 1952."""
    weekday = (dates.astype(np.int64) + 3) % 7  # day 0 of datetime64 was a Thursday
    weekend = (weekday == 6) | ((weekday == 5) & (dates >= _SATURDAY_SESSIONS_END))
    problems = [
        _problem(table, "date", rows[at], f"a trading day; that is a {_WEEKDAYS[int(weekday[at]) - 5]}")
        for at in np.flatnonzero(weekend)
    ]
    late = np.flatnonzero(dates > np.datetime64(today, "D") + 1)  # elsewhere it may be tomorrow already
    expected = f"no day of the future; today is {today}"
    return problems + [_problem(table, "date", rows[at], expected) for at in late]


def missing_days(prices: DailyPrices) -> tuple[list[InputProblem], list[str]]:
    """Trading days of the New York Stock Exchange without a price: a problem if too many, else said."""
    first, last = prices.dates[0].item(), prices.dates[-1].item()
    if first.year < _FIRST_CALENDAR_YEAR or first == last:
        return [], []
    expected = np.array(trading_days(first, last), dtype="datetime64[D]")
    missing = expected[~np.isin(expected, prices.dates)]
    if not len(missing):
        return [], []
    if len(missing) > MOST_MISSING * len(expected):
        found = f"{len(expected) - len(missing):,} of {len(expected):,} trading days from {first} to {last}"
        needed = f"daily prices: at least {1 - MOST_MISSING:.0%} of the exchange's trading days"
        return [InputProblem(file=prices.table.file, value=found, expected=needed)], []
    start, length = _longest_run(np.searchsorted(expected, missing), expected)
    sentence = (
        f"{prices.table.file}: {len(missing):,} of {len(expected):,} trading days have no price, at most "
        f"{length} in a row from {start}; the move over a gap counts as one day's"
    )
    return [], [sentence]


def questioned_moves(prices: DailyPrices) -> tuple[list[InputProblem], list[str]]:
    """Moves that only a split or a misprint explains, as problems; other moves beyond 3 : 2 in sentences.

    A split is a move near its ratio on a day that did not trade near the close before, and that is not taken
    back. Not so what the file's own `split` column explains.
    """
    moves = np.diff(np.log(prices.close))
    problems: list[InputProblem] = []
    notes: list[str] = []
    explained = -1
    for at in np.flatnonzero(np.abs(moves) > _QUESTIONED_LOG_RETURN - _NEAR_SMALL_SPLIT) + 1:
        if prices.split[at] == 1.0 or at <= explained:
            continue
        expected = _split_or_misprint(prices, int(at), float(moves[at - 1]))
        if expected is not None:
            problems.append(_problem(prices.table, "close", prices.rows[at], expected))
            if _reversal(prices.close, int(at)):
                explained = int(at) + _DAYS_TO_REVERSE
        elif abs(moves[at - 1]) > _QUESTIONED_LOG_RETURN:
            notes.append(
                f"{prices.table.file}: the close of {prices.symbol} moved by {np.expm1(moves[at - 1]):+.0%} "
                f"on {prices.dates[at]}, to {prices.close[at]:g}; it is kept as a real move"
            )
    hidden = len(notes) - _MOST_NOTES
    more = [f"{prices.table.file}: and {hidden} more days with such a move"] if hidden > 0 else []
    return problems, notes[:_MOST_NOTES] + more


def unchanged_days(prices: DailyPrices) -> list[str]:
    """A sentence where more than a twentieth of all closes repeat the one before."""
    unchanged = int(np.count_nonzero(np.diff(prices.close) == 0.0))
    share = unchanged / len(prices.close)
    if share <= _MOST_UNCHANGED or unchanged < _FEWEST_UNCHANGED:
        return []
    return [
        f"{prices.table.file}: {share:.0%} of the closes repeat the day before: stale prices make volatility "
        "look low"
    ]


def split_factors(prices: DailyPrices) -> tuple[FloatArray, list[str]]:
    """What each day's prices are divided by to be in shares of the last day, and a sentence for each split.

    Of the factors in the `split` column only those that the close followed: a file whose prices are already
    adjusted has them too.
    """
    moves = np.diff(np.log(prices.close), prepend=np.log(prices.close[:1]))
    stated = np.where(np.isfinite(prices.split) & (prices.split > 0.0), prices.split, 1.0)
    followed = np.abs(moves + np.log(stated)) < np.minimum(np.abs(moves), _QUESTIONED_LOG_RETURN)
    factor = np.where(followed, stated, 1.0)
    later: FloatArray = np.append(np.cumprod(factor[::-1])[::-1][1:], 1.0)
    sentences = [
        f"{prices.table.file}: prices before {prices.dates[at]} divided by {factor[at]:g}, its split"
        for at in np.flatnonzero(factor != 1.0)
    ]
    return later, sentences


def _split_or_misprint(prices: DailyPrices, at: int, move: float) -> str | None:
    before = float(prices.close[at - 1])
    if _traded_near(prices, at, before, move):
        return None
    ratio = _nearest_ratio(move)
    if ratio is None:
        return None
    if _reversal(prices.close, at):
        return (
            f"a price near those around it, {before:g} the day before; correct it, or put 1 into a column "
            "'split' of this row if the move is real"
        )
    said = f"{ratio:g} : 1" if move < 0 else f"1 : {ratio:g}"
    factor = ratio if move < 0 else 1.0 / ratio
    return (
        f"prices adjusted for splits, and {before:g} the day before looks like a {said} split: divide the "
        f"prices before by {factor:g}, or put {factor:g} into a column 'split' of this row, or 1 if the move "
        "is real"
    )


def _reversal(close: FloatArray, at: int) -> bool:
    """Whether one of the three closes after day `at` is back at the level before it."""
    ahead = close[at + 1 : at + 1 + _DAYS_TO_REVERSE]
    return bool(np.any(np.abs(np.log(ahead / close[at - 1])) < _SAME_LEVEL))


def _nearest_ratio(move: float) -> float | None:
    ratios = _FORWARD if move < 0 else _REVERSE
    distance = np.abs(np.log(ratios) - abs(move))
    nearest = int(np.argmin(distance))
    tolerance = _NEAR_SPLIT if ratios[nearest] >= 2.0 else _NEAR_SMALL_SPLIT
    return float(ratios[nearest]) if distance[nearest] < tolerance else None


def _traded_near(prices: DailyPrices, at: int, before: float, move: float) -> bool:
    """Whether the day's own range comes near the close before: then the market moved there itself."""
    if prices.high is None or prices.low is None:
        return False
    if move < 0:
        return bool(prices.high[at] > before * (1.0 - _SAME_LEVEL))
    return bool(prices.low[at] < before * (1.0 + _SAME_LEVEL))


def _longest_run(positions: IntArray, expected: npt.NDArray[np.datetime64]) -> tuple[np.datetime64, int]:
    """First day and length of the longest run of consecutive positions."""
    starts = np.flatnonzero(np.diff(positions, prepend=positions[0] - 2) != 1)
    runs = list(pairwise([*starts.tolist(), len(positions)]))
    begin, end = max(runs, key=lambda run: run[1] - run[0])
    return expected[positions[begin]], end - begin


def _problem(table: Table, name: str, row: int, expected: str) -> InputProblem:
    return InputProblem(
        file=table.file,
        row=int(row) + table.first_row,
        column=table.headers[name],
        value=cell_text(table.columns[name], int(row)),
        expected=expected,
    )
