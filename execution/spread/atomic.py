"""Trade a spread order whole, all legs of a package or none: on a complex book, or by request for quote."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from execution.complex_book.market import ComplexMarket
from execution.complex_book.orders import ComplexOrder
from execution.complex_book.orders import LegFill as BookFill
from execution.errors import OrderRejectedError
from execution.legging.packages import LegFill
from execution.orders import Fill, Liquidity, Side, TimeInForce
from execution.rfq.inquiry import Inquiry, Quotes
from execution.rfq.venue import RfqVenue
from execution.spread.order import ClipExecution, Ended, SpreadExecution, SpreadOrder, position_of


def trade_on_complex_book(order: SpreadOrder, *, market: ComplexMarket, instrument: str) -> SpreadExecution:
    """Take at once what packages and legs offer within the order's limit; what they do not is left.

    Raises OrderRejectedError where the instrument's legs are not the order's, a leg weighs other than its
    ratio, or a leg's book has one side only, so that nobody can say what the package is worth.
    """
    _check_listed(order, market, instrument)
    mids, half = _quoted(order, market)
    clips = _swept(order, market, instrument, order.packages, ts_ns=order.start_ns, at=0)
    return _execution(order, clips, _net(order, mids), half)


def trade_at_best(
    order: SpreadOrder,
    *,
    market: ComplexMarket,
    instrument: str,
    venue: RfqVenue,
    dealers: Sequence[int],
    volatility_ticks: float,
) -> SpreadExecution:
    """Ask dealers, split the order between their quotes and the complex book at the least total, trade both.

    The book is read once the quotes are there: as many packages as can be had, and of those ways the
    cheapest, the dealers' share the smaller of equal ones. What dealers refuse at the last look goes to the
    book too. volatility_ticks as of an Inquiry. Raises OrderRejectedError as `trade_on_complex_book` and the
    venue do.
    """
    _check_listed(order, market, instrument)
    mids, half = _quoted(order, market)
    quotes = venue.request(_inquiry(order, mids, half, volatility_ticks), dealers)
    share = _dealers_share(order, market, instrument, quotes)
    limit = math.inf if order.net_limit_ticks is None else order.net_limit_ticks
    clips = _taken(order, venue, quotes, limit, share)
    venue.close(quotes)
    missing = order.packages - sum(clip.packages for clip in clips)
    if missing:
        clips += _swept(order, market, instrument, missing, ts_ns=quotes.ts_ns, at=len(clips))
    return _execution(order, clips, _net(order, mids), half)


def _dealers_share(order: SpreadOrder, market: ComplexMarket, instrument: str, quotes: Quotes) -> int:
    """How many packages to take from the dealers, whose quotes are taken best first."""
    limit = math.inf if order.net_limit_ticks is None else order.net_limit_ticks
    prices = [
        quote.price_ticks
        for quote in quotes.quotes
        if quote.price_ticks <= limit
        for _ in range(min(quote.quantity, order.packages))
    ]
    totals = []
    for share in range(min(order.packages, len(prices)) + 1):
        rest = order.packages - share
        swept = (
            market.sweep(instrument, Side.BUY, rest, net_limit_ticks=order.net_limit_ticks) if rest else None
        )
        leaves, paid = (0, 0) if swept is None else (swept.leaves, swept.total_ticks)
        totals.append((leaves, sum(prices[:share]) + paid, share))
    return min(totals)[2]


def _swept(
    order: SpreadOrder, market: ComplexMarket, instrument: str, packages: int, *, ts_ns: int, at: int
) -> list[ClipExecution]:
    """Send an immediate order for so many packages; each fill of packages is a clip, counted from `at`."""
    report = market.submit(
        ComplexOrder(
            instrument=instrument,
            side=Side.BUY,
            packages=packages,
            net_limit_ticks=order.net_limit_ticks,
            time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL,
        ),
        ts_ns=ts_ns,
    )
    own = [fill for fill in report.package_fills if fill.order_id == report.order_id]
    return [
        _clip(order, number, package.packages, [_fill(order, leg, package.liquidity) for leg in package.legs])
        for number, package in enumerate(own, start=at)
    ]


def _fill(order: SpreadOrder, leg: BookFill, liquidity: Liquidity) -> Fill:
    (fee,) = (rules.fee_per_contract for rules in order.all_rules if rules.symbol == leg.symbol)
    return Fill(
        parent_id=order.order_id,
        symbol=leg.symbol,
        side=leg.side,
        quantity=leg.quantity,
        price_ticks=leg.price_ticks,
        ts_ns=leg.ts_ns,
        fee=fee * leg.quantity,
        liquidity=liquidity,
    )


def _check_listed(order: SpreadOrder, market: ComplexMarket, instrument: str) -> None:
    listed = [(leg.symbol, leg.ratio, leg.side) for leg in market.instrument(instrument).legs]
    wanted = [(leg.symbol, leg.ratio, leg.side) for leg in order.all_legs]
    if listed != wanted or order.net_weights != tuple(leg.ratio for leg in order.all_legs):
        raise OrderRejectedError(
            f"spread order {order.order_id}: {instrument} has legs {listed}, not {wanted}"
        )


def trade_by_quotes(
    order: SpreadOrder,
    *,
    venue: RfqVenue,
    dealers: Sequence[int],
    leg_mid_ticks: Sequence[float],
    half_spread_ticks: float,
    volatility_ticks: float,
    most_ticks: int | None = None,
) -> SpreadExecution:
    """Ask dealers and take their quotes, best first, until the order is done or they are too dear.

    leg_mid_ticks: of `all_legs`. half_spread_ticks, volatility_ticks: the package's, as of an Inquiry.
    most_ticks: the dearest net price that is taken, beside the order's own limit, such as a plan's
    reservation price. A quote refused at the last look is gone; the next one is tried. Raises
    OrderRejectedError as the venue does, and where a leg weighs other than its ratio.
    """
    if order.net_weights != tuple(leg.ratio for leg in order.all_legs):
        raise OrderRejectedError(f"spread order {order.order_id}: dealers quote legs of one multiplier")
    inquiry = _inquiry(order, leg_mid_ticks, half_spread_ticks, volatility_ticks)
    quotes = venue.request(inquiry, dealers)
    limits = [limit for limit in (order.net_limit_ticks, most_ticks) if limit is not None]
    clips = _taken(order, venue, quotes, min(limits, default=math.inf), order.packages)
    venue.close(quotes)
    return _execution(order, clips, inquiry.mid_ticks, half_spread_ticks)


def _inquiry(
    order: SpreadOrder, leg_mid_ticks: Sequence[float], half_spread_ticks: float, volatility_ticks: float
) -> Inquiry:
    return Inquiry(
        parent_id=order.order_id,
        legs=order.all_legs,
        leg_mid_ticks=tuple(leg_mid_ticks),
        side=Side.BUY,
        quantity=order.packages,
        half_spread_ticks=half_spread_ticks,
        volatility_ticks=volatility_ticks,
        ts_ns=order.start_ns,
    )


def _taken(
    order: SpreadOrder, venue: RfqVenue, quotes: Quotes, most_ticks: float, packages: int
) -> list[ClipExecution]:
    """Take quotes that are cheap enough, one after the other, as far as packages are still wanted."""
    clips: list[ClipExecution] = []
    fees = {rules.symbol: rules.fee_per_contract for rules in order.all_rules}
    for quote in quotes.quotes:
        wanted = min(packages - sum(clip.packages for clip in clips), quote.quantity)
        if quote.price_ticks <= most_ticks and wanted >= quote.minimum_quantity:
            outcome = venue.accept(quotes, dealer=quote.dealer, quantity=wanted, ts_ns=quotes.ts_ns)
            fills = [replace(fill, fee=fees[fill.symbol] * fill.quantity) for fill in outcome.fills]
            if fills:
                clips.append(_clip(order, len(clips), outcome.quantity, fills))
    return clips


def _clip(order: SpreadOrder, at: int, packages: int, fills: Sequence[Fill]) -> ClipExecution:
    return ClipExecution(
        packages=packages,
        ended=Ended.FILLED,
        total_ticks=sum(int(fill.side) * fill.quantity * fill.price_ticks for fill in fills),
        fills=tuple(
            LegFill(execution_id=f"{order.order_id}/{at + 1}/{fill.symbol}/{number}", fill=fill)
            for number, fill in enumerate(fills, start=1)
        ),
    )


def _execution(
    order: SpreadOrder, clips: Sequence[ClipExecution], mid_ticks: float, half_spread_ticks: float
) -> SpreadExecution:
    """The execution of whole packages; what is missing of the order was left."""
    left = order.packages - sum(clip.packages for clip in clips)
    rest = (ClipExecution(packages=left, ended=Ended.LEFT, total_ticks=0, fills=()),) if left else ()
    return SpreadExecution(
        order=order,
        clips=(*clips, *rest),
        arrival_mid_ticks=mid_ticks,
        half_spread_ticks=half_spread_ticks,
        leg_risk=None,
        position=position_of(order, clips),
    )


def _quoted(order: SpreadOrder, market: ComplexMarket) -> tuple[list[float], float]:
    """Mid of each leg and half spread of a package by its legs' touches [ticks]."""
    mids, half = [], 0.0
    for leg in order.all_legs:
        book = market.leg_book(leg.symbol)
        bid, ask = book.best_bid_ticks, book.best_ask_ticks
        if bid is None or ask is None:
            side = "bid" if bid is None else "ask"
            raise OrderRejectedError(f"spread order {order.order_id}: {leg.symbol} has no {side}")
        mids.append((bid + ask) / 2.0)
        half += leg.ratio * (ask - bid) / 2.0
    return mids, half


def _net(order: SpreadOrder, mids: Sequence[float]) -> float:
    return sum(leg.side * leg.ratio * mid for leg, mid in zip(order.all_legs, mids, strict=True))
