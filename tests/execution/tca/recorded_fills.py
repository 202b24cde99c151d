"""Recorded orders made up for tests."""

from __future__ import annotations

from execution.orders import Fill, Liquidity, ParentOrder, Side, TradingRules
from execution.tca.fill_table import FilledOrder

RULES = TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0, fee_per_contract=1.0)
START_NS = 1_000_000_000_000


def filled_order(
    *,
    parent_id: str = "a",
    side: Side = Side.BUY,
    quantity: int = 10,
    fills: tuple[tuple[int, int], ...] = ((6, 4_001), (4, 4_003)),
    arrival_price: float = 1_000.0,
    end_price: float | None = 1_001.0,
    volatility: float | None = 0.2,
    market_volume: int | None = 1_000,
    regime: str | None = "calm",
    minutes: int = 30,
) -> FilledOrder:
    """An order with fills of (quantity, price in ticks), a second apart, the first a maker's."""
    order = ParentOrder(
        parent_id=parent_id,
        symbol=RULES.symbol,
        side=side,
        quantity=quantity,
        start_ns=START_NS,
        horizon_ns=minutes * 60 * 10**9,
        rules=RULES,
    )
    return FilledOrder(
        order=order,
        fills=tuple(
            Fill(
                parent_id=parent_id,
                symbol=RULES.symbol,
                side=side,
                quantity=lots,
                price_ticks=price_ticks,
                ts_ns=START_NS + place * 10**9,
                fee=lots * RULES.fee_per_contract,
                liquidity=Liquidity.TAKER if place else Liquidity.MAKER,
            )
            for place, (lots, price_ticks) in enumerate(fills)
        ),
        arrival_price=arrival_price,
        end_price=end_price,
        algorithm="twap",
        regime=regime,
        volatility=volatility,
        market_volume=market_volume,
    )
