"""What each feature of the universal network is, in words a trader knows: for reasons and reports."""

from __future__ import annotations

from hedger.network.ladder import MOVES, SLICES

_SCALARS = (
    "proportional cost",
    "variance of a day",
    "days to the gamma-weighted expiry",
    "days to the last expiry",
    "dollar gamma times risk aversion",
    "cost against risk to expiry",
    "band against a day's move of delta",
    "delta moved by the volatility that costs modify",
    "side of the net gamma",
    "fixed against proportional cost",
    "fixed cost against the band",
    "dollar gamma times a day's variance",
    "dollar gamma times variance to expiry",
    *(f"delta that expires, slice {index}" for index in range(1, len(SLICES))),
    "side of the gamma on the ladder",
    "variance that risk aversion adds",
)


def feature_names() -> tuple[str, ...]:
    """One name for each of the FEATURES, in their order."""
    ladder = tuple(
        f"gamma after a move of {move:g} deviations, slice {index}"
        for index in range(len(SLICES))
        for move in MOVES
    )
    return (*_SCALARS, *ladder)
