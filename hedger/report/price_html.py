"""Priced options as one self-contained HTML page."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hedger.price_list import PricedOptions, PriceList
from hedger.report.html import Picture, picture, render_page
from hedger.report.plots import BLUE, GREY, INK, ORANGE, styled
from hedger.report.price_tables import price_header, price_tables
from hedger.report.smile_plot import SmileView, smile_fit
from hedger.report.units import printable
from pricing.book import value_options
from pricing.market import UnderlyingMarket

_MOVES = np.linspace(-0.2, 0.2, 81)


def price_page(prices: PriceList) -> str:
    """The tables, then for each underlying the value by spot, the vega buckets and the smiles."""
    drawn: list[Picture] = []
    for i, each in enumerate(prices.by_underlying):
        market = prices.market.underlying(each.underlying)
        drawn += [
            picture(
                f"value-{i}",
                f"{each.underlying}: value by spot",
                "Of all options, the smile sticky in moneyness; beside it their intrinsic value.",
                value_by_spot(each, market),
            ),
            picture(
                f"vega-{i}",
                f"{each.underlying}: vega by expiry and strike",
                "Per volatility point; strikes in standard deviations from the forward.",
                vega_map(each),
            ),
            picture(
                f"smile-{i}",
                f"{each.underlying}: implied volatility",
                f"{market.surface.description}. Horizontal axis: log of strike over forward.",
                smile_fit(SmileView.of(market)),
            ),
        ]
    title = f"Prices of {printable(prices.portfolio.origin)}"
    return render_page(title, price_header(prices), price_tables(prices), tuple(drawn))


def value_by_spot(priced: PricedOptions, market: UnderlyingMarket) -> go.Figure:
    """Value of the holding over a ladder of spots, and its intrinsic value."""
    spots = market.spot * (1.0 + _MOVES)
    value = [priced.units @ value_options(priced.columns, market, spot=float(s))[0].value for s in spots]
    sign = np.where(priced.columns.is_call, 1.0, -1.0)
    intrinsic = np.maximum(sign * (spots[:, None] - priced.columns.strike), 0.0) @ priced.units
    figure = go.Figure()
    lines = (("intrinsic", intrinsic, GREY), ("value", value, BLUE))
    for name, values, color in lines:
        figure.add_scatter(x=spots, y=values, name=name, mode="lines", line={"color": color})
    figure.add_vline(x=market.spot, line={"color": INK, "width": 1}, annotation_text="spot")
    figure.update_xaxes(title=f"{priced.underlying} spot")
    figure.update_yaxes(title="currency")
    return styled(figure, height=380)


def vega_map(priced: PricedOptions) -> go.Figure:
    """Vega per point of each bucket as bars, one colour above zero and one below."""
    buckets = priced.buckets
    days = [f"{365 * years:.0f}d" for years in buckets.expiry_years]
    figure = go.Figure()
    for at, deviation in enumerate(buckets.deviations):
        values = buckets.vega[:, at] / 100
        shade = 0.35 + 0.65 * (at + 1) / len(buckets.deviations)
        figure.add_bar(
            x=days,
            y=values,
            name=f"{deviation:+.0f} sd",
            marker={"color": BLUE if deviation >= 0 else ORANGE, "opacity": shade},
        )
    figure.update_layout(barmode="relative")
    figure.update_yaxes(title="vega per point")
    return styled(figure, height=360)
