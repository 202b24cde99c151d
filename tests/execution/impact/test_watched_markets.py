from __future__ import annotations

import numpy as np
import pytest

from execution.agents.actions import default_actions
from execution.agents.desk import Desk
from execution.agents.episodes import Episodes
from execution.agents.market_source import ScenarioSource
from execution.agents.markets import Markets, venues_of
from execution.agents.observation import FEATURES
from execution.agents.task import ExecutionTask
from execution.agents.terms import terms_of_scenario
from execution.book.layout import MESSAGE, MessageKind
from execution.impact.features import features_of
from execution.impact.predictor import shipped_predictor
from execution.impact.samples import MarketSamples
from execution.impact.watch import WINDOW
from execution.impact.watched_markets import WatchedMarkets, WatchedSource
from execution.market.agent_batch import AgentMarketBatch
from execution.market.batch import NO_MESSAGE, MarketBatch
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from execution.market.scenario import load_market
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


def news_batch(count: int = 2) -> AgentMarketBatch:
    return AgentMarketBatch([load_market("news")] * count, np.random.SeedSequence(3).spawn(count))


def test_headlines_and_surprises_are_handed_on_where_there_are_any() -> None:
    batch_of_news = news_batch()
    markets = WatchedMarkets(batch_of_news, shipped_predictor("cnn"))
    markets.step_until(400 * SECOND)
    np.testing.assert_array_equal(markets.sentiment, batch_of_news.sentiment)
    np.testing.assert_array_equal(markets.surprise_ticks, batch_of_news.surprise_ticks)
    assert batch_of_news.surprise_ticks.any()
    assert not hasattr(watched(1), "sentiment")


def test_an_agents_desk_shows_what_is_forecast_for_its_side_and_slice() -> None:
    markets = WatchedMarkets(news_batch(), shipped_predictor("cnn"))
    desk = Desk(markets, [terms_of_scenario(load_market("news"))] * 2, default_actions(), 5 * SECOND)
    desk.watch(10)
    side, quantity = np.array([1, -1]), np.array([4_000, 8_000])
    desk.begin(np.ones(2, np.bool_), side, quantity, 20)
    seen = dict(zip(FEATURES, desk.observation().T, strict=True))
    told = markets.forecast(side, quantity // 20)
    deviation = desk.memory["usual_deviation"]
    np.testing.assert_allclose(seen["forecast_move"], told.next_move_ticks / deviation, rtol=1e-5)
    np.testing.assert_allclose(seen["forecast_impact"], told.impact_ticks / deviation, rtol=1e-5)
    usual = desk.memory["usual_volume"]
    np.testing.assert_allclose(
        seen["forecast_liquidity"], np.log((told.touch_lots + 1) / (usual + 1)), rtol=1e-4
    )


def test_an_agent_trades_at_every_venue_of_watched_markets() -> None:
    plain = AgentMarketBatch([load_market("venues")], np.random.SeedSequence(3).spawn(1), venue_count=2)
    markets = WatchedMarkets(plain, shipped_predictor("cnn"))
    assert venues_of(markets) == venues_of(plain)
    alone = watched(1)
    assert venues_of(alone) == (alone,)


def test_a_market_that_is_renewed_is_watched_from_its_start() -> None:
    source = WatchedSource(ScenarioSource([load_market("calm")]), shipped_predictor("cnn"))
    markets, _ = source.make(2, np.random.SeedSequence(1))
    markets.step_until(30 * SECOND)
    kept = markets.watch.window[1].copy()
    assert source.renew(markets, 0, np.random.SeedSequence(5)) is not None
    fresh = WatchedSource(ScenarioSource([load_market("calm")]), shipped_predictor("cnn"))
    alone, _ = fresh.make(1, np.random.SeedSequence(2))
    fresh.renew(alone, 0, np.random.SeedSequence(5))
    np.testing.assert_array_equal(markets.watch.window[0], alone.watch.window[0])
    np.testing.assert_array_equal(markets.watch.window[1], kept)
    markets.step_until(markets.now_ns + 25 * SECOND)
    alone.step_until(25 * SECOND)
    np.testing.assert_array_equal(markets.watch.window[0], alone.watch.window[0])


def test_an_environment_learns_in_watched_markets() -> None:
    source = WatchedSource(ScenarioSource([load_market("calm")]), shipped_predictor("cnn"))
    task = ExecutionTask(horizon_seconds=20.0, decisions=4, participation=(0.1, 0.2), pause=1)
    episodes = Episodes(source, task, count=2, seed=np.random.SeedSequence(0), orders=1)
    for _ in range(6):
        step = episodes.step(episodes.mask().argmax(axis=1))
    assert np.any(step.observation[:, FEATURES.index("forecast_liquidity")] != 0.0)
