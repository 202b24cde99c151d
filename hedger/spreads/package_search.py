"""One underlying's options opened for trading, and the cheapest package of them that meets some rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.spreads.choice import choose
from hedger.spreads.choice_market import (
    OPTION_MULTIPLIER,
    ChoiceLimits,
    TradableOptions,
    UnderlyingTiers,
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
from hedger.spreads.choice_problem import BoolArray, Choice, FloatArray, InfeasibleChoiceError
from hedger.spreads.choice_rows import Rows, desk_unit, loss_rows, scenario_gains
from hedger.spreads.forward_market import forward_markets
from hedger.spreads.free_money import FreeMoney, contradicted, free_money
from pricing.market import UnderlyingMarket
from pricing.quotes import Quotes

_CARRY_ERROR = 1e-3  # of the forward: what dividends between two expiries may differ from parity's


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionDesk:
    """What can be traded in one underlying, within which limits.

    quotes: as they are listed, in the order of the options' columns. free_money: what they give away;
    left_out: shape (quote,), the quotes that take part in it, none of which is tradable.
    """

    market: UnderlyingMarket
    quotes: Quotes
    options: TradableOptions
    tiers: UnderlyingTiers
    limits: ChoiceLimits
    free_money: tuple[FreeMoney, ...]
    left_out: BoolArray


def option_desk(
    market: UnderlyingMarket, curve: CostCurve, *, limits: ChoiceLimits, horizon_days: float
) -> OptionDesk:
    """Open a market's listed options; its hedge instrument costs what `curve` expects over the horizon.

    Raises UsageError without a chain.
    """
    if market.listed is None:
        raise UsageError(
            f"Hedging {market.symbol} with options needs its quotes: give --chain FILE, or a market folder "
            "whose manifest names a chain."
        )
    given_away = _free_money(market, market.listed, curve, limits, horizon_days)
    left_out = contradicted(market.listed, given_away)
    return OptionDesk(
        market=market,
        quotes=market.listed,
        options=tradable_options(market, limits, excluded=left_out),
        tiers=underlying_tiers(market, curve, horizon_days=horizon_days),
        limits=limits,
        free_money=given_away,
        left_out=left_out,
    )


def cheapest_package(
    desk: OptionDesk, targets: Rows, others: Sequence[Rows], *, said: str, idle: str, refused: str
) -> OptionPackage:
    """The cheapest package that meets `targets`, which are priced in its result, and the `others`.

    said: why it trades, the beginning of its reason; idle: the reason where no option is needed; refused:
    what is said before the rows that bind where nothing meets them, as an InfeasibleChoiceError.
    """
    limits = desk.limits
    problem = package_problem(
        desk.options,
        desk.tiers,
        (targets, *others),
        fee_per_contract=limits.fee_per_contract,
        most_legs=limits.most_legs,
    )
    units = np.array([desk_unit(name, desk.market.spot) for name in problem.row_names])
    try:
        choice = choose(replace(problem, row_unit=units))
    except InfeasibleChoiceError as error:
        raise InfeasibleChoiceError(f"{refused} {error}") from None
    return _package(desk, choice, targets, said=said, idle=idle)


def scenario_rows(desk: OptionDesk, book: FloatArray) -> tuple[Rows, ...]:
    """The limits on margin and on the hedged book's loss, those that are set.

    book: what the book itself gains in each scenario [currency], shape (scenario,).
    """
    asked = (("margin", desk.limits.margin, 0.0 * book), ("loss", desk.limits.residual_loss, book))
    if all(most is None for _, most, _ in asked):
        return ()
    gains = scenario_gains(desk.options.columns, desk.market) * OPTION_MULTIPLIER
    names = {"margin": "margin", "loss": "loss of the hedged book"}
    return tuple(
        loss_rows(names[name], gains, desk.tiers.delta, desk.market.spot, held, most)
        for name, most, held in asked
        if most is not None
    )


def _free_money(
    market: UnderlyingMarket, listed: Quotes, curve: CostCurve, limits: ChoiceLimits, horizon_days: float
) -> tuple[FreeMoney, ...]:
    """Among the quotes as European options; American ones are judged as they were read."""
    quotes = market.quotes
    if quotes is None or len(quotes) != len(listed):
        return ()
    return free_money(
        quotes,
        market.discount,
        market.forward,
        fee=limits.fee_per_contract / OPTION_MULTIPLIER,
        carry_error=_CARRY_ERROR,
        underlying=forward_markets(market, curve, units=OPTION_MULTIPLIER, horizon_days=horizon_days),
    )


def _package(desk: OptionDesk, choice: Choice, targets: Rows, *, said: str, idle: str) -> OptionPackage:
    options, limits = desk.options, desk.limits
    legs = legs_of(choice, options, desk.market, fee_per_contract=limits.fee_per_contract)
    candidates = int(np.count_nonzero(options.most_bought + options.most_sold))
    return OptionPackage(
        underlying=desk.market.symbol,
        spot=desk.market.spot,
        legs=legs,
        cost=choice.cost,
        lower_bound=choice.lower_bound,
        option_cost=sum(leg.cost for leg in legs),
        underlying_lots=int(choice.quantity[len(options) :].sum()),
        premium=premium(legs),
        fee_per_contract=limits.fee_per_contract,
        prices=_prices(choice, targets, len(options)),
        reason=_reason(choice, len(legs), candidates, said) if legs else idle,
        method=choice.method,
        candidates=candidates,
        free_money=desk.free_money,
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


def _reason(choice: Choice, legs: int, candidates: int, said: str) -> str:
    proof = "proven the cheapest" if choice.gap == 0.0 else f"within {choice.gap:.2%} of the cheapest"
    return f"{said}: {legs} of {candidates:,} options do it, {proof} ({choice.method})"
