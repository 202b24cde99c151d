"""The same engine, day after day: every policy's book over one scenario, on the same random numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import fsum
from time import perf_counter

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.attribution import DayMoves, attribute, news_profit, wealth
from hedger.engine import Progress, run
from hedger.exposure import Exposure, is_hedge_holding, measure
from hedger.feedback import first_cost_curve, updated_cost_curve
from hedger.ledger import Ledger, future_values
from hedger.policy.policy import HedgePolicy
from hedger.portfolio import Portfolio
from hedger.replay_result import PolicyReplay, ReplayDay, ReplayResult, summary
from hedger.result import HedgeRun, RunSettings
from hedger.scenario import Scenario, ScenarioKind
from hedger.timeline import SHARE_OF_MARKETS, TimelineDay, build_timeline
from pricing.market import Market
from pricing.option import Option, Right

UNHEDGED = "unhedged"


def replay(
    portfolio: Portfolio,
    scenario: Scenario,
    *,
    policies: Sequence[HedgePolicy],
    settings: RunSettings,
    portfolio_as_of: date,
    progress: Progress | None = None,
) -> ReplayResult:
    """Replay a book over a scenario, unhedged and under each policy.

    portfolio_as_of: the date that the book's expiries and strikes belong to; a book from outside the
    scenario's dates is moved to its start. At every close but the last the engine runs once per policy, with
    the cost curve that the policy's own fills have taught; the last close is only marked. Raises UsageError
    and InputError where the scenario has no market for the book.
    """
    started = perf_counter()
    timeline = build_timeline(
        scenario, portfolio, settings, portfolio_as_of=portfolio_as_of, progress=progress
    )
    built = perf_counter()
    start, days = timeline.portfolio, timeline.days
    replays = [_replay_policy(None, _without_hedge(start, days[0].market), days, settings)]
    for i, policy in enumerate(policies):
        told = _told(progress, policy.name, first=i / len(policies), share=1.0 / len(policies))
        replays.append(_replay_policy(policy, start, days, settings, told))
    return ReplayResult(
        scenario=scenario.name,
        title=scenario.title,
        kind=scenario.kind,
        stickiness=scenario.stickiness.value if scenario.kind is ScenarioKind.SHOCKS else None,
        settings=settings,
        portfolio_origin=portfolio.origin,
        days=tuple(own.day for own in timeline.days),
        spot={
            symbol: np.array([own.market.underlying(symbol).spot for own in timeline.days])
            for symbol in portfolio.underlyings
        },
        policies=tuple(replays),
        currency=_currency(portfolio),
        notes=timeline.notes,
        sources=scenario.sources,
        seconds={"markets": built - started, "policies": perf_counter() - built},
    )


def _currency(portfolio: Portfolio) -> str:
    named = {line.currency for line in portfolio.positions}
    return named.pop() if len(named) == 1 else "currency"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """One policy's book after a close's trades, and what it has learned of its costs."""

    portfolio: Portfolio
    exposure: Exposure
    cost_curves: Mapping[str, CostCurve]
    days_since_trade: Mapping[str, int]

    @property
    def wealth(self) -> float:
        """Cash and marks [currency]."""
        return wealth(self.exposure)


def _told(
    progress: Progress | None, policy: str, *, first: float, share: float
) -> Callable[[date, float], None]:
    """Tell of each day of a policy that has its `share` of the policies' progress, from `first` on."""

    def tell(day: date, done: float) -> None:
        if progress is not None:
            progress(
                f"{policy} on {day}", SHARE_OF_MARKETS + (1.0 - SHARE_OF_MARKETS) * (first + share * done)
            )

    return tell


def _replay_policy(
    policy: HedgePolicy | None,
    portfolio: Portfolio,
    timeline: tuple[TimelineDay, ...],
    settings: RunSettings,
    tell: Callable[[date, float], None] | None = None,
) -> PolicyReplay:
    """One policy's book over the timeline; without a policy nothing trades. tell: of each day that begins."""
    start = timeline[0].market
    exposure = measure(portfolio, start)
    curves = {symbol: first_cost_curve(start.underlying(symbol)) for symbol in exposure.by_underlying}
    book = _Book(portfolio=portfolio, exposure=exposure, cost_curves=curves, days_since_trade={})
    days: list[ReplayDay] = []
    # The first close is its own yesterday: nothing moves, and what the first hedge costs is its P&L.
    for yesterday, today in pairwise((timeline[0], *timeline)):
        if tell is not None:
            tell(today.day, len(days) / len(timeline))
        deciding = None if today is timeline[-1] else policy
        book, day = _one_day(book, yesterday.market, today, deciding, settings)
        days.append(day)
    return summary(UNHEDGED if policy is None else policy.name, tuple(days))


