"""A fitted surface as one self-contained HTML page."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from hedger.report.html import picture, render_page
from hedger.report.plots import BLUE, GREEN, GREY, ORANGE, styled
from hedger.report.smile_plot import SmileView, smile_fit
from hedger.report.surface_tables import surface_header, surface_tables
from hedger.report.units import printable
from hedger.surface_study import SurfaceStudy
from pricing.surface.arbitrage import durrleman

_SMILES = 12
_DENSITIES = 6
_DEVIATIONS = 4.0


def surface_page(study: SurfaceStudy) -> str:
    """The whole page: the tables, then smiles, term structures, densities and the surface itself."""
    drawn = (
        (
            "smiles",
            "Smiles",
            "Implied volatility by log(K / F); bars run from bid to ask, the line is the surface.",
            smile_fit(_view(study), panels=_SMILES),
        ),
        (
            "terms",
            "Term structure",
            "At the money, variance swap, and 25-delta risk reversal, by days to expiry.",
            term_structure(study),
        ),
        (
            "densities",
            "Risk-neutral densities",
            "Of the forward's log-return in standard deviations at the money; never negative where there is "
            "no butterfly arbitrage.",
            densities(study),
        ),
        (
            "surface",
            "The surface",
            "Drag to turn. Strikes in standard deviations.",
            volatility_surface(study),
        ),
    )
    title = f"Volatility surface of {printable(study.quotes.underlying)}"
    pictures = tuple(picture(*each) for each in drawn)
    return render_page(title, surface_header(study), surface_tables(study), pictures)


def term_structure(study: SurfaceStudy) -> go.Figure:
    """Volatilities at the money and of the variance swap above, the risk reversal below, by days."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    days, marks = 365.0 * study.expiry_years, study.landmarks
    lines = (
        ("at the money", marks.atm, BLUE, 1),
        ("variance swap", study.variance_swap, ORANGE, 1),
        ("25-delta risk reversal", marks.risk_reversal, GREEN, 2),
    )
    for name, values, color, row in lines:
        figure.add_scatter(
            x=days, y=values, name=name, mode="lines+markers", line={"color": color}, row=row, col=1
        )
    figure.update_yaxes(tickformat=".1%")
    figure.update_xaxes(type="log")
    figure.update_xaxes(title="days to expiry", row=2, col=1)
    return styled(figure, height=460)


def densities(study: SurfaceStudy) -> go.Figure:
    """Risk-neutral density at up to six expiries, the strike in standard deviations at the money."""
    figure = go.Figure()
    years = study.expiry_years
    chosen = np.unique(np.linspace(0, len(years) - 1, min(_DENSITIES, len(years))).round().astype(int))
    deviation = np.linspace(-2.0 * _DEVIATIONS, _DEVIATIONS, 601)
    shades = np.linspace(0.9, 0.35, len(chosen))
    for each, shade in zip(years[chosen], shades, strict=True):
        width = float(np.sqrt(study.surface.total_variance(0.0, each)))
        log_moneyness = deviation * width
        variance, first, second = study.surface.derivatives(log_moneyness, each)
        root = np.sqrt(variance)
        lower = -log_moneyness / root - 0.5 * root
        density = durrleman(log_moneyness, variance, first, second) * np.exp(-0.5 * lower**2)
        figure.add_scatter(
            x=deviation,
            y=density / (np.sqrt(2.0 * np.pi) * root) * width,
            name=f"{365 * each:.{0 if each > 0.01 else 2}f} days",
            mode="lines",
            line={"color": BLUE},
            opacity=float(shade),
        )
    figure.add_hline(y=0.0, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="log(K / F) in standard deviations at the money")
    return styled(figure, height=380)


def volatility_surface(study: SurfaceStudy) -> go.Figure:
    """The surface in three dimensions between the first and the last expiry."""
    years = np.geomspace(study.expiry_years[0], study.expiry_years[-1], 60)
    deviation = np.linspace(-_DEVIATIONS, 0.5 * _DEVIATIONS, 81)
    width = np.sqrt(study.surface.total_variance(0.0, years))
    volatility = study.surface.implied_volatility(deviation * width[:, None], years[:, None])
    figure = go.Figure(
        go.Surface(x=deviation, y=365.0 * years, z=100.0 * volatility, colorscale="Blues", showscale=False)
    )
    figure.update_layout(
        scene={
            "xaxis": {"title": "deviations"},
            "yaxis": {"title": "days", "type": "log"},
            "zaxis": {"title": "vol %"},
        }
    )
    return styled(figure, height=560)


def _view(study: SurfaceStudy) -> SmileView:
    return SmileView(
        surface=study.surface, discount=study.discount, forward=study.forward, quotes=study.quotes
    )
