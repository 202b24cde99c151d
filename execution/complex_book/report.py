"""Rows of trades as the fills of every order that they touched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from execution.book.layout import RecordArray
from execution.complex_book.instrument import ComplexInstrument
from execution.complex_book.layout import NO_PACKAGE
from execution.complex_book.orders import LegFill, PackageFill, Report
from execution.orders import Liquidity, Side


class _Row(NamedTuple):
    """A row of TRADE in plain numbers."""

    leg: int
    instrument: int
    package: int
    packages: int
    quantity: int
    price_ticks: int
    buyer_id: int
    seller_id: int
    buyer_owner: int
    seller_owner: int
    message: int
    ts_ns: int


def report_of(
    order_id: int,
    outcome: np.void,
    trades: RecordArray,
    symbols: Sequence[str],
    instruments: Sequence[ComplexInstrument],
) -> Report:
    """What the message of an order did, from its rows of TRADE and its OUTCOME."""
    packages: list[PackageFill] = []
    legs: list[LegFill] = []
    for package, group in groupby(map(_Row._make, trades.tolist()), key=lambda row: row.package):
        rows = list(group)
        parties = [] if package == NO_PACKAGE else _complex_parties(rows)
        for row in rows:
            legs.extend(fill for fill in _both(row, symbols) if fill.order_id not in parties)
        for party in parties:
            own = [fill for row in rows for fill in _both(row, symbols) if fill.order_id == party]
            liquidity = Liquidity.TAKER if party == order_id else Liquidity.MAKER
            packages.append(_package_fill(own, rows[0], instruments[rows[0].instrument], liquidity))
    return Report(
        order_id=order_id,
        leaves=int(outcome["leaves"]),
        rests=bool(outcome["rests"]),
        package_fills=tuple(packages),
        leg_fills=tuple(legs),
    )


def _complex_parties(rows: Sequence[_Row]) -> list[int]:
    """The complex orders of an atomic trade: who trades in every row, since a leg's order has but one leg."""
    return sorted(set.intersection(*({row.buyer_id, row.seller_id} for row in rows)))


def _both(row: _Row, symbols: Sequence[str]) -> tuple[LegFill, LegFill]:
    """A trade as its buyer's fill and its seller's."""
    buyer = (Side.BUY, row.buyer_id, row.buyer_owner)
    seller = (Side.SELL, row.seller_id, row.seller_owner)
    bought, sold = (
        LegFill(
            symbol=symbols[row.leg],
            side=side,
            quantity=row.quantity,
            price_ticks=row.price_ticks,
            ts_ns=row.ts_ns,
            order_id=order_id,
            owner=owner,
        )
        for side, order_id, owner in (buyer, seller)
    )
    return bought, sold


def _package_fill(
    legs: Sequence[LegFill], row: _Row, instrument: ComplexInstrument, liquidity: Liquidity
) -> PackageFill:
    """A complex order's part in an atomic trade."""
    sides = {leg.symbol: leg.side for leg in instrument.legs}
    side = Side(legs[0].side * sides[legs[0].symbol])
    paid = sum(fill.side * fill.quantity * fill.price_ticks for fill in legs)
    return PackageFill(
        order_id=legs[0].order_id,
        owner=legs[0].owner,
        instrument=instrument.name,
        side=side,
        packages=row.packages,
        total_ticks=int(side) * paid,
        ts_ns=row.ts_ns,
        liquidity=liquidity,
        legs=tuple(legs),
    )
