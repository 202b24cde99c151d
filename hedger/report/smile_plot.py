"""The fitted smiles against the quotes they were fitted to, one panel an expiry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from hedger.report.plots import BLUE, GREY, styled
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.implied import implied_volatility
from pricing.market import UnderlyingMarket
from pricing.quotes import Quotes
from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

_PANELS = 6
_COLUMNS = 3
_PLAIN_EXPIRY_DAYS = (7, 30, 60, 91, 182, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmileView:
    """What the panels show: a surface, and the quotes on their curves where there is a chain."""

    surface: VolSurface
    discount: DiscountCurve
    forward: ForwardCurve
    quotes: Quotes | None

    @classmethod
    def of(cls, market: UnderlyingMarket) -> SmileView:
        """The view of one underlying's market."""
        return cls(
            surface=market.surface, discount=market.discount, forward=market.forward, quotes=market.quotes
        )


def smile_fit(market: SmileView, *, panels: int = _PANELS) -> go.Figure:
    """Implied volatility by log-moneyness for up to `panels` expiries; with a chain, its bid-ask bars."""
    expiries = _expiries(market, panels)
    columns = min(_COLUMNS, len(expiries))
    rows = -(-len(expiries) // columns)
    titles = [f"{365.0 * years:.{0 if years > 0.01 else 2}f} days" for years in expiries]
    figure = make_subplots(rows=rows, cols=columns, subplot_titles=titles, vertical_spacing=0.32 / rows)
    for panel, years in enumerate(expiries):
        row, column = divmod(panel, columns)
        _add_panel(figure, market, years, row=row + 1, col=column + 1, legend=panel == 0)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return styled(figure, height=60 + 260 * rows)


def _expiries(market: SmileView, panels: int) -> FloatArray:
    if market.quotes is None:
        return np.array(_PLAIN_EXPIRY_DAYS, dtype=np.float64) / 365.0
    quoted = np.unique(market.quotes.expiry_years)
    chosen = np.unique(np.linspace(0, len(quoted) - 1, min(panels, len(quoted))).round().astype(np.int64))
    return quoted[chosen]


def _add_panel(
    figure: go.Figure, market: SmileView, years: float, *, row: int, col: int, legend: bool
) -> None:
    width = 4.0 * float(market.surface.implied_volatility(0.0, years)) * np.sqrt(years)
    low, high = -1.2 * width, 0.7 * width
    if market.quotes is not None:
        moneyness, bid, ask = _quoted_volatility(market.quotes, market, years)
        if len(moneyness):
            low, high = float(moneyness.min()), float(moneyness.max())
            _add_quotes(figure, moneyness, bid, ask, row=row, col=col, legend=legend)
    grid = np.linspace(low, high, 121)
    figure.add_scatter(
        x=grid,
        y=market.surface.implied_volatility(grid, years),
        name="surface",
        mode="lines",
        line={"color": BLUE},
        showlegend=legend,
        row=row,
        col=col,
    )


def _add_quotes(
    figure: go.Figure,
    moneyness: FloatArray,
    bid: FloatArray,
    ask: FloatArray,
    *,
    row: int,
    col: int,
    legend: bool,
) -> None:
    middle, half = 0.5 * (bid + ask), 0.5 * (ask - bid)
    figure.add_scatter(
        x=moneyness,
        y=middle,
        error_y={"type": "data", "array": half, "thickness": 1, "width": 2, "color": GREY},
        name="quotes, bid to ask",
        mode="markers",
        marker={"size": 3, "color": GREY},
        showlegend=legend,
        row=row,
        col=col,
    )


def _quoted_volatility(
    quotes: Quotes, market: SmileView, years: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log-moneyness and implied volatility of bid and ask of one expiry's out-of-the-money quotes."""
    forward = float(market.forward.forward_at(years))
    discount = float(market.discount.discount_at(years))
    keep = (quotes.expiry_years == years) & (quotes.is_call == (quotes.strike >= forward))
    strike, is_call = quotes.strike[keep], quotes.is_call[keep]
    bid, _ = implied_volatility(quotes.bid[keep], forward, strike, years, discount, is_call)
    ask, _ = implied_volatility(quotes.ask[keep], forward, strike, years, discount, is_call)
    known = np.isfinite(bid) & np.isfinite(ask)
    return np.log(strike[known] / forward), bid[known], ask[known]
