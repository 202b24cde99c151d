"""Structures priced: quotes of their legs, value and Greeks by the model, profile, probability, margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from hedger.portfolio import Portfolio
from hedger.portfolio.convention import INDEX_OPTIONS
from hedger.spreads.block_ways import BlockWays
from hedger.spreads.leg_quotes import LegQuotes, leg_name, leg_quotes
from hedger.spreads.recognition import Piece, Rest, recognise
from pricing.black import FloatArray
from pricing.greeks import GreekColumns
from pricing.market import Market, UnderlyingMarket
from pricing.option import Option
from pricing.spreads.analysis import BROAD_INDEX, SINGLE_STOCK, Analysis, PricedLegs, analyse, priced_legs
from pricing.spreads.outlook import Outlook, SurfaceOutlook
from pricing.spreads.profile_kernel import FORWARD, SIGN, YEARS
from pricing.spreads.quote import LegQuote, NetQuote, net_quote
from pricing.spreads.structure import Structure, UnderlyingLot
from pricing.spreads.valuation import value_structures


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPiece:
    """A piece with one package of it analysed at its mid, or at its value where its legs are not quoted.

    quote: of one package; None where a leg has no quote that can be used, for which `faults` says the reason.
    """

    piece: Piece
    analysis: Analysis
    quote: NetQuote | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadStudy:
    """A book's structures priced, in the order of the book, and what is no part of any.

    ways: what working the one structure that was asked for is expected to cost; None where nobody asked.
    """

    portfolio: Portfolio
    market: Market
    pieces: tuple[PricedPiece, ...]
    rest: tuple[Rest, ...]
    ways: BlockWays | None = None


def study_spreads(portfolio: Portfolio, market: Market, *, chain: Path | None = None) -> SpreadStudy:
    """Recognise a book's structures and price each.

    chain: the file of the quotes, to say what is wrong with a leg's. Raises InputError as `recognise` does
    and MissingMarketError where an underlying has no market.
    """
    book = recognise(portfolio)
    return SpreadStudy(
        portfolio=portfolio, market=market, pieces=priced(book.pieces, market, chain=chain), rest=book.rest
    )


def priced(pieces: Sequence[Piece], market: Market, *, chain: Path | None = None) -> tuple[PricedPiece, ...]:
    """Price pieces on any underlyings, those on one in one pass; in the order given."""
    found: dict[int, PricedPiece] = {}
    for symbol in dict.fromkeys(piece.structure.underlying for piece in pieces):
        at = [i for i, piece in enumerate(pieces) if piece.structure.underlying == symbol]
        one = market.underlying(symbol)
        structures = [pieces[i].structure for i in at]
        columns = value_structures(structures, one)
        totals = np.array([getattr(columns, each.name) for each in fields(GreekColumns)])
        options = (option for structure in structures for _, option in structure.options)
        quotes = leg_quotes(options, one, chain)
        for column, i in enumerate(at):
            found[i] = _priced(pieces[i], one, np.ascontiguousarray(totals[:, column]), quotes)
    return tuple(found[i] for i in range(len(pieces)))


def _priced(piece: Piece, market: UnderlyingMarket, totals: FloatArray, quotes: LegQuotes) -> PricedPiece:
    structure = piece.structure
    faults = tuple(
        f"{leg_name(option)}: {quotes.faults[option]}"
        for _, option in structure.options
        if option in quotes.faults
    )
    quote = None if faults else net_quote(structure, _with_lots(structure, market, quotes))
    legs = priced_legs(structure, market)
    analysis = analyse(
        legs,
        premium=None if quote is None else quote.mid,
        outlook=_outlook(legs, market),
        margin=BROAD_INDEX if structure.underlying in INDEX_OPTIONS else SINGLE_STOCK,
        totals=totals,
    )
    return PricedPiece(piece=piece, analysis=analysis, quote=quote, faults=faults)


def _with_lots(
    structure: Structure, market: UnderlyingMarket, quotes: LegQuotes
) -> dict[Option | UnderlyingLot, LegQuote]:
    """The legs' quotes; the underlying itself has no chain and is taken at spot on both sides."""
    return {
        leg.instrument: LegQuote(bid=market.spot, ask=market.spot)
        if isinstance(leg.instrument, UnderlyingLot)
        else quotes.quotes[leg.instrument]
        for leg in structure.legs
    }


def _outlook(legs: PricedLegs, market: UnderlyingMarket) -> Outlook | None:
    """The surface's law at the first expiry; None without an option alive."""
    alive = (legs.table[SIGN] != 0.0) & (legs.table[YEARS] > 0.0)
    if not alive.any():
        return None
    first = int(np.argmin(np.where(alive, legs.table[YEARS], np.inf)))
    forward, years = float(legs.table[FORWARD, first]), float(legs.table[YEARS, first])
    return SurfaceOutlook(surface=market.surface, forward=forward, expiry_years=years)
