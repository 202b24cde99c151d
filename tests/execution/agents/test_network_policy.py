from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from execution.agents.card import AgentCard
from execution.agents.inference import Layer, Network
from execution.agents.network_policy import NetworkPolicy, policy_bytes
from execution.agents.policy import ExecutionPolicy
from execution.errors import AgentError
from tests.twins.plain_network import plain_outputs


def _policy(*sizes: int, seed: int = 0, is_tanh: bool = False) -> NetworkPolicy:
    generator = np.random.default_rng(seed)
    layers = [
        Layer(
            generator.standard_normal((inputs, outputs), dtype=np.float32),
            generator.standard_normal(outputs, dtype=np.float32),
        )
        for inputs, outputs in pairwise(sizes)
    ]
    mean = generator.standard_normal(sizes[0], dtype=np.float32)
    scale = generator.uniform(0.5, 2.0, sizes[0]).astype(np.float32)
    card = AgentCard(
        name="agent",
        algorithm="dqn",
        feature_names=tuple(f"feature_{place}" for place in range(sizes[0])),
        action_names=tuple(f"action_{place}" for place in range(sizes[-1])),
        notes={"command": "none"},
    )
    return NetworkPolicy(card=card, network=Network.of(layers, mean=mean, scale=scale, is_tanh=is_tanh))


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=5),
    rows=st.integers(0, 4),
    seed=st.integers(0, 99),
    is_tanh=st.booleans(),
)
def test_outputs_are_those_of_the_plain_network(
    sizes: list[int], rows: int, seed: int, is_tanh: bool
) -> None:
    policy = _policy(*sizes, seed=seed, is_tanh=is_tanh)
    seen = np.random.default_rng(seed).normal(0.0, 3.0, (rows, sizes[0])).astype(np.float32)
    plain = plain_outputs(policy.network, seen)
    assert np.allclose(
        policy.outputs(seen), plain, rtol=1e-4, atol=1e-4 * (1.0 + np.abs(plain).max(initial=0))
    )


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 999))
def test_the_best_of_the_permitted_actions_is_taken(seed: int) -> None:
    policy, generator = _policy(3, 8, 5), np.random.default_rng(seed)
    seen = generator.standard_normal((6, 3)).astype(np.float32)
    mask = generator.random((6, 5)) < 0.5
    mask[:, 2] = True
    values = np.where(mask, policy.outputs(seen), -np.inf)
    assert policy.act(seen, mask).tolist() == values.argmax(axis=1).tolist()


def test_it_is_an_execution_policy() -> None:
    assert isinstance(_policy(2, 3), ExecutionPolicy)


def test_the_answer_to_a_row_depends_on_no_other_row() -> None:
    policy = _policy(4, 16, 3)
    seen = np.random.default_rng(1).standard_normal((8, 4)).astype(np.float32)
    together = policy.outputs(seen)
    alone = np.vstack([policy.outputs(seen[row : row + 1]) for row in range(8)])
    assert np.array_equal(together, alone)


def test_of_equal_outputs_the_first_permitted_wins() -> None:
    policy = _policy(2, 4)
    flat = Layer(np.zeros((2, 4), np.float32), np.zeros(4, np.float32))
    network = Network.of([flat], mean=policy.network.mean, scale=policy.network.scale, is_tanh=False)
    same = dataclasses.replace(policy, network=network)
    assert same.act(np.ones((1, 2), np.float32), np.array([[False, True, True, True]])).tolist() == [1]


@pytest.mark.parametrize("worst", [np.nan, np.inf, -np.inf])
def test_a_feature_that_is_not_finite_is_refused_by_its_row(worst: float) -> None:
    policy = _policy(2, 3)
    seen = np.array([[0.0, 1.0], [worst, 0.0]], dtype=np.float32)
    with pytest.raises(AgentError, match="row 1 has a feature that is not finite"):
        policy.act(seen, np.ones((2, 3), np.bool_))
    with pytest.raises(AgentError, match="row 1 has a feature that is not finite"):
        policy.outputs(seen)


