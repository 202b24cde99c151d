"""The hedger's door to options: the package that brings a book's gamma and vega within tolerances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.exposure import UnderlyingExposure
from hedger.portfolio import Portfolio
from hedger.spreads.choice import choose
from hedger.spreads.choice_market import (
    OPTION_MULTIPLIER,
    ChoiceLimits,
    TradableOptions,
    UnderlyingTiers,
    held_options,
    tradable_options,
    underlying_tiers,
)
from hedger.spreads.choice_package import (
    OptionPackage,
    PriceOfExposure,
    legs_of,
    package_problem,
    premium,
)
from hedger.spreads.choice_problem import Choice, InfeasibleChoiceError
from hedger.spreads.choice_rows import (
    SCENARIO_MOVES,
    Rows,
    cover_rows,
    loss_rows,
    pillar_names,
    scenario_gains,
    vega_by_expiry,
    within,
)
from hedger.spreads.free_money import FreeMoney, contradicted, free_money
from pricing.market import UnderlyingMarket
from pricing.quotes import Quotes

_CARRY_ERROR = 1e-3  # of the forward: what dividends between two expiries may differ from parity's


def option_package(
    exposure: UnderlyingExposure,
    portfolio: Portfolio,
    market: UnderlyingMarket,
    curve: CostCurve,
    *,
    tolerance: float,
    horizon_days: float,
    limits: ChoiceLimits | None = None,
) -> OptionPackage:
    """The cheapest listed options that bring gamma and the vega of every expiry pillar within tolerance.

    tolerance: of the book's gross gamma, and of its gross vega in each pillar, above zero. The delta is
    priced in with the hedge instrument at its cost curve, to half a lot; which delta is held in the end is
    the policy's decision. Quotes that contradict each other are left out and reported. Raises UsageError
    without a chain, InfeasibleChoiceError where no package does, with what binds.
    """
    bounds = ChoiceLimits() if limits is None else limits
    if market.listed is None:
        raise UsageError(
            f"Hedging {market.symbol} with options needs its quotes: give --chain FILE, or a market folder "
            "whose manifest names a chain."
        )
    given_away = _free_money(market, market.listed, bounds)
    options = tradable_options(market, bounds, excluded=contradicted(market.listed, given_away))
    tiers = underlying_tiers(market, curve, horizon_days=horizon_days)
    targets = exposure_rows(exposure, options, tiers, tolerance=tolerance)
    rows = (targets, *_limit_rows(exposure, portfolio, market, options, tiers, bounds))
    problem = package_problem(
        options, tiers, rows, fee_per_contract=bounds.fee_per_contract, most_legs=bounds.most_legs
    )
    try:
        choice = choose(problem)
    except InfeasibleChoiceError as error:
        raise InfeasibleChoiceError(
            f"No package of {market.symbol}'s options brings gamma and vega within {tolerance:.0%} of gross. "
            f"{error}"
        ) from None
    return _package(choice, options, market, targets, given_away, bounds)


def exposure_rows(
    exposure: UnderlyingExposure, options: TradableOptions, tiers: UnderlyingTiers, *, tolerance: float
) -> Rows:
    """Delta to half a lot of the hedge, gamma and vega by expiry pillar to a share of the book's gross."""
    multiplier = OPTION_MULTIPLIER
    greeks = options.greeks
    vega = np.array([risk.greeks.vega for risk in exposure.risks], dtype=np.float64)
    by_pillar = vega_by_expiry(exposure.columns, vega)
    now = np.concatenate(([exposure.net.delta, exposure.net.gamma], by_pillar.sum(axis=1)))
    gross_gamma = sum(abs(risk.greeks.gamma) for risk in exposure.risks)
    allowed = np.full(len(now), tolerance * float(np.abs(vega).sum()))
    allowed[:2] = 0.5 * abs(tiers.delta), tolerance * gross_gamma
    option = np.vstack(
        (
            greeks.delta * multiplier,
            greeks.gamma * multiplier,
            vega_by_expiry(options.columns, greeks.vega * multiplier),
        )
    )
    underlying = np.zeros(len(now))
    underlying[0] = tiers.delta
    return within(("delta", "gamma", *pillar_names()), option, underlying, now, allowed)


