"""The main path: measure the exposure, choose, decide, work the orders, book the fills, count the cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

from execution.orders import ParentOrder
from execution.tca.cost_curve import CostCurve
from hedger.block_orders import OptionTrades, book_options, option_trades
from hedger.exposure import Exposure, measure
from hedger.feedback import first_cost_curve
from hedger.joint_orders import executed_together, joint_orders, shared_news
from hedger.ledger import Ledger, future_values
from hedger.orders import (
    executed_order,
    generator,
    hedge_line,
    horizon_days,
    parent_order,
    planned_order,
)
from hedger.policy.policy import HedgeDecision, HedgePolicy, HedgeSituation
from hedger.portfolio import Portfolio
from hedger.result import HedgeRun, RunSettings, WorkedOrder
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.co_movement import CoMovement, co_movement
from hedger.spreads.joint_work import JointWork
from pricing.market import Market


class Progress(Protocol):
    """Is told which stage begins and how much of the run is done, from 0 to 1."""

    def __call__(self, stage: str, fraction: float) -> None:
        """Take the news; what it returns is not used."""
        ...


def run(
    portfolio: Portfolio,
    market: Market,
    *,
    policy: HedgePolicy,
    settings: RunSettings,
    cost_curves: Mapping[str, CostCurve] | None = None,
    days_since_trade: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> HedgeRun:
    """Hedge a book once. With settings.dry_run orders are planned and nothing trades.

    cost_curves, days_since_trade: by underlying; the default curve and None where there is none. Raises
    MissingMarketError for an underlying without market data, UsageError for an order that no market can take.
    """
    stages = _Stages(progress)
    with stages.begin("exposure", 0.0):
        before = measure(portfolio, market)
        curves = {
            symbol: (cost_curves or {}).get(symbol) or first_cost_curve(market.underlying(symbol))
            for symbol in before.by_underlying
        }
    with stages.begin("decision", 0.2):
        packages = _packages(before, portfolio, market, curves, settings)
        options = option_trades(packages, portfolio, market, settings)
        chosen = before
        if options.fills:
            chosen = measure(_with(options, portfolio), market, underlyings=before.by_underlying)
        decisions = _decide(chosen, market, policy, curves, settings, days_since_trade or {})
    with stages.begin("execution", 0.4):
        worked = _work(decisions, market, curves, settings, start_ns=options.done_ns)
        orders = worked.orders
    with stages.begin("ledger", 0.8):
        traded = OptionTrades() if settings.dry_run else options
        ledger = _book(orders, traded, portfolio, market)
        holdings = ledger.portfolio()
        after = measure(holdings, market, underlyings=before.by_underlying)
    return HedgeRun(
        settings=settings,
        as_of=market.as_of,
        portfolio=portfolio,
        market=market,
        exposure_before=before,
        exposure_after=after,
        decisions=decisions,
        orders=tuple(orders.values()),
        holdings_after=holdings,
        cash_change=ledger.cash - before.cash,
        fees=ledger.fees,
        explained={symbol: _explained(worked) for symbol, worked in orders.items()},
        seconds=stages.seconds,
        cost_curves=curves,
        packages=packages,
        option_fills=traded.fills,
        option_blocks=options.blocks,
        movement=worked.movement,
        joint=worked.joint,
    )


def _packages(
    exposure: Exposure,
    portfolio: Portfolio,
    market: Market,
    curves: Mapping[str, CostCurve],
    settings: RunSettings,
) -> tuple[OptionPackage, ...]:
    """The options that remove gamma and vega, where the user asks for them; for books that hold options."""
    if settings.hedge_with != "options":
        return ()
    # The chooser's solver takes a while to import and to compile, and the usual run needs neither.
    from hedger.spreads.choice_hedge import option_package

    return tuple(
        option_package(
            own,
            portfolio,
            market.underlying(symbol),
            curves[symbol],
            tolerance=settings.option_tolerance,
            horizon_days=horizon_days(settings),
        )
        for symbol, own in exposure.by_underlying.items()
        if own.risks
    )


def _with(options: OptionTrades, portfolio: Portfolio) -> Portfolio:
    """The book as it will be with its options: what the delta is decided on."""
    ledger = Ledger(portfolio, settlement={line.symbol: 0.0 for line in portfolio.positions})
    book_options(ledger, options)
    return ledger.portfolio()


def _decide(
    exposure: Exposure,
    market: Market,
    policy: HedgePolicy,
    curves: Mapping[str, CostCurve],
    settings: RunSettings,
    days_since_trade: Mapping[str, int],
) -> tuple[HedgeDecision, ...]:
    return tuple(
        policy.decide(
            HedgeSituation(
                exposure=own,
                market=market.underlying(symbol),
                cost_curve=curves[symbol],
                risk_aversion=settings.risk_aversion,
                days_since_trade=days_since_trade.get(symbol),
                horizon_days=horizon_days(settings),
            )
        )
        for symbol, own in exposure.by_underlying.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worked:
    """Orders by underlying, how the underlyings move together, and how the orders were worked together."""

    orders: Mapping[str, WorkedOrder]
    movement: CoMovement | None = None
    joint: JointWork | None = None


def _work(
    decisions: tuple[HedgeDecision, ...],
    market: Market,
    curves: Mapping[str, CostCurve],
    settings: RunSettings,
    *,
    start_ns: int | None,
) -> _Worked:
    """Work, or in a dry run plan, the order of every decision that trades; together where they can be.

    start_ns: when the options that the decisions are made with are done; None where they are already.
    """
    orders = _orders(decisions, market, settings, start_ns)
    movement = co_movement(market) if orders else None
    joint = joint_orders(orders, market, curves, settings, movement)
    planned = settings.dry_run
    news = {} if planned else shared_news(market, settings, movement)
    worked = {} if planned else executed_together(joint, orders, market, curves, settings, news)
    for decision in decisions:
        symbol = decision.underlying
        if symbol not in orders or symbol in worked:
            continue
        terms = (orders[symbol], market.underlying(symbol), curves[symbol], settings)
        plan = None if joint is None else joint.plans.get(symbol)
        if planned:
            worked[symbol] = planned_order(*terms, decision=decision, worker=plan)
        else:
            rng, heard = generator(settings, market.underlying(symbol)), news.get(symbol)
            worked[symbol] = executed_order(*terms, rng, decision=decision, worker=plan, news=heard)
    return _Worked(orders=worked, movement=movement, joint=None if joint is None else joint.work)


def _orders(
    decisions: tuple[HedgeDecision, ...], market: Market, settings: RunSettings, start_ns: int | None
) -> dict[str, ParentOrder]:
    """The order of every decision that trades, by underlying."""
    made = {it.underlying: parent_order(it, market.underlying(it.underlying), settings) for it in decisions}
    return {
        symbol: order if start_ns is None else replace(order, start_ns=start_ns)
        for symbol, order in made.items()
        if order is not None
    }


def _book(
    orders: Mapping[str, WorkedOrder], options: OptionTrades, portfolio: Portfolio, market: Market
) -> Ledger:
    """Book every fill and pay the futures' variation margin up to the market's own price."""
    ledger = Ledger(portfolio, settlement=future_values(portfolio, market))
    book_options(ledger, options)
    for symbol, worked in orders.items():
        line = hedge_line(portfolio, market.underlying(symbol))
        for fill in worked.fills:
            ledger.book(fill, line, worked.order.rules)
    ledger.settle(future_values(ledger.portfolio(), market))
    return ledger


def _explained(worked: WorkedOrder) -> dict[str, float]:
    """P&L of the executed trades [currency]: what each part cost, and the move of the mid since arrival."""
    paid = {part: -cost for part, cost in worked.cost.parts_currency.items() if part != "opportunity"}
    if not worked.fills:
        return {}
    scale = worked.order.side * worked.cost.filled_quantity * worked.order.rules.multiplier
    return {**paid, "mark": scale * (float(worked.path_mid[-1]) - worked.cost.arrival_price)}


class _Stages:
    """Times every stage and tells the caller when it begins."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def begin(self, stage: str, fraction: float) -> Iterator[None]:
        if self._progress is not None:
            self._progress(stage, fraction)
        started = perf_counter()
        yield
        self.seconds[stage] = perf_counter() - started
