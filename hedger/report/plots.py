"""The plots of a run's page, as plotly figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from execution.orders import Fill, Liquidity
from hedger.exposure import UnderlyingExposure
from hedger.policy.policy import HedgeDecision
from hedger.result import WorkedOrder
from pricing.market import UnderlyingMarket

INK, BLUE, ORANGE, GREEN, GREY = "#1f2933", "#2f6f9f", "#d9822b", "#3b8f63", "#9aa5b1"
COLORS = (BLUE, ORANGE, GREEN)
_GRID = "#e4e7eb"


def styled(figure: go.Figure, *, height: int) -> go.Figure:
    """Give a figure the page's calm style; `height` in pixels."""
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 70, "r": 20, "t": 60, "b": 50},
        font={"family": "system-ui, sans-serif", "size": 12, "color": INK},
        legend={"orientation": "h", "y": 1.0, "yref": "container", "yanchor": "top", "x": 0},
        hovermode="closest",
    )
    figure.update_xaxes(gridcolor=_GRID, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, automargin=True)
    return figure


def exposure_ladder(
    before: UnderlyingExposure, decision: HedgeDecision | None, *, hedge_delta: float, name: str
) -> go.Figure:
    """Net delta by spot before and after the hedge, with the spots of the policy's next trades marked.

    hedge_delta: of the hedge holding after the trades, or as decided [units of underlying]. name: which.
    """
    figure = go.Figure()
    for label, held, color in (("before", before.hedge.delta, GREY), (name, hedge_delta, BLUE)):
        # The hedge instrument is linear: its delta is the same at every level of the ladder.
        net = before.ladder_option_delta + held
        figure.add_scatter(x=before.ladder_spot, y=net, name=label, mode="lines", line={"color": color})
    figure.add_vline(
        x=before.spot,
        line={"color": INK, "width": 1},
        annotation_text="spot",
        annotation_position="bottom right",
    )
    if decision is not None:
        # The policy counts its band from its own delta of the book; here it is seen from the surface's.
        _mark_band(figure, decision, offset=before.options.delta - decision.target_delta)
    figure.update_xaxes(title=f"{before.underlying} spot")
    figure.update_yaxes(title="net delta [units of underlying]")
    return styled(figure, height=380)


def fills_against_schedule(order: WorkedOrder) -> go.Figure:
    """Filled against planned quantity over the horizon, and the mid price with every fill on it."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    start = order.order.start_ns
    fills = sorted(order.fills, key=lambda fill: fill.ts_ns)
    filled_at = [_minutes(start, start), *(_minutes(fill.ts_ns, start) for fill in fills)]
    filled = np.concatenate(([0], np.cumsum([fill.quantity for fill in fills], dtype=np.int64)))
    planned_at = np.concatenate(([0.0], (order.plan_ts_ns - start) / 6e10))
    planned = np.concatenate(([0.0], order.plan_quantity))
    for name, x, y, color in (("planned", planned_at, planned, GREY), ("filled", filled_at, filled, BLUE)):
        figure.add_scatter(
            x=x, y=y, name=name, mode="lines", line={"color": color, "shape": "hv"}, row=1, col=1
        )
    path_at = (order.path_ts_ns - start) / 6e10
    without = {"color": GREY, "width": 1, "dash": "dot"}
    for name, mid, line in (
        ("mid", order.path_mid, {"color": GREY}),
        ("mid without the order", order.control_mid, without),
    ):
        figure.add_scatter(x=path_at, y=mid, name=name, mode="lines", line=line, row=2, col=1)
    for liquidity, color, symbol in (
        (Liquidity.MAKER, GREEN, "circle"),
        (Liquidity.TAKER, ORANGE, "diamond"),
    ):
        _add_fills(figure, order, [fill for fill in fills if fill.liquidity is liquidity], color, symbol)
    figure.update_yaxes(title="contracts", row=1, col=1)
    figure.update_yaxes(title="price", row=2, col=1)
    figure.update_xaxes(title="minutes from the order's start", row=2, col=1)
    return styled(figure, height=520)


def cost_parts(order: WorkedOrder) -> go.Figure:
    """The parts of an order's realised cost in bps, adding up to it, with the expected cost beside."""
    cost = order.cost
    figure = _waterfall(dict(cost.parts_bps), total="realised", digits=2, rising=ORANGE, falling=GREEN)
    text = f"{cost.expected_bps:+,.2f}"
    figure.add_bar(
        x=["expected"], y=[cost.expected_bps], text=[text], textposition="outside", marker={"color": GREY}
    )
    figure.update_yaxes(title="bps of arrival notional")
    return styled(figure, height=340).update_layout(showlegend=False)


def explained_profit(parts: Mapping[str, float], unit: str) -> go.Figure:
    """The P&L of the executed trades by cause, adding up to it, in currency."""
    figure = _waterfall(parts, total="P&L", digits=0, rising=GREEN, falling=ORANGE)
    figure.update_yaxes(title=unit)
    return styled(figure, height=340).update_layout(showlegend=False)


def hedge_title(market: UnderlyingMarket) -> str:
    """What hedges the underlying, for a caption."""
    return f"{market.hedge.symbol} ({market.hedge.kind.value}, {market.hedge_delta():,.4g} units a contract)"


def _waterfall(
    parts: Mapping[str, float], *, total: str, digits: int, rising: str, falling: str
) -> go.Figure:
    values = [*parts.values(), sum(parts.values())]
    return go.Figure(
        go.Waterfall(
            x=[*parts, total],
            y=values,
            measure=["relative"] * len(parts) + ["total"],
            text=[f"{round(value, digits) + 0.0:+,.{digits}f}" for value in values],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": rising}},
            decreasing={"marker": {"color": falling}},
            totals={"marker": {"color": BLUE}},
            connector={"line": {"color": GREY, "width": 1}},
        )
    )


def _mark_band(figure: go.Figure, decision: HedgeDecision, *, offset: float) -> None:
    if decision.band_upper > decision.band_lower:
        figure.add_hrect(
            y0=decision.band_lower + offset,
            y1=decision.band_upper + offset,
            fillcolor=BLUE,
            opacity=0.08,
            line_width=0,
        )
    levels = (("below", decision.next_trade_below, "left"), ("above", decision.next_trade_above, "right"))
    for name, level, where in levels:
        if level is not None:
            figure.add_vline(
                x=level,
                line={"color": ORANGE, "dash": "dot"},
                annotation_text=f"trades {name} {level:,.1f}",
                annotation_position=f"top {where}",
            )


def _add_fills(figure: go.Figure, order: WorkedOrder, fills: list[Fill], color: str, symbol: str) -> None:
    if not fills:
        return
    figure.add_scatter(
        x=[_minutes(fill.ts_ns, order.order.start_ns) for fill in fills],
        y=[fill.price_ticks * order.order.rules.tick_size for fill in fills],
        text=[f"{fill.quantity:,} contracts" for fill in fills],
        name=fills[0].liquidity.value,
        mode="markers",
        marker={"color": color, "symbol": symbol, "size": 8, "line": {"color": "white", "width": 1}},
        row=2,
        col=1,
    )


def _minutes(ts_ns: int, start_ns: int) -> float:
    return (ts_ns - start_ns) / 6e10
