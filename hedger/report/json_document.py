"""A run as a JSON document: finite numbers, null where there is none, keys always in the same order."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from execution.orders import Fill
from hedger.exposure import Exposure, PositionRisk, UnderlyingExposure
from hedger.policy.policy import HedgeDecision
from hedger.portfolio import Portfolio, Position
from hedger.report.block_document import block_entry
from hedger.report.horizon import compare_volatility
from hedger.report.joint_document import joint_entry, movement_entry
from hedger.result import SCHEMA_VERSION, HedgeRun, WorkedOrder
from hedger.spreads.choice_package import OptionPackage
from pricing.market import UnderlyingMarket
from pricing.option import Option

Json = dict[str, Any]

_RUN_SETTINGS = {"$ref": "run.schema.json#/properties/settings"}


def document(run: HedgeRun) -> Json:
    """The run without its timings, as `schema("run")` describes it: equal input and seed, equal result."""
    found: Json = finite(
        {
            "schema_version": SCHEMA_VERSION,
            "as_of": run.as_of.isoformat(),
            "seed": run.settings.seed,
            "settings": columns_of(run.settings),
            "portfolio": _portfolio(run.portfolio),
            "provenance": _provenance(run),
            "exposure_before": _exposure(run.exposure_before),
            "exposure_after": _exposure(run.exposure_after),
            "positions": [
                _risk(symbol, risk)
                for symbol, exposure in run.exposure_before.by_underlying.items()
                for risk in exposure.risks
            ],
            "forecast": _forecasts(run),
            "packages": [_package(package) for package in run.packages],
            "blocks": [block_entry(block) for block in run.option_blocks],
            "decisions": [decision_entry(decision) for decision in run.decisions],
            "co_movement": movement_entry(run),
            "joint": joint_entry(run),
            "orders": [_order(order) for order in run.orders],
            "fills": [
                *(_fill(each.fill, each.rules.tick_size) for each in run.option_fills),
                *(_fill(fill, order.order.rules.tick_size) for order in run.orders for fill in order.fills),
            ],
            "costs": _costs(run),
            "explained": {symbol: dict(parts) for symbol, parts in run.explained.items()},
            "holdings_after": [_holding(position) for position in run.holdings_after.positions],
        }
    )
    return found


def dumps(value: Json) -> str:
    """Indented JSON text; never NaN or Infinity, which JSON does not have."""
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)


@cache
def schema(name: str = "run") -> Json:
    """The JSON Schema (draft 2020-12) of the document that the command `name` prints, whole in itself.

    The settings of a run are written in its own schema alone; others that have them refer to it.
    """
    text = files("hedger.report").joinpath("schema", f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: Json = json.loads(text)
    if loaded["properties"].get("settings") == _RUN_SETTINGS:
        loaded["properties"]["settings"] = schema("run")["properties"]["settings"]
    return loaded


def finite(value: Any) -> Any:
    """Plain Python values throughout; a number that is not finite becomes None."""
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return finite(value.tolist())
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if isinstance(value, np.generic):
        return finite(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def columns_of(value: Any) -> Json:
    """The fields of a value by name, one level deep."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _portfolio(portfolio: Portfolio) -> Json:
    return {
        "origin": portfolio.origin,
        "sha256": portfolio.sha256,
        "lines": len(portfolio.positions),
        "notes": portfolio.notes,
        "ignored_expired": portfolio.ignored_expired,
    }


def _provenance(run: HedgeRun) -> list[Json]:
    rows = [{"underlying": None, **columns_of(source)} for source in run.market.sources]
    for symbol, market in run.market.underlyings.items():
        for source in market.sources:
            counted = _counted(market) if source.part == "quotes" else {}
            rows.append({"underlying": symbol, **columns_of(source), **counted})
    return rows


def _counted(market: UnderlyingMarket) -> Json:
    """How many quotes were read, used, and dropped for which reason."""
    quotes = market.quotes
    if quotes is None:
        return {}
    return {"received": quotes.received, "kept": len(quotes), "dropped": dict(quotes.dropped)}


def _exposure(exposure: Exposure) -> Json:
    by_underlying = {symbol: _underlying(found) for symbol, found in exposure.by_underlying.items()}
    return {"cash": exposure.cash, "by_underlying": by_underlying}


