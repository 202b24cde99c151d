"""The whole transaction-cost analysis of a blotter: costs, benchmarks, groups, venues, attribution, curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from execution.errors import RecordingProblem
from execution.tca.attribution import Attribution, attribute
from execution.tca.benchmarks import slippages
from execution.tca.blotter import NO_TIME, Blotter, FloatArray, TextArray
from execution.tca.boosted_result import BoostedAttribution
from execution.tca.calibrate import CostObservations, fit_cost_curve
from execution.tca.cost_curve import CostCurve
from execution.tca.factors import OrderFactors, most_filled, order_factors
from execution.tca.groups import Group, WeightedMean, buckets, group_means, thirds, weighted_mean
from execution.tca.market_join import Surroundings, join_market
from execution.tca.market_tape import MarketTape
from execution.tca.order_costs import OrderCosts, order_costs
from execution.tca.order_leakage import BEFORE_NS, OrderLeakage, order_leakage
from execution.tca.packages import PackageCost, package_costs
from execution.tca.unknown import unknown_sentences
from execution.tca.venues import VenueCost, venue_costs

_SIZE_EDGES = (0.01, 0.03, 0.1, 0.3)
_SIZE_LABELS = ("below 1%", "1% to 3%", "3% to 10%", "10% to 30%", "above 30%")
_HOUR_NS = 3_600 * 10**9
_NAMED = 5  # symbols in a note


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAnalysis:
    """What a file of fills says of its orders' costs.

    blotter: joined with market data. parts: mean of each known part, and `total`, weighted by notional [bps
    of arrival notional]. benchmarks: slippage of fills against each, weighted by filled notional [bps].
    groups: by dimension (time of day, size, regime, algorithm, symbol, side), total cost [bps]. curve: None
    where it cannot be fitted. unknown: what cannot be said and what it would take, a sentence each. problems:
    rows that were left out. boosted: None where it was not asked for. leakage: the move against us before
    our trades beside its control. packages: the orders for several legs, whose legs no model explains.
    """

    blotter: Blotter
    costs: OrderCosts
    factors: OrderFactors
    around: Surroundings
    parts: Mapping[str, WeightedMean]
    benchmarks: Mapping[str, WeightedMean]
    groups: Mapping[str, tuple[Group, ...]]
    venues: tuple[VenueCost, ...]
    attribution: Attribution | None
    leakage: OrderLeakage
    curve: CostCurve | None
    unknown: tuple[str, ...]
    notes: tuple[str, ...]
    problems: tuple[RecordingProblem, ...] = ()
    boosted: BoostedAttribution | None = None
    packages: tuple[PackageCost, ...] = ()


def analyse(
    blotter: Blotter,
    tape: MarketTape | None = None,
    *,
    seed: int = 0,
    reversion_ns: int | None = None,
    leakage_ns: int = BEFORE_NS,
    problems: tuple[RecordingProblem, ...] = (),
) -> CostAnalysis:
    """Analyse orders, with market data or with what their own file says. seed: of the intervals.

    reversion_ns: as join_market; leakage_ns: as order_leakage's before_ns.
    """
    joined, around = join_market(blotter, tape, reversion_ns=reversion_ns)
    costs = order_costs(joined)
    factors = order_factors(joined, around)
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(5)]
    curve, no_curve = _curve(costs, factors, joined)
    where = {"venue": factors.labels["venue"], "counterparty": most_filled(joined, joined.fills.counterparty)}
    leakage = order_leakage(joined, tape, where, before_ns=leakage_ns)
    unknown = unknown_sentences(joined, costs, factors, has_market=tape is not None)
    return CostAnalysis(
        blotter=joined,
        costs=costs,
        factors=factors,
        around=around,
        parts=_parts(joined, costs, streams[0]),
        benchmarks=_benchmarks(joined, streams[1]),
        groups=_groups(joined, costs, factors, streams[2]),
        venues=venue_costs(joined, around, streams[3]),
        attribution=attribute(factors, single_bps(costs, joined), streams[4]),
        leakage=leakage,
        curve=curve,
        unknown=(*unknown, *leakage.unknown, *no_curve),
        notes=(*blotter.notes, *(() if tape is None else (*tape.notes, *_uncovered(joined, tape)))),
        problems=problems,
        packages=package_costs(joined, costs),
    )


def _uncovered(blotter: Blotter, tape: MarketTape) -> Iterator[str]:
    """Which symbols of the orders the market data do not have, and which they have."""
    without = [str(name) for name in np.unique(blotter.orders.symbol) if tape.of(str(name)) is None]
    if without:
        yield (f"Market data have nothing of {_named(without)}; they are of {_named(sorted(tape.symbols))}.")


def _named(symbols: Sequence[str]) -> str:
    said = ", ".join(symbol or "orders without a symbol" for symbol in symbols[:_NAMED])
    return f"{said} ..." if len(symbols) > _NAMED else said


def _parts(blotter: Blotter, costs: OrderCosts, rng: np.random.Generator) -> Mapping[str, WeightedMean]:
    """Over orders with an arrival price; a part that an order does not know is none of its cost."""
    known = ~np.isnan(costs.total)
    weight, unit = np.where(known, costs.arrival_notional, np.nan), blotter.unit
    found = {
        name: weighted_mean(
            np.where(known, np.nan_to_num(costs.part_bps(name)), np.nan), weight, rng, unit=unit
        )
        for name in costs.known_parts()
    }
    return {**found, "total": weighted_mean(costs.bps, weight, rng, unit=unit)} if known.any() else {}


def _benchmarks(blotter: Blotter, rng: np.random.Generator) -> Mapping[str, WeightedMean]:
    weight = blotter.filled * blotter.orders.multiplier
    return {
        name: weighted_mean(found.bps, weight * found.price, rng, unit=blotter.unit)
        for name, found in slippages(blotter).items()
        if not np.isnan(found.bps).all()
    }


def _groups(
    blotter: Blotter, costs: OrderCosts, factors: OrderFactors, rng: np.random.Generator
) -> Mapping[str, tuple[Group, ...]]:
    orders = blotter.orders
    sizes: tuple[str, ...] = _SIZE_LABELS
    regimes: tuple[str, ...] = ()
    by_size, by_regime = buckets(factors.participation, _SIZE_EDGES, sizes), orders.regime
    if not (by_size != "").any():
        by_size, sizes = thirds(costs.arrival_notional, "notional")
    if not (by_regime != "").any():
        by_regime, regimes = thirds(orders.volatility, "volatility")
    dimensions: dict[str, tuple[TextArray, tuple[str, ...] | None]] = {
        "time of day": (_hours(factors), tuple(f"{hour:02d}:00" for hour in range(24))),
        "size": (by_size, sizes),
        "regime": (by_regime, regimes or None),
        "algorithm": (orders.algorithm, None),
        "symbol": (orders.symbol, None),
        "side": (factors.labels["side"], None),
    }
    means = {
        name: group_means(labels, costs.bps, costs.arrival_notional, rng, order=order, unit=blotter.unit)
        for name, (labels, order) in dimensions.items()
    }
    return {name: found for name, found in means.items() if len(found) > 1}


def _hours(factors: OrderFactors) -> TextArray:
    hour = (factors.arrival_ns // _HOUR_NS) % 24
    text = np.array([f"{each:02d}:00" for each in hour.tolist()], dtype=np.str_)
    return np.where(factors.arrival_ns == NO_TIME, "", text)


def _curve(
    costs: OrderCosts, factors: OrderFactors, blotter: Blotter
) -> tuple[CostCurve | None, tuple[str, ...]]:
    """A square-root cost curve of what filled, before fees and without what was never traded."""
    volatility = blotter.orders.volatility
    paid = paid_bps(costs, blotter)
    known = (
        (factors.participation > 0.0) & (factors.horizon_days > 0.0) & (volatility > 0.0) & ~np.isnan(paid)
    ) & blotter.is_single
    if not known.any():
        return None, ("no cost curve: it takes arrival price, volatility, market volume and time of orders",)
    observations = CostObservations(
        participation=factors.participation[known],
        horizon_days=factors.horizon_days[known],
        volatility=volatility[known],
        cost_bps=paid[known],
    )
    fees = float(costs.parts["fees"][known].sum() / costs.arrival_notional[known].sum())
    try:
        return fit_cost_curve(observations, fee_bps=1e4 * fees, origin=blotter.origin), ()
    except ValueError as error:
        return None, (f"no cost curve: {error}",)


def single_bps(costs: OrderCosts, blotter: Blotter) -> FloatArray:
    """Cost of the orders that a model may explain [bps]: NaN of a package's legs.

    A leg is priced and timed with the others: for nobody's impact but the package's.
    """
    return np.where(blotter.is_single, costs.bps, np.nan)


def paid_bps(costs: OrderCosts, blotter: Blotter) -> FloatArray:
    """Cost of the filled part before fees [bps of its arrival notional]."""
    trading = sum(
        np.nan_to_num(costs.parts[name]) for name in ("trading", "spread", "impact", "permanent", "timing")
    )
    arrival = blotter.orders.arrival_price * costs.filled * blotter.orders.multiplier
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(arrival > 0.0, 1e4 * trading / arrival, np.nan)
