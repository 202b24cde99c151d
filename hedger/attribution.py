"""Where a day's profit and loss came from: yesterday's Greeks times today's moves, trading, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from hedger.exposure import Exposure, UnderlyingExposure
from hedger.result import WorkedOrder
from pricing.market import Market, UnderlyingMarket
from pricing.time import year_fraction

# One tenor for the parallel move of rates: most listed options are about this short.
_RATE_TENOR_YEARS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMoves:
    """A book at two closes. before: after the first one's trades. after: at the second, before its trades."""

    before: Exposure
    after: Exposure
    market_before: Market
    market_after: Market


def wealth(exposure: Exposure) -> float:
    """Cash and every mark of a book [currency]; a future is worth nothing once its margin is paid."""
    return exposure.cash + fsum(own.net.value for own in exposure.by_underlying.values())


def attribute(
    moves: DayMoves, *, wealth_before: float, wealth_after: float, orders: Sequence[WorkedOrder]
) -> dict[str, float]:
    """Split a day's P&L [currency] into parts that sum to it: see replay_result.ATTRIBUTION_PARTS.

    The P&L is the change of wealth less what the simulated market's own news did to the price while orders
    were worked, which is no part of the scenario's day.

    Each Greek is yesterday's times today's move: spot, half of spot squared, each option's own implied
    volatility, calendar years, the three-month rate. costs: what else trading changed, which is the spread,
    fees, and the price's move against the orders while they were worked. residual: what a second-order
    expansion does not see, as third orders, the carry of futures, and spot and volatility moving at once.
    """
    parts = dict.fromkeys(("delta", "gamma", "vega", "theta", "rho"), 0.0)
    for symbol, held in moves.before.by_underlying.items():
        explained = _explained(
            held,
            moves.after.by_underlying[symbol],
            moves.market_before.underlying(symbol),
            moves.market_after.underlying(symbol),
        )
        for part, amount in explained.items():
            parts[part] += amount
    news = news_profit(orders)
    parts["costs"] = wealth_after - wealth(moves.after) - news
    return parts | {"residual": wealth_after - news - wealth_before - fsum(parts.values())}


def news_profit(orders: Sequence[WorkedOrder]) -> float:
    """What the simulated market's own news gave while orders were worked [currency]."""
    return -fsum(worked.cost.news_currency for worked in orders)


def _explained(
    held: UnderlyingExposure,
    now: UnderlyingExposure,
    market_before: UnderlyingMarket,
    market_after: UnderlyingMarket,
) -> Mapping[str, float]:
    move = now.spot - held.spot
    rates = [float(own.discount.rate_at(_RATE_TENOR_YEARS)) for own in (market_before, market_after)]
    return {
        "delta": held.net.delta * move,
        "gamma": 0.5 * held.net.gamma * move**2,
        "vega": _vega_part(held, now),
        "theta": held.net.theta * year_fraction(market_before.as_of, market_after.as_of),
        "rho": held.net.rho * (rates[1] - rates[0]),
    }


def _vega_part(held: UnderlyingExposure, now: UnderlyingExposure) -> float:
    """Each option's vega times the move of its own implied volatility; an expired one has none."""
    volatility = {risk.symbol: risk.implied_volatility for risk in now.risks if risk.expiry_years > 0.0}
    return fsum(
        risk.greeks.vega * (volatility[risk.symbol] - risk.implied_volatility)
        for risk in held.risks
        if risk.symbol in volatility
    )
