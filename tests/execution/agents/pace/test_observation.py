"""What an agent of the pace is shown, against figures that can be worked out by hand."""

from __future__ import annotations

import math
import pickle

import numpy as np
import numpy.typing as npt
import pytest

from execution.agents.pace.actions import Style
from execution.agents.pace.observation import FEATURES, PaceMemory
from execution.agents.pace.order import LongOrder
from execution.agents.pace.resting import RestingOrders
from execution.agents.pace.worker import PaceWorker
from execution.agents.terms import MarketTerms
from execution.book.layout import RecordArray
from execution.market.batch_kernel import ACCOUNT
from execution.schedules.volume import VolumeCurve
from tests.execution.agents.pace.test_worker import policy

TERMS = MarketTerms(lots_per_second=2.0, volatility_ticks=0.5, tick_size=0.01)
INTERVAL = 300


class StatedMarket:
    """One market whose book and account are what a test says."""

    def __init__(self) -> None:
        self.account = np.zeros(1, ACCOUNT)
        self.depth = np.zeros((1, 2, 2, 2), np.int32)
        self.now_ns = np.zeros(1, np.int64)
        self.sentiment = np.zeros(1)

    def __len__(self) -> int:
        return 1

    def step_until(self, ts_ns: int | npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        return self.depth

    def enter(
        self, messages: RecordArray, slots: npt.NDArray[np.int64] | None = None
    ) -> npt.NDArray[np.int64]:
        return np.zeros(1, np.int64)

    def resting(self, slots: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.zeros((1, 2), np.int64)

    def quote(self, bid: int, ask: int, bid_lots: int, ask_lots: int) -> None:
        self.depth[0] = [[(bid, bid_lots), (bid - 1, bid_lots)], [(ask, ask_lots), (ask + 1, ask_lots)]]


def seen(side: int) -> dict[str, float]:
    """After a calm watch: one interval in which the mid falls 10 ticks, spreads double, bids halve."""
    market = StatedMarket()
    market.quote(10_000, 10_004, 800, 400)
    orders = RestingOrders(market)
    orders.side[:] = side
    memory = PaceMemory(market, [TERMS])
    for second in (12, 24, 36):
        market.now_ns[:] = second * 10**9
        orders.see()
        memory.look(orders)
    curve = VolumeCurve(volume=(600.0, 1200.0))
    memory.begin(0, LongOrder(side=side, quantity=100, seconds=2.0 * INTERVAL, curve=curve))
    memory.open_interval(market.account.copy(), np.array([1.5]), np.array([Style.EAGER]))
    market.quote(9_988, 9_996, 400, 400)
    market.now_ns[:] += INTERVAL * 10**9
    market.account["position"], market.account["cash"] = 40 * side, -40 * side * (10_002 + 2 * side)
    market.account["maker_lots"], market.account["taker_lots"] = 30, 10
    market.account["market_lots"], market.account["signed_lots"] = 640, 10 * side - 150
    market.sentiment[:] = -0.5
    orders.see()
    memory.look(orders)
    memory.close_interval(market.account, np.array([50.0]), memory.usual_volume(np.zeros(1, np.int64)))
    out = np.zeros((1, len(FEATURES)), np.float32)
    memory.observe(*(np.array([value]) for value in (60, 100, 1, 2)), out)
    return dict(zip(FEATURES, out[0].tolist(), strict=True))


def test_a_seller_sees_the_last_interval_against_what_is_usual() -> None:
    told = seen(-1)
    assert told["inventory_left"] == pytest.approx(0.6)
    assert told["behind_even"] == pytest.approx(0.1)
    assert told["spread"] == told["spread_now"] == pytest.approx(math.log(2.0))
    assert told["far_touch"] == pytest.approx(math.log(401.0 / 801.0))
    assert told["near_touch"] == pytest.approx(0.0)
    assert told["volume"] == pytest.approx(math.log(601.0 / 601.0))
    assert told["move_1"] == pytest.approx(10.0 / (0.5 * math.sqrt(INTERVAL)), rel=1e-5)
    assert told["flow"] == pytest.approx(150.0 / 600.0)
    assert told["fill_cost"] == pytest.approx(0.5)
    assert told["filled"] == pytest.approx(0.8)
    assert told["rested"] == pytest.approx(0.75)
    assert told["own_share"] == pytest.approx(40.0 / 640.0)
    assert told["sentiment"] == pytest.approx(-0.5)
    assert (told["last_pace"], told["last_led"], told["last_crossed"]) == (1.5, 1.0, 1.0)
    assert told["participation_ahead"] == pytest.approx(math.log(61.0 / 1201.0))


def test_a_buyer_sees_the_other_side() -> None:
    told, other = seen(1), seen(-1)
    for name in ("move_1", "move_12", "flow", "sentiment", "move_since_arrival"):
        assert told[name] == pytest.approx(-other[name])
    assert told["near_touch"] == pytest.approx(other["far_touch"])
    assert told["fill_cost"] == pytest.approx(other["fill_cost"])


def test_a_worker_can_be_sent_to_another_process() -> None:
    worker = PaceWorker(policy=policy(), curve=VolumeCurve(volume=(1.0, 2.0)))
    assert pickle.loads(pickle.dumps(worker)).curve == worker.curve  # noqa: S301
