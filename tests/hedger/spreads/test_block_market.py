"""A block's market: the chain's touch to the cent, the legs' moves by their deltas, the rest as stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from execution.legging.packages import PackageLeg
from execution.orders import Side, TradingRules
from execution.spread.order import SpreadOrder
from execution.spread.plans import market_orders
from execution.spread.programme import Programme
from execution.spread.simulate import work_packages
from execution.spread.terms import PackageMarket
from hedger.spreads.block_market import OptionQuote, block_market, step_move

QUOTES = {
    "C2800": OptionQuote(bid=53.1, ask=53.6, delta=0.45),
    "C2850": OptionQuote(bid=31.0, ask=31.3, delta=0.45),
    "P2700": OptionQuote(bid=21.6, ask=21.8, delta=-0.2),
    "P2500": OptionQuote(bid=0.0, ask=0.05, delta=-0.001),
}
MOVE = step_move(2834.0, 0.186)


def order(*legs: tuple[str, Side]) -> SpreadOrder:
    rules = {s: TradingRules(symbol=s, tick_size=0.01, multiplier=100.0) for s, _ in legs}
    return SpreadOrder(
        order_id="SPX-block-1",
        legs=tuple(PackageLeg(symbol=symbol, ratio=1, side=side) for symbol, side in legs),
        rules=tuple(rules.values()),
        packages=10,
        start_ns=0,
        horizon_ns=600 * 10**9,
    )


def market(*legs: tuple[str, Side], steps: int = 20, move: float = MOVE) -> PackageMarket:
    return block_market(order(*legs), QUOTES, underlying_move=move, steps=steps)


@settings(deadline=None, max_examples=60)
@given(bid=st.integers(1, 10**5), spread=st.integers(0, 10**4), side=st.sampled_from(Side))
def test_crossing_costs_the_touch_to_the_cent(bid: int, spread: int, side: Side) -> None:
    quote = OptionQuote(bid=bid / 100, ask=(bid + spread) / 100, delta=0.5)
    (leg,) = block_market(order(("C2800", side)), {"C2800": quote}, underlying_move=MOVE, steps=1).legs
    touch = bid + spread if side is Side.BUY else bid
    assert leg.mid_ticks + side * leg.half_spread_ticks == touch
    assert abs(leg.half_spread_ticks - max(1.0, quote.half_spread_ticks)) <= 0.5
    assert leg.widest * leg.unit_ticks < leg.half_spread_ticks


def test_market_orders_pay_what_the_quotes_say() -> None:
    found = market(("C2800", Side.BUY), ("C2850", Side.SELL))
    records = work_packages(found, market_orders(found), paths=1, rng=np.random.default_rng(1))
    assert records.price.tolist() == [[5360, 3100]]


def test_a_leg_moves_with_the_underlying_by_its_delta() -> None:
    (leg,) = market(("C2800", Side.BUY)).legs
    deviation = leg.factor_ticks * np.sqrt(0.2) * 0.01
    assert deviation == pytest.approx(0.45 * MOVE, rel=0.02)


def test_moves_of_equal_deltas_cancel_in_a_vertical_and_add_up_in_a_risk_reversal() -> None:
    vertical = market(("C2800", Side.BUY), ("C2850", Side.SELL))
    reversal = market(("C2800", Side.BUY), ("P2700", Side.SELL))
    held = [sum(leg.side * leg.factor_ticks for leg in each.legs) for each in (vertical, reversal)]
    assert held[0] == 0
    assert held[1] == pytest.approx(0.65 / 0.45 * vertical.legs[0].factor_ticks, rel=0.02)


def test_what_all_quotes_follow_changes_no_cost() -> None:
    still, moving = (market(("C2800", Side.BUY), ("P2700", Side.BUY), move=move) for move in (MOVE, 2 * MOVE))
    assert Programme(still).solve()[1] == Programme(moving).solve()[1]


def test_an_option_without_a_bid_is_bought_and_never_below_nothing() -> None:
    found = market(("P2500", Side.BUY), ("P2700", Side.SELL), steps=60)
    records = work_packages(found, Programme(found).solve()[0], paths=500, rng=np.random.default_rng(2))
    assert records.complete.all()
    assert records.price.min() >= 1
    with pytest.raises(ValueError, match="without a bid cannot be sold"):
        market(("P2500", Side.SELL))


@pytest.mark.parametrize("bid", [0.0, 0.01])
def test_an_option_offered_at_a_tick_is_bought_at_it_and_stands_still_until_then(bid: float) -> None:
    quotes = QUOTES | {"C2800": OptionQuote(bid=bid, ask=0.01, delta=0.05)}
    for other in ((), (("P2700", Side.SELL),)):
        bought = order(("C2800", Side.BUY), *other)
        found = block_market(bought, quotes, underlying_move=MOVE, steps=40)
        records = work_packages(found, Programme(found).solve()[0], paths=300, rng=np.random.default_rng(3))
        assert records.complete.all()
        assert (records.price[:, 0] == 1).all()
        assert (records.mid[:, 0] == 0).all()
        assert (records.last_mid[:, 0] == 0).all()


@settings(deadline=None, max_examples=25)
@given(
    bid=st.integers(0, 3),
    spread=st.integers(0, 6),
    side=st.sampled_from(Side),
    delta=st.floats(-0.5, 0.5),
    seed=st.integers(0, 999),
)
def test_a_cheap_option_trades_at_a_tick_or_more_and_its_touch_stays_above_nothing(
    bid: int, spread: int, side: Side, delta: float, seed: int
) -> None:
    assume(bid + spread > 0)
    assume(side is Side.BUY or bid > 0)
    quote = OptionQuote(bid=bid / 100, ask=(bid + spread) / 100, delta=delta)
    other = Side.SELL if side is Side.BUY else Side.BUY
    both = order(("C2800", side), ("P2700", other))
    found = block_market(both, QUOTES | {"C2800": quote}, underlying_move=MOVE, steps=10)
    records = work_packages(found, Programme(found).solve()[0], paths=50, rng=np.random.default_rng(seed))
    half = found.legs[0].half_spread_ticks
    assert records.price.min() >= 1
    # What is recorded is moved to the quotes' own mid, which an odd spread has half a tick away.
    away = quote.mid_ticks - found.legs[0].mid_ticks
    assert (records.mid[:, 0] + away).min() > 0
    assert (records.last_mid[:, 0] + half).min() >= 1


def test_a_single_option_has_no_complex_order_and_no_dealers() -> None:
    found = market(("C2800", Side.BUY))
    assert (found.complex_offsets, found.dealers) == ((), 0)


def test_resting_at_fewer_prices_with_four_legs_costs_next_to_nothing() -> None:
    four = market(
        ("C2800", Side.BUY), ("C2850", Side.SELL), ("P2700", Side.SELL), ("P2500", Side.BUY), steps=3
    )
    every = replace(four, offsets=(-0.5, 0.0, 0.5))
    assert Programme(four).solve()[1] == pytest.approx(Programme(every).solve()[1], rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bid": 1.2, "ask": 1.1},
        {"bid": 0.0, "ask": 0.0},
        {"bid": -0.1, "ask": 1.0},
        {"bid": float("nan"), "ask": 1.0},
        {"bid": 1.0, "ask": float("inf")},
        {"bid": 1.0, "ask": 1.1, "delta": float("nan")},
    ],
)
def test_what_is_no_quote_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"no touch|no number"):
        OptionQuote(**({"delta": 0.5} | wrong))


@pytest.mark.parametrize("move", [-1.0, float("nan"), float("inf")])
def test_a_move_that_is_none_is_refused(move: float) -> None:
    with pytest.raises(ValueError, match="is not one"):
        market(("C2800", Side.BUY), move=move)
