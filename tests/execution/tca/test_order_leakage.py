"""A blotter's leakage: a planted one is found, none where there is none, our own orders are no control."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.tca.blotter import NO_TIME, Blotter, FillColumns, OrderColumns
from execution.tca.leakage_windows import control_starts, meets_another, order_windows
from execution.tca.market_tape import MarketTape, SymbolTape
from execution.tca.order_leakage import FEWEST_ORDERS, OrderLeakage, order_leakage

SECOND = 10**9
DAY = 23_400  # seconds
WAIT = 60


def blotter_of(
    decided: np.ndarray, first: np.ndarray, side: np.ndarray, *, last: np.ndarray | None = None
) -> Blotter:
    """Orders with a fill at `first` and one at `last` [s]; a decision below zero is unknown."""
    count = len(first)
    unknown, none = np.full(count, np.nan), np.full(count, NO_TIME)
    fill_s = np.concatenate((first, first + 30 if last is None else last))
    order = np.concatenate((np.arange(count), np.arange(count)))
    rows = np.full(2 * count, np.nan)
    return Blotter(
        origin="",
        orders=OrderColumns(
            parent_id=np.arange(count).astype(np.str_),
            symbol=np.full(count, "X"),
            side=side.astype(np.float64),
            quantity=unknown,
            decision_ns=np.where(decided >= 0, np.round(decided * SECOND), NO_TIME).astype(np.int64),
            arrival_ns=none,
            end_ns=none,
            decision_price=unknown,
            arrival_price=unknown,
            end_price=unknown,
            reversion_price=unknown,
            interval_vwap=unknown,
            interval_twap=unknown,
            close_price=unknown,
            volatility=unknown,
            market_volume=unknown,
            multiplier=np.ones(count),
            algorithm=np.full(count, ""),
            regime=np.full(count, ""),
        ),
        fills=FillColumns(
            order=order,
            ts_ns=np.round(fill_s * SECOND).astype(np.int64),
            price=np.full(2 * count, 100.0),
            quantity=np.ones(2 * count),
            fee=np.zeros(2 * count),
            mid=rows,
            bid=rows,
            ask=rows,
            taker=np.ones(2 * count),
            venue=np.full(2 * count, "LIT"),
            counterparty=np.full(2 * count, ""),
        ).sorted(),
    )


def tape_of(log_mid: np.ndarray, *, half_spread: float = 0.01) -> SymbolTape:
    mid, none = np.exp(log_mid), np.empty(0)
    return SymbolTape(
        quote_ns=np.arange(len(mid)) * SECOND,
        bid=mid - half_spread,
        ask=mid + half_spread,
        trade_ns=none.astype(np.int64),
        price=none,
        size=none,
    )


def market_and_orders(seed: int, leak_bps: float, *, orders: int = 30) -> tuple[MarketTape, Blotter]:
    """A day of momentum and changing volatility; the price leans by leak_bps before each order."""
    rng = np.random.default_rng(seed)
    volatility = np.repeat(np.exp(0.4 * rng.standard_normal(DAY // 900)), 900)[:DAY]
    shock = 0.3 * volatility * rng.standard_normal(len(volatility))
    moves = shock + 0.3 * np.concatenate(([0.0], shock[:-1]))
    decided = np.arange(orders) * (DAY // orders) + 200 + rng.integers(0, 300, orders)
    wait = rng.integers(WAIT // 2, WAIT * 2, orders)
    side = rng.choice([-1, 1], orders)
    for start, length, sign in zip(decided, wait, side, strict=True):
        moves[start + 1 : start + length] += sign * leak_bps / (length - 1)
    log_mid = np.log(100.0) + 1e-4 * np.cumsum(moves)
    tape = MarketTape(symbols={"": tape_of(log_mid)})
    return tape, blotter_of(decided.astype(np.float64), (decided + wait).astype(np.float64), side)


def measured(tape: MarketTape | None, blotter: Blotter) -> OrderLeakage:
    return order_leakage(blotter, tape, {"venue": np.full(len(blotter.orders), "LIT")})


@pytest.mark.parametrize("leak", [0.0, 2.0])
def test_the_interval_around_a_planted_leak_holds_as_often_as_it_says(leak: float) -> None:
    held, values = 0, []
    for seed in range(100):
        whole = measured(*market_and_orders(seed, leak)).whole
        assert whole is not None
        held += whole.lower <= leak <= whole.upper
        values.append(whole.value)
    assert 88 <= held <= 100
    assert abs(np.mean(values) - leak) < 3.0 * np.std(values) / 10.0


def test_every_order_s_move_is_the_mid_s_from_decision_to_just_before_its_first_fill() -> None:
    tape, blotter = market_and_orders(1, 1.0)
    found, market = measured(tape, blotter), tape.symbols[""]
    known = np.flatnonzero(np.isfinite(found.moved_bps))
    assert len(known) > 25
    for at in known:
        start, end = (edge[at : at + 1] for edge in (blotter.orders.decision_ns, blotter.first_ns()))
        move = np.log(market.mid(end, before=True) / market.mid(start))[0]
        assert found.moved_bps[at] == pytest.approx(1e4 * blotter.orders.side[at] * move)
        assert found.window_ns[at] == (end - start)[0]
    whole = found.whole
    assert whole is not None
    assert whole.value == pytest.approx(float((found.moved_bps - found.expected_bps)[known].mean()))


def test_without_a_decision_the_stated_time_before_the_first_fill_counts() -> None:
    blotter = blotter_of(np.array([-1.0, 100.0, 399.5]), np.full(3, 400.0), np.ones(3))
    windows = order_windows(blotter, before_ns=300 * SECOND)
    assert (windows.end_ns - windows.start_ns).tolist() == [300 * SECOND, 300 * SECOND, 300 * SECOND]
    late = "5 min before first fill"
    assert windows.kind.tolist() == [late, "decision to first fill", late]
    with pytest.raises(ValueError, match="a second"):
        order_windows(blotter, before_ns=1)


def test_controls_never_meet_our_orders_nor_each_other() -> None:
    rng = np.random.default_rng(3)
    tape = tape_of(np.zeros(DAY))
    begun = np.sort(rng.integers(0, DAY * SECOND, 25))
    over = begun + rng.integers(0, 900 * SECOND, 25)
    for length in (2 * SECOND, 77 * SECOND, 600 * SECOND):
        starts = control_starts(tape, length, begun, over)
        back = max(length, 60 * SECOND)
        apart = (starts[:, None] + length < begun) | (starts[:, None] - back > over)
        assert apart.all()
        assert (np.diff(starts) >= length).all()
        assert 5 <= len(starts) <= 2_100


def test_an_order_beside_another_of_ours_has_no_part_as_a_slow_count_says() -> None:
    rng = np.random.default_rng(4)
    start = rng.integers(0, 200, 30)
    end = start + rng.integers(0, 9, 30)
    over = end + rng.integers(0, 9, 30)
    for begun in (start, end):
        slow = [
            any(begun[j] < end[i] and over[j] >= start[i] for j in range(30) if j != i) for i in range(30)
        ]
        assert meets_another(start, end, begun, over).tolist() == slow


def test_a_leak_of_our_own_other_order_is_not_taken_for_one() -> None:
    tape, blotter = market_and_orders(2, 0.0)
    crowded = replace(
        blotter, orders=replace(blotter.orders, end_ns=np.full(len(blotter.orders), DAY * SECOND))
    )
    found = measured(tape, crowded)
    assert found.whole is None
    assert "it takes" in found.unknown[0]


def test_without_market_data_or_with_few_orders_it_is_said_not_to_be_known() -> None:
    tape, blotter = market_and_orders(5, 1.0, orders=FEWEST_ORDERS - 1)
    for found in (measured(None, blotter), measured(tape, blotter)):
        assert (found.whole, dict(found.groups)) == (None, {})
        assert np.isnan(found.moved_bps).all()
        assert "it takes" in found.unknown[0]


def test_groups_of_few_orders_have_no_figure_and_the_same_file_gives_the_same() -> None:
    tape, blotter = market_and_orders(6, 1.0)
    label = np.array(["A"] * 27 + ["B"] * 3)
    found = order_leakage(blotter, tape, {"venue": label})
    again = order_leakage(blotter, tape, {"venue": label})
    large, small = found.groups["venue"]
    assert (large.name, small.name, small.leakage) == ("A", "B", None)
    assert large.leakage == again.groups["venue"][0].leakage
    assert found.whole == again.whole
