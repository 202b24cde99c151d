"""Means over groups of orders with intervals by drawing orders again, those of a package together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import FloatArray, IntArray, TextArray

_REPLICATES = 1_000
_MOST_DRAWS = 20_000_000  # of orders in all replicates together
_FEWEST_REPLICATES = 200
_FEWEST_ORDERS = 5  # or packages; below, a bootstrap interval says nothing
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedMean:
    """A ratio of sums with its 95% interval: cost over notional, as a desk adds up.

    orders: behind it. lower, upper: NaN below five orders and packages.
    """

    value: float
    lower: float
    upper: float
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group's name, its share of all notional and its mean cost [bps]."""

    name: str
    notional_share: float
    mean: WeightedMean


def weighted_mean(
    values: FloatArray, weights: FloatArray, rng: np.random.Generator, *, unit: IntArray | None = None
) -> WeightedMean:
    """Mean of values by weights over orders that know both, with a percentile-bootstrap interval.

    unit: orders of one number are drawn together, for they are not independent, (order,), as `Blotter.unit`;
    by default each is drawn alone.
    """
    known = ~np.isnan(values) & ~np.isnan(weights) & (weights > 0.0)
    value, weight = values[known], weights[known]
    if not len(value):
        return WeightedMean(value=np.nan, lower=np.nan, upper=np.nan, orders=0)
    mean = float(value @ weight / weight.sum())
    cost, notional = value * weight, weight
    if unit is not None:
        own = np.unique(unit[known], return_inverse=True)[1]
        cost = np.bincount(own, weights=cost).astype(np.float64)
        notional = np.bincount(own, weights=notional).astype(np.float64)
    if len(cost) < _FEWEST_ORDERS:
        return WeightedMean(value=mean, lower=np.nan, upper=np.nan, orders=len(value))
    replicates = int(np.clip(_MOST_DRAWS // len(cost), _FEWEST_REPLICATES, _REPLICATES))
    drawn = np.empty(replicates)
    for at in range(replicates):
        again = rng.integers(len(cost), size=len(cost))
        drawn[at] = cost[again].sum() / notional[again].sum()
    lower, upper = np.quantile(drawn, [0.5 - _LEVEL / 2, 0.5 + _LEVEL / 2])
    return WeightedMean(value=mean, lower=float(lower), upper=float(upper), orders=len(value))


def group_means(
    names: TextArray,
    values: FloatArray,
    weights: FloatArray,
    rng: np.random.Generator,
    *,
    order: Sequence[str] | None = None,
    unit: IntArray | None = None,
) -> tuple[Group, ...]:
    """A mean a group, those in `order` first and in that order, by default by size; '' is no group.

    unit: as weighted_mean.
    """
    known = ~np.isnan(values) & ~np.isnan(weights)
    total = float(weights[known].sum())
    found = [
        Group(
            name=str(name),
            notional_share=float(weights[known & (names == name)].sum()) / total if total else 0.0,
            mean=weighted_mean(np.where(names == name, values, np.nan), weights, rng, unit=unit),
        )
        for name in np.unique(names[known])
        if name
    ]
    if order is not None:
        rank = {name: at for at, name in enumerate(order)}
        return tuple(sorted(found, key=lambda group: rank.get(group.name, len(rank))))
    return tuple(sorted(found, key=lambda group: -group.notional_share))


def buckets(values: FloatArray, edges: Sequence[float], labels: Sequence[str]) -> npt.NDArray[np.str_]:
    """The label of each value's bucket, '' where it is NaN; a value on an edge is in the upper bucket."""
    found = np.array(labels)[np.searchsorted(edges, np.nan_to_num(values), side="right")]
    return np.where(np.isnan(values), "", found)


def thirds(values: FloatArray, noun: str) -> tuple[npt.NDArray[np.str_], tuple[str, ...]]:
    """Low, middle and high third of the known values, and the three names in order."""
    names = (f"low {noun}", f"middle {noun}", f"high {noun}")
    known = values[~np.isnan(values)]
    if len(np.unique(known)) < len(names):
        return np.full(len(values), "", dtype="<U1"), names
    return buckets(values, np.quantile(known, [1 / 3, 2 / 3]).tolist(), names), names
