from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.learn.replay import PrioritisedReplay
from execution.agents.learn.sum_tree import SumTree

FEATURES = gymnasium.spaces.Box(-np.inf, np.inf, (1,), np.float32)
ACTIONS = gymnasium.spaces.Discrete(2)


def _replay(slots: int, *, markets: int = 1, n_steps: int = 1, exponent: float = 0.6) -> PrioritisedReplay:
    return PrioritisedReplay(
        slots * markets,
        FEATURES,
        ACTIONS,
        n_envs=markets,
        n_steps=n_steps,
        discount=0.5,
        priority_exponent=exponent,
    )


def _add(replay: PrioritisedReplay, step: int, *, done: bool = False, cut: bool = False) -> None:
    """Step number `step`: observed as itself, rewarded with itself + 1, followed by step + 1."""
    markets = replay.n_envs
    infos = [{"TimeLimit.truncated": cut}] * markets
    replay.add(
        np.full((markets, 1), step, np.float32),
        np.full((markets, 1), step + 1.0, np.float32),
        np.zeros(markets, np.int64),
        np.full(markets, step + 1.0, np.float32),
        np.full(markets, done or cut),
        infos,
    )


def _by_step(replay: PrioritisedReplay) -> dict[float, tuple[float, float, float]]:
    """Return, discount and where it ends, by the step that a draw starts at."""
    batch = replay.draw(400, 0.0, np.random.default_rng(0))
    rows = zip(
        batch.observations[:, 0].tolist(),
        batch.returns[:, 0].tolist(),
        batch.discounts[:, 0].tolist(),
        batch.next_observations[:, 0].tolist(),
        strict=True,
    )
    return {start: (reward, discount, end) for start, reward, discount, end in rows}


@settings(deadline=None, max_examples=30)
@given(
    priorities=st.lists(st.floats(0.0, 10.0), min_size=1, max_size=20).filter(lambda all_: sum(all_) > 0.1)
)
def test_a_leaf_is_drawn_for_its_share_of_the_uniforms(priorities: list[float]) -> None:
    tree = SumTree(len(priorities))
    tree.set(np.arange(len(priorities)), np.array(priorities))
    drawn = tree.draw((np.arange(4000) + 0.5) / 4000)
    shares = np.bincount(drawn, minlength=len(priorities)) / 4000
    assert np.abs(shares - np.array(priorities) / sum(priorities)).max() < 1e-3
    assert tree.total == pytest.approx(sum(priorities))


def test_a_leaf_without_priority_is_never_drawn_even_at_the_edge_of_rounding() -> None:
    tree = SumTree(3)
    tree.set(np.array([0, 1]), np.array([0.1, 0.2]))
    assert set(tree.draw(np.array([0.0, 0.5, np.nextafter(1.0, 0.0), 1.0])).tolist()) == {0, 1}


def test_a_tree_of_no_leaves_is_refused() -> None:
    with pytest.raises(ValueError, match="a tree needs a leaf"):
        SumTree(0)


def test_transitions_are_drawn_by_their_errors_and_weighted_against_it() -> None:
    replay = _replay(2, exponent=1.0)
    _add(replay, 0)
    _add(replay, 1)
    replay.learn(np.array([0, 1]), np.array([3.0, -1.0], np.float32))
    batch = replay.draw(4000, 1.0, np.random.default_rng(1))
    assert np.count_nonzero(batch.leaves == 0) == pytest.approx(3000, abs=1)
    assert batch.weights[batch.leaves == 0].numpy() == pytest.approx(1.0 / 3.0, rel=1e-5)
    assert batch.weights[batch.leaves == 1].numpy() == pytest.approx(1.0)


def test_no_exponent_draws_evenly() -> None:
    replay = _replay(2, exponent=0.0)
    _add(replay, 0)
    _add(replay, 1)
    replay.learn(np.array([0, 1]), np.array([30.0, 0.0], np.float32))
    batch = replay.draw(1000, 0.4, np.random.default_rng(1))
    assert np.count_nonzero(batch.leaves == 0) == pytest.approx(500, abs=1)


def test_what_is_new_has_the_highest_priority() -> None:
    replay = _replay(3, exponent=1.0)
    _add(replay, 0)
    replay.learn(np.array([0]), np.array([7.0], np.float32))
    _add(replay, 1)
    assert replay.tree.priorities(np.array([0, 1])).tolist() == pytest.approx([7.0, 7.0], rel=1e-5)


def test_returns_over_steps_are_those_by_hand() -> None:
    replay = _replay(8, n_steps=3)
    for step in range(5):
        _add(replay, step, done=step == 3)
    found = _by_step(replay)
    assert found[0.0] == (1.0 + 2.0 / 2 + 3.0 / 4, 0.125, 3.0)
    assert found[1.0] == (2.0 + 3.0 / 2 + 4.0 / 4, 0.0, 4.0)
    assert found[3.0] == (4.0, 0.0, 4.0)
    assert found[4.0] == (5.0, 0.5, 5.0)  # the newest: what follows is not known yet


def test_an_episode_cut_by_time_is_valued_where_it_was_cut() -> None:
    replay = _replay(8, n_steps=3)
    for step in range(4):
        _add(replay, step, cut=step == 1)
    assert _by_step(replay)[0.0] == (1.0 + 2.0 / 2, 0.25, 2.0)


def test_returns_do_not_reach_over_a_cut_between_rounds() -> None:
    replay = _replay(8, n_steps=3)
    _add(replay, 0)
    replay.cut()
    _add(replay, 5)
    assert _by_step(replay)[0.0] == (1.0, 0.5, 1.0)


def test_a_full_replay_forgets_the_oldest_and_does_not_reach_over_its_edge() -> None:
    replay = _replay(4, n_steps=3)
    for step in range(6):
        _add(replay, step)
    found = _by_step(replay)
    assert set(found) == {2.0, 3.0, 4.0, 5.0}
    assert found[2.0] == (3.0 + 4.0 / 2 + 5.0 / 4, 0.125, 5.0)
    assert found[4.0] == (5.0 + 6.0 / 2, 0.25, 6.0)


def test_markets_side_by_side_keep_to_themselves() -> None:
    replay = _replay(4, markets=2, n_steps=2)
    replay.rewards[:2] = [[1.0, 10.0], [2.0, 20.0]]
    replay.pos = 2
    returns, _, _ = replay._accumulate(np.zeros(2, np.int64), np.arange(2))
    assert returns.tolist() == [2.0, 20.0]


def test_a_restored_replay_draws_the_same() -> None:
    replay, other = _replay(4, markets=2, n_steps=2), _replay(4, markets=2, n_steps=2)
    for step in range(6):
        _add(replay, step, done=step == 3)
    replay.learn(np.array([1, 5]), np.array([0.3, 4.0], np.float32))
    other.restore(replay.arrays())
    first = replay.draw(16, 0.4, np.random.default_rng(3))
    second = other.draw(16, 0.4, np.random.default_rng(3))
    assert all(np.array_equal(left, right) for left, right in zip(first, second, strict=True))
    assert (other.pos, other.full, other.highest) == (replay.pos, replay.full, replay.highest)


def test_both_observations_of_a_transition_are_kept() -> None:
    with pytest.raises(ValueError, match="both observations"):
        PrioritisedReplay(4, FEATURES, ACTIONS, optimize_memory_usage=True)
