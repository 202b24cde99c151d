"""The same book on another date: same days to expiry, same moneyness."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from hedger.errors import UsageError
from hedger.portfolio.convention import QUARTERLY_FUTURES, future_contract, split_future
from hedger.portfolio.netting import netted
from hedger.portfolio.position import Portfolio, Position, PositionKind
from pricing.option import OsiSymbol, format_osi
from pricing.time import expiry_instant, front_quarterly_expiry, next_trading_day, trading_days_between

_ROOT_END = -15  # an unpadded OSI symbol ends in yymmdd, the right and eight digits of strike
_STRIKES_PER_SPOT = 500.0


def rebased(
    portfolio: Portfolio,
    *,
    from_date: date,
    from_spot: Mapping[str, float],
    to_date: date,
    to_spot: Mapping[str, float],
) -> Portfolio:
    """Move a book from the close of one date to that of another, keeping each option's place on the surface.

    An option keeps its number of trading days to expiry and its strike over spot, rounded to a grid of at
    most 0.2% of spot; a quarterly future keeps its place in the cycle; quantities stay. Spots [currency] by
    underlying. Raises UsageError where an underlying of the book has no spot.
    """
    missing = [s for s in portfolio.underlyings if s not in from_spot or s not in to_spot]
    if missing:
        raise UsageError(
            f"The book cannot be moved from {from_date} to {to_date}: there is no price of "
            f"{', '.join(missing)} on both dates."
        )
    growth = {symbol: to_spot[symbol] / from_spot[symbol] for symbol in portfolio.underlyings}
    moved = [_moved(p, from_date, to_date, growth, to_spot) for p in portfolio.positions]
    book, notes = netted(moved, origin=portfolio.origin)
    sentence = f"moved from {from_date} to {to_date}: same trading days to expiry, same strike over spot"
    return replace(portfolio, positions=book, notes=(*portfolio.notes, sentence, *notes))


def _moved(
    position: Position,
    from_date: date,
    to_date: date,
    growth: Mapping[str, float],
    to_spot: Mapping[str, float],
) -> Position:
    if position.kind is PositionKind.FUTURE:
        return _moved_future(position, from_date, to_date)
    if position.option is None or position.expiry is None:
        return position
    expiry = _days_later(to_date, trading_days_between(from_date, position.expiry))
    step = _strike_step(to_spot[position.underlying])
    strike = max(round(position.option.strike * growth[position.underlying] / step), 1) * step
    option = replace(
        position.option, strike=strike, expiry=expiry_instant(expiry, position.option.settlement)
    )
    root = position.symbol[:_ROOT_END]
    symbol = format_osi(OsiSymbol(root=root, expiry=expiry, right=option.right, strike=strike))
    return replace(position, symbol=symbol, option=option, expiry=expiry)


def _moved_future(position: Position, from_date: date, to_date: date) -> Position:
    root, _ = split_future(position.symbol, from_date)
    if root not in QUARTERLY_FUTURES or position.expiry is None:
        return position
    front, expiry = front_quarterly_expiry(from_date), front_quarterly_expiry(to_date)
    for _ in range(round((position.expiry - front).days / 91)):
        expiry = front_quarterly_expiry(expiry, roll_days=1)
    symbol = position.symbol if position.symbol == root else future_contract(root, expiry)
    return replace(position, symbol=symbol, expiry=expiry)


def _strike_step(spot: float) -> float:
    """The largest of 1, 2.5, 5 times a power of ten that is at most 0.2% of spot, and no less than 0.001."""
    finest = spot / _STRIKES_PER_SPOT
    power = 10.0 ** math.floor(math.log10(finest))
    step = max(multiple * power for multiple in (1.0, 2.5, 5.0) if multiple * power <= finest)
    return max(step, 0.001)


@cache
def _days_later(day: date, trading_days: int) -> date:
    for _ in range(trading_days):
        day = next_trading_day(day)
    return day
