"""News that instruments share: their fundamentals correlate as stated, and one alone hears what it did."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from execution.market.regime import MarketConditions
from execution.market.shared_news import correlated_news
from execution.market.simulator import MarketSimulator
from execution.orders import Side

CONDITIONS = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.3, half_spread_ticks=1.0, average_daily_volume=2e6
)
SECOND = 10**9


def generators(count: int, seed: int = 5) -> list[np.random.Generator]:
    return [np.random.default_rng([seed, i]) for i in range(count)]


def markets(correlation: npt.ArrayLike, seed: int = 5) -> list[MarketSimulator]:
    count = len(np.asarray(correlation))
    news = correlated_news(generators(count, seed), correlation)
    return [
        MarketSimulator(CONDITIONS, 0, rng, news=own)
        for rng, own in zip(generators(count, seed), news, strict=True)
    ]


def news_path(simulator: MarketSimulator, seconds: int) -> npt.NDArray[np.float64]:
    path = []
    for second in range(seconds):
        simulator.advance_to(second * SECOND)
        path.append(simulator.engine.news_ticks)
    return np.array(path)


def test_fundamentals_correlate_as_stated() -> None:
    stated = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, 0.1], [-0.3, 0.1, 1.0]])
    moves = np.diff([news_path(market, 400) for market in markets(stated)], axis=1)
    np.testing.assert_allclose(np.corrcoef(moves), stated, atol=0.13)
    assert np.std(moves, axis=1) == pytest.approx([np.std(moves)] * 3, rel=0.15)


def test_markets_that_move_as_one_hear_the_same_news() -> None:
    one, other, against = markets([[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]])
    path = news_path(one, 30)
    np.testing.assert_array_equal(news_path(other, 30), path)
    np.testing.assert_array_equal(news_path(against, 30), -path)


def test_without_correlation_each_market_is_what_it_is_alone() -> None:
    for together, rng in zip(markets(np.eye(3)), generators(3), strict=True):
        alone = MarketSimulator(CONDITIONS, 0, rng)
        for market in (together, alone):
            market.advance_to(20 * SECOND)
        assert together.engine.news_ticks == alone.engine.news_ticks
        assert together.depth(Side.BUY, 5) == alone.depth(Side.BUY, 5)


def test_what_an_agent_does_in_one_market_moves_no_other_s_news() -> None:
    correlation = np.array([[1.0, 0.9], [0.9, 1.0]])
    quiet, busy = markets(correlation), markets(correlation)
    for second in range(20):
        for market in (*quiet, *busy):
            market.advance_to(second * SECOND)
        busy[0].submit_market(Side.BUY, 200)
    assert [m.engine.news_ticks for m in busy] == [m.engine.news_ticks for m in quiet]
    assert busy[1].depth(Side.SELL, 3) == quiet[1].depth(Side.SELL, 3)


def test_news_can_be_heard_again() -> None:
    (news,) = correlated_news(generators(1), [[1.0]])
    paths = [news_path(MarketSimulator(CONDITIONS, 0, generators(1)[0], news=news), 10) for _ in range(2)]
    np.testing.assert_array_equal(paths[0], paths[1])


@pytest.mark.parametrize(
    "wrong", [np.eye(3), [[1.0, 0.5], [0.4, 1.0]], [[1.0, 1.2], [1.2, 1.0]], [[1.0, np.nan], [np.nan, 1.0]]]
)
def test_what_is_no_correlation_is_refused(wrong: npt.ArrayLike) -> None:
    with pytest.raises(ValueError, match="correlation matrix of 2"):
        correlated_news(generators(2), wrong)


def test_no_market_has_no_news() -> None:
    assert correlated_news([], np.empty((0, 0))) == ()
