"""Trade a spread order whole, all legs of a package or none: on a complex book, or by request for quote."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from execution.complex_book.market import ComplexMarket
from execution.complex_book.orders import ComplexOrder
from execution.errors import OrderRejectedError
from execution.legging.packages import LegFill, PackagePositions
from execution.orders import Fill, Side, TimeInForce
from execution.rfq.inquiry import Inquiry, Quotes
from execution.rfq.venue import RfqVenue
from execution.spread.order import ClipExecution, Ended, SpreadExecution, SpreadOrder


def trade_on_complex_book(order: SpreadOrder, *, market: ComplexMarket, instrument: str) -> SpreadExecution:
    """Take at once what packages and legs offer within the order's limit; what they do not is left.

    Raises OrderRejectedError where the instrument's legs are not the order's, a leg weighs other than its
    ratio, or a leg's book has one side only, so that nobody can say what the package is worth.
    """
    listed = [(leg.symbol, leg.ratio, leg.side) for leg in market.instrument(instrument).legs]
    wanted = [(leg.symbol, leg.ratio, leg.side) for leg in order.all_legs]
    if listed != wanted or order.net_weights != tuple(leg.ratio for leg in order.all_legs):
        raise OrderRejectedError(
            f"spread order {order.order_id}: {instrument} has legs {listed}, not {wanted}"
        )
    mid, half = _quoted(order, market)
    report = market.submit(
        ComplexOrder(
            instrument=instrument,
            side=Side.BUY,
            packages=order.packages,
            net_limit_ticks=order.net_limit_ticks,
            time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL,
        ),
        ts_ns=order.start_ns,
    )
    fees = {rules.symbol: rules.fee_per_contract for rules in order.all_rules}
    clips = [
        _clip(
            order,
            at,
            package.packages,
            [
                Fill(
                    parent_id=order.order_id,
                    symbol=leg.symbol,
                    side=leg.side,
                    quantity=leg.quantity,
                    price_ticks=leg.price_ticks,
                    ts_ns=leg.ts_ns,
                    fee=fees[leg.symbol] * leg.quantity,
                    liquidity=package.liquidity,
                )
                for leg in package.legs
            ],
        )
        for at, package in enumerate(report.package_fills)
        if package.order_id == report.order_id
    ]
    return _execution(order, clips, mid, half)


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
    inquiry = Inquiry(
        parent_id=order.order_id,
        legs=order.all_legs,
        leg_mid_ticks=tuple(leg_mid_ticks),
        side=Side.BUY,
        quantity=order.packages,
        half_spread_ticks=half_spread_ticks,
        volatility_ticks=volatility_ticks,
        ts_ns=order.start_ns,
    )
    quotes = venue.request(inquiry, dealers)
    limits = [limit for limit in (order.net_limit_ticks, most_ticks) if limit is not None]
    clips = _taken(order, venue, quotes, min(limits, default=math.inf))
    venue.close(quotes)
    return _execution(order, clips, inquiry.mid_ticks, half_spread_ticks)


def _taken(order: SpreadOrder, venue: RfqVenue, quotes: Quotes, most_ticks: float) -> list[ClipExecution]:
    """Take quotes that are cheap enough, one after the other, as far as packages are still wanted."""
    clips: list[ClipExecution] = []
    fees = {rules.symbol: rules.fee_per_contract for rules in order.all_rules}
    for quote in quotes.quotes:
        wanted = min(order.packages - sum(clip.packages for clip in clips), quote.quantity)
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
    positions = PackagePositions()
    positions.open(order.package())
    for fill in (fill for clip in clips for fill in clip.fills):
        positions.book(fill)
    left = order.packages - sum(clip.packages for clip in clips)
    rest = (ClipExecution(packages=left, ended=Ended.LEFT, total_ticks=0, fills=()),) if left else ()
    return SpreadExecution(
        order=order,
        clips=(*clips, *rest),
        arrival_mid_ticks=mid_ticks,
        half_spread_ticks=half_spread_ticks,
        leg_risk=None,
        position=positions.position(order.order_id),
    )


def _quoted(order: SpreadOrder, market: ComplexMarket) -> tuple[float, float]:
    """Net mid and half spread of a package by its legs' touches [ticks]."""
    mid, half = 0.0, 0.0
    for leg in order.all_legs:
        book = market.leg_book(leg.symbol)
        bid, ask = book.best_bid_ticks, book.best_ask_ticks
        if bid is None or ask is None:
            side = "bid" if bid is None else "ask"
            raise OrderRejectedError(f"spread order {order.order_id}: {leg.symbol} has no {side}")
        mid += leg.side * leg.ratio * (bid + ask) / 2.0
        half += leg.ratio * (ask - bid) / 2.0
    return mid, half
