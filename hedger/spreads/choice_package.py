"""The package of listed options that removes a book's gamma and vega at the least cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from hedger.portfolio.convention import INDEX_OPTIONS, option_convention
from hedger.spreads.choice_market import OPTION_MULTIPLIER, TradableOptions, UnderlyingTiers
from hedger.spreads.choice_problem import Choice, ChoiceProblem
from hedger.spreads.choice_rows import Rows, joined
from hedger.spreads.free_money import FreeMoney
from pricing.market import UnderlyingMarket
from pricing.option import Option, OsiSymbol, Right, Settlement, format_osi
from pricing.time import exchange_date, expiry_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLeg:
    """One option of a package. quantity: signed contracts. bid, ask, cost of crossing: currency."""

    symbol: str
    option: Option
    quantity: int
    bid: float
    ask: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOfExposure:
    """What one unit of an exposure costs to remove today, by the linear relaxation.

    before, after, lower, upper: the book's, in the exposure's own unit, and where it had to end. price
    [currency per unit]: how much the cost would rise if the book had one unit more of it; zero where the
    tolerance does not bind.
    """

    name: str
    before: float
    after: float
    lower: float
    upper: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPackage:
    """The options to trade for one underlying, why, and what they cost.

    spot [currency]: of the underlying. cost [currency]: of crossing from each option's value to its quote,
    fees, and the underlying that goes with them; lower_bound: no package that meets the same rows costs less.
    underlying_lots: what the chooser thought of as the delta's hedge, which the policy then decides. premium
    [currency]: paid for the options, negative is received. fee_per_contract [currency]. prices: of every
    exposure. free_money: what the quotes give away, none of which was used.
    """

    underlying: str
    spot: float
    legs: tuple[PackageLeg, ...]
    cost: float
    lower_bound: float
    option_cost: float
    underlying_lots: int
    premium: float
    fee_per_contract: float
    prices: tuple[PriceOfExposure, ...]
    reason: str
    method: str = "enumeration"
    candidates: int = 0
    free_money: tuple[FreeMoney, ...] = ()

    @property
    def gap(self) -> float:
        """Largest share of the cost that another package could save."""
        return max(0.0, self.cost - self.lower_bound) / self.cost if self.cost > 0.0 else 0.0


def package_problem(
    options: TradableOptions,
    tiers: UnderlyingTiers,
    rows: Sequence[Rows],
    *,
    fee_per_contract: float,
    most_legs: int | None,
) -> ChoiceProblem:
    """The choice among options and tiers of the underlying; the tiers come last and are no legs."""
    block = joined(rows)
    count = len(tiers.most)
    return ChoiceProblem(
        names=tuple(f"option {i}" for i in range(len(options))) + tuple(f"tier {i}" for i in range(count)),
        buy_cost=np.concatenate((options.buy_cost(fee_per_contract), tiers.cost)),
        sell_cost=np.concatenate((options.sell_cost(fee_per_contract), tiers.cost)),
        most_bought=np.concatenate((options.most_bought, tiers.most)),
        most_sold=np.concatenate((options.most_sold, tiers.most)),
        row_names=block.names,
        coefficients=np.hstack((block.option, np.repeat(block.underlying[:, None], count, axis=1))),
        lower=block.lower,
        upper=block.upper,
        is_leg=np.concatenate((np.ones(len(options), dtype=np.bool_), np.zeros(count, dtype=np.bool_))),
        most_legs=most_legs,
    )


def legs_of(
    choice: Choice, options: TradableOptions, market: UnderlyingMarket, *, fee_per_contract: float
) -> tuple[PackageLeg, ...]:
    """The options of a choice as contracts with symbols, in the order of the chain."""
    bought, sold = options.buy_cost(fee_per_contract), options.sell_cost(fee_per_contract)
    return tuple(
        _leg(int(i), quantity, options, market, float(bought[i] if quantity > 0 else sold[i]))
        for i in np.flatnonzero(choice.quantity[: len(options)])
        if (quantity := int(choice.quantity[i]))
    )


def premium(legs: Sequence[PackageLeg]) -> float:
    """What the legs cost at the touch [currency], negative is received."""
    prices = (leg.quantity * (leg.ask if leg.quantity > 0 else leg.bid) for leg in legs)
    return OPTION_MULTIPLIER * sum(prices)


def contract(market: UnderlyingMarket, years: float, strike: float, is_call: bool) -> Option:
    """The listed option at an expiry of the chain [ACT/365F years]; to the minute, as expiries are."""
    instant = market.as_of + timedelta(seconds=round(years * 365.0 * 86_400.0 / 60.0) * 60)
    day = exchange_date(instant)
    morning = instant == expiry_instant(day, Settlement.AM)
    return Option(
        underlying=market.symbol,
        expiry=instant,
        strike=strike,
        right=Right.CALL if is_call else Right.PUT,
        exercise=option_convention(market.symbol).exercise,
        settlement=Settlement.AM if morning else Settlement.PM,
        multiplier=OPTION_MULTIPLIER,
    )


def symbol_of(option: Option) -> str:
    """OSI symbol under the root that the market lists such an option by; a plain name where OSI has none."""
    roots = [
        root
        for root, convention in INDEX_OPTIONS.items()
        if convention.underlying == option.underlying and convention.settlement is option.settlement
    ]
    root = roots[0] if roots else option.underlying
    day = exchange_date(option.expiry)
    try:
        return format_osi(OsiSymbol(root=root, expiry=day, right=option.right, strike=option.strike))
    except ValueError:
        return f"{root} {day} {option.right} {option.strike:g}"


def _leg(
    i: int, quantity: int, options: TradableOptions, market: UnderlyingMarket, cost: float
) -> PackageLeg:
    columns = options.columns
    option = contract(
        market, float(columns.expiry_years[i]), float(columns.strike[i]), bool(columns.is_call[i])
    )
    return PackageLeg(
        symbol=symbol_of(option),
        option=option,
        quantity=quantity,
        bid=float(options.bid[i]),
        ask=float(options.ask[i]),
        cost=abs(quantity) * cost,
    )