def _without_hedge(portfolio: Portfolio, market: Market) -> Portfolio:
    """The reference book: the holdings of the hedge instruments left out."""
    kept = [
        line
        for line in portfolio.positions
        if not line.underlying or not is_hedge_holding(line, market.underlying(line.underlying))
    ]
    return replace(portfolio, positions=tuple(kept))


def _one_day(
    book: _Book, market_before: Market, today: TimelineDay, policy: HedgePolicy | None, settings: RunSettings
) -> tuple[_Book, ReplayDay]:
    """From one close to the next: mark, pay the margin, settle what expired, and let the policy trade."""
    ledger = Ledger(book.portfolio, settlement=future_values(book.portfolio, market_before))
    ledger.settle(future_values(book.portfolio, today.market))
    marked = measure(ledger.portfolio(), today.market, underlyings=book.exposure.by_underlying)
    settled = _settle_expired(ledger, book.portfolio, today.market)
    hedged = None
    if policy is not None:
        hedged = run(
            ledger.portfolio(),
            today.market,
            policy=policy,
            settings=_settings_of(today, settings),
            cost_curves=book.cost_curves,
            days_since_trade=book.days_since_trade,
        )
    after = _after(book, ledger.portfolio(), today.market, hedged)
    moves = DayMoves(
        before=book.exposure, after=marked, market_before=market_before, market_after=today.market
    )
    orders = () if hedged is None else hedged.orders
    attribution = attribute(moves, wealth_before=book.wealth, wealth_after=after.wealth, orders=orders)
    news = news_profit(orders)
    # An underlying of which nothing is left is still shown.
    held = {symbol: after.exposure.by_underlying.get(symbol) for symbol in today.market.underlyings}
    return after, ReplayDay(
        day=today.day,
        spot={symbol: own.spot for symbol, own in today.market.underlyings.items()},
        profit_and_loss=after.wealth - news - book.wealth,
        attribution=attribution,
        contracts={symbol: own.hedge_contracts if own else 0 for symbol, own in held.items()},
        delta={symbol: own.net.delta if own else 0.0 for symbol, own in held.items()},
        settled=settled,
        news=news,
        decisions=() if hedged is None else hedged.decisions,
        orders=orders,
    )


def _settle_expired(ledger: Ledger, portfolio: Portfolio, market: Market) -> float:
    """Pay the options that have expired by this close at its intrinsic value; returns the cash."""
    return fsum(
        ledger.expire(line.symbol, _intrinsic(line.option, market.underlying(line.underlying).spot))
        for line in portfolio.positions
        if line.option is not None and line.option.expiry <= market.as_of
    )


def _intrinsic(option: Option, spot: float) -> float:
    sign = 1.0 if option.right is Right.CALL else -1.0
    return max(sign * (spot - option.strike), 0.0)


def _settings_of(today: TimelineDay, settings: RunSettings) -> RunSettings:
    """The day's own seed and regime: the same for every policy, so that they differ by what they do alone."""
    seed = np.random.SeedSequence(settings.seed, spawn_key=(today.day.toordinal(),)).generate_state(1)[0]
    return replace(settings, seed=int(seed), regime=today.regime)


def _after(book: _Book, unhedged: Portfolio, market: Market, hedged: HedgeRun | None) -> _Book:
    """The book after today's trades, a day older, with what they cost learned."""
    days = {symbol: count + 1 for symbol, count in book.days_since_trade.items()}
    if hedged is None:
        return replace(book, portfolio=unhedged, exposure=measure(unhedged, market), days_since_trade=days)
    curves = dict(book.cost_curves)
    for worked in hedged.orders:
        symbol = worked.underlying
        volatility = float(market.underlying(symbol).forecast.at(1.0))
        curves[symbol] = updated_cost_curve(curves[symbol], [worked], volatility=volatility)
        days[symbol] = 1
    return _Book(
        portfolio=hedged.holdings_after,
        exposure=hedged.exposure_after,
        cost_curves=curves,
        days_since_trade=days,
    )
