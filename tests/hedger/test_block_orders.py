"""A package traded as blocks: nothing lost, to the cent, the same again, and said when something is left."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from execution.legging.packages import LegFill
from execution.orders import Side
from hedger.block_orders import book_options, option_trades, package_blocks, structure_ways
from hedger.errors import UsageError
from hedger.ledger import Ledger
from hedger.report.block_document import block_entry
from hedger.report.block_plot import block_costs
from hedger.report.block_tables import block_tables
from hedger.result import RunSettings
from hedger.spreads.block import OptionBlock
from hedger.spreads.choice_package import OptionPackage, PackageLeg, symbol_of
from pricing.option import Right
from pricing.quotes import Quotes
from pricing.spreads.structure import Structure, StructureLeg
from pricing.time import year_fraction
from tests.markets import book, flat_underlying, market_of, option_position

BOOK = book(option_position(-40, strike=2750.0))
CONDOR = ((2450.0, Right.PUT, 7), (2500.0, Right.PUT, -7), (2800.0, Right.CALL, -7), (2850.0, Right.CALL, 7))
ODD = ((2600.0, Right.PUT, 5), (2650.0, Right.CALL, 11), (2750.0, Right.CALL, -8))


def package(legs: tuple[tuple[float, Right, int], ...], half_spread: float = 0.25) -> OptionPackage:
    """So many of each option, quoted around ten."""
    found = []
    for strike, right, quantity in legs:
        option = option_position(quantity, strike=strike, right=right).option
        assert option is not None
        found.append(
            PackageLeg(
                symbol=symbol_of(option),
                option=option,
                quantity=quantity,
                bid=10.0 - half_spread,
                ask=10.0 + half_spread,
                cost=0.0,
            )
        )
    return OptionPackage(
        underlying="SPX",
        spot=2648.94,
        legs=tuple(found),
        cost=1.0,
        lower_bound=1.0,
        option_cost=1.0,
        underlying_lots=0,
        premium=0.0,
        fee_per_contract=1.25,
        prices=(),
        reason="asked for",
    )


@cache
def blocks(legs: tuple[tuple[float, Right, int], ...] = ODD, **settings: Any) -> tuple[OptionBlock, ...]:
    return package_blocks(
        package(legs), BOOK, flat_underlying(), RunSettings(**({"block_minutes": 3.0} | settings))
    )


def traded(found: tuple[OptionBlock, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for block in found:
        for each in block.fills:
            total[each.fill.symbol] += int(each.fill.side) * each.fill.quantity
    return total


@pytest.mark.parametrize("legs", [CONDOR, ODD, ODD[:1]], ids=["condor", "odd", "single"])
def test_blocks_add_up_to_the_package_to_the_last_contract(legs: Any) -> None:
    assert traded(blocks(legs)) == {leg.symbol: leg.quantity for leg in package(legs).legs}


def test_a_condor_is_one_block_of_four_legs_and_an_odd_package_several() -> None:
    assert [(block.name, block.order.packages) for block in blocks(CONDOR)] == [("iron condor", 7)]
    assert len(blocks(CONDOR)[0].order.legs) == 4
    assert len(blocks(ODD)) >= 2
    assert len({block.order.order_id for block in blocks(ODD)}) == len(blocks(ODD))


def test_cash_is_every_fill_added_up_again_to_the_last_bit() -> None:
    trades = option_trades([package(ODD)], BOOK, market_of(flat_underlying()), RunSettings(block_minutes=3.0))
    ledger = Ledger(BOOK, settlement={})
    book_options(ledger, trades)
    cash = Fraction(0)
    for each in trades.fills:
        price = each.fill.price_ticks * Fraction(each.rules.tick_size) * Fraction(each.rules.multiplier)
        cash -= int(each.fill.side) * each.fill.quantity * price + Fraction(each.fill.fee)
    assert ledger.cash == float(cash)
    assert ledger.fees == 24 * 1.25


def test_the_book_is_the_same_whatever_order_fills_arrive_in() -> None:
    found = blocks(ODD)
    every = [(each, block) for block in found for each in block.fills]
    books = set()
    for seed in range(30):
        shuffled = random.Random(seed).sample(every, k=len(every))  # noqa: S311
        ledger = Ledger(BOOK, settlement={})
        for block in found:
            ledger.open_package(block.order.package(), block.lines)
        for each, _ in (*shuffled, *shuffled[:2]):  # two come twice
            ledger.book_leg_fill(LegFill(execution_id=each.execution_id, fill=each.fill))
        held = tuple(ledger.quantity(leg.symbol) for leg in package(ODD).legs)
        books.add((ledger.cash, ledger.fees, held))
    assert len(books) == 1
    assert books.pop()[2] == (5.0, 11.0, -8.0)


def test_the_same_seed_gives_the_same_blocks_and_another_seed_others() -> None:
    again = package_blocks(package(ODD), BOOK, flat_underlying(), RunSettings(block_minutes=3.0))
    assert [block_entry(block) for block in again] == [block_entry(block) for block in blocks(ODD)]
    assert [block_entry(block) for block in blocks(ODD, seed=1)] != [block_entry(block) for block in again]


def test_what_was_paid_is_mid_and_effective_cost_and_the_markets_move() -> None:
    for block in (*blocks(CONDOR), *blocks(ODD)):
        assert block.paid == pytest.approx(block.arrival_mid + block.effective_cost + block.market_move)
        assert block.quoted_cost == pytest.approx(
            sum(leg.ratio for leg in block.order.legs) * block.order.packages * 25.0
        )


def test_over_many_seeds_a_block_costs_what_the_plan_expects() -> None:
    costs = [blocks(ODD[:1], seed=seed)[0].effective_cost for seed in range(60)]
    expected = blocks(ODD[:1])[0].expected_cost
    assert abs(np.mean(costs) - expected) < 3.0 * np.std(costs) / np.sqrt(len(costs))


def test_an_odd_spread_is_counted_from_its_own_mid() -> None:
    wide = package(ODD[:1], half_spread=0.125)
    (block,) = package_blocks(wide, BOOK, flat_underlying(), RunSettings(block_minutes=0.1))
    assert block.quoted_cost == pytest.approx(5 * 13.0)  # 9.87 to 10.13, to the cent on either side


def test_beyond_its_limit_a_block_is_left_and_the_table_says_so() -> None:
    settings = RunSettings(block_minutes=3.0, block_limit=-1.0)
    left = tuple(block for seed in range(5) for block in blocks(CONDOR, seed=seed, block_limit=-1.0))
    assert any(block.leaves_packages == 7 for block in left)
    assert all(block.filled_packages + block.leaves_packages == 7 for block in left)
    table, leaked = block_tables(left, settings, "USD")
    assert leaked.rows[-1][0] == "all"
    assert any("left: beyond the limit" in note for note in table.notes)
    done = next(block for block in left if block.leaves_packages)
    assert done.done_ns == done.order.start_ns + 180 * 10**9


def test_a_limit_is_kept_by_every_package_that_is_had() -> None:
    for seed in range(8):
        for block in blocks(CONDOR, seed=seed, block_limit=0.5):
            if not block.leaves_packages:
                assert block.paid <= block.arrival_mid + 0.5 * block.quoted_cost + 1e-9


def test_a_dry_run_plans_the_blocks_and_fills_none() -> None:
    (block,) = blocks(CONDOR, dry_run=True)
    assert (block.fills, block.execution, block.ways) == ((), None, ())
    assert 0.0 < block.expected_cost < block.quoted_cost
    assert block.expected_cost == blocks(CONDOR)[0].expected_cost
    entry = block_entry(block)
    assert entry["effective_cost"] is entry["paid"] is entry["leg_risk"] is entry["before_fills"] is None
    assert block.expected_leakage == blocks(CONDOR)[0].expected_leakage


def test_the_picture_has_three_bars_a_block_and_two_where_it_is_planned() -> None:
    worked, planned = (block_costs(blocks(CONDOR, dry_run=dry), "USD") for dry in (False, True))
    assert [bar.name for bar in worked.data] == ["at the touch", "expected", "effective"]
    assert [bar.name for bar in planned.data] == ["at the touch", "expected"]


def test_the_table_shows_each_legs_price_and_its_lines_fit() -> None:
    table, _ = block_tables(blocks(ODD), RunSettings(block_minutes=3.0), "USD")
    legs = [row for row in table.rows if row[0][0] in "+-"]
    assert len(legs) == sum(len(block.order.legs) for block in blocks(ODD))
    assert all(row[-1].startswith("at ") for row in legs)
    assert table.rows[-1][0] == "all"


def test_what_a_block_leaked_stands_beside_its_control_and_what_its_plan_is_expected_to() -> None:
    leaked = set()
    for seed in range(6):
        (block,) = found = blocks(CONDOR[:2], seed=seed, block_minutes=0.1)
        before = block_entry(block)["before_fills"]
        assert before["leakage"] == before["moved"] - before["control"]
        _, table = block_tables(found, RunSettings(block_minutes=0.1), "USD")
        expected = block_entry(block)["expected_leakage"]
        mean = f"{expected['mean']:.2f} ± {expected['half_width']:.2f}"
        assert table.rows[0][3:] == (f"{before['leakage']:.2f}", mean)
        leaked.add(before["leakage"])
    assert leaked == {0.0, 42.0}  # a quarter of the wider leg's half spread, six cents, times seven


def test_a_single_option_asks_nobody_and_leaks_nothing() -> None:
    (block,) = blocks(ODD[:1])
    assert (block.leakage, block.expected_leakage.mean_ticks) == (0.0, 0.0)


def test_at_the_touch_every_leg_is_crossed_at_once() -> None:
    settings = RunSettings(block_execution="touch")
    trades = option_trades([package(ODD)], BOOK, market_of(flat_underlying()), settings)
    assert trades.blocks == ()
    assert trades.done_ns is None
    assert {each.fill.price_ticks for each in trades.fills if each.fill.side is Side.BUY} == {1025}


def test_half_cents_are_paid_by_who_crosses() -> None:
    settings = RunSettings(block_execution="touch")
    trades = option_trades([package(ODD, 0.255)], BOOK, market_of(flat_underlying()), settings)
    paid = {side: {each.fill.price_ticks for each in trades.fills if each.fill.side is side} for side in Side}
    assert paid == {Side.BUY: {1026}, Side.SELL: {974}}


def test_a_block_that_is_left_costs_nothing_and_is_done_with_its_time() -> None:
    (left,) = blocks(ODD[:1], block_limit=-1.0)
    assert left.arrival_mid > 0.0
    assert (left.filled_packages, left.effective_cost, left.market_move, left.fees) == (0, 0.0, 0.0, 0.0)
    assert left.effective_over_quoted is None
    assert left.done_ns == left.order.start_ns + left.order.horizon_ns


def test_a_package_of_nothing_is_no_block() -> None:
    assert package_blocks(replace(package(ODD), legs=()), BOOK, flat_underlying(), RunSettings()) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"block_execution": "later"},
        {"block_minutes": 0.0},
        {"block_minutes": 31.0},
        {"block_minutes": float("nan")},
        {"block_limit": -1.5},
        {"block_limit": float("nan")},
    ],
)
def test_settings_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"block|Blocks|Options are"):
        RunSettings(**wrong)


def test_a_structure_that_sells_what_nobody_bids_a_tick_for_is_not_worked() -> None:
    near, far = (option_position(1, strike=strike).option for strike in (2750.0, 2800.0))
    assert near is not None
    assert far is not None
    years = year_fraction(flat_underlying().as_of, near.expiry)
    quotes = Quotes(
        underlying="SPX",
        as_of=flat_underlying().as_of,
        spot=2648.94,
        expiry_years=np.array([years, years]),
        strike=np.array([2750.0, 2800.0]),
        is_call=np.array([True, True]),
        bid=np.array([9.9, 0.004]),
        ask=np.array([10.1, 0.05]),
        received=2,
    )
    legs = (StructureLeg(instrument=near, ratio=1), StructureLeg(instrument=far, ratio=-1))
    structure = Structure(name="bull call spread", legs=legs)
    with pytest.raises(UsageError, match=r"to be sold and nobody bids a tick of 0.01; its bid is 0.004"):
        structure_ways(structure, 1, replace(flat_underlying(), quotes=quotes), RunSettings())
