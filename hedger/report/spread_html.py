"""Priced structures as one self-contained HTML page."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hedger.report.html import Picture, picture, render_page
from hedger.report.plots import BLUE, GREY, INK, ORANGE, styled
from hedger.report.spread_tables import legs_in_words, spread_header, spread_tables
from hedger.report.units import printable
from hedger.spreads.study import PricedPiece, SpreadStudy
from pricing.black import FloatArray
from pricing.market import UnderlyingMarket
from pricing.spreads.analysis import priced_legs
from pricing.spreads.profile_kernel import worths_at
from pricing.spreads.structure import Structure
from pricing.spreads.valuation import value_structures

_MOST_PICTURES = 24
_LEVELS = 121


def spread_page(study: SpreadStudy) -> str:
    """The tables, then profit and loss by spot of each structure; of a large book the first 24."""
    drawn: list[Picture] = []
    for at, each in enumerate(study.pieces[:_MOST_PICTURES]):
        structure = each.piece.structure
        market = study.market.underlying(structure.underlying)
        drawn.append(
            picture(
                f"profit-{at}",
                f"{each.piece.packages:,} {structure.name}: {legs_in_words(structure.legs)}",
                "Profit and loss of one package by spot, now and at its first expiry, against its mid, or "
                "its value where it has no quotes. Dotted: breakevens.",
                profit_by_spot(each, market),
            )
        )
    title = f"Structures of {printable(study.portfolio.origin)}"
    return render_page(title, spread_header(study), spread_tables(study), tuple(drawn))


def profit_by_spot(priced: PricedPiece, market: UnderlyingMarket) -> go.Figure:
    """Profit of one package over spots about its strikes, now and at the first expiry."""
    structure, premium = priced.piece.structure, priced.analysis.premium
    spots = _spots(structure, market.spot)
    expiring = worths_at(priced_legs(structure, market).table, spots) - premium
    now = [float(value_structures([structure], market, spot=spot).value[0]) - premium for spot in spots]
    figure = go.Figure()
    for name, values, color in (("now", now, GREY), ("at the first expiry", expiring, BLUE)):
        figure.add_scatter(x=spots, y=values, name=name, mode="lines", line={"color": color})
    figure.add_hline(y=0.0, line={"color": INK, "width": 1})
    figure.add_vline(x=market.spot, line={"color": INK, "width": 1}, annotation_text="spot")
    for level in priced.analysis.breakevens:
        if spots[0] <= level <= spots[-1]:
            figure.add_vline(x=level, line={"color": ORANGE, "dash": "dot"})
    figure.update_xaxes(title=f"{structure.underlying} spot")
    figure.update_yaxes(title="currency")
    return styled(figure, height=340)


def _spots(structure: Structure, spot: float) -> FloatArray:
    levels = [spot, *(option.strike for _, option in structure.options)]
    low, high = min(levels), max(levels)
    margin = max(0.5 * (high - low), 0.05 * spot)
    even = np.linspace(max(low - margin, 0.01 * spot), high + margin, _LEVELS)
    return np.unique(np.concatenate((even, levels)))