def _limit_rows(
    exposure: UnderlyingExposure,
    portfolio: Portfolio,
    market: UnderlyingMarket,
    options: TradableOptions,
    tiers: UnderlyingTiers,
    limits: ChoiceLimits,
) -> tuple[Rows, ...]:
    rows: list[Rows] = []
    if not limits.naked_shorts:
        rows.append(cover_rows(options, *held_options(portfolio, market)))
    if limits.margin is None and limits.residual_loss is None:
        return tuple(rows)
    gains = scenario_gains(options.columns, market) * OPTION_MULTIPLIER
    book = scenario_gains(exposure.columns, market) @ exposure.units
    book = book + (exposure.linear_delta + exposure.hedge.delta) * market.spot * np.array(SCENARIO_MOVES)
    for name, most, held in (
        ("margin", limits.margin, np.zeros_like(book)),
        ("loss of the hedged book", limits.residual_loss, book),
    ):
        if most is not None:
            rows.append(loss_rows(name, gains, tiers.delta, market.spot, held, most))
    return tuple(rows)


def _free_money(market: UnderlyingMarket, listed: Quotes, limits: ChoiceLimits) -> tuple[FreeMoney, ...]:
    """Among the quotes as European options; American ones are judged as they were read."""
    quotes = market.quotes
    if quotes is None or len(quotes) != len(listed):
        return ()
    fee = limits.fee_per_contract / OPTION_MULTIPLIER
    return free_money(quotes, market.discount, market.forward, fee=fee, carry_error=_CARRY_ERROR)


def _package(
    choice: Choice,
    options: TradableOptions,
    market: UnderlyingMarket,
    targets: Rows,
    given_away: Sequence[FreeMoney],
    limits: ChoiceLimits,
) -> OptionPackage:
    legs = legs_of(choice, options, market, fee_per_contract=limits.fee_per_contract)
    prices = _prices(choice, targets, len(options))
    return OptionPackage(
        underlying=market.symbol,
        legs=legs,
        cost=choice.cost,
        lower_bound=choice.lower_bound,
        option_cost=sum(leg.cost for leg in legs),
        underlying_lots=int(choice.quantity[len(options) :].sum()),
        premium=premium(legs),
        fee_per_contract=limits.fee_per_contract,
        prices=prices,
        reason=_reason(choice, prices, len(legs), int(np.count_nonzero(options.most_bought))),
        method=choice.method,
        candidates=int(np.count_nonzero(options.most_bought + options.most_sold)),
        free_money=tuple(given_away),
    )


def _prices(choice: Choice, targets: Rows, options: int) -> tuple[PriceOfExposure, ...]:
    traded = targets.option @ choice.quantity[:options]
    traded = traded + targets.underlying * choice.quantity[options:].sum()
    before = -0.5 * (targets.lower + targets.upper)
    width = 0.5 * (targets.upper - targets.lower)
    return tuple(
        PriceOfExposure(
            name=name,
            before=float(before[row]),
            after=float(before[row] + traded[row]),
            lower=float(-width[row]),
            upper=float(width[row]),
            # One unit more of exposure moves both sides of its row down by one.
            price=float(-choice.shadow_price[row]),
        )
        for row, name in enumerate(targets.names)
    )


def _reason(choice: Choice, prices: Sequence[PriceOfExposure], legs: int, candidates: int) -> str:
    beyond = [each.name for each in prices[1:] if not each.lower <= each.before <= each.upper]
    if not beyond:
        return "gamma and vega are within tolerance: no option is needed"
    proof = "proven the cheapest" if choice.gap == 0.0 else f"within {choice.gap:.2%} of the cheapest"
    return (
        f"{' and '.join(beyond)} beyond tolerance: {legs} of {candidates:,} options remove it, {proof} "
        f"({choice.method})"
    )
