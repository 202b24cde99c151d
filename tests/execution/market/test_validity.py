"""Markets of every regime stay markets: makers alive, both sides quoted, nobody meets an empty book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.market.agent_market import AgentMarket
from execution.market.layout import ParticipantKind
from execution.market.scenario import MarketScenario, TimelineStretch, load_market
from execution.market.validity import run_measured

SECOND = 10**9
REGIMES = ("calm", "volatile", "squeeze", "news")


def soon(scenario: MarketScenario) -> MarketScenario:
    """The same regimes, each for two minutes."""
    stretches = tuple(TimelineStretch(regime=one.regime, minutes=2.0) for one in scenario.timeline)
    return replace(scenario, timeline=stretches)


@pytest.mark.parametrize("name", REGIMES)
def test_every_maker_of_fifty_seeds_quotes_throughout(name: str) -> None:
    scenario = soon(load_market(name))
    for seed in range(50):
        market = AgentMarket(scenario, 0, np.random.SeedSequence(seed))
        validity = run_measured(market, 480 * SECOND, sample_ns=20 * SECOND)
        assert validity.is_valid, (seed, validity)
        assert validity.venues[0].met_nobody < 1e-5 * validity.venues[0].messages
        assert validity.overruns < 1e-3 * validity.venues[0].messages
        assert 1.0 <= validity.venues[0].spread_ticks < 50.0


@pytest.mark.parametrize("name", REGIMES)
def test_a_whole_session_stays_a_market(name: str) -> None:
    market = AgentMarket(load_market(name), 0, np.random.SeedSequence(99))
    validity = run_measured(market, 23_400 * SECOND, sample_ns=60 * SECOND)
    assert validity.is_valid, validity
    assert validity.venues[0].completion > 0.5


def test_a_squeezed_market_is_wider_and_thinner_than_a_calm_one() -> None:
    spreads, depths = [], []
    for name in ("calm", "squeeze"):
        market = AgentMarket(load_market(name), 0, np.random.SeedSequence(5))
        spreads.append(run_measured(market, 600 * SECOND).venues[0].spread_ticks)
        depths.append(sum(level.volume for level in market.faces[0].depth(1, 5)))
    assert spreads[1] > 1.3 * spreads[0]
    assert depths[1] < 0.6 * depths[0]


def test_a_news_shock_moves_the_price_and_thins_the_bids() -> None:
    scenario = load_market("news")
    moves, bids, asks = [], 0, 0
    for seed in range(5):
        market = AgentMarket(scenario, 0, np.random.SeedSequence(seed))
        market.run(1_790 * SECOND)
        before = int(market.arrays.venues["last_bid"][0])
        for second in range(1_810, 2_690, 40):
            market.run(second * SECOND)
            bids += sum(level.volume for level in market.faces[0].depth(1, 5))
            asks += sum(level.volume for level in market.faces[0].depth(-1, 5))
        moves.append(int(market.arrays.venues["last_bid"][0]) - before)
    daily = market.arrays.instruments["daily_volatility"][0]
    assert np.mean(moves) < -0.8 * daily
    assert bids < 0.8 * asks


def test_a_market_without_makers_or_crowd_is_found_out() -> None:
    calm = load_market("calm")
    lonely = replace(
        calm, participants=tuple(one for one in calm.participants if one.kind is ParticipantKind.META_ORDER)
    )
    validity = run_measured(AgentMarket(lonely, 0, np.random.SeedSequence(1)), 1_200 * SECOND)
    assert not validity.is_valid
    assert validity.venues[0].met_nobody > 0
    assert validity.venues[0].completion == 0.0
