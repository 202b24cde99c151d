"""Worked blocks as entries of a run's JSON document."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from execution.spread.leakage import ExpectedLeakage
from execution.spread.order import SpreadExecution
from hedger.spreads.block import OptionBlock

Json = dict[str, Any]


def block_entry(block: OptionBlock) -> Json:
    """A block with its legs, what it was expected to cost and what it cost; nulls where it was planned."""
    order, done = block.order, block.execution
    return {
        "block_id": order.order_id,
        "underlying": block.underlying,
        "name": block.name,
        "packages": order.packages,
        "filled_packages": block.filled_packages,
        "leaves_packages": block.leaves_packages,
        "legs": [
            {"symbol": leg.symbol, "side": leg.side.name.lower(), "ratio": leg.ratio} for leg in order.legs
        ],
        "start_ns": order.start_ns,
        "horizon_ns": order.horizon_ns,
        "net_limit_ticks": order.net_limit_ticks,
        "arrival_mid": block.arrival_mid,
        "quoted_cost": block.quoted_cost,
        "expected_cost": block.expected_cost,
        "effective_cost": block.effective_cost if done else None,
        "effective_over_quoted": block.effective_over_quoted,
        "market_move": block.market_move if done else None,
        "paid": block.paid if done else None,
        "fees": block.fees if done else None,
        "before_fills": _before_fills(block),
        "expected_leakage": leakage_entry(
            block.expected_leakage, scale=block.order.packages * block.order.currency_per_tick
        ),
        "ways": list(block.ways),
        "ended": [clip.ended.value for clip in done.clips] if done else [],
        "leg_risk": _leg_risk(done),
    }


def _before_fills(block: OptionBlock) -> Json | None:
    if not block.fills:
        return None
    moved, leakage = block.moved_before_fills, block.leakage
    return {"moved": moved, "control": moved - leakage, "leakage": leakage}


def leakage_entry(found: ExpectedLeakage, *, scale: float) -> Json:
    """An expected leakage in currency. scale: of a tick of net price of all packages [currency]."""
    return {
        "mean": scale * found.mean_ticks,
        "half_width": scale * found.half_width_ticks,
        "markets": found.paths,
    }


def _leg_risk(execution: SpreadExecution | None) -> Json | None:
    if execution is None or execution.leg_risk is None:
        return None
    risk = execution.leg_risk
    return {field.name: getattr(risk, field.name) for field in fields(risk)}
