"""Priced structures as a JSON document."""

from __future__ import annotations

import math
from dataclasses import fields

from hedger.report.block_document import leakage_entry
from hedger.report.json_document import Json, finite
from hedger.spreads.block_ways import BlockWays
from hedger.spreads.study import PricedPiece, SpreadStudy
from pricing.greeks import GreekColumns
from pricing.option import Option
from pricing.spreads.quote import NetQuote
from pricing.spreads.structure import StructureLeg

SPREAD_SCHEMA_VERSION = "1.0"


def spread_document(study: SpreadStudy) -> Json:
    """The study as `schema("spread")` describes it: one package in currency and units of the package."""
    found: Json = finite(
        {
            "schema_version": SPREAD_SCHEMA_VERSION,
            "as_of": study.market.as_of.isoformat(),
            "portfolio": {"origin": study.portfolio.origin, "sha256": study.portfolio.sha256},
            "structures": [_piece(each) for each in study.pieces],
            "rest": [{"symbol": each.symbol, "quantity": each.quantity} for each in study.rest],
            "ways": None if study.ways is None else _ways(study.ways),
        }
    )
    return found


def _piece(priced: PricedPiece) -> Json:
    structure, analysis = priced.piece.structure, priced.analysis
    return {
        "name": structure.name,
        "group": priced.piece.group,
        "packages": priced.piece.packages,
        "underlying": structure.underlying,
        "legs": [_leg(leg) for leg in structure.legs],
        "quote": None if priced.quote is None else _quote(priced.quote),
        "faults": priced.faults,
        "premium": analysis.premium,
        "breakevens": analysis.breakevens,
        "maximum_gain": analysis.maximum_gain,
        "gain_is_unbounded": math.isinf(analysis.maximum_gain),
        "maximum_loss": analysis.maximum_loss,
        "loss_is_unbounded": math.isinf(analysis.maximum_loss),
        "probability_of_profit": analysis.probability_of_profit,
        "margin_proxy": analysis.margin,
        "greeks": {
            each.name: value
            for each, value in zip(fields(GreekColumns), analysis.totals.tolist(), strict=True)
        },
    }


def _ways(ways: BlockWays) -> Json:
    return {
        "name": ways.name,
        "packages": ways.packages,
        "minutes": ways.minutes,
        "half_spread": ways.half_spread,
        "ways": [
            {
                "name": way.name,
                "cost": way.cost,
                "of_touch": way.of_touch,
                "expected_leakage": leakage_entry(way.leakage, scale=ways.currency_per_tick),
            }
            for way in ways.ways
        ],
    }


def _leg(leg: StructureLeg) -> Json:
    instrument = leg.instrument
    option = instrument if isinstance(instrument, Option) else None
    return {
        "ratio": leg.ratio,
        "right": None if option is None else option.right.value,
        "strike": None if option is None else option.strike,
        "expiry": None if option is None else option.expiry.isoformat(),
        "multiplier": instrument.multiplier,
    }


def _quote(quote: NetQuote) -> Json:
    return {
        "bid": quote.bid,
        "ask": quote.ask,
        "mid": quote.mid,
        "bid_packages": quote.bid_packages,
        "ask_packages": quote.ask_packages,
    }
