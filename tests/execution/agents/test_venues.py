"""A desk at several venues: never more at work than is left, every lot and every tick accounted for."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st
from stable_baselines3.common.env_checker import check_env as check_for_stable_baselines

from execution.agents.actions import Placement, Wanted, default_actions
from execution.agents.desk import Desk
from execution.agents.environment import ExecutionEnv
from execution.agents.episodes import Episodes
from execution.agents.market_source import ScenarioSource
from execution.agents.observation import FEATURES
from execution.agents.terms import MarketTerms, VenueFees, terms_of_scenario
from execution.agents.vector_environment import ExecutionVectorEnv
from execution.agents.venue_observation import VENUE_FEATURES
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import load_market
from tests.execution.agents.small_markets import small_task

SECOND = 10**9
EVERYWHERE = np.ones(2, np.bool_)


def both_venues() -> ScenarioSource:
    return ScenarioSource([load_market("venues")], venue_count=2)


def desk_of(
    seed: int, quantity: int, decisions: int = 6, venue_count: int = 2, interval_ns: int = 5 * SECOND
) -> Desk:
    """Two markets, bought in one and sold in the other."""
    source = ScenarioSource([load_market("venues")], venue_count=venue_count)
    markets, terms = source.make(2, np.random.SeedSequence(seed))
    desk = Desk(markets, terms, default_actions(), interval_ns)
    desk.begin(EVERYWHERE, np.array([1, -1]), np.full(2, quantity), decisions)
    return desk


def wish(rng: np.random.Generator, desk: Desk) -> Wanted:
    """Anything at any venue, much of it more than is left."""
    shape, most = (len(desk), 2), 1 + int(desk.left.max())
    side, touch = desk.memory["side"][:, None], desk.orders.touch(desk.memory["side"])[:, :, 0]
    return Wanted(
        take=rng.integers(0, most, shape) * (rng.random(shape) < 0.2),
        placement=rng.integers(-1, 5, shape),
        rest=rng.integers(0, 2 * most, shape),
        price_ticks=touch - side * rng.integers(0, 3, shape),
    )


@given(st.integers(0, 2**31), st.sampled_from([3, 400, 5000]))
@settings(deadline=None, max_examples=12)
def test_no_more_is_at_work_than_is_left_and_costs_add_up_exactly(seed: int, quantity: int) -> None:
    desk, rng = desk_of(seed % 3, quantity), np.random.default_rng(seed)
    total = np.zeros(2)
    for _ in range(6):
        costs = desk.work(wish(rng, desk))
        # Ticks and half ticks are exact; fees, added and taken off again, would leave their rounding.
        total += costs._replace(fees=np.zeros(2)).total
        assert (desk.left >= 0).all()
        assert (desk.orders.resting.sum(axis=1) <= desk.left).all()
        positions = sum(venue.account["position"] for venue in desk.orders.venues)
        np.testing.assert_array_equal(desk.memory["side"] * positions + desk.left, quantity)
    np.testing.assert_array_equal(total, desk.shortfall())
    assert (desk.orders.resting == 0).all()


def test_no_share_comes_from_nowhere_over_the_venues() -> None:
    desk, rng = desk_of(5, 4000), np.random.default_rng(5)
    batch = desk.markets
    assert isinstance(batch, AgentMarketBatch)
    held = [one.arrays.participants["position"].sum() for one in batch.markets]
    for _ in range(6):
        desk.work(wish(rng, desk))
    now = [one.arrays.participants["position"].sum() for one in batch.markets]
    np.testing.assert_array_equal(np.array(now) + batch.account["position"], held)


def test_each_venue_charges_its_own_fees() -> None:
    desk = desk_of(6, 9000)
    fees = [desk.work(wish(np.random.default_rng(k), desk)).fees for k in range(6)]
    made_main, took_main = (desk.orders.venues[0].account[name] for name in ("maker_lots", "taker_lots"))
    made, took = (desk.orders.venues[1].account[name] for name in ("maker_lots", "taker_lots"))
    charged = -0.2 * made_main + 0.3 * took_main + 0.3 * made - 0.2 * took
    np.testing.assert_allclose(sum(fees), charged, rtol=1e-9)
    assert made_main.any()
    assert made.any()


def test_who_names_the_first_venue_alone_trades_as_where_there_is_one() -> None:
    alone, both = (desk_of(7, 3000, decisions=9, venue_count=count) for count in (1, 2))
    rng = np.random.default_rng(7)
    for _ in range(8):
        chosen = np.array([rng.choice(np.flatnonzero(row)) for row in alone.mask()])
        np.testing.assert_array_equal(alone.mask(), both.mask())
        for one, other in zip(alone.act(chosen), both.act(chosen), strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_venue_of_which_nothing_is_said_keeps_its_order_at_the_touch() -> None:
    table, desk = default_actions(2), desk_of(8, 200_000, decisions=20)
    desk.table = table
    joins = [table.names.index(name) for name in ("join 1", "join 1 at 2", "as before")]
    for chosen in joins:
        desk.act(np.full(2, chosen))
    side = desk.memory["side"]
    near = desk.orders.touch(side)[:, :, 0]
    rests = desk.orders.resting > 0
    assert rests.any(axis=0).all()
    assert (desk.orders.placement == Placement.JOIN).all()
    # Orders have followed the touch up to a second ago.
    assert (np.abs(desk.orders.price_ticks - near)[rests] <= 3).all()


def test_what_is_asked_for_now_goes_before_what_rests_elsewhere() -> None:
    desk = desk_of(9, 1000, interval_ns=SECOND)  # a single look: no order follows the touch
    near = desk.orders.touch(desk.memory["side"])[:, :, 0] - 30 * desk.memory["side"][:, None]
    nothing = np.zeros((2, 2), np.int64)
    for venue in (0, 1):
        named = np.array([venue == 0, venue == 1])
        desk.work(
            Wanted(
                take=nothing,
                placement=np.where(named, Placement.JOIN, Placement.AS_BEFORE) * np.ones((2, 1), np.int64),
                rest=np.where(named, 900 - 200 * venue, 0) * np.ones((2, 1), np.int64),
                price_ticks=near,
            )
        )
    np.testing.assert_array_equal(desk.orders.resting, [[300, 700], [300, 700]])


def test_gymnasium_and_stable_baselines_find_nothing_to_object_to_with_two_venues() -> None:
    env = ExecutionEnv(both_venues(), small_task(), strict=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*alternative render modes.*")
        check_env(env)
        check_for_stable_baselines(env)
    assert env.observation_space.shape == (len(FEATURES) + 2 * len(VENUE_FEATURES),)


def test_permitted_actions_are_done_in_many_markets_of_two_venues() -> None:
    env, rng = ExecutionVectorEnv(both_venues(), small_task(), count=3), np.random.default_rng(1)
    observation, info = env.reset(seed=1)
    for _ in range(14):
        chosen = np.array([rng.choice(np.flatnonzero(row)) for row in info["action_mask"]])
        observation, _, _, _, info = env.step(chosen)
        assert (np.abs(observation) <= 4.0).all()
        # The first venue's own block says what FEATURES say of it.
        names = ("spread", "near_touch", "far_touch", "touch_imbalance", "resting_distance")
        own = observation[:, [len(FEATURES) + VENUE_FEATURES.index(name) for name in names]]
        np.testing.assert_allclose(own, observation[:, [FEATURES.index(name) for name in names]], atol=1e-6)


def test_an_episode_of_markets_of_two_venues_has_their_actions() -> None:
    episodes = Episodes(both_venues(), small_task(), count=1, seed=np.random.SeedSequence(1))
    assert episodes.table.names == default_actions(2).names
    assert len(episodes.desk.features) == episodes.desk.observation().shape[1]


def test_markets_of_other_venues_than_asked_for_are_refused() -> None:
    for name, count in (("calm", 2), ("pair", 2), ("venues", 3)):
        with pytest.raises(ValueError, match="expected one instrument at each"):
            AgentMarketBatch([load_market(name)], [np.random.SeedSequence(1)], venue_count=count)


def test_actions_of_more_venues_than_the_markets_have_are_refused() -> None:
    markets, terms = ScenarioSource([load_market("calm")]).make(1, np.random.SeedSequence(1))
    with pytest.raises(ValueError, match="actions name venue 2, markets have 1"):
        Desk(markets, terms, default_actions(2), SECOND)


def test_terms_name_the_fees_of_every_venue() -> None:
    terms = terms_of_scenario(load_market("venues"), venue_count=2)
    assert terms.fees == (VenueFees(-0.2, 0.3), VenueFees(0.3, -0.2))
    assert MarketTerms(lots_per_second=1.0, volatility_ticks=1.0, tick_size=0.01).fees == (
        VenueFees(0.0, 0.0),
    )
