"""Means over groups of orders with intervals by drawing whole orders again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import FloatArray, TextArray

_REPLICATES = 1_000
_MOST_DRAWS = 20_000_000  # of orders in all replicates together
_FEWEST_REPLICATES = 200
_FEWEST_ORDERS = 5  # below, a bootstrap interval says nothing
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedMean:
    """A ratio of sums with its 95% interval: cost over notional, as a desk adds up.

    orders: behind it. lower, upper: NaN below five orders.
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


def weighted_mean(values: FloatArray, weights: FloatArray, rng: np.random.Generator) -> WeightedMean:
    """Mean of values by weights over orders that know both, with a percentile-bootstrap interval."""
    known = ~np.isnan(values) & ~np.isnan(weights) & (weights > 0.0)
    value, weight = values[known], weights[known]
    if not len(value):
        return WeightedMean(value=np.nan, lower=np.nan, upper=np.nan, orders=0)
    mean = float(value @ weight / weight.sum())
    if len(value) < _FEWEST_ORDERS:
        return WeightedMean(value=mean, lower=np.nan, upper=np.nan, orders=len(value))
    replicates = int(np.clip(_MOST_DRAWS // len(value), _FEWEST_REPLICATES, _REPLICATES))
    cost = value * weight
    drawn = np.empty(replicates)
    for at in range(replicates):
        again = rng.integers(len(value), size=len(value))
        drawn[at] = cost[again].sum() / weight[again].sum()
    lower, upper = np.quantile(drawn, [0.5 - _LEVEL / 2, 0.5 + _LEVEL / 2])
    return WeightedMean(value=mean, lower=float(lower), upper=float(upper), orders=len(value))


def group_means(
    names: TextArray,
    values: FloatArray,
    weights: FloatArray,
    rng: np.random.Generator,
    *,
    order: Sequence[str] | None = None,
) -> tuple[Group, ...]:
    """A mean a group, those in `order` first and in that order, by default by size; '' is no group."""
    known = ~np.isnan(values) & ~np.isnan(weights)
    total = float(weights[known].sum())
    found = [
        Group(
            name=str(name),
            notional_share=float(weights[known & (names == name)].sum()) / total if total else 0.0,
            mean=weighted_mean(values[names == name], weights[names == name], rng),
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
