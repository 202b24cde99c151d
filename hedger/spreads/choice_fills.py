"""A package traded at the touch: option fills and the lines that they are booked on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from execution.orders import Fill, Liquidity, Side, TradingRules
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.spreads.choice_market import OPTION_MULTIPLIER
from hedger.spreads.choice_package import OptionPackage, PackageLeg
from pricing.time import exchange_date

_TICK = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFill:
    """One leg's fill with the line and the rules that a ledger books it with."""

    fill: Fill
    line: Position
    rules: TradingRules


def fills_at_touch(package: OptionPackage, portfolio: Portfolio, *, ts_ns: int) -> tuple[OptionFill, ...]:
    """Every leg in full and at once: bought at its ask, sold at its bid, to the cent against the book.

    The chooser takes no more than the quoted sizes, where the chain has them, so that nothing is left over.
    """
    currency = next((line.currency for line in portfolio.positions), "USD")
    held = {line.symbol: line for line in portfolio.positions}
    return tuple(
        OptionFill(
            fill=_fill(leg, package, ts_ns),
            line=held.get(leg.symbol) or _line(leg, currency),
            rules=TradingRules(
                symbol=leg.symbol,
                tick_size=_TICK,
                multiplier=OPTION_MULTIPLIER,
                fee_per_contract=package.fee_per_contract,
            ),
        )
        for leg in package.legs
    )


def _fill(leg: PackageLeg, package: OptionPackage, ts_ns: int) -> Fill:
    bought = leg.quantity > 0
    ticks = math.ceil(leg.ask / _TICK - 1e-6) if bought else math.floor(leg.bid / _TICK + 1e-6)
    return Fill(
        parent_id=f"{package.underlying}-options",
        symbol=leg.symbol,
        side=Side.BUY if bought else Side.SELL,
        quantity=abs(leg.quantity),
        price_ticks=ticks,
        ts_ns=ts_ns,
        fee=abs(leg.quantity) * package.fee_per_contract,
        liquidity=Liquidity.TAKER,
    )


def _line(leg: PackageLeg, currency: str) -> Position:
    return Position(
        symbol=leg.symbol,
        kind=PositionKind.OPTION,
        quantity=0.0,
        underlying=leg.option.underlying,
        multiplier=leg.option.multiplier,
        currency=currency,
        option=leg.option,
        expiry=exchange_date(leg.option.expiry),
    )
