"""The one translation between choosing options and trading them: structures to orders, blocks to fills."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from execution.errors import OrderRejectedError
from execution.legging.packages import LegFill, PackageLeg
from execution.orders import Side, TradingRules
from execution.spread.leakage import ExpectedLeakage, expected_leakage
from execution.spread.order import SpreadOrder
from execution.spread.programme import Programme
from execution.spread.terms import PackageMarket
from execution.spread.work import work_spread
from hedger.errors import UsageError
from hedger.ledger import Ledger
from hedger.orders import nanoseconds
from hedger.portfolio import Portfolio, Position
from hedger.result import RunSettings
from hedger.spreads.block import OptionBlock
from hedger.spreads.block_market import (
    STEP_SECONDS,
    OptionQuote,
    block_market,
    half_spread_ticks,
    net_mid_ticks,
    step_move,
    with_deltas,
)
from hedger.spreads.block_ways import BlockWays, PlannedWay, WayCost, planned_ways
from hedger.spreads.choice_fills import OptionFill, fills_at_touch, package_lines
from hedger.spreads.choice_market import OPTION_TICK
from hedger.spreads.choice_package import OptionPackage, symbol_of
from hedger.spreads.cover import exact_cover
from hedger.spreads.leg_quotes import leg_name, leg_quotes
from pricing.market import Market, UnderlyingMarket
from pricing.option import Option
from pricing.spreads.structure import Structure, UnderlyingLot

_NS_PER_SECOND = 1_000_000_000
_BLOCKS = 256  # no byte of a symbol, so that no order of an underlying shares a block's random numbers
_MOST_LEGS = 4
_UNDERLYING = 0  # the number of what all blocks share; they count from one
_EXPECTED = 1  # of a block's second stream: what its plan is expected to leak


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTrades:
    """What is traded of the chosen options. fills: in a dry run those that crossing today would give.

    blocks: none where every leg is crossed.
    """

    blocks: tuple[OptionBlock, ...] = ()
    fills: tuple[OptionFill, ...] = ()

    @property
    def done_ns(self) -> int | None:
        """When the last block is done; None without blocks."""
        return max((block.done_ns for block in self.blocks), default=None)


def option_trades(
    packages: Sequence[OptionPackage], portfolio: Portfolio, market: Market, settings: RunSettings
) -> OptionTrades:
    """Trade packages as the settings say: worked as blocks, or every leg crossed at the touch at once.

    In a dry run blocks are planned and the fills are those at the touch. Raises UsageError for a block that
    no venue takes.
    """
    at = nanoseconds(market.as_of)
    at_touch = tuple(fill for package in packages for fill in fills_at_touch(package, portfolio, ts_ns=at))
    if settings.block_execution == "touch":
        return OptionTrades(fills=at_touch)
    blocks = tuple(
        block
        for package in packages
        for block in package_blocks(package, portfolio, market.underlying(package.underlying), settings)
    )
    if settings.dry_run:
        return OptionTrades(blocks=blocks, fills=at_touch)
    fills = sorted((fill for block in blocks for fill in block.fills), key=lambda each: each.fill.ts_ns)
    return OptionTrades(blocks=blocks, fills=tuple(fills))


def book_options(ledger: Ledger, trades: OptionTrades) -> None:
    """Book option fills in whatever order they come, those of blocks as legs of their packages."""
    for block in trades.blocks:
        ledger.open_package(block.order.package(), block.lines)
    for each in trades.fills:
        if each.execution_id:
            ledger.book_leg_fill(LegFill(execution_id=each.execution_id, fill=each.fill))
        else:
            ledger.book(each.fill, each.line, each.rules)


def package_blocks(
    package: OptionPackage, portfolio: Portfolio, market: UnderlyingMarket, settings: RunSettings
) -> tuple[OptionBlock, ...]:
    """Cut a package into named structures and single options, and work each; in a dry run plan it.

    The blocks' legs add up to the package's to the last contract. Each is worked by the best plan of its
    market over settings.block_minutes, all at the same time: by random numbers of its own, but for the
    underlying's, which they share.
    """
    lines = dict(zip((leg.option for leg in package.legs), package_lines(package, portfolio), strict=True))
    quotes = option_quotes(package, market)
    rules: dict[Option | UnderlyingLot, TradingRules] = {option: found[1] for option, found in lines.items()}
    by_symbol = {line.symbol: (line, its_rules) for line, its_rules in lines.values()}
    pieces = exact_cover([(leg.option, leg.quantity) for leg in package.legs]) if package.legs else ()
    blocks = []
    for number, (structure, packages) in enumerate(pieces, start=1):
        order = spread_order(
            structure, packages=packages, rules=rules, start=market.as_of, settings=settings, number=number
        )
        order = replace(order, net_limit_ticks=_limit(order, quotes, settings.block_limit))
        blocks.append(_block(structure.name, order, quotes, by_symbol, market, settings, number))
    return tuple(blocks)


def option_quotes(package: OptionPackage, market: UnderlyingMarket) -> dict[str, OptionQuote]:
    """The touch and delta of each leg by symbol; deltas by the market's surface."""
    return with_deltas([(leg.symbol, leg.option, leg.bid, leg.ask) for leg in package.legs], market)


