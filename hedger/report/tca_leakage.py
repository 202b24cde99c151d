"""Information leakage before orders' first fills as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator

import plotly.graph_objects as go

from execution.tca.leakage import Leakage
from execution.tca.order_leakage import OrderLeakage
from hedger.report.plots import BLUE, GREY, styled
from hedger.report.table import Table
from hedger.report.units import MISSING, number, printable

_NOTES = (
    "The mid's move against an order from its decision or arrival, or over the stated minutes, to its first "
    "fill, beside windows of the same tape without an order of ours, matched by spread, volatility, trend "
    "and time of day. Every order counts once. A resting order fills when the price comes to it, which hides "
    "a leak; a trader who knows where the price goes seems to leak.",
)


def leakage_table(found: OrderLeakage) -> Table:
    """The move against orders, that of their controls, and what they differ by, for all and by group."""
    rows = tuple((name, *_cells(orders, leakage)) for name, orders, leakage in _rows(found))
    columns = ("", ">orders", ">move\nbefore", ">as in like\nwindows", ">leakage", ">95% interval")
    return Table(
        title="Information leakage before our trades, bps",
        columns=columns,
        rows=rows,
        notes=(*_NOTES, *_unlike(found.whole), *(f"{each}." for each in found.notes)) if rows else (),
    )


def leakage_points(found: OrderLeakage) -> go.Figure:
    """A point with its interval for all orders and for each group that has one."""
    shown = [(name, leakage) for name, _, leakage in _rows(found) if leakage is not None]
    figure = go.Figure()
    figure.add_scatter(
        x=[leakage.value for _, leakage in shown],
        y=[name for name, _ in shown],
        mode="markers",
        marker={"size": 10, "color": BLUE},
        error_x={"type": "data", "array": [leakage.upper - leakage.value for _, leakage in shown]},
    )
    figure.add_vline(x=0.0, line={"color": GREY, "width": 1})
    figure.update_xaxes(title="bps of the mid, positive is against us")
    figure.update_yaxes(autorange="reversed", type="category")
    return styled(figure, height=140 + 34 * len(shown))


def _rows(found: OrderLeakage) -> Iterator[tuple[str, int, Leakage | None]]:
    """Name, orders and leakage of all, then of every group; nothing where it could not be measured."""
    if found.whole is None:
        return
    yield "all", found.whole.trades, found.whole
    for dimension, groups in found.groups.items():
        for group in groups:
            yield f"{dimension}: {printable(group.name)}", group.orders, group.leakage


def _cells(orders: int, leakage: Leakage | None) -> tuple[str, ...]:
    if leakage is None:
        return number(orders), MISSING, MISSING, "too few", MISSING
    values = (leakage.raw, leakage.raw - leakage.value, leakage.value)
    interval = f"{number(leakage.lower, 2)} to {number(leakage.upper, 2)}"
    return (number(orders), *(number(each, 2) for each in values), interval)


def _unlike(found: Leakage | None) -> tuple[str, ...]:
    if found is None or not found.is_unlike:
        return ()
    return (f"The controls are unlike the orders, by {found.imbalance:.2f} deviations of a feature.",)
