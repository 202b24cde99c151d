"""A transaction-cost analysis as a JSON document."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from execution.tca.analysis import CostAnalysis
from execution.tca.attribution import Attribution
from execution.tca.benchmarks import slippages
from execution.tca.blotter import NO_TIME
from execution.tca.boosted_result import BoostedAttribution
from execution.tca.order_leakage import OrderLeakage
from execution.tca.venues import VenueCost
from hedger.report.json_document import Json, columns_of, finite
from hedger.report.tca_packages import package_entry

TCA_SCHEMA_VERSION = "1.0"


def tca_document(analysis: CostAnalysis) -> Json:
    """The analysis as `schema("tca")` describes it: equal files and seed, equal document."""
    blotter = analysis.blotter
    found: Json = finite(
        {
            "schema_version": TCA_SCHEMA_VERSION,
            "origin": blotter.origin,
            "notes": list(analysis.notes),
            "fills": len(blotter.fills),
            "parts_bps": {name: columns_of(mean) for name, mean in analysis.parts.items()},
            "benchmarks_bps": {name: columns_of(mean) for name, mean in analysis.benchmarks.items()},
            "groups": {
                name: [{**columns_of(group), "mean": columns_of(group.mean)} for group in groups]
                for name, groups in analysis.groups.items()
            },
            "venues": [_venue(each) for each in analysis.venues],
            "packages": [package_entry(each, analysis) for each in analysis.packages],
            "attribution": None if analysis.attribution is None else _attribution(analysis.attribution),
            "boosted": None if analysis.boosted is None else _boosted(analysis.boosted),
            "leakage": _leakage(analysis.leakage),
            "cost_curve": None if analysis.curve is None else _curve(analysis),
            "unknown": list(analysis.unknown),
            "rows_left_out": [columns_of(problem) for problem in analysis.problems],
            "orders": _orders(analysis),
        }
    )
    return found


def _venue(venue: VenueCost) -> Json:
    means = {name: columns_of(getattr(venue, name)) for name in ("against_mid", "fee", "markout")}
    return {**columns_of(venue), **means}


def _attribution(attribution: Attribution) -> Json:
    judged = attribution.out_of_sample
    return {
        "orders": attribution.orders,
        "intercept": attribution.intercept,
        "r_squared": attribution.r_squared,
        "out_of_sample": None if judged is None else columns_of(judged),
        "effects": [columns_of(effect) for effect in attribution.effects],
        "left_out": list(attribution.left_out),
    }


def _leakage(found: OrderLeakage) -> Json:
    return {
        "whole": None if found.whole is None else columns_of(found.whole),
        "groups": {
            name: [
                {**columns_of(group), "leakage": None if group.leakage is None else columns_of(group.leakage)}
                for group in groups
            ]
            for name, groups in found.groups.items()
        },
        "notes": list(found.notes),
    }


def _boosted(boosted: BoostedAttribution) -> Json:
    return {
        "out_of_sample": columns_of(boosted.out_of_sample),
        "importances": [columns_of(each) for each in boosted.importances],
    }


def _curve(analysis: CostAnalysis) -> Json:
    names = (
        "half_spread_bps",
        "fee_bps",
        "impact_coefficient",
        "impact_exponent",
        "fills",
        "half_spread_standard_error_bps",
        "impact_standard_error",
        "correlation",
    )
    return {name: getattr(analysis.curve, name) for name in names}


def _orders(analysis: CostAnalysis) -> list[Json]:
    blotter, costs = analysis.blotter, analysis.costs
    orders = blotter.orders
    slippage = slippages(blotter)
    times = {"decision_ns", "arrival_ns", "end_ns"}
    names = [field.name for field in fields(orders)]
    return [
        {
            **{name: _cell(getattr(orders, name)[at], is_time=name in times) for name in names},
            "filled_quantity": costs.filled[at],
            "arrival_notional": costs.arrival_notional[at],
            "shortfall": costs.total[at],
            "shortfall_bps": costs.bps[at],
            "parts": {name: part[at] for name, part in costs.parts.items()},
            "slippage_bps": {name: found.bps[at] for name, found in slippage.items()},
            "participation": analysis.factors.participation[at],
            "before_bps": analysis.leakage.moved_bps[at],
            "before_expected_bps": analysis.leakage.expected_bps[at],
            "before_seconds": analysis.leakage.window_ns[at] / 1e9 or None,
            "factors": {name: values[at] for name, values in analysis.factors.numbers.items()},
        }
        for at in range(len(orders))
    ]


def _cell(value: object, *, is_time: bool) -> object:
    if is_time:
        return None if value == NO_TIME else value
    return str(value) if isinstance(value, np.str_) else value
