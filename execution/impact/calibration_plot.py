"""The calibration plot: realised against forecast, with intervals, beside the line of a perfect forecast."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from execution.impact.calibration import Reliability


def calibration_figure(curves: Mapping[str, Reliability], *, title: str, unit: str) -> go.Figure:
    """One curve a predictor, by its name; unit: of both axes. ValueError for none."""
    if not curves:
        raise ValueError("there is no curve to draw")
    ends = np.concatenate([[curve.forecast.min(), curve.forecast.max()] for curve in curves.values()])
    low, high = float(ends.min()), float(ends.max())
    figure = go.Figure()
    figure.add_scatter(
        x=[low, high], y=[low, high], mode="lines", name="perfect", line={"dash": "dot", "color": "grey"}
    )
    for name, curve in curves.items():
        figure.add_scatter(
            x=curve.forecast.tolist(),
            y=curve.realised.tolist(),
            mode="lines+markers",
            name=f"{name}, slope {curve.slope[0]:.2f} [{curve.slope[1]:.2f}, {curve.slope[2]:.2f}]",
            error_y={
                "type": "data",
                "array": (curve.upper - curve.realised).tolist(),
                "arrayminus": (curve.realised - curve.lower).tolist(),
            },
        )
    figure.update_layout(title=title, xaxis_title=f"forecast [{unit}]", yaxis_title=f"realised [{unit}]")
    return figure
