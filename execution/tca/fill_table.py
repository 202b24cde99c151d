"""Recorded fills as a parquet table: a row a fill, with what is known of its parent order on each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from execution.orders import Fill, ParentOrder

FILLS_NAME = "fills.parquet"

FILL_SCHEMA = pa.schema(
    [
        pa.field("parent_id", pa.string(), nullable=False),
        pa.field("symbol", pa.string(), nullable=False),
        pa.field("side", pa.int8(), nullable=False),
        pa.field("quantity", pa.int64(), nullable=False),
        pa.field("price_ticks", pa.int64()),
        pa.field("price", pa.float64()),
        pa.field("ts_ns", pa.int64(), nullable=False),
        pa.field("fee", pa.float64(), nullable=False),
        pa.field("liquidity", pa.string()),
        pa.field("venue", pa.string()),
        pa.field("arrival_price", pa.float64(), nullable=False),
        pa.field("arrival_ts_ns", pa.int64(), nullable=False),
        pa.field("decision_ts_ns", pa.int64()),
        pa.field("order_quantity", pa.int64(), nullable=False),
        pa.field("horizon_ns", pa.int64(), nullable=False),
        pa.field("algorithm", pa.string()),
        pa.field("regime", pa.string()),
        pa.field("volatility", pa.float64()),
        pa.field("market_volume", pa.int64()),
        pa.field("end_price", pa.float64()),
        pa.field("mid", pa.float64()),
        pa.field("multiplier", pa.float64()),
        pa.field("package_id", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledOrder:
    """A parent order that was worked, as it is recorded.

    parent_id: unique in its file, by default the order's own. arrival_price, end_price: mid when the order
    arrived and when its horizon was over [currency]. volatility: forecast at the decision, per sqrt(year).
    market_volume: contracts traded by everybody over the horizon. decision_ts_ns: None where the order
    arrived when it was decided. fill_mid: mid at each fill [currency]. package_id: of the order for several
    legs that this is one of; None where it stands alone. None elsewhere: not known.
    """

    order: ParentOrder
    fills: tuple[Fill, ...]
    arrival_price: float
    end_price: float | None = None
    algorithm: str | None = None
    regime: str | None = None
    volatility: float | None = None
    market_volume: int | None = None
    decision_ts_ns: int | None = None
    venue: str | None = None
    fill_mid: tuple[float, ...] | None = None
    parent_id: str | None = None
    package_id: str | None = None


def fill_table(orders: Iterable[FilledOrder]) -> pa.Table:
    """The orders' fills with the columns of FILL_SCHEMA.

    An order of which nothing was filled has one row of quantity 0 without a price at its horizon's end: left
    out, only the orders that the market came to would be counted.
    """
    return pa.Table.from_pylist([row for order in orders for row in _rows(order)], schema=FILL_SCHEMA)


def write_fills(path: Path, orders: Iterable[FilledOrder]) -> None:
    """Write the orders' fills to `path`, whole or not at all; a file that is there is replaced."""
    table = fill_table(orders)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
    os.close(handle)
    building = Path(name)
    try:
        pq.write_table(table, building)
        building.chmod(0o644)
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


def _rows(filled: FilledOrder) -> list[dict[str, object]]:
    order = filled.order
    shared: dict[str, object] = {
        "parent_id": filled.parent_id or order.parent_id,
        "symbol": order.symbol,
        "side": int(order.side),
        "venue": filled.venue,
        "arrival_price": filled.arrival_price,
        "arrival_ts_ns": order.start_ns,
        "decision_ts_ns": order.start_ns if filled.decision_ts_ns is None else filled.decision_ts_ns,
        "order_quantity": order.quantity,
        "horizon_ns": order.horizon_ns,
        "algorithm": filled.algorithm,
        "regime": filled.regime,
        "volatility": filled.volatility,
        "market_volume": filled.market_volume,
        "end_price": filled.end_price,
        "multiplier": order.rules.multiplier,
        "package_id": filled.package_id,
    }
    mids = filled.fill_mid or (None,) * len(filled.fills)
    if not filled.fills:
        return [{**shared, "quantity": 0, "ts_ns": order.end_ns, "fee": 0.0}]
    return [
        {
            **shared,
            "quantity": fill.quantity,
            "mid": mid,
            "price_ticks": fill.price_ticks,
            "price": fill.price_ticks * order.rules.tick_size,
            "ts_ns": fill.ts_ns,
            "fee": fill.fee,
            "liquidity": fill.liquidity.value,
        }
        for fill, mid in zip(filled.fills, mids, strict=True)
    ]
