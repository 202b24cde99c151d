"""Work a spread order in the simulated market of its legs, clip by clip, and say what became of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from execution.errors import OrderRejectedError
from execution.legging.leg_risk import LegRisk, measure_leg_risk
from execution.legging.packages import LegFill
from execution.orders import Fill, Liquidity, Side
from execution.spread.order import ClipExecution, Ended, SpreadExecution, SpreadOrder, position_of
from execution.spread.plan import PackagePlan
from execution.spread.records import PackageRecords, Way
from execution.spread.simulate import work_packages
from execution.spread.terms import IntArray, LegMarket, PackageMarket

_ENDED = {Way.COMPLETION: Ended.COMPLETED, Way.UNWOUND: Ended.UNWOUND, Way.NONE: Ended.LEFT}


def legs_of(order: SpreadOrder, markets: dict[str, LegMarket]) -> tuple[LegMarket, ...]:
    """The markets of an order's legs by symbol, with the order's sides and weights; KeyError for none."""
    weights = zip(order.all_legs, order.net_weights, strict=True)
    return tuple(replace(markets[leg.symbol], ratio=weight, side=int(leg.side)) for leg, weight in weights)


def work_spread(
    order: SpreadOrder,
    *,
    market: PackageMarket,
    plan: PackagePlan,
    rng: np.random.Generator,
    clip_packages: int | None = None,
    factor_rng: np.random.Generator | None = None,
) -> SpreadExecution:
    """Work an order by a plan, so many packages at a time, by default all together.

    market: of the order's legs (`legs_of`), over the steps of one clip; a clip is what the touch shows. Each
    clip begins where the makers' mids were as the one before ended. factor_rng: of the common factor, equal
    for orders worked at the same time on one underlying; by default the same generator. Raises
    OrderRejectedError where the market's legs are not the order's or the clips do not fit into its horizon.
    """
    clip = order.packages if clip_packages is None else clip_packages
    _check(order, market, clip)
    records = list(_worked(order, market, plan, rng, factor_rng, math.ceil(order.packages / clip)))
    sizes = [min(clip, order.packages - at * clip) for at in range(len(records))]
    pairs = enumerate(zip(sizes, records, strict=True))
    arrival = np.array([leg.mid_ticks for leg in market.legs])
    clips = tuple(_clip(order, at, size, record, arrival) for at, (size, record) in pairs)
    return SpreadExecution(
        order=order,
        clips=clips,
        arrival_mid_ticks=float(sum(leg.side * leg.ratio * leg.mid_ticks for leg in market.legs)),
        half_spread_ticks=float(market.half_spread_ticks),
        leg_risk=_leg_risk(order, records),
        position=position_of(order, clips),
        arrival_leg_ticks=tuple(arrival.tolist()),
        end_leg_ticks=tuple(records[-1].last_mid[0].tolist()),
    )


def _check(order: SpreadOrder, market: PackageMarket, clip: int) -> None:
    wanted = [(int(leg.side), weight) for leg, weight in zip(order.all_legs, order.net_weights, strict=True)]
    found = [(leg.side, leg.ratio) for leg in market.legs]
    if found != wanted:
        raise OrderRejectedError(
            f"spread order {order.order_id}: found a market of sides and weights {found}, expected {wanted}"
        )
    if clip < 1:
        raise OrderRejectedError(f"spread order {order.order_id}: found clips of {clip}, expected 1 or more")
    clips = math.ceil(order.packages / clip)
    needed = clips * market.steps * market.step_seconds
    if needed > 1e-9 * order.horizon_ns * (1.0 + 1e-12):
        raise OrderRejectedError(
            f"spread order {order.order_id}: {clips} clips take {needed:g} seconds, its horizon is "
            f"{1e-9 * order.horizon_ns:g}"
        )


def _worked(
    order: SpreadOrder,
    market: PackageMarket,
    plan: PackagePlan,
    rng: np.random.Generator,
    factor_rng: np.random.Generator | None,
    clips: int,
) -> Iterator[PackageRecords]:
    """What became of each clip in turn, the market going on from one to the next."""
    control = np.array([leg.mid_ticks for leg in market.legs])
    for _ in range(clips):
        records = work_packages(
            market,
            plan,
            paths=1,
            rng=rng,
            net_limit_ticks=order.most_ticks,
            rule=order.broken_leg,
            limit=order.leg_risk_limit_ticks,
            factor_rng=factor_rng,
            control_mid=control,
        )
        yield records
        control = records.last_control[0]
        mids = zip(market.legs, records.last_mid[0], strict=True)
        market = replace(market, legs=tuple(replace(leg, mid_ticks=int(mid)) for leg, mid in mids))


def _clip(
    order: SpreadOrder, at: int, packages: int, records: PackageRecords, arrival: IntArray
) -> ClipExecution:
    """One clip's records as fills of the order, whose legs' mids at arrival were these."""
    traded = [
        (_fill(order, leg, records, at, packages, is_back=is_back), _mid(records, leg, is_back=is_back))
        for is_back in (False, True)
        for leg in range(len(order.all_legs))
        if records.way[0, leg] != Way.NONE and (not is_back or records.way[0, leg] == Way.UNWOUND)
    ]
    traded.sort(key=lambda each: each[0].fill.ts_ns)
    fills = [fill for fill, _ in traded]
    ways = [Way(way) for way in records.way[0]]
    last = max((Way.NONE, Way.UNWOUND, Way.COMPLETION), key=lambda way: (ways.count(way) > 0, int(way)))
    weights = {leg.symbol: weight for leg, weight in zip(order.all_legs, order.net_weights, strict=True)}
    ratios = {leg.symbol: leg.ratio for leg in order.all_legs}
    total = sum(
        int(leg.fill.side)
        * leg.fill.price_ticks
        * weights[leg.fill.symbol]
        * leg.fill.quantity
        // ratios[leg.fill.symbol]
        for leg in fills
    )
    return ClipExecution(
        packages=packages,
        ended=_ENDED[last] if last in ways else Ended.FILLED,
        total_ticks=total,
        fills=tuple(fills),
        effective_ticks=float(records.cost_ticks[0] - records.news_ticks[0]),
        ways=tuple(ways),
        fill_mid_ticks=tuple(mid for _, mid in traded),
        moved_ticks=float(records.moved_ticks(arrival)[0]),
        leaked_ticks=float(records.leakage_ticks[0]),
    )


def _fill(
    order: SpreadOrder, leg: int, records: PackageRecords, at: int, packages: int, *, is_back: bool
) -> LegFill:
    part, rules, market = order.all_legs[leg], order.all_rules[leg], records.market
    step = int((records.unwind_step if is_back else records.step)[0, leg])
    price = int((records.unwind_price if is_back else records.price)[0, leg])
    resting = not is_back and records.way[0, leg] in (Way.PACKAGE, Way.REST)
    side = Side(-int(part.side)) if is_back else part.side
    quantity = packages * part.ratio
    return LegFill(
        execution_id=f"{order.order_id}/{at + 1}/{part.symbol}{'/back' if is_back else ''}",
        fill=Fill(
            parent_id=order.order_id,
            symbol=part.symbol,
            side=side,
            quantity=quantity,
            price_ticks=price,
            ts_ns=order.start_ns + round(1e9 * market.step_seconds * (at * market.steps + step)),
            fee=rules.fee_per_contract * quantity,
            liquidity=Liquidity.MAKER if resting else Liquidity.TAKER,
        ),
    )


def _mid(records: PackageRecords, leg: int, *, is_back: bool) -> int:
    """Mid of a leg as it traded; one that is traded back crosses half a spread to get there."""
    if not is_back:
        return int(records.mid[0, leg])
    market = records.market.legs[leg]
    return int(records.unwind_price[0, leg]) + market.side * market.half_spread_ticks


def _leg_risk(order: SpreadOrder, records: list[PackageRecords]) -> LegRisk | None:
    """Leg risk of the clips that have every leg, a clip counting as one package [currency per package]."""
    whole = [record for record in records if record.complete[0]]
    if not whole:
        return None
    market = whole[0].market
    return measure_leg_risk(
        weights=(whole[0].signed_ratio * order.currency_per_tick).astype(np.float64),
        fill_ts_ns=np.vstack([record.step for record in whole]) * round(1e9 * market.step_seconds),
        mid_at_first=np.vstack([record.mid_at_first for record in whole]).astype(np.float64),
        mid_at_fill=np.vstack([record.mid for record in whole]).astype(np.float64),
    )
