"""A blotter's leakage: a planted one is found, none where there is none, our own orders are no control."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from execution.tca.blotter import Blotter, FillColumns
from execution.tca.leakage_windows import control_starts, meets_another, order_windows
from execution.tca.market_tape import MarketTape
from execution.tca.order_leakage import FEWEST_ORDERS, OrderLeakage, order_leakage
from tests.execution.tca.leaking_days import DAY, SECOND, blotter_of, market_and_orders, tape_of


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


@pytest.mark.parametrize("symbols", [("A", "B"), ("A", "")])
def test_an_order_s_controls_are_of_its_own_symbol(symbols: tuple[str, str]) -> None:
    tape, blotter = market_and_orders(9, 2.0)
    still = tape_of(np.full(DAY, 5.0))
    named = replace(blotter, orders=replace(blotter.orders, symbol=np.full(len(blotter.orders), symbols[0])))
    both = MarketTape(symbols={symbols[0]: tape.symbols[""], symbols[1]: still})
    assert measured(both, named).whole == measured(tape, blotter).whole
    assert measured(MarketTape(symbols={"other": still}), named).whole is None


def test_a_market_that_stands_still_and_orders_without_fills_are_borne() -> None:
    _, blotter = market_and_orders(10, 0.0)
    still = MarketTape(symbols={"": tape_of(np.full(DAY, 5.0))})
    found = measured(still, blotter).whole
    assert found is not None
    assert (found.value, found.lower, found.upper) == (0.0, 0.0, 0.0)
    kept = blotter.fills.order < 20
    fills = FillColumns(**{one.name: getattr(blotter.fills, one.name)[kept] for one in fields(FillColumns)})
    assert np.isnan(measured(still, replace(blotter, fills=fills)).moved_bps[20:]).all()
    empty = replace(
        blotter,
        fills=FillColumns(**{one.name: getattr(blotter.fills, one.name)[:0] for one in fields(FillColumns)}),
    )
    assert measured(still, empty).whole is None
    trades_only = MarketTape(symbols={"": replace(tape_of(np.zeros(0)), quote_ns=np.zeros(0, np.int64))})
    assert measured(trades_only, blotter).whole is None


def test_legs_of_packages_have_no_part_and_are_counted() -> None:
    tape, blotter = market_and_orders(1, 1.0)
    names = np.where(np.arange(len(blotter.orders)) < 10, "spread", "")
    found = measured(tape, replace(blotter, orders=replace(blotter.orders, package_id=names)))
    assert np.isnan(found.moved_bps[:10]).all()
    assert found.whole is not None
    assert any(note.startswith("10 legs of packages left out") for note in found.notes)
    np.testing.assert_array_equal(found.moved_bps[10:], measured(tape, blotter).moved_bps[10:])
