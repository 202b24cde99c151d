"""What every worker of a study traded, as a table of recorded fills."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from execution.agents.scenario_study import ScenarioStudy, WorkedOrders
from execution.agents.study_markets import study_venues
from execution.tca.fill_table import FILL_SCHEMA


def study_fills(study: ScenarioStudy) -> pa.Table:
    """The fills of all workers in all markets with the columns of FILL_SCHEMA, worker by worker.

    A parent order is one worker in one market, 'twap-7', its algorithm the worker. A row is what one message
    took, or what rested and was filled from one look at the market to the next: its price is the mean, its
    time the message's or the look's, its mid the last one seen before it, so that the rows' costs add up to
    the study's. An order of which nothing traded has one row of quantity 0. Times count from the market's
    opening; regime is the scenario's name, volatility what is usual there.
    """
    return pa.concat_tables([_rows_of(study, one) for one in study.workers])


def _rows_of(study: ScenarioStudy, worked: WorkedOrders) -> pa.Table:
    order, venues, fills = study.order, study_venues(study.scenario), worked.fills
    instrument = next(one for one in study.scenario.instruments if one.symbol == order.symbol)
    tick = order.rules.tick_size
    idle = np.setdiff1d(np.arange(study.episodes), fills["market"])
    market = np.concatenate((fills["market"], idle))
    traded = np.arange(len(market)) < len(fills)

    def of_fills(values: npt.ArrayLike, otherwise: float = np.nan) -> npt.NDArray[np.float64]:
        return np.concatenate((np.asarray(values, np.float64), np.full(len(idle), otherwise)))

    maker_fee, taker_fee = (
        np.array([getattr(one, fee) for one in venues])[fills["venue"]] for fee in ("maker_fee", "taker_fee")
    )
    fee = fills["lots"] * np.where(fills["is_maker"], maker_fee, taker_fee)
    where = np.concatenate((fills["venue"], np.zeros(len(idle), np.int64)))
    columns = {
        "parent_id": pa.array([f"{worked.worker}-{at}" for at in range(study.episodes)]).take(market),
        "quantity": of_fills(fills["lots"], 0).astype(np.int64),
        "price": pa.array(of_fills(fills["price_ticks"] * tick), mask=~traded),
        "mid": pa.array(of_fills(fills["mid_ticks"] * tick), mask=~traded),
        "ts_ns": of_fills(fills["ts_ns"], order.end_ns).astype(np.int64),
        "fee": of_fills(fee, 0.0),
        "liquidity": pa.array(np.where(of_fills(fills["is_maker"]) > 0, "maker", "taker"), mask=~traded),
        "arrival_price": worked.paths.mid[market, 0] * tick,
        "end_price": worked.paths.mid[market, -1] * tick,
        "venue": pa.array([one.name for one in venues]).take(where),
        "market_volume": worked.paths.volume[market, -1],
    }
    shared = {
        "symbol": order.symbol,
        "side": int(order.side),
        "arrival_ts_ns": order.start_ns,
        "decision_ts_ns": order.start_ns,
        "order_quantity": order.quantity,
        "horizon_ns": order.horizon_ns,
        "algorithm": worked.worker,
        "regime": study.scenario.name,
        "volatility": instrument.volatility or None,
        "multiplier": order.rules.multiplier,
        "price_ticks": None,
        "package_id": None,
    }
    repeated = {name: pa.repeat(pa.scalar(value), len(market)) for name, value in shared.items()}
    arrays = columns | repeated
    return pa.table({name: arrays[name] for name in FILL_SCHEMA.names}).cast(FILL_SCHEMA)
