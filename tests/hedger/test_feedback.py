from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.errors import RecordingError
from execution.tca.calibrate import CostObservations, update_cost_curve
from execution.tca.fill_table import FilledOrder, write_fills
from hedger import api
from hedger.feedback import cost_curve_from, filled_orders, first_cost_curve, updated_cost_curve
from hedger.result import WorkedOrder
from hedger.spreads.leg_records import block_records
from tests.hedger.runs import small_run
from tests.hedger.test_block_orders import blocks
from tests.markets import flat_underlying, market_of


def costing(currency: float) -> WorkedOrder:
    """A worked order whose spread, impact and timing sum to a known cost."""
    (worked,) = small_run().orders
    parts = {**worked.cost.parts_currency, "spread": currency, "impact": 0.0, "timing": 0.0}
    return replace(worked, cost=replace(worked.cost, parts_currency=parts))


def test_the_first_curve_states_half_spread_and_fee_of_the_instrument() -> None:
    market = flat_underlying()
    curve = first_cost_curve(market)
    assert curve.fee_bps == pytest.approx(1e4 * 1.2 / (50 * market.hedge_price()))
    assert 0.0 < curve.half_spread_bps <= 1e4 * 0.5 * 0.25 / market.hedge_price()


def test_dear_fills_raise_the_expected_cost_and_cheap_ones_lower_it() -> None:
    prior = first_cost_curve(flat_underlying())
    at = {"participation": 0.01, "horizon_days": 0.1, "volatility": 0.2}
    dear = updated_cost_curve(prior, [costing(50_000.0)], volatility=0.2)
    cheap = updated_cost_curve(prior, [costing(-50_000.0)], volatility=0.2)
    assert cheap.expected_bps(**at) < prior.expected_bps(**at) < dear.expected_bps(**at)
    assert dear.fills == prior.fills + 1


def test_every_order_makes_the_curve_surer() -> None:
    curve = first_cost_curve(flat_underlying())
    errors = [curve.covariance[0, 0]]
    for _ in range(3):
        curve = updated_cost_curve(curve, [costing(20.0)], volatility=0.2)
        errors.append(curve.covariance[0, 0])
    assert errors == sorted(errors, reverse=True)


def test_the_order_of_the_evidence_does_not_matter() -> None:
    prior = first_cost_curve(flat_underlying())
    one, two = costing(10.0), costing(90.0)
    together = updated_cost_curve(prior, [one, two], volatility=0.2)
    apart = updated_cost_curve(updated_cost_curve(prior, [two], volatility=0.2), [one], volatility=0.2)
    assert together.coefficients == pytest.approx(apart.coefficients)


def test_an_order_that_did_not_trade_teaches_nothing() -> None:
    prior = first_cost_curve(flat_underlying())
    assert updated_cost_curve(prior, small_run(dry_run=True).orders, volatility=0.2) is prior


def test_an_order_teaches_all_that_it_cost_but_fees_over_its_own_horizon() -> None:
    prior = first_cost_curve(flat_underlying())
    (worked,) = small_run().orders
    parts = {"spread": 10.0, "impact": 20.0, "timing": -80.0, "fees": 7.0, "opportunity": 9.0}
    worked = replace(worked, cost=replace(worked.cost, parts_currency=parts))
    notional = worked.cost.filled_quantity * worked.cost.arrival_price * 50.0
    by_hand = CostObservations(
        participation=np.array([worked.cost.participation]),
        horizon_days=np.array([30.0 / 390.0]),
        volatility=np.array([0.2]),
        cost_bps=np.array([1e4 * -41.0 / notional]),
    )
    learned = updated_cost_curve(prior, [worked], volatility=0.2)
    expected = update_cost_curve(prior, by_hand)
    np.testing.assert_allclose(learned.coefficients, expected.coefficients, rtol=1e-12)
    np.testing.assert_allclose(learned.covariance, expected.covariance, rtol=1e-12)


def recorded(cost_bps: float, *, count: int = 40) -> list[FilledOrder]:
    """The small run's order many times, each at a price so much worse than at its arrival."""
    (worked,) = small_run().orders
    (filled,) = filled_orders([worked])
    ticks = round((1.0 + worked.order.side * cost_bps / 1e4) * filled.arrival_price / 0.25)
    fill = replace(filled.fills[0], quantity=worked.order.quantity, price_ticks=ticks)
    return [replace(filled, parent_id=str(number), fills=(fill,), fill_mid=None) for number in range(count)]


AT = {"participation": 0.001, "horizon_days": 30.0 / 390.0, "volatility": 0.2}


def test_a_run_s_orders_are_recorded_with_what_a_cost_curve_needs() -> None:
    (worked,) = small_run().orders
    (filled,) = filled_orders(small_run().orders, prefix="monday/")
    assert filled.parent_id == f"monday/{worked.order.parent_id}"
    assert filled.market_volume == pytest.approx(worked.cost.filled_quantity / worked.cost.participation)
    assert filled.volatility == pytest.approx(0.2, abs=0.1)
    assert (filled.regime, filled.algorithm) == ("calm", worked.schedule)
    assert filled.fill_mid is not None
    spread = sum(
        worked.order.side * fill.quantity * (fill.price_ticks * 0.25 - mid) * 50.0
        for fill, mid in zip(filled.fills, filled.fill_mid, strict=True)
    )
    parts = worked.cost.parts_currency
    assert spread == pytest.approx(parts["spread"] + parts["impact"])


def test_planned_orders_are_not_recorded() -> None:
    assert filled_orders(small_run(dry_run=True).orders) == []


def test_dear_recorded_fills_make_the_next_trade_dear(tmp_path: Path) -> None:
    market = flat_underlying()
    write_fills(tmp_path / "fills.parquet", recorded(30.0))
    learned = cost_curve_from(tmp_path, market)
    assert learned.fills == 40
    assert learned.expected_bps(**AT) > 1.5 * first_cost_curve(market).expected_bps(**AT)


def test_fills_of_another_instrument_teach_nothing(tmp_path: Path) -> None:
    market = flat_underlying()
    other = replace(market, hedge=replace(market.hedge, symbol="NQ"))
    write_fills(tmp_path / "fills.parquet", recorded(30.0))
    assert cost_curve_from(tmp_path / "fills.parquet", other) == first_cost_curve(other)


def test_fills_of_options_teach_nothing_of_the_underlying(tmp_path: Path) -> None:
    """Not even where somebody fills in what a curve needs: they are other instruments."""
    market = flat_underlying()
    orders = recorded(5.0)
    for name in ("alone", "both"):
        (tmp_path / name).mkdir()
    write_fills(tmp_path / "alone" / "fills.parquet", orders)
    legs = [leg for found in blocks() for leg in block_records(found)]
    known = [replace(leg, volatility=0.2, market_volume=10_000) for leg in legs]
    told = [replace(leg, parent_id=f"told-{at}") for at, leg in enumerate(known)]
    write_fills(tmp_path / "both" / "fills.parquet", [*legs, *orders, *told])
    assert len(legs) >= 3
    alone, both = (cost_curve_from(tmp_path / name, market) for name in ("alone", "both"))
    assert both == alone


def test_a_hedge_with_recorded_costs_expects_them(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", recorded(30.0))
    run = small_run()
    dear = api.hedge(run.portfolio, market_of(flat_underlying()), policy="delta", costs=tmp_path)
    assert dear.orders[0].cost.expected_bps > run.orders[0].cost.expected_bps
    assert dear.cost_curves["SPX"].origin == "40 recorded orders"


def test_a_folder_without_recorded_fills_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"fills\.parquet"):
        cost_curve_from(tmp_path, flat_underlying())
