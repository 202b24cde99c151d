from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from execution.errors import ExecutionError
from execution.market.calibrate import MarketModel, calibrate
from execution.market.calibration.flow_events import CANCEL, LIMIT, MARKET, flow_events, seconds_after
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.calibration.santa_fe import calibrate_santa_fe
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from execution.recorded.book_history import BookHistory, rebuild
from execution.recorded.messages import RecordedMessages

TRUE = SantaFe(
    limit_rates=np.array([3.0, 2.0, 1.0, 1.0]), market_rate=1.5, cancel_rates=np.array([0.2, 0.2, 0.3, 0.3])
)
INSTRUMENT = Instrument(symbol="X", tick_size=0.01, lot_size=1.0)


@cache
def recording(seed: int, levels: int = 10) -> tuple[RecordedMessages, BookHistory]:
    return simulate_alone(
        TRUE.parameters(),
        santa_fe_state(start_ns=0, bid_ticks=0, ask_ticks=1),
        INSTRUMENT,
        duration_ns=600 * 10**9,
        burn_in_ns=60 * 10**9,
        levels=levels,
        seed=seed,
    )


def tape(rows: list[tuple[int, int, int, int, int, int]]) -> tuple[RecordedMessages, BookHistory]:
    """Rows of seconds, kind, order id, side, quantity, price."""
    seconds, kind, order_id, side, quantity, price = np.array(rows).T
    messages = RecordedMessages(
        symbol="X",
        ts_ns=seconds * 10**9,
        kind=kind.astype(np.uint8),
        order_id=order_id,
        side=side.astype(np.int8),
        quantity=quantity,
        price_ticks=price,
        tick_size=0.01,
        lot_size=1.0,
    )
    return messages, rebuild(messages, 3)


def test_trades_of_one_instant_and_side_are_one_market_order() -> None:
    book = [(0, 1, 1, 1, 5, 10), (0, 1, 2, -1, 5, 12), (1, 1, 3, -1, 5, 13)]
    messages, history = tape([*book, (2, 4, 2, -1, 5, 12), (2, 4, 3, -1, 2, 13), (3, 3, 3, -1, 3, 13)])
    events = flow_events(messages, history)
    assert events.kind.tolist() == [LIMIT, MARKET, CANCEL]
    assert events.quantity.tolist() == [5, 7, 3]
    assert events.side.tolist() == [-1, 1, -1]
    assert events.opposite_best.tolist() == [10, 12, 10]


def test_time_with_an_empty_side_is_no_exposure() -> None:
    rows = [
        (0, 1, 1, 1, 5, 10),
        (4, 1, 2, -1, 5, 12),
        (7, 3, 2, -1, 5, 12),
        (9, 1, 3, -1, 5, 12),
        (10, 1, 4, 1, 1, 9),
    ]
    messages, history = tape(rows)
    assert seconds_after(history).tolist() == [0.0, 3.0, 0.0, 1.0, 0.0]
    assert len(flow_events(messages, history)) == 2


def test_a_recording_that_cannot_be_fitted_is_refused() -> None:
    messages, history = tape([(0, 1, 1, 1, 5, 10), (4, 1, 2, 1, 5, 12)])
    with pytest.raises(ExecutionError, match="nothing to fit"):
        calibrate_santa_fe(messages, history)
    messages, history = tape([(0, 1, 1, 1, 5, 10), (4, 1, 2, -1, 5, 12), (5, 1, 3, -1, 5, 12)])
    with pytest.raises(ExecutionError, match="0 cancels and 0 market orders"):
        calibrate_santa_fe(messages, history)
    with pytest.raises(ExecutionError, match="expected one after each of 3 messages"):
        flow_events(messages, history.rows(slice(2)))


def test_known_rates_lie_in_their_intervals_as_often_as_they_should() -> None:
    inside = count = 0
    for seed in range(12):
        fit = calibrate_santa_fe(*recording(seed))
        estimates = np.concatenate(
            [fit.flow.limit_rates[:4], fit.flow.cancel_rates[:3], [fit.flow.market_rate]]
        )
        errors = np.concatenate([fit.limit_error[:4], fit.cancel_error[:3], [fit.market_error]])
        truth = np.concatenate([TRUE.limit_rates, TRUE.cancel_rates[:3], [TRUE.market_rate]])
        inside += int(np.count_nonzero(np.abs(estimates - truth) < 1.96 * errors))
        count += len(truth)
    assert inside / count == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / count))


def test_a_recording_of_the_touch_alone_gives_the_same_rates_where_it_sees() -> None:
    messages, history = recording(1, levels=1)
    touch = np.zeros(len(messages), bool)
    before = history.rows(slice(0, -1))
    best = np.where(messages.side[1:] > 0, before.bid_ticks[:, 0], before.ask_ticks[:, 0])
    touch[1:] = messages.side[1:] * (messages.price_ticks[1:] - best) >= 0
    fit = calibrate_santa_fe(messages.rows(touch), history.rows(touch))
    for distance, rate in enumerate(TRUE.limit_rates[: len(fit.limit_error)]):
        assert fit.flow.limit_rates[distance] == pytest.approx(
            rate, abs=4 * fit.limit_error[distance] + 0.1 * rate
        )
    assert fit.flow.market_rate == pytest.approx(TRUE.market_rate, rel=0.1)


def test_large_sizes_are_coarsened_for_the_book_and_come_back_in_the_log() -> None:
    messages, _ = recording(2)
    large = RecordedMessages(
        **{
            **{name: getattr(messages, name) for name in messages.__dataclass_fields__},
            "quantity": messages.quantity * 10**9,
        }
    )
    fit = calibrate_santa_fe(large, rebuild(large, 10))
    assert fit.instrument.lots == 10**7
    simulated, _ = fit.simulate(20 * 10**9, seed=1)
    assert simulated.quantity.min() >= 10**7
    assert np.mean(simulated.quantity[simulated.kind == 1]) == pytest.approx(1e9, rel=0.2)


def test_the_fit_simulates_a_market_like_the_one_it_saw() -> None:
    messages, history = recording(3)
    fit = calibrate(messages, history, model=MarketModel.SANTA_FE)
    simulated, levels = fit.simulate(600 * 10**9, seed=5)
    assert len(simulated) == pytest.approx(len(messages), rel=0.1)
    spreads = [(h.ask_ticks[:, 0] - h.bid_ticks[:, 0]).mean() for h in (history, levels)]
    assert spreads[1] == pytest.approx(spreads[0], rel=0.15)
    again, _ = fit.simulate(600 * 10**9, seed=5)
    assert np.array_equal(again.ts_ns, simulated.ts_ns)
    assert [len(row) for row in fit.describe()] == [4] * 5


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ValueError, match="'alchemy' is not a valid MarketModel"):
        calibrate(*recording(3), model="alchemy")
