"""The options' fills of a run as recorded orders: an order a leg, which names the package that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from execution.legging.packages import PackageLeg
from execution.orders import Fill, ParentOrder, Side, TradingRules
from execution.spread.order import SpreadExecution
from execution.tca.fill_table import FilledOrder
from hedger.spreads.block import OptionBlock
from hedger.spreads.block_market import OptionQuote
from hedger.spreads.choice_fills import OptionFill
from hedger.spreads.choice_market import OPTION_TICK
from hedger.spreads.choice_package import OptionPackage

_AT_ONCE_NS = 1


def block_records(block: OptionBlock) -> Iterator[FilledOrder]:
    """A block's legs as orders of their own, 'SPX-block-1/SYMBOL'; none of a plan.

    The mids are the simulator's, moved to the quotes' own where an odd spread has it half a tick away. What a
    broken package traded back is one more order, '.../back'. Volatility and volume are nobody's.
    """
    if block.execution is None:
        return
    for at, (leg, rules) in enumerate(zip(block.order.all_legs, block.order.all_rules, strict=True)):
        bought = _leg(block, block.execution, at, leg, rules)
        yield bought
        back = _leg(block, block.execution, at, leg, rules, is_back=True)
        if back.fills:
            yield back


def touch_records(package: OptionPackage, fills: Sequence[OptionFill]) -> Iterator[FilledOrder]:
    """A package's legs crossed at the touch as orders of their own, 'SPX-options/SYMBOL'."""
    quotes = {leg.symbol: OptionQuote(bid=leg.bid, ask=leg.ask, delta=0.0) for leg in package.legs}
    for each in fills:
        fill = each.fill
        if fill.symbol in quotes:
            mid = OPTION_TICK * quotes[fill.symbol].mid_ticks
            yield FilledOrder(
                order=ParentOrder(
                    parent_id=f"{fill.parent_id}/{fill.symbol}",
                    symbol=fill.symbol,
                    side=fill.side,
                    quantity=fill.quantity,
                    start_ns=fill.ts_ns,
                    horizon_ns=_AT_ONCE_NS,
                    rules=each.rules,
                ),
                fills=(fill,),
                arrival_price=mid,
                end_price=mid,
                fill_mid=(mid,),
                algorithm="touch",
                package_id=fill.parent_id,
            )


def _leg(
    block: OptionBlock,
    execution: SpreadExecution,
    at: int,
    leg: PackageLeg,
    rules: TradingRules,
    *,
    is_back: bool = False,
) -> FilledOrder:
    order = block.order
    side = Side(-int(leg.side)) if is_back else leg.side
    fills = [
        (each.fill, mid)
        for clip in execution.clips
        for each, mid in zip(clip.fills, clip.fill_mid_ticks, strict=True)
        if (each.fill.symbol, each.fill.side) == (leg.symbol, side)
    ]
    start = block.leg_mid_ticks[leg.symbol]
    away = start - execution.arrival_leg_ticks[at]
    return FilledOrder(
        order=ParentOrder(
            parent_id=f"{order.order_id}/{leg.symbol}{'/back' if is_back else ''}",
            symbol=leg.symbol,
            side=side,
            quantity=_filled(fills) if is_back else order.packages * leg.ratio,
            start_ns=order.start_ns,
            horizon_ns=order.horizon_ns,
            rules=rules,
        ),
        fills=tuple(fill for fill, _ in fills),
        arrival_price=rules.tick_size * start,
        end_price=rules.tick_size * (execution.end_leg_ticks[at] + away),
        fill_mid=tuple(rules.tick_size * (mid + away) for _, mid in fills),
        algorithm="block",
        package_id=order.order_id,
    )


def _filled(fills: Sequence[tuple[Fill, int]]) -> int:
    return sum(fill.quantity for fill, _ in fills)
