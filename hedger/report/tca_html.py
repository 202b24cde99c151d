"""A transaction-cost analysis as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from execution.tca.analysis import CostAnalysis, paid_bps, single_bps
from execution.tca.attribution import Attribution
from execution.tca.blotter import FloatArray
from execution.tca.factor_design import BoolArray
from execution.tca.groups import Group, WeightedMean
from execution.tca.packages import PackageCost
from hedger.report.html import Picture, picture, render_page
from hedger.report.plots import BLUE, GREEN, GREY, INK, ORANGE, styled
from hedger.report.tca_leakage import leakage_points
from hedger.report.tca_packages import costliest_packages, package_name
from hedger.report.tca_tables import tca_header, tca_tables
from hedger.report.units import printable

_BINS = 40
_CURVE_POINTS = 80
_FEWEST_PER_POINT = 8
_MOST_POINTS = 10
_TICKS = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)


def tca_page(analysis: CostAnalysis) -> str:
    """The tables, then where the cost went, when, how it grows with size, why, and what leaked."""
    drawn: list[Picture] = []
    if analysis.parts:
        drawn += _cost_pictures(analysis)
    if "time of day" in analysis.groups:
        drawn.append(
            picture(
                "time-of-day",
                "Shortfall by time of day",
                "Hour of arrival, UTC; weighted by notional, bars are 95% intervals.",
                by_group(analysis.groups["time of day"]),
            )
        )
    if np.isfinite(analysis.factors.participation[analysis.blotter.is_single]).any() and analysis.parts:
        caption = (
            "Filled part before fees. Grey: an order; blue: means of equally many orders, give or take two "
            "standard errors; orange: the fitted cost curve at the median horizon and volatility."
        )
        drawn.append(picture("participation", "Cost by participation", caption, by_participation(analysis)))
    if analysis.attribution is not None and analysis.attribution.effects:
        drawn.append(
            picture(
                "effects",
                "What explains the cost",
                "Cost of one standard deviation of each factor, with 95% intervals. "
                "Green: the algorithm's choices; blue: the market.",
                effects(analysis.attribution),
            )
        )
    if analysis.leakage.whole is not None:
        caption = "Move before first fills beyond that of matched windows; bars are 95% intervals."
        drawn.append(
            picture(
                "leakage", "Information leakage before our trades", caption, leakage_points(analysis.leakage)
            )
        )
    title = f"Transaction costs of {printable(analysis.blotter.origin)}"
    return render_page(title, tca_header(analysis), tca_tables(analysis), tuple(drawn))


def _cost_pictures(analysis: CostAnalysis) -> list[Picture]:
    drawn = [
        picture(
            "parts",
            "Where the shortfall went",
            "Mean by part, weighted by notional; the parts add up to the total.",
            waterfall(analysis.parts),
        )
    ]
    if np.isfinite(single_bps(analysis.costs, analysis.blotter)).any():
        drawn.append(
            picture(
                "distribution",
                "Shortfall of the orders",
                f"{'Legs of packages left out. ' if analysis.packages else ''}The outermost bars hold "
                "everything beyond the first and last hundredth.",
                distribution(analysis),
            )
        )
    if analysis.packages:
        drawn.append(
            picture(
                "packages",
                "Shortfall of the packages",
                "Each is the sum of its legs, fees included, from their mids at arrival.",
                by_package(costliest_packages(analysis)),
            )
        )
    drawn.append(
        picture(
            "benchmarks",
            "Fills against benchmarks",
            "Without fees; bars are 95% intervals by drawing orders again.",
            benchmarks(analysis.benchmarks),
        )
    )
    return drawn


def waterfall(parts: Mapping[str, WeightedMean]) -> go.Figure:
    """The parts from zero to the total [bps]."""
    figure = go.Figure()
    figure.add_waterfall(
        x=list(parts),
        y=[mean.value for mean in parts.values()],
        measure=["total" if name == "total" else "relative" for name in parts],
        text=[f"{mean.value:+.2f}" for mean in parts.values()],
        increasing={"marker": {"color": ORANGE}},
        decreasing={"marker": {"color": GREEN}},
        totals={"marker": {"color": BLUE}},
        connector={"line": {"color": GREY, "width": 1}},
    )
    reached = np.cumsum([0.0, *(mean.value for name, mean in parts.items() if name != "total")])
    low, high = float(reached.min()), float(reached.max())
    room = 0.1 * (high - low) + 1e-9
    figure = styled(figure, height=380)
    figure.add_hline(y=0.0, line={"color": GREY, "width": 1})
    figure.update_yaxes(title="bps of arrival notional", range=[low - room, high + room])
    return figure


def distribution(analysis: CostAnalysis) -> go.Figure:
    """Histogram of the shortfall of the orders that are no legs [bps], with their mean by notional."""
    single = single_bps(analysis.costs, analysis.blotter)
    known = np.isfinite(single)
    bps, notional = single[known], analysis.costs.arrival_notional[known]
    low, high = np.quantile(bps, [0.01, 0.99])
    counts, edges = np.histogram(np.clip(bps, low, high), bins=min(_BINS, max(5, len(bps) // 3)))
    figure = go.Figure()
    figure.add_bar(x=0.5 * (edges[1:] + edges[:-1]), y=counts, width=np.diff(edges), marker={"color": BLUE})
    mean = float(bps @ notional / notional.sum())
    figure.add_vline(x=mean, line={"color": ORANGE}, annotation_text=f"mean {mean:.2f}")
    figure.update_xaxes(title="shortfall [bps of arrival notional]")
    figure.update_yaxes(title="orders")
    return styled(figure, height=360)


def by_package(packages: Sequence[PackageCost]) -> go.Figure:
    """A bar a package [currency]: a premium may be near nothing, and bps of it say little."""
    figure = go.Figure()
    costs = [package.shortfall for package in packages]
    figure.add_bar(
        x=costs,
        y=[package_name(package) for package in packages],
        orientation="h",
        marker={"color": [ORANGE if cost > 0.0 else GREEN for cost in costs]},
    )
    figure.add_vline(x=0.0, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="shortfall [currency], positive is a cost")
    figure.update_yaxes(autorange="reversed", type="category")
    return styled(figure, height=140 + 30 * len(packages))


def benchmarks(means: Mapping[str, WeightedMean]) -> go.Figure:
    """A point with its interval a benchmark."""
    figure = go.Figure()
    _add_points(figure, list(means), list(means.values()), BLUE, across=True)
    figure.add_vline(x=0.0, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="bps of the benchmark, positive is a cost")
    figure.update_yaxes(autorange="reversed")
    return styled(figure, height=140 + 34 * len(means))


def by_group(groups: Sequence[Group]) -> go.Figure:
    """A point with its interval a group, in the order of the groups."""
    figure = go.Figure()
    _add_points(
        figure, [group.name for group in groups], [group.mean for group in groups], BLUE, across=False
    )
    figure.add_hline(y=0.0, line={"color": GREY, "width": 1})
    figure.update_yaxes(title="bps of arrival notional")
    figure.update_xaxes(type="category")
    return styled(figure, height=360)


def by_participation(analysis: CostAnalysis) -> go.Figure:
    """Cost of what filled against participation, means of orders of like size, and the fitted curve."""
    participation, paid = analysis.factors.participation, paid_bps(analysis.costs, analysis.blotter)
    known = (participation > 0.0) & np.isfinite(paid) & analysis.blotter.is_single
    x, y = participation[known], paid[known]
    figure = go.Figure()
    figure.add_scatter(
        x=x, y=y, mode="markers", name="orders", marker={"color": GREY, "size": 5, "opacity": 0.5}
    )
    if len(x) >= 2 * _FEWEST_PER_POINT:
        _add_means(figure, x, y)
    _add_curve(figure, analysis, known)
    if len(y):
        low, high = np.quantile(y, [0.02, 0.98])
        figure.update_yaxes(range=[low - 0.1 * (high - low), high + 0.1 * (high - low)])
    figure.update_xaxes(title="participation", type="log", tickformat=".2~%", tickvals=_TICKS)
    figure.update_yaxes(title="bps of arrival notional")
    return styled(figure, height=420)


def effects(attribution: Attribution) -> go.Figure:
    """A point with its interval a factor, in bps per standard deviation, largest first."""
    shown = sorted(attribution.effects, key=lambda effect: -abs(effect.typical_bps))
    figure = go.Figure()
    for is_choice, color, name in ((False, BLUE, "market"), (True, GREEN, "choice")):
        own = [effect for effect in shown if effect.is_choice == is_choice]
        scale = [abs(e.typical_bps / e.estimate) if e.estimate else 0.0 for e in own]
        figure.add_scatter(
            x=[effect.typical_bps for effect in own],
            y=[printable(effect.factor) for effect in own],
            mode="markers",
            name=name,
            marker={"color": color, "size": 9},
            error_x={
                "array": [1.96 * e.standard_error * s for e, s in zip(own, scale, strict=True)],
                "thickness": 1,
                "width": 0,
                "color": color,
            },
        )
    figure.add_vline(x=0.0, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="bps per standard deviation of the factor")
    names = [printable(effect.factor) for effect in shown]
    figure.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=names)
    return styled(figure, height=150 + 26 * len(shown))


def _add_points(
    figure: go.Figure, names: Sequence[str], means: Sequence[WeightedMean], color: str, *, across: bool
) -> None:
    values = [mean.value for mean in means]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [mean.upper - mean.value for mean in means],
        "arrayminus": [mean.value - mean.lower for mean in means],
        "thickness": 1,
        "width": 0,
        "color": color,
    }
    labels = [printable(name) for name in names]
    marker = {"color": color, "size": 9}
    if across:
        figure.add_scatter(x=values, y=labels, error_x=error, mode="markers", marker=marker, showlegend=False)
    else:
        figure.add_scatter(x=labels, y=values, error_y=error, mode="markers", marker=marker, showlegend=False)


def _add_means(figure: go.Figure, x: FloatArray, y: FloatArray) -> None:
    parts = np.array_split(np.argsort(x), min(_MOST_POINTS, len(x) // _FEWEST_PER_POINT))
    figure.add_scatter(
        x=[float(np.exp(np.log(x[part]).mean())) for part in parts],
        y=[float(y[part].mean()) for part in parts],
        error_y={
            "array": [float(2.0 * y[part].std(ddof=1) / np.sqrt(len(part))) for part in parts],
            "thickness": 1,
            "width": 0,
            "color": BLUE,
        },
        mode="markers",
        name="means",
        marker={"color": BLUE, "size": 9},
    )


def _add_curve(figure: go.Figure, analysis: CostAnalysis, known: BoolArray) -> None:
    curve, factors = analysis.curve, analysis.factors
    if curve is None:
        return
    horizon = float(np.nanmedian(factors.horizon_days[known]))
    volatility = float(np.nanmedian(analysis.blotter.orders.volatility[known]))
    own = factors.participation[known]
    x = np.geomspace(own.min(), own.max(), _CURVE_POINTS)
    before_fees = [
        curve.expected_bps(participation=float(p), horizon_days=horizon, volatility=volatility)
        - curve.fee_bps
        for p in x
    ]
    figure.add_scatter(
        x=x, y=before_fees, mode="lines", name="fitted curve", line={"color": ORANGE, "width": 2}
    )
    figure.add_hline(y=0.0, line={"color": INK, "width": 0.5})
