from __future__ import annotations

from pathlib import Path

import pytest

from execution.agents.training_distribution import retrain_from, training_distribution
from execution.errors import RecordingError
from execution.orders import Side
from execution.tca.fill_reader import read_fills
from execution.tca.fill_table import FilledOrder, write_fills
from tests.execution.tca.recorded_fills import filled_order


def desk(count: int = 40) -> list[FilledOrder]:
    """Orders of 1% to 40% of a market's volume, three of four in a calm one."""
    return [
        filled_order(
            parent_id=str(number),
            side=Side.BUY if number % 2 else Side.SELL,
            market_volume=1_000 // (number + 1),
            volatility=0.1 + 0.01 * number,
            regime="stressed" if number % 4 == 0 else "calm",
            minutes=10 + number,
        )
        for number in range(count)
    ]


def test_recorded_orders_say_what_to_train_on(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", desk())
    found = retrain_from(tmp_path)
    assert found.orders == 40
    assert 0.01 <= found.participation[0] < found.participation[1] <= 0.4
    assert found.horizon_seconds == pytest.approx((60 * 11.95, 60 * 47.05))
    assert found.volatility == pytest.approx((0.1195, 0.4705))
    assert found.regimes == pytest.approx({"calm": 0.75, "stressed": 0.25})
    assert found.buys == 0.5
    assert found.cost_bps[0] <= found.cost_bps[1] <= found.cost_bps[2]


def test_too_few_orders_are_said_with_their_number(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", desk(19))
    with pytest.raises(RecordingError, match="found '19', expected at least 20 orders"):
        retrain_from(tmp_path)


def test_orders_of_another_symbol_do_not_count(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", desk())
    assert retrain_from(tmp_path, symbol="ES").orders == 40
    with pytest.raises(RecordingError, match="orders in NQ"):
        retrain_from(tmp_path, symbol="NQ")


def test_orders_without_a_named_regime_have_no_weights(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [filled_order(parent_id=str(i), regime=None) for i in range(20)])
    assert retrain_from(tmp_path).regimes == {}


def test_orders_that_lack_what_is_needed_are_refused(tmp_path: Path) -> None:
    write_fills(tmp_path / "fills.parquet", [filled_order(volatility=None)])
    with pytest.raises(ValueError, match="needs orders"):
        training_distribution(read_fills(tmp_path / "fills.parquet"))
