"""A simulated market against a recording as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from execution.realism.comparison import BASELINE, FIRST_PART, SIMULATED, Metric, Score
from execution.realism.curves import CURVES, Curve
from execution.realism.distributions import DISTRIBUTIONS
from execution.realism.profile import Histogram
from hedger.market_study import HELD_OUT, MarketStudy
from hedger.report.html import Picture, picture, render_page
from hedger.report.market_tables import SHORT_NAMES, market_header, market_tables
from hedger.report.plots import BLUE, GREEN, GREY, ORANGE, styled
from hedger.report.units import printable
from pricing.curves import FloatArray

_COLORS = {HELD_OUT: GREY, SIMULATED: BLUE, BASELINE: ORANGE, FIRST_PART: GREEN}
_LOGARITHMIC = (
    "volatility clustering",
    "activity clustering",
    "order-sign memory",
    "response to market orders",
)
_COLUMNS = 3
_ROW_PIXELS = 230


def market_page(study: MarketStudy) -> str:
    """The tables, then distances, distributions and curves, simulated on recorded."""
    drawn: list[Picture] = []
    grey = "" if study.comparison is None else " Grey: recorded and held out."
    if study.comparison is not None:
        drawn.append(
            picture(
                "distances",
                "Distances from the held-out part",
                "Wasserstein distance in standard deviations; a bar is the 95% interval.",
                distances(study.comparison.of(Metric.WASSERSTEIN)),
            )
        )
    drawn += [
        picture(
            "distributions",
            "Distributions",
            f"Share of the values by bin.{grey}",
            distributions(study),
        ),
        picture("curves", "Curves", f"A point a lag, horizon or distance.{grey}", curves(study)),
    ]
    return render_page(
        f"Market of {printable(study.title)}", market_header(study), market_tables(study), tuple(drawn)
    )


def distances(scores: Sequence[Score]) -> go.Figure:
    """A row a statistic: the distances of simulated, baseline and the recording's first part."""
    figure = go.Figure()
    names = [score.statistic for score in scores]
    for label in (FIRST_PART, BASELINE, SIMULATED):
        found = [getattr(score, label) for score in scores]
        value = np.array([each.value for each in found])
        figure.add_scatter(
            x=value,
            y=names,
            name=SHORT_NAMES[label],
            mode="markers",
            marker={"color": _COLORS[label], "size": 9},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.maximum([each.upper for each in found] - value, 0.0),
                "arrayminus": np.maximum(value - [each.lower for each in found], 0.0),
                "color": _COLORS[label],
                "thickness": 1,
                "width": 0,
            },
        )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(rangemode="tozero")
    return styled(figure, height=140 + 22 * len(scores))


def distributions(study: MarketStudy) -> go.Figure:
    """A small histogram of each statistic, a line a market."""
    known = next(iter(study.profiles.values())).histograms
    shown = [(law.name, law.unit) for law in DISTRIBUTIONS if law.name in known]
    figure = _grid([f"{name} [{unit}]" for name, unit in shown])
    for at, (name, _) in enumerate(shown):
        for label in _drawn_order(study):
            x, y = _steps(study.profiles[label].histograms[name])
            _add(figure, at, label, x, y, shape="hvh", filled=label == HELD_OUT)
        figure.update_xaxes(range=_window(known[name]), row=at // _COLUMNS + 1, col=at % _COLUMNS + 1)
    return _finished(figure, len(shown))


def curves(study: MarketStudy) -> go.Figure:
    """Each curve of more than one point, a line a market."""
    shown = [curve for curve in CURVES if len(curve.points(study.ruler)) > 1]
    figure = _grid([f"{curve.name} [{curve.unit}]" for curve in shown])
    for at, curve in enumerate(shown):
        for label in _drawn_order(study):
            value = study.profiles[label].curves[curve.name]
            _add(figure, at, label, curve.points(study.ruler), value, shape="linear", filled=False)
        _name_axis(figure, at, curve)
    return _finished(figure, len(shown))


def _drawn_order(study: MarketStudy) -> list[str]:
    """The recorded market first, so that the others are drawn on it; its first part is left to the tables."""
    return [name for name in study.profiles if name != FIRST_PART]


def _steps(histogram: Histogram) -> tuple[FloatArray, FloatArray]:
    """Middles of the bins and their shares, the open bins at the ends one width beyond."""
    edges = histogram.edges
    width = float(np.median(np.diff(edges))) if len(edges) > 1 else 1.0
    outer = np.concatenate(([edges[0] - width], edges, [edges[-1] + width]))
    return 0.5 * (outer[1:] + outer[:-1]), histogram.share


def _window(histogram: Histogram) -> list[float]:
    """Where all but a hundredth of the values are, so that a long tail does not press the rest together."""
    x, share = _steps(histogram)
    below = np.cumsum(share)
    left = max(int(np.searchsorted(below, 0.005)) - 1, 0)
    right = min(int(np.searchsorted(below, 0.995)) + 1, len(x) - 1)
    return [float(x[left]), float(x[right])]


def _grid(titles: Sequence[str]) -> go.Figure:
    rows = -(-len(titles) // _COLUMNS)
    return make_subplots(
        rows=rows,
        cols=_COLUMNS,
        subplot_titles=list(titles),
        vertical_spacing=min(0.08, 0.4 / max(rows, 1)),
        horizontal_spacing=0.08,
    )


def _add(
    figure: go.Figure, at: int, label: str, x: FloatArray, y: FloatArray, *, shape: str, filled: bool
) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        name=SHORT_NAMES[label],
        legendgroup=label,
        showlegend=at == 0,
        mode="lines" if shape == "hvh" else "lines+markers",
        marker={"size": 4},
        line={"color": _COLORS[label], "width": 1.5, "shape": shape},
        fill="tozeroy" if filled else None,
        row=at // _COLUMNS + 1,
        col=at % _COLUMNS + 1,
    )


def _name_axis(figure: go.Figure, at: int, curve: Curve) -> None:
    figure.update_xaxes(
        title={"text": curve.axis, "standoff": 2, "font": {"size": 11}},
        type="log" if curve.name in _LOGARITHMIC else "linear",
        row=at // _COLUMNS + 1,
        col=at % _COLUMNS + 1,
    )


def _finished(figure: go.Figure, count: int) -> go.Figure:
    rows = -(-count // _COLUMNS)
    figure.update_annotations(font_size=12)
    return styled(figure, height=90 + _ROW_PIXELS * rows)