def spread_order(
    structure: Structure,
    *,
    packages: int,
    rules: Mapping[Option | UnderlyingLot, TradingRules],
    start: datetime,
    settings: RunSettings,
    number: int = 1,
) -> SpreadOrder:
    """Translate so many of a structure into an order for packages; a negative number is the other side.

    rules: by instrument, with the symbol that it trades under; of the underlying, of one unit of it. Ratios
    are reduced and the packages multiplied. The underlying of a structure becomes the tie, in whole units.
    number: of the order's id, after the underlying's name and "-block-". Raises UsageError for a leg without
    rules and an order that no venue takes.
    """
    missing = [leg.instrument for leg in structure.legs if leg.instrument not in rules]
    if missing:
        raise UsageError(f"There are no trading rules for {missing[0]} of the {structure.name}.")
    multiple, reduced = structure.times(1 if packages >= 0 else -1).reduced()
    legs = [leg for leg in reduced.legs if isinstance(leg.instrument, Option)]
    lots = [leg for leg in reduced.legs if isinstance(leg.instrument, UnderlyingLot)]
    units = round(reduced.underlying_units)
    try:
        return SpreadOrder(
            order_id=f"{structure.underlying}-block-{number}",
            legs=tuple(_package_leg(rules[leg.instrument], leg.ratio) for leg in legs),
            rules=tuple(rules[leg.instrument] for leg in legs),
            packages=abs(packages) * multiple,
            start_ns=nanoseconds(start),
            horizon_ns=round(60 * settings.block_minutes * _NS_PER_SECOND),
            tie=_package_leg(rules[lots[0].instrument], units) if lots else None,
            tie_rules=rules[lots[0].instrument] if lots else None,
        )
    except OrderRejectedError as error:
        raise UsageError(f"The {structure.name} cannot be traded: {error}.") from error


def _package_leg(rules: TradingRules, contracts: int) -> PackageLeg:
    side = Side.BUY if contracts > 0 else Side.SELL
    return PackageLeg(symbol=rules.symbol, ratio=abs(contracts), side=side)


def _block(
    name: str,
    order: SpreadOrder,
    quotes: Mapping[str, OptionQuote],
    lines: Mapping[str, tuple[Position, TradingRules]],
    market: UnderlyingMarket,
    settings: RunSettings,
    number: int,
) -> OptionBlock:
    spread_market = _market(order, quotes, market, settings)
    scale = order.packages * order.currency_per_tick
    plan, ticks = Programme(spread_market, risk_aversion=_aversion(order, settings)).solve()
    mid = net_mid_ticks(order, quotes)
    return OptionBlock(
        underlying=market.symbol,
        name=name,
        order=order,
        lines={leg.symbol: lines[leg.symbol] for leg in order.legs},
        leg_mid_ticks={leg.symbol: quotes[leg.symbol].mid_ticks for leg in order.legs},
        arrival_mid=scale * mid,
        quoted_cost=scale * half_spread_ticks(order, quotes),
        expected_cost=scale * (ticks + _begins(spread_market) - mid),
        expected_leakage=expected_leakage(
            order, market=spread_market, plan=plan, rng=_generator(settings, market, number, _EXPECTED)
        ),
        execution=None
        if settings.dry_run
        else work_spread(
            order,
            market=spread_market,
            plan=plan,
            rng=_generator(settings, market, number),
            factor_rng=_generator(settings, market, _UNDERLYING),
        ),
    )


