from __future__ import annotations

import numpy as np
import pytest

from execution.agents.markets import Markets
from execution.book.layout import MESSAGE, MessageKind
from execution.impact.features import features_of
from execution.impact.predictor import shipped_predictor
from execution.impact.samples import MarketSamples
from execution.impact.watch import WINDOW
from execution.impact.watched_markets import WatchedMarkets
from execution.market.batch import NO_MESSAGE, MarketBatch
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from tests.execution.impact.made_markets import samples_from

FLOW = SantaFe(limit_rates=np.full(12, 0.5), market_rate=1.0, cancel_rates=np.array([0.15]))
SECOND = 10**9


def batch(count: int = 3) -> MarketBatch:
    made = MarketBatch(
        FLOW.parameters(),
        lambda: santa_fe_state(start_ns=0, bid_ticks=9_999, ask_ticks=10_000),
        count=count,
        seed=np.random.SeedSequence(1),
        centre_ticks=10_000,
    )
    made.step_until(60 * SECOND)
    return made


def watched(count: int = 3) -> WatchedMarkets:
    return WatchedMarkets(batch(count), shipped_predictor("cnn"))


def sampled(steps: int) -> MarketSamples:
    """The first market of the batch looked at by hand."""
    markets, depth, lots = batch(), [], []
    for second in range(steps):
        markets.step_until((60 + second) * SECOND)
        depth.append(markets.depth[0, :, :5].astype(np.int64))
        lots.append((markets.account["market_lots"][0], markets.account["signed_lots"][0]))
    samples = samples_from(np.array(depth))
    whole, signed = np.diff(np.array(lots, np.float64), axis=0, prepend=[lots[0]]).T
    samples.bought[:], samples.sold[:] = (whole + signed) / 2, (whole - signed) / 2
    return samples


def test_watched_markets_are_markets() -> None:
    assert isinstance(watched(1), Markets)


@pytest.mark.parametrize("stride", [0.4, 1.0, 7.3])
def test_looks_are_a_second_apart_whatever_the_steps(stride: float) -> None:
    markets = watched()
    for step in range(1, round(40 / stride)):
        markets.step_until(round((60 + step * stride) * SECOND))
    markets.step_until(100 * SECOND)
    features, scales = features_of(sampled(41))
    np.testing.assert_allclose(markets.watch.window[0], features[-WINDOW:], atol=1e-6)
    np.testing.assert_allclose(markets.watch.scales[0], scales[-1])


def test_watching_leaves_the_markets_as_they_are() -> None:
    plain, seen = batch(), watched()
    plain.step_until(95 * SECOND)
    seen.step_until(95 * SECOND)
    np.testing.assert_array_equal(plain.depth, seen.depth)
    np.testing.assert_array_equal(plain.now_ns, seen.now_ns)


def test_markets_at_different_times_are_each_looked_at_on_their_own() -> None:
    markets, alone = watched(), watched()
    markets.step_until(60 * SECOND + SECOND * np.array([30, 5, 12]))
    alone.step_until(90 * SECOND)
    np.testing.assert_array_equal(markets.watch.window[0], alone.watch.window[0])
    np.testing.assert_array_equal(markets.now_ns, 60 * SECOND + SECOND * np.array([30, 5, 12]))


def test_an_agent_trades_through_and_is_told_a_forecast() -> None:
    markets = watched(2)
    messages = np.zeros(2, MESSAGE)
    messages["kind"] = [MessageKind.MARKET, NO_MESSAGE]
    messages["side"], messages["quantity"] = 1, 2
    markets.enter(messages)
    markets.step_until(61 * SECOND)
    assert markets.account["position"].tolist() == [2, 0]
    told = markets.forecast(np.array([1.0, -1.0]), 3.0)
    assert all(each.shape == (2,) and np.all(np.isfinite(each)) for each in told)


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="step_ns is 0"):
        WatchedMarkets(batch(1), shipped_predictor("cnn"), step_ns=0)
