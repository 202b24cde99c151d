"""Priced structures as tables in desk units."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hedger.report.block_tables import ways_table
from hedger.report.table import Table
from hedger.report.units import counted, number, percent, price, printable
from hedger.spreads.study import PricedPiece, SpreadStudy
from pricing.greeks import GreekColumns
from pricing.option import Option
from pricing.spreads.structure import StructureLeg
from pricing.time import EXCHANGE_ZONE, exchange_date

_UNBOUNDED = "unbounded"


def spread_header(study: SpreadStudy) -> tuple[str, ...]:
    """Lines that say what was priced, at what spot and with which surface, and which legs have no quote."""
    at = study.market.as_of.astimezone(EXCHANGE_ZONE)
    origin, pieces = printable(study.portfolio.origin), len(study.pieces)
    lines = [f"{origin}: {counted(pieces, 'structure')}, as of {at:%Y-%m-%d %H:%M} New York"]
    if not pieces:
        lines.append("There is nothing to price: the book holds no option.")
    for symbol in dict.fromkeys(each.piece.structure.underlying for each in study.pieces):
        market = study.market.underlying(symbol)
        lines.append(f"{symbol} at {price(market.spot)}: {market.surface.description}")
        if market.quotes is None:
            lines.append(f"{symbol}: no chain was given, so there are no quotes: everything is by the model.")
    lines += [printable(note) for note in study.portfolio.notes]
    return tuple(lines)


def spread_tables(study: SpreadStudy) -> tuple[Table, ...]:
    """Prices of one package, then profile and Greeks of all packages, then what is in no structure."""
    tables = (
        _quote_table(study),
        _profile_table(study.pieces),
        _greek_table(study),
        *(() if study.ways is None else (ways_table(study.ways),)),
        _rest_table(study),
    )
    return tuple(table for table in tables if table.rows)


def legs_in_words(legs: Sequence[StructureLeg]) -> str:
    """Expiry, then ratio, strike and right of each leg: 28 Feb +2500p -2575p."""
    words, day = [], None
    for leg in legs:
        if not isinstance(leg.instrument, Option):
            words.append(f"{leg.ratio:+d} lot")
            continue
        expiry = exchange_date(leg.instrument.expiry)
        if expiry != day:
            words.append(f"{expiry:%d %b %y}")
            day = expiry
        size = "" if abs(leg.ratio) == 1 else f"{abs(leg.ratio)}x"
        words.append(
            f"{'+' if leg.ratio > 0 else '-'}{size}{leg.instrument.strike:g}{leg.instrument.right[0]}"
        )
    return " ".join(words)


def _quote_table(study: SpreadStudy) -> Table:
    rows = []
    for each in study.pieces:
        structure = each.piece.structure
        size = structure.legs[0].instrument.multiplier
        quoted = each.quote
        cells = (None, None, None) if quoted is None else (quoted.bid, quoted.ask, quoted.mid)
        rows.append(
            (
                printable(each.piece.group or ""),
                f"{each.piece.packages:,} {structure.name}",
                legs_in_words(structure.legs),
                *(number(None if cell is None else cell / size, 2) for cell in cells),
                number(each.analysis.value / size, 2),
            )
        )
    notes = tuple(
        f"{each.piece.structure.name}, {printable(fault)}."
        for each in study.pieces
        if study.market.underlying(each.piece.structure.underlying).quotes is not None
        for fault in each.faults
    )
    return Table(
        title="Structures: price of one package, per unit of underlying",
        columns=("group", "structure", "legs", ">bid", ">ask", ">mid", ">model"),
        rows=tuple(rows),
        notes=(*notes, "Bid and ask are natural: every leg crosses its spread. A credit is negative."),
    )


def _profile_table(pieces: Sequence[PricedPiece]) -> Table:
    rows = []
    for each in pieces:
        found, packages = each.analysis, each.piece.packages
        rows.append(
            (
                each.piece.structure.name,
                " ".join(f"{level:,.2f}" for level in found.breakevens) or "none",
                _bounded(packages * found.maximum_gain),
                _bounded(packages * found.maximum_loss),
                percent(None if math.isnan(found.probability_of_profit) else found.probability_of_profit),
                number(packages * found.margin),
            )
        )
    return Table(
        title="At the first expiry, all packages",
        columns=(
            "",
            "breakevens",
            ">most\ngained",
            ">most\nlost",
            ">probability\nof profit",
            ">margin\nproxy",
        ),
        rows=tuple(rows),
        notes=(
            "Against the mid, or the model without quotes; probabilities are risk-neutral, the surface's.",
        ),
    )


def _greek_table(study: SpreadStudy) -> Table:
    rows = []
    for each in study.pieces:
        greeks, packages = each.analysis.greeks, each.piece.packages
        spot = study.market.underlying(each.piece.structure.underlying).spot
        rows.append((each.piece.structure.name, *_desk(greeks, packages, spot)))
    columns = (
        "",
        ">value",
        ">delta\nunits",
        ">gamma\nunits/1%",
        ">vega\n/point",
        ">theta\n/day",
        ">rho\n/1%",
    )
    return Table(title="Value and Greeks, all packages", columns=columns, rows=tuple(rows))


def _desk(greeks: GreekColumns, packages: int, spot: float) -> tuple[str, ...]:
    scaled = (
        (greeks.value, 1.0),
        (greeks.delta, 1.0),
        (greeks.gamma, 0.01 * spot),
        (greeks.vega, 0.01),
        (greeks.theta, 1.0 / 365.0),
        (greeks.rho, 0.01),
    )
    return tuple(number(packages * scale * float(each)) for each, scale in scaled)


def _rest_table(study: SpreadStudy) -> Table:
    rows = tuple((printable(each.symbol), number(each.quantity, 2)) for each in study.rest)
    return Table(title="In no structure", columns=("", ">quantity"), rows=rows)


def _bounded(value: float) -> str:
    return _UNBOUNDED if math.isinf(value) else number(value)
