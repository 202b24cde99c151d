"""Chosen synthetics as one self-contained HTML page."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hedger.report.html import Picture, picture, render_page
from hedger.report.plots import BLUE, GREY, INK, ORANGE, styled
from hedger.report.synthetic_tables import synthetic_header, synthetic_tables
from hedger.report.units import printable
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.payoff_target import PayoffMatch
from hedger.spreads.synthetic import SyntheticStudy, UnderlyingSynthetic


def synthetic_page(study: SyntheticStudy) -> str:
    """The tables, then asked against got: the payoff, or what each exposure misses in its tolerance."""
    pictures = tuple(_picture(i, part) for i, part in enumerate(study.parts))
    title = f"Synthetic: {printable(study.request)}"
    return render_page(title, synthetic_header(study), synthetic_tables(study), pictures)


def payoff_asked_and_got(match: PayoffMatch, symbol: str) -> go.Figure:
    """Both payoffs by spot, and the band that the tolerance leaves; dotted: the legs' strikes."""
    spot, asked = match.payoff.spot, match.payoff.value
    band = np.concatenate((asked + match.tolerance, (asked - match.tolerance)[::-1]))
    figure = go.Figure()
    figure.add_scatter(
        x=np.concatenate((spot, spot[::-1])),
        y=band,
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=GREY,
        opacity=0.25,
        name="allowed",
        hoverinfo="skip",
    )
    figure.add_scatter(x=spot, y=asked, name="asked", mode="lines+markers", line={"color": INK})
    drawn = match.drawn_spots
    figure.add_scatter(x=drawn, y=match.pays(drawn), name="got", mode="lines", line={"color": BLUE})
    for strike in sorted({leg.option.strike for leg in match.legs}):
        if spot[0] <= strike <= spot[-1]:
            figure.add_vline(x=strike, line={"color": ORANGE, "dash": "dot", "width": 1})
    figure.update_xaxes(title=f"{symbol} at the expiry")
    figure.update_yaxes(title="paid at the expiry, currency")
    return styled(figure, height=420)


def exposures_before_and_after(package: OptionPackage) -> go.Figure:
    """Each exposure before and after the package, in widths of its own tolerance: allowed from -1 to 1."""
    rows = [each for each in package.prices if (each.before or each.after) and each.upper > 0.0]
    names = [each.name for each in rows]
    figure = go.Figure()
    for name, values, color in (
        ("before", [each.before / each.upper for each in rows], GREY),
        ("after", [each.after / each.upper for each in rows], BLUE),
    ):
        figure.add_bar(x=names, y=values, name=name, marker={"color": color})
    figure.add_hrect(y0=-1.0, y1=1.0, fillcolor=GREY, opacity=0.15, line={"width": 0})
    figure.update_yaxes(title="in tolerances")
    return styled(figure, height=380)


def _picture(at: int, part: UnderlyingSynthetic) -> Picture:
    symbol = printable(part.market.symbol)
    if part.payoff is not None:
        return picture(
            f"payoff-{at}",
            f"{symbol}: payoff asked and got",
            "At the expiry, with the cash that goes with it. Shaded: allowed, at the given spots. Dotted: "
            "strikes of the legs.",
            payoff_asked_and_got(part.payoff, symbol),
        )
    return picture(
        f"exposure-{at}",
        f"{symbol}: what is missing before and after",
        "Distance of each exposure from what is wanted, in widths of its tolerance. Shaded: allowed.",
        exposures_before_and_after(part.package),
    )
