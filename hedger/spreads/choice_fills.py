"""A package traded at the touch: option fills and the lines that they are booked on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from execution.orders import Fill, Liquidity, Side, TradingRules
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.spreads.choice_market import OPTION_MULTIPLIER, OPTION_TICK
from hedger.spreads.choice_package import OptionPackage, PackageLeg
from pricing.time import exchange_date


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFill:
    """One leg's fill with the line and the rules that a ledger books it with.

    execution_id: of a block's fill, under which the ledger books it once; empty at the touch.
    """

    fill: Fill
    line: Position
    rules: TradingRules
    execution_id: str = ""


def fills_at_touch(package: OptionPackage, portfolio: Portfolio, *, ts_ns: int) -> tuple[OptionFill, ...]:
    """Every leg in full and at once: bought at its ask, sold at its bid, to the cent against the book.

    The chooser takes no more than the quoted sizes, where the chain has them, so that nothing is left over.
    """
    lines = package_lines(package, portfolio)
    return tuple(
        OptionFill(fill=_fill(leg, package, ts_ns), line=line, rules=rules)
        for leg, (line, rules) in zip(package.legs, lines, strict=True)
    )


def package_lines(package: OptionPackage, portfolio: Portfolio) -> tuple[tuple[Position, TradingRules], ...]:
    """The book's line of each leg, or an empty one to book the first fill on, and its trading rules."""
    currency = next((line.currency for line in portfolio.positions), "USD")
    held = {line.symbol: line for line in portfolio.positions}
    return tuple(
        (
            held.get(leg.symbol) or _line(leg, currency),
            TradingRules(
                symbol=leg.symbol,
                tick_size=OPTION_TICK,
                multiplier=OPTION_MULTIPLIER,
                fee_per_contract=package.fee_per_contract,
            ),
        )
        for leg in package.legs
    )


def _fill(leg: PackageLeg, package: OptionPackage, ts_ns: int) -> Fill:
    bought = leg.quantity > 0
    ticks = math.ceil(leg.ask / OPTION_TICK - 1e-6) if bought else math.floor(leg.bid / OPTION_TICK + 1e-6)
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
