"""The options' fills of a run in fills.parquet: nothing lost, to the cent, leg by leg and block by block."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from execution.legging.broken import BrokenLegRule
from execution.spread.programme import Programme
from execution.spread.terms import stated_market, stressed
from execution.spread.work import legs_of, work_spread
from execution.tca.analysis import CostAnalysis, analyse
from execution.tca.fill_file import read_fills
from execution.tca.fill_reader import read_fills as read_recorded
from execution.tca.fill_table import FilledOrder, write_fills
from hedger.block_orders import option_trades
from hedger.cli.main import exit_status
from hedger.feedback import recorded_orders
from hedger.report.json_document import schema
from hedger.report.tca_tables import tca_tables
from hedger.result import RunSettings
from hedger.spreads.block import OptionBlock
from hedger.spreads.leg_records import block_records, touch_records
from tests.execution.spread.markets import SMALL_LEG
from tests.execution.spread.orders import vertical_order
from tests.hedger.spreads.test_choice_hedge import run
from tests.hedger.test_block_orders import BOOK, CONDOR, ODD, blocks, package
from tests.markets import flat_underlying, market_of


def analysed(folder: Path, orders: list[FilledOrder]) -> CostAnalysis:
    """What `hedger tca` makes of recorded orders."""
    write_fills(folder / "fills.parquet", orders)
    return analyse(read_fills(folder / "fills.parquet").blotter)


def records(found: tuple[OptionBlock, ...]) -> list[FilledOrder]:
    return [leg for block in found for leg in block_records(block)]


def test_every_leg_is_an_order_that_names_its_block(tmp_path: Path) -> None:
    found = blocks(ODD)
    orders = records(found)
    write_fills(tmp_path / "fills.parquet", orders)
    rows = pq.read_table(tmp_path / "fills.parquet").to_pylist()
    held: Counter[str] = Counter()
    for row in rows:
        held[row["symbol"]] += row["side"] * row["quantity"]
        assert row["parent_id"] == f"{row['package_id']}/{row['symbol']}"
        assert row["multiplier"] == 100.0
    assert held == {leg.symbol: leg.quantity for leg in package(ODD).legs}
    assert {row["package_id"] for row in rows} == {block.order.order_id for block in found}
    recorded = read_recorded(tmp_path / "fills.parquet")
    assert len(recorded) == sum(len(block.order.legs) for block in found)
    assert not recorded.usable().any()


@pytest.mark.parametrize("legs", [CONDOR, ODD], ids=["condor", "odd"])
def test_a_block_costs_in_tca_what_the_run_says_it_paid(legs: Any, tmp_path: Path) -> None:
    found = blocks(legs)
    analysis = analysed(tmp_path, records(found))
    assert [each.package_id for each in analysis.packages] == [block.order.order_id for block in found]
    for block, cost in zip(found, analysis.packages, strict=True):
        assert cost.shortfall == pytest.approx(block.paid - block.arrival_mid + block.fees, abs=1e-9)
        assert cost.packages == block.order.packages
        assert 100.0 * cost.packages * cost.arrival_price == pytest.approx(block.arrival_mid)
        known = [part for part in cost.parts.values() if not math.isnan(part)]
        assert math.fsum(known) == pytest.approx(cost.shortfall, abs=1e-9)
        assert cost.parts["timing"] == pytest.approx(block.moved_before_fills)


def test_cash_from_the_file_is_cash_in_the_ledger_to_the_last_bit(tmp_path: Path) -> None:
    result = run(block_minutes=3.0)
    write_fills(tmp_path / "fills.parquet", recorded_orders(result))
    cash = Fraction(0)
    for row in pq.read_table(tmp_path / "fills.parquet").to_pylist():
        if row["package_id"] and row["quantity"]:
            price = row["price_ticks"] * Fraction(0.01) * Fraction(row["multiplier"])
            cash -= row["side"] * row["quantity"] * price + Fraction(row["fee"])
    booked = sum(
        int(each.fill.side) * each.fill.quantity * each.fill.price_ticks * Fraction(0.01) * 100
        + Fraction(each.fill.fee)
        for each in result.option_fills
    )
    assert cash == -booked


def test_an_odd_spread_is_crossed_at_half_of_its_own_width(tmp_path: Path) -> None:
    wide = blocks(ODD[:1], block_minutes=0.1)
    odd = tuple(
        replace(block, leg_mid_ticks={s: m + 0.5 for s, m in block.leg_mid_ticks.items()}) for block in wide
    )
    one, other = (records(found)[0] for found in (wide, odd))
    assert one.fill_mid is not None
    assert other.fill_mid is not None
    assert other.arrival_price - one.arrival_price == pytest.approx(0.005)
    assert np.array(other.fill_mid) - np.array(one.fill_mid) == pytest.approx(0.005)


def test_a_block_that_is_left_is_recorded_with_what_it_missed(tmp_path: Path) -> None:
    left = next(
        block
        for seed in range(9)
        for block in blocks(CONDOR, seed=seed, block_limit=-1.0)
        if block.leaves_packages
    )
    analysis = analysed(tmp_path, records((left,)))
    (cost,) = analysis.packages
    assert left.execution is not None
    end = sum(
        int(leg.side) * leg.ratio * (mid - start)
        for leg, start, mid in zip(
            left.order.legs, left.execution.arrival_leg_ticks, left.execution.end_leg_ticks, strict=True
        )
    )
    assert cost.parts["opportunity"] == pytest.approx(7.0 * end) == pytest.approx(cost.shortfall)
    assert math.isnan(cost.average_price)


def test_what_is_traded_back_is_an_order_of_its_own_and_the_loss_is_whole(tmp_path: Path) -> None:
    order = vertical_order(net_limit_ticks=205, broken_leg=BrokenLegRule.UNWIND)
    legs = legs_of(order, {"C100": SMALL_LEG, "C105": replace(SMALL_LEG, mid_ticks=300)})
    market = replace(stressed(stated_market(legs, steps=8)), complex_offsets=(), dealers=0)
    plan, _ = Programme(market).solve()
    backs = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        execution = work_spread(order, market=market, plan=plan, rng=rng, clip_packages=5)
        block = replace(
            blocks(CONDOR)[0], order=order, execution=execution, leg_mid_ticks={"C100": 500, "C105": 300}
        )
        found = list(block_records(block))
        traded_back = [each for each in found if each.order.parent_id.endswith("/back")]
        if not traded_back:
            continue
        backs += 1
        (cost,) = analysed(tmp_path, found).packages
        paid = sum(int(e.fill.side) * e.fill.quantity * e.fill.price_ticks for e in execution.fills)
        trading = cost.parts["spread"] + cost.parts["timing"] + cost.parts["impact"]
        assert trading == pytest.approx(paid - _at_arrival_mids(found))
    assert backs >= 2


def _at_arrival_mids(found: list[FilledOrder]) -> float:
    """What was bought less what was sold, at the mids of arrival."""
    return sum(
        int(each.order.side) * fill.quantity * 100.0 * each.arrival_price
        for each in found
        for fill in each.fills
    )


def test_at_the_touch_a_leg_costs_half_its_spread_and_its_fee(tmp_path: Path) -> None:
    bought = package(ODD)
    settings = RunSettings(block_execution="touch")
    trades = option_trades([bought], BOOK, market_of(flat_underlying()), settings)
    (cost,) = analysed(tmp_path, list(touch_records(bought, trades.fills))).packages
    assert cost.package_id == "SPX-options"
    assert cost.shortfall == pytest.approx(24 * (25.0 + 1.25))
    assert cost.parts["spread"] == pytest.approx(24 * 25.0)
    assert cost.parts["timing"] == pytest.approx(0.0)


@pytest.mark.parametrize("way", ["worked", "touch"])
def test_a_run_records_its_options_once_and_its_hedge_beside_them(way: str) -> None:
    result = run(block_minutes=3.0, block_execution=way)
    recorded = recorded_orders(result)
    legs = [each for each in recorded if each.package_id]
    assert sum(len(each.fills) for each in legs) == len(result.option_fills)
    assert [each.order.symbol for each in recorded if not each.package_id] == [
        order.order.symbol for order in result.orders
    ]
    assert all(not each.package_id for each in recorded_orders(run(dry_run=True)))


def test_tca_reads_the_file_and_shows_blocks_and_legs(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_fills(tmp_path / "fills.parquet", recorded_orders(run(block_minutes=3.0)))
    assert exit_status(["tca", str(tmp_path), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    Draft202012Validator(schema("tca")).validate(found)
    assert found["packages"]
    for each in found["packages"]:
        assert sum(leg["shortfall"] for leg in each["legs"]) == pytest.approx(each["shortfall"])
        ratios = [leg["contracts"] / each["packages"] for leg in each["legs"]]
        together = sum(abs(r) * leg["shortfall_price"] for r, leg in zip(ratios, each["legs"], strict=True))
        assert together == pytest.approx(each["shortfall_price"])
    tables = tca_tables(analyse(read_fills(tmp_path / "fills.parquet").blotter))
    titles = [table.title for table in tables]
    assert "Orders for several legs, in units of the price" in titles
    assert "Parts of what one package and one contract of a leg cost" in titles