def structure_ways(
    structure: Structure, packages: int, market: UnderlyingMarket, settings: RunSettings
) -> BlockWays:
    """What working so many packages of a structure is expected to cost and to leak, way by way.

    All ways leak in the same simulated markets. Raises UsageError for a structure with the underlying in it,
    with more than four legs, and where a leg has no quote or is to be sold and nobody bids a tick.
    """
    options = [option for _, option in structure.options]
    if len(options) < len(structure.legs) or len(options) > _MOST_LEGS:
        raise UsageError(
            f"The {structure.name} cannot be worked as a block: expected 1 to {_MOST_LEGS} options and no "
            f"underlying, found {len(options)} of {len(structure.legs)} legs to be options."
        )
    touch = leg_quotes(options, market)
    if touch.faults:
        option, fault = next(iter(touch.faults.items()))
        raise UsageError(f"The {structure.name} cannot be worked: {leg_name(option)}: {fault}.")
    symbols = {option: symbol_of(option) for option in options}
    rules: dict[Option | UnderlyingLot, TradingRules] = {
        option: TradingRules(symbol=symbols[option], tick_size=OPTION_TICK, multiplier=option.multiplier)
        for option in options
    }
    quoted = [(symbols[option], option, touch.quotes[option]) for option in options]
    quotes = with_deltas([(symbol, option, each.bid, each.ask) for symbol, option, each in quoted], market)
    order = spread_order(structure, packages=packages, rules=rules, start=market.as_of, settings=settings)
    for leg in order.legs:
        if leg.side < 0 and quotes[leg.symbol].bid_ticks < 1:
            raise UsageError(
                f"The {structure.name} cannot be worked: {leg.symbol} is to be sold and nobody bids a tick "
                f"of {OPTION_TICK:g}; its bid is {quotes[leg.symbol].bid:g}."
            )
    spread_market = _market(order, quotes, market, settings)
    ways = planned_ways(spread_market, risk_aversion=_aversion(order, settings))
    half, rounded = half_spread_ticks(order, quotes), _begins(spread_market) - net_mid_ticks(order, quotes)
    scale = order.packages * order.currency_per_tick
    return BlockWays(
        name=structure.name,
        packages=packages,
        minutes=settings.block_minutes,
        half_spread=scale * half,
        currency_per_tick=scale,
        ways=tuple(
            WayCost(
                name=name,
                cost=scale * (way.ticks + rounded),
                of_touch=(way.ticks + rounded) / half,
                leakage=_leakage(order, way, _generator(settings, market, 1, _EXPECTED)),
            )
            for name, way in ways.items()
        ),
    )


def _leakage(order: SpreadOrder, way: PlannedWay, rng: np.random.Generator) -> ExpectedLeakage:
    return expected_leakage(order, market=way.market, plan=way.plan, rng=rng)


def _market(
    order: SpreadOrder, quotes: Mapping[str, OptionQuote], market: UnderlyingMarket, settings: RunSettings
) -> PackageMarket:
    return block_market(
        order,
        quotes,
        underlying_move=step_move(market.spot, float(market.forecast.at(1.0))),
        steps=int(60.0 * settings.block_minutes / STEP_SECONDS + 1e-9),
    )


def _aversion(order: SpreadOrder, settings: RunSettings) -> float:
    """Per tick: exponential utility of aversion a charges a / 2 times the variance in currency."""
    return 0.5 * settings.risk_aversion * order.packages * order.currency_per_tick


def _begins(market: PackageMarket) -> float:
    """The package's mid in the market, where each leg's is a whole tick."""
    return float(sum(leg.side * leg.ratio * leg.mid_ticks for leg in market.legs))


def _limit(order: SpreadOrder, quotes: Mapping[str, OptionQuote], half_spreads: float) -> int | None:
    """The most that a package may cost, in half spreads beyond its mid [ticks of net price]."""
    if math.isinf(half_spreads):
        return None
    return math.floor(net_mid_ticks(order, quotes) + half_spreads * half_spread_ticks(order, quotes) + 1e-9)


def _generator(settings: RunSettings, market: UnderlyingMarket, *number: int) -> np.random.Generator:
    """A block's randomness: by its underlying's name and its number, so that no other order matters."""
    key = (*market.symbol.encode(), _BLOCKS, *number)
    return np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=key))
