from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from execution.agents.observed_markets import FILL
from execution.agents.scenario_study import ScenarioStudy, study_scenario
from execution.agents.study_fills import study_fills
from execution.agents.study_order import StudyOrder
from execution.agents.study_workers import worker_named
from execution.market.scenario import load_market
from execution.market.stated_order import StatedOrder
from execution.orders import Side
from execution.tca.fill_reader import read_fills
from execution.tca.recorded_orders import RecordedOrders

WORKERS = ("twap", "ppo")


@cache
def small_study() -> ScenarioStudy:
    order = StudyOrder(
        scenario=load_market("qdi"),
        stated=StatedOrder(side=Side.SELL, quantity=4000, minutes=2.0, after_minutes=0.5),
    )
    return study_scenario(order, [worker_named(name, order) for name in WORKERS], episodes=3)


def written(study: ScenarioStudy, folder: Path) -> RecordedOrders:
    pq.write_table(study_fills(study), folder / "fills.parquet")
    return read_fills(folder / "fills.parquet")


def test_fills_add_up_to_the_order_and_to_its_cost() -> None:
    study = small_study()
    for one in study.workers:
        by_market = np.bincount(one.fills["market"], weights=one.fills["lots"])
        np.testing.assert_array_equal(by_market, study.order.quantity - one.paths.left[:, -1])
        moved = (one.paths.mid[one.fills["market"], 0] - one.fills["price_ticks"]) * one.fills["lots"]
        cost_bps = 1e4 * np.bincount(one.fills["market"], weights=moved) / by_market / one.paths.mid[:, 0]
        parts = one.shortfall_bps - one.parts_bps["fees"] - one.parts_bps["opportunity"]
        np.testing.assert_allclose(cost_bps, parts, atol=1e-9)


def test_what_is_made_and_taken_is_what_the_paths_say() -> None:
    for one in small_study().workers:
        made = np.bincount(one.fills["market"], weights=one.fills["lots"] * one.fills["is_maker"])
        np.testing.assert_array_equal(made, one.paths.maker[:, -1])


def test_the_table_is_read_back_an_order_a_worker_and_market(tmp_path: Path) -> None:
    study = small_study()
    found = written(study, tmp_path)
    assert found.parent_id.tolist() == [f"{name}-{at}" for name in WORKERS for at in range(3)]
    assert set(found.algorithm) == set(WORKERS)
    np.testing.assert_array_equal(found.order_quantity, 4000)
    fees = [one.parts_bps["fees"] * one.paths.mid[:, 0] * 4000 * 0.01 / 1e4 for one in study.workers]
    np.testing.assert_allclose(found.fee, np.concatenate(fees), atol=1e-6)


@pytest.mark.parametrize("name", WORKERS)
def test_one_worker_s_orders_are_observations_of_cost(name: str, tmp_path: Path) -> None:
    found = written(small_study(), tmp_path)
    own = found.chosen(found.algorithm == name).observations(noise_floor_bps=1.0)
    assert len(own) == 3
    assert (own.participation > 0.0).all()


def test_an_order_that_never_traded_has_a_row_of_nothing() -> None:
    study = small_study()
    idle = replace(study.workers[0], fills=np.zeros(0, FILL))
    rows = study_fills(replace(study, workers=(idle,))).to_pylist()
    assert [row["quantity"] for row in rows] == [0, 0, 0]
    assert {row["price"] for row in rows} == {None}
    assert {row["ts_ns"] for row in rows} == {study.order.end_ns}