def test_a_row_that_permits_nothing_is_refused() -> None:
    with pytest.raises(AgentError, match="row 0 permits no action"):
        _policy(2, 3).act(np.zeros((1, 2), np.float32), np.zeros((1, 3), np.bool_))


@pytest.mark.parametrize("shape", [(2,), (1, 3)])
def test_an_observation_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(AgentError, match="observation has shape"):
        _policy(2, 3).outputs(np.zeros(shape, np.float32))


@pytest.mark.parametrize("shape", [(3,), (1, 2), (2, 3)])
def test_a_mask_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(AgentError, match="mask has shape"):
        _policy(2, 3).act(np.zeros((1, 2), np.float32), np.ones(shape, np.bool_))


@pytest.mark.parametrize("is_tanh", [False, True])
def test_a_file_gives_back_what_was_saved(tmp_path: Path, is_tanh: bool) -> None:
    policy, path = _policy(3, 5, 4, is_tanh=is_tanh), tmp_path / "agent.safetensors"
    policy.save(path)
    read = NetworkPolicy.load(path, features=policy.card.feature_names, actions=policy.card.action_names)
    assert read.card == policy.card
    assert policy_bytes(read) == policy_bytes(policy) == path.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["agent.safetensors"]


def test_other_features_or_actions_than_in_training_are_refused(tmp_path: Path) -> None:
    policy, path = _policy(2, 2), tmp_path / "agent.safetensors"
    policy.save(path)
    with pytest.raises(AgentError, match="other features: number 1 is 'feature_1', expected 'spread'"):
        NetworkPolicy.load(path, features=["feature_0", "spread"])
    with pytest.raises(AgentError, match="other actions: 2 of them, expected 1"):
        NetworkPolicy.load(path, actions=["wait"])


@pytest.mark.parametrize("content", [b"", b"none of ours", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_file_that_is_none_of_ours_is_refused_by_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "agent.safetensors"
    path.write_bytes(content)
    with pytest.raises(AgentError, match=r"agent\.safetensors"):
        NetworkPolicy.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match=r"nowhere\.safetensors"):
        NetworkPolicy.load(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize(
    "card",
    [
        "",
        "[]",
        "{}",
        '{"name": 1, "algorithm": "", "feature_names": [], "action_names": [], "notes": {}}',
        '{"name": "", "algorithm": "", "feature_names": "ab", "action_names": [], "notes": {}}',
        '{"name": "", "algorithm": "", "feature_names": [], "action_names": [], "notes": {"a": 1}}',
    ],
)
def test_a_card_that_is_none_is_refused(card: str) -> None:
    with pytest.raises(AgentError, match="card"):
        AgentCard.parse(card)


def test_weights_beside_the_layers_are_refused(tmp_path: Path) -> None:
    policy, path = _policy(2, 3), tmp_path / "agent.safetensors"
    arrays = {"mean": policy.network.mean, "scale": policy.network.scale, "more": np.ones(1, np.float32)}
    save_file(arrays, path, metadata={"card": f"relu\n{policy.card.text()}"})
    with pytest.raises(AgentError, match="arrays are not those of an agent"):
        NetworkPolicy.load(path)


def test_layers_that_do_not_chain_or_are_not_finite_are_refused() -> None:
    one, two = np.ones(2, np.float32), np.ones((2, 3), np.float32)
    with pytest.raises(ValueError, match="layer 0"):
        Network.of([Layer(two, one)], mean=one, scale=one, is_tanh=False)
    with pytest.raises(ValueError, match="finite"):
        Network.of([Layer(two * np.nan, np.ones(3, np.float32))], mean=one, scale=one, is_tanh=False)
    with pytest.raises(ValueError, match="positive"):
        Network.of([Layer(two, np.ones(3, np.float32))], mean=one, scale=0.0 * one, is_tanh=False)
    with pytest.raises(ValueError, match="a layer"):
        Network.of([], mean=one, scale=one, is_tanh=False)


def test_a_card_of_other_counts_than_the_network_is_refused() -> None:
    policy = _policy(2, 3)
    card = dataclasses.replace(policy.card, action_names=("wait",))
    with pytest.raises(AgentError, match="names 2 features and 1 actions"):
        dataclasses.replace(policy, card=card)
