"""The cheapest listed options for a book's exposure, for an exposure that is named, or for a payoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.exposure import measure
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.spreads.choice_hedge import book_package
from hedger.spreads.choice_market import ChoiceLimits
from hedger.spreads.choice_package import OptionPackage, PackageLeg
from hedger.spreads.choice_problem import FloatArray
from hedger.spreads.choice_rows import SCENARIO_MOVES, Rows, cover_rows
from hedger.spreads.equal_orders import EqualOrders, equals_of
from hedger.spreads.exposure_target import ExposureTarget, target_rows
from hedger.spreads.leg_quotes import position_in
from hedger.spreads.package_search import OptionDesk, cheapest_package, option_desk, scenario_rows
from hedger.spreads.payoff_target import (
    Payoff,
    PayoffMatch,
    at_expiry,
    payoff_match,
    payoff_targets,
)
from pricing.market import Market, UnderlyingMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDepth:
    """What the chain says of a leg: contracts at the side that is taken, and open; None where it does not."""

    size: float | None
    open_interest: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingSynthetic:
    """The package of one underlying. quoted: of each of its legs. equals: of its legs and the book's lines.

    payoff: what it pays where a payoff was asked for.
    """

    market: UnderlyingMarket
    package: OptionPackage
    quoted: tuple[LegDepth, ...]
    equals: EqualOrders
    payoff: PayoffMatch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticStudy:
    """What was asked and the packages that do it, one an underlying.

    request: in words. of_book: whether exposures are a book's, to be removed; else they are what the package
    shall have. tolerance: a share of `share_of`.
    """

    request: str
    of_book: bool
    tolerance: float
    limits: ChoiceLimits
    parts: tuple[UnderlyingSynthetic, ...]
    currency: str = "USD"

    @property
    def share_of(self) -> str:
        """What the tolerance is a share of."""
        if self.of_book:
            return "the book's gross"
        return "each amount" if self.parts[0].payoff is None else "the payoff's range"


def synthetic_for_book(
    portfolio: Portfolio,
    market: Market,
    curves: Mapping[str, CostCurve],
    *,
    tolerance: float,
    horizon_days: float,
    limits: ChoiceLimits,
    chain: Path | None = None,
) -> SyntheticStudy:
    """What removes the book's gamma and vega by expiry, and equals of the book's own options by parity.

    curves: what each underlying's hedge costs. chain: the file of the quotes, to say what is wrong with one.
    Raises UsageError for a book without options, and as `option_package`.
    """
    parts = []
    for symbol, own in measure(portfolio, market).by_underlying.items():
        if own.risks:
            curve = curves[symbol]
            desk = option_desk(market.underlying(symbol), curve, limits=limits, horizon_days=horizon_days)
            package = book_package(desk, own, portfolio, tolerance=tolerance)
            lines = [line for line in portfolio.positions if line.underlying == symbol]
            parts.append(_part(desk, package, curve, horizon_days, lines=lines, chain=chain))
    if not parts:
        raise UsageError(f"{portfolio.origin} holds no option, so that there is no gamma or vega to remove.")
    currency = next((line.currency for line in portfolio.positions), "USD")
    return SyntheticStudy(
        request=f"{portfolio.origin}: gamma and vega by expiry to be removed",
        of_book=True,
        tolerance=tolerance,
        limits=limits,
        parts=tuple(parts),
        currency=currency,
    )


def synthetic_for_exposure(
    targets: Sequence[ExposureTarget],
    market: UnderlyingMarket,
    curve: CostCurve,
    *,
    tolerance: float,
    horizon_days: float,
    limits: ChoiceLimits,
) -> SyntheticStudy:
    """The cheapest options that have the exposures asked for (`exposure_target.target_rows`).

    Raises InfeasibleChoiceError with what binds, and InputError for an expiry that is not listed.
    """
    desk = option_desk(market, curve, limits=limits, horizon_days=horizon_days)
    rows = target_rows(desk, targets, tolerance=tolerance)
    names = " and ".join(each.name for each in targets)
    package = _searched(desk, rows, asked=names)
    return SyntheticStudy(
        request=f"{market.symbol}: {names} to be had",
        of_book=False,
        tolerance=tolerance,
        limits=limits,
        parts=(_part(desk, package, curve, horizon_days),),
    )


def synthetic_for_payoff(
    payoff: Payoff,
    expiry: date,
    market: UnderlyingMarket,
    curve: CostCurve,
    *,
    tolerance: float,
    horizon_days: float,
    limits: ChoiceLimits,
) -> SyntheticStudy:
    """The cheapest options of one expiry that pay what is asked for there, up to cash.

    tolerance: of the payoff's range, at every spot. Raises InfeasibleChoiceError with the spots that bind,
    and InputError for an expiry that is not listed.
    """
    opened = option_desk(market, curve, limits=limits, horizon_days=horizon_days)
    desk, years = at_expiry(opened, expiry)
    rows = payoff_targets(desk, payoff, tolerance=tolerance)
    package = _searched(desk, rows, asked=f"the payoff of {payoff.origin}")
    match = payoff_match(desk, package, payoff, years=years, tolerance=tolerance)
    return SyntheticStudy(
        request=f"{payoff.origin}: to be paid on {expiry}",
        of_book=False,
        tolerance=tolerance,
        limits=limits,
        parts=(_part(desk, package, curve, horizon_days, match=match),),
    )


def anchor_book(underlying: str) -> Portfolio:
    """A book that holds nothing of an underlying: what its market is loaded for."""
    line = Position(
        symbol=underlying,
        kind=PositionKind.INDEX,
        quantity=0.0,
        underlying=underlying,
        multiplier=1.0,
        currency="USD",
    )
    return Portfolio(positions=(line,), origin=underlying)


def _searched(desk: OptionDesk, rows: Rows, *, asked: str) -> OptionPackage:
    return cheapest_package(
        desk,
        rows,
        (*_cover(desk), *scenario_rows(desk, _nothing_held())),
        said=asked,
        idle=f"{asked}: no option is needed",
        refused=f"No package of {desk.market.symbol}'s options has {asked} within tolerance.",
    )


def _cover(desk: OptionDesk) -> tuple[Rows, ...]:
    """No naked shorts, where the limits say so; nothing is held."""
    if desk.limits.naked_shorts:
        return ()
    none = _nothing_held()[:0]
    return (cover_rows(desk.options, none, none, none > 0.0),)


def _nothing_held() -> FloatArray:
    """The gain of no book in each scenario."""
    return np.zeros(len(SCENARIO_MOVES))


def _part(
    desk: OptionDesk,
    package: OptionPackage,
    curve: CostCurve,
    horizon_days: float,
    *,
    lines: Sequence[Position] = (),
    chain: Path | None = None,
    match: PayoffMatch | None = None,
) -> UnderlyingSynthetic:
    return UnderlyingSynthetic(
        market=desk.market,
        package=package,
        quoted=tuple(_quoted(desk, leg) for leg in package.legs),
        equals=equals_of(desk, package, lines, curve, horizon_days=horizon_days, chain=chain),
        payoff=match,
    )


def _quoted(desk: OptionDesk, leg: PackageLeg) -> LegDepth:
    quotes = desk.quotes
    at = position_in(quotes, leg.option)
    sizes = quotes.ask_size if leg.quantity > 0 else quotes.bid_size
    return LegDepth(size=_count(sizes, at), open_interest=_count(quotes.open_interest, at))


def _count(column: FloatArray | None, at: int | None) -> float | None:
    if column is None or at is None or not column[at] >= 0.0:
        return None
    return float(column[at])
