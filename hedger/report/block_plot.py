"""The picture of worked blocks: what each cost at the touch, was expected to cost, and cost."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from hedger.report.plots import BLUE, GREY, ORANGE, styled
from hedger.report.units import printable
from hedger.spreads.block import OptionBlock


def block_costs(blocks: Sequence[OptionBlock], unit: str) -> go.Figure:
    """Bars by block: crossing at the touch, the plan's expectation and, where it was worked, what it cost."""
    names = [
        f"{block.order.packages:,} {block.name} ({printable(block.order.order_id)})"
        for block in reversed(blocks)
    ]
    costs = {
        "at the touch": (GREY, [block.quoted_cost for block in blocks]),
        "expected": (BLUE, [block.expected_cost for block in blocks]),
        "effective": (ORANGE, [block.effective_cost for block in blocks if block.execution]),
    }
    figure = go.Figure()
    for name, (color, values) in costs.items():
        if values:
            figure.add_bar(y=names, x=values[::-1], name=name, orientation="h", marker={"color": color})
    figure.update_layout(barmode="group")
    figure.update_xaxes(title=f"cost beyond mid and fair value [{unit}]")
    return styled(figure, height=160 + 60 * len(blocks))