def _underlying(exposure: UnderlyingExposure) -> Json:
    return {
        "spot": exposure.spot,
        "options": columns_of(exposure.options),
        "hedge": columns_of(exposure.hedge),
        "net": columns_of(exposure.net),
        "hedge_contracts": exposure.hedge_contracts,
        "ladder_spot": exposure.ladder_spot,
        "ladder_delta": exposure.ladder_option_delta,
        "ladder_gamma": exposure.ladder_gamma,
        "ladder_value": exposure.ladder_value,
    }


def _risk(underlying: str, risk: PositionRisk) -> Json:
    return {"underlying": underlying, **columns_of(risk), "greeks": columns_of(risk.greeks)}


def _forecasts(run: HedgeRun) -> list[Json]:
    rows = []
    for symbol, exposure in run.exposure_before.by_underlying.items():
        market = run.market.underlying(symbol)
        forecast = market.forecast
        book = columns_of(compare_volatility(exposure, market))
        rows.append(
            {
                "underlying": book.pop("underlying"),
                "model": forecast.model,
                "last_day": forecast.as_of.isoformat(),
                "observations": forecast.observations,
                "parameters": forecast.parameters,
                "surface": market.surface.description,
                "book": book,
                "horizon_days": forecast.horizon_days,
                "volatility": forecast.volatility,
                "lower": forecast.lower,
                "upper": forecast.upper,
            }
        )
    return rows


def decision_entry(decision: HedgeDecision) -> Json:
    """A decision's fields and the contracts it trades."""
    return {
        **columns_of(decision),
        "action": decision.action.value,
        "trade_contracts": decision.trade_contracts,
    }


def _order(order: WorkedOrder) -> Json:
    parent = order.order
    return {
        "parent_id": parent.parent_id,
        "symbol": parent.symbol,
        "side": parent.side.name.lower(),
        "quantity": parent.quantity,
        "filled_quantity": order.cost.filled_quantity,
        "leaves_quantity": order.cost.leaves_quantity,
        "schedule": order.schedule,
        "start_ns": parent.start_ns,
        "horizon_ns": parent.horizon_ns,
        "tick_size": parent.rules.tick_size,
        "lot_size": parent.rules.lot_size,
        "multiplier": parent.rules.multiplier,
        "fee_per_contract": parent.rules.fee_per_contract,
        "plan_ts_ns": order.plan_ts_ns,
        "plan_quantity": order.plan_quantity,
    }


def _package(package: OptionPackage) -> Json:
    return {
        **columns_of(package),
        "gap": package.gap,
        "legs": [{**columns_of(leg), "option": _contract(leg.option)} for leg in package.legs],
        "prices": [columns_of(price) for price in package.prices],
        "free_money": [
            {"kind": it.kind, "amount": it.amount, "sentence": it.sentence} for it in package.free_money
        ],
    }


def _contract(option: Option) -> Json:
    return {"strike": option.strike, "expiry": option.expiry.isoformat(), "right": option.right.value}


def _fill(fill: Fill, tick_size: float) -> Json:
    return {
        "parent_id": fill.parent_id,
        "symbol": fill.symbol,
        "side": fill.side.name.lower(),
        "quantity": fill.quantity,
        "price_ticks": fill.price_ticks,
        "price": fill.price_ticks * tick_size,
        "ts_ns": fill.ts_ns,
        "fee": fill.fee,
        "liquidity": fill.liquidity.value,
    }


def _costs(run: HedgeRun) -> Json:
    costs = [order.cost for order in run.orders]
    return {
        "expected_currency": sum(cost.expected_currency for cost in costs),
        "realised_currency": sum(cost.realised_currency for cost in costs),
        "fees": run.fees,
        "cash_change": run.cash_change,
        "by_order": [_cost(order) for order in run.orders],
        "curves": {symbol: columns_of(curve) for symbol, curve in run.cost_curves.items()},
    }


def _cost(order: WorkedOrder) -> Json:
    before = order.before_fills
    leakage = None if before is None else {**columns_of(before), "leakage_bps": before.leakage_bps}
    return {**columns_of(order.cost), "before_fills": leakage}


def _holding(position: Position) -> Json:
    return {
        "symbol": position.symbol,
        "kind": position.kind.value,
        "underlying": position.underlying,
        "quantity": position.quantity,
        "multiplier": position.multiplier,
        "currency": position.currency,
        "strategy": position.strategy,
    }
