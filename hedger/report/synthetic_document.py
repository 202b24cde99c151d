"""Chosen synthetics as a JSON document."""

from __future__ import annotations

from hedger.report.json_document import Json, columns_of, finite
from hedger.spreads.choice_package import OptionPackage, PackageLeg
from hedger.spreads.equal_orders import EqualOrder
from hedger.spreads.payoff_target import PayoffMatch
from hedger.spreads.synthetic import LegDepth, SyntheticStudy, UnderlyingSynthetic

SYNTHETIC_SCHEMA_VERSION = "1.0"


def synthetic_document(study: SyntheticStudy) -> Json:
    """The study as `schema("synthetic")` describes it: exposures in the engine's units, not the desk's."""
    found: Json = finite(
        {
            "schema_version": SYNTHETIC_SCHEMA_VERSION,
            "request": study.request,
            "of_book": study.of_book,
            "tolerance": study.tolerance,
            "limits": columns_of(study.limits),
            "currency": study.currency,
            "underlyings": [_part(part) for part in study.parts],
        }
    )
    return found


def _part(part: UnderlyingSynthetic) -> Json:
    market, package = part.market, part.package
    quotes = market.listed
    return {
        "underlying": market.symbol,
        "as_of": market.as_of.isoformat(),
        "spot": market.spot,
        "quotes": None
        if quotes is None
        else {
            "origin": quotes.origin,
            "sha256": quotes.sha256,
            "received": quotes.received,
            "kept": len(quotes),
            "dropped": dict(quotes.dropped),
        },
        "legs": [_leg(*each) for each in zip(package.legs, part.quoted, strict=True)],
        **_costs(package),
        "exposures": [] if part.payoff else [columns_of(each) for each in package.prices],
        "payoff": None if part.payoff is None else _payoff(part.payoff, package),
        "equals": [_equal(each) for each in part.equals.found],
        "orders_looked_at": part.equals.looked_at,
        "not_looked_at": part.equals.faults,
        "free_money": [
            {"kind": each.kind, "amount": each.amount, "sentence": each.sentence}
            for each in package.free_money
        ],
    }


def _costs(package: OptionPackage) -> Json:
    return {
        "cost": package.cost,
        "lower_bound": package.lower_bound,
        "gap": package.gap,
        "option_cost": package.option_cost,
        "underlying_lots": package.underlying_lots,
        "premium": package.premium,
        "fee_per_contract": package.fee_per_contract,
        "reason": package.reason,
        "method": package.method,
        "candidates": package.candidates,
    }


def _leg(leg: PackageLeg, depth: LegDepth) -> Json:
    return {
        "symbol": leg.symbol,
        "strike": leg.option.strike,
        "expiry": leg.option.expiry.isoformat(),
        "right": leg.option.right.value,
        "quantity": leg.quantity,
        "bid": leg.bid,
        "ask": leg.ask,
        "size": depth.size,
        "open_interest": depth.open_interest,
        "cost": leg.cost,
    }


def _payoff(match: PayoffMatch, package: OptionPackage) -> Json:
    return {
        "expiry_years": match.years,
        "spot": match.payoff.spot,
        "asked": match.payoff.value,
        "got": match.got,
        # Rows compare each spot with the first, which so has no price of its own.
        "shadow_price": [0.0, *(-each.price for each in package.prices)],
        "forward_units": match.forward_units,
        "forward": match.forward,
        "cash": match.cash,
        "price": match.price,
        "tolerance": match.tolerance,
        "largest_error": match.largest_error,
        "largest_error_between": match.largest_error_between,
    }


def _equal(each: EqualOrder) -> Json:
    return {
        "symbol": each.symbol,
        "quantity": each.quantity,
        "is_leg": each.is_leg,
        "legs": [{"symbol": symbol, "quantity": quantity} for symbol, quantity in each.legs],
        "forward_units": each.forward_units,
        "direct": each.direct,
        "replaced": each.replaced,
        "saving": each.saving,
        "way": each.way,
    }
