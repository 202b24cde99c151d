from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.card import AgentCard
from execution.agents.inference import Layer, Memory, Network
from execution.agents.network_policy import NetworkPolicy, RememberingPolicy, policy_bytes
from execution.agents.policy import ExecutionPolicy, PolicyOfOrders, begun
from execution.errors import AgentError
from tests.twins.plain_network import plain_memory, plain_outputs

ALL = np.ones((2, 3), np.bool_)


def _memory(features: int, units: int, seed: int = 0) -> Memory:
    rng = np.random.default_rng(seed)
    shapes = ((features, 4 * units), (units, 4 * units), (4 * units,))
    return Memory(*(rng.standard_normal(shape).astype(np.float32) for shape in shapes))


def _policy(features: int = 4, units: int = 5, seed: int = 0) -> NetworkPolicy:
    rng = np.random.default_rng(seed)
    layers = [Layer(rng.standard_normal((features + units, 3)).astype(np.float32), np.zeros(3, np.float32))]
    network = Network.of(
        layers,
        mean=np.append(rng.standard_normal(features), np.zeros(units)).astype(np.float32),
        scale=np.append(rng.uniform(0.5, 2.0, features), np.ones(units)).astype(np.float32),
        is_tanh=True,
        memory=_memory(features, units, seed),
    )
    card = AgentCard(
        name="remembers",
        algorithm="recurrent-ppo",
        feature_names=tuple(f"feature_{place}" for place in range(features)),
        action_names=("a", "b", "c"),
    )
    return NetworkPolicy(card=card, network=network)


def _seen(steps: int, rows: int, features: int = 4, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 3.0, (steps, rows, features)).astype(np.float32)


@settings(deadline=None, max_examples=25)
@given(features=st.integers(1, 9), units=st.integers(1, 12), rows=st.integers(0, 4), seed=st.integers(0, 99))
def test_outputs_are_those_of_the_plain_network(features: int, units: int, rows: int, seed: int) -> None:
    policy, seen = _policy(features, units, seed), _seen(6, rows, features, seed)
    at_work = RememberingPolicy(policy, rows)
    told = np.array([at_work.outputs(step) for step in seen]).reshape(6, rows, 3)
    joined = np.concatenate([seen, plain_memory(policy.network, seen)], axis=2)
    plain = plain_outputs(policy.network, joined.reshape(6 * rows, features + units)).reshape(6, rows, 3)
    np.testing.assert_allclose(told, plain, rtol=1e-3, atol=1e-3)


def test_an_order_begins_with_nothing_remembered() -> None:
    policy, seen = _policy(), _seen(5, 2)
    first, again = policy.begin(2), policy.begin(2)
    answers = [first.act(step, ALL).tolist() for step in seen]
    assert answers == [again.act(step, ALL).tolist() for step in seen]


def test_one_market_forgets_and_the_others_do_not() -> None:
    at_work, whole, fresh = (RememberingPolicy(_policy(), 2) for _ in range(3))
    seen = _seen(4, 2)
    for step in seen:
        at_work.outputs(step)
        whole.outputs(step)
    at_work.restart(np.array([True, False]))
    told = at_work.outputs(seen[0])
    assert np.array_equal(told[0], fresh.outputs(seen[0])[0])
    assert np.array_equal(told[1], whole.outputs(seen[0])[1])


def test_a_policy_with_a_memory_answers_only_once_begun() -> None:
    with pytest.raises(AgentError, match="has a memory"):
        _policy().act(_seen(1, 2)[0], ALL)
    assert isinstance(_policy(), PolicyOfOrders)
    assert isinstance(_policy().begin(2), ExecutionPolicy)


def test_policies_without_a_memory_begin_as_they_are() -> None:
    class Waits:
        name = "waits"

        def act(self, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
            return np.zeros(len(observation), np.int64)

    waits = Waits()
    assert begun(waits, 3) is waits
    assert isinstance(begun(_policy(), 3), RememberingPolicy)


def test_another_number_of_markets_than_begun_is_refused() -> None:
    with pytest.raises(AgentError, match="3 observations, expected one of each of 2 markets"):
        _policy().begin(2).act(_seen(1, 3)[0], np.ones((3, 3), np.bool_))


def test_what_is_not_finite_is_refused_and_nothing_of_it_remembered() -> None:
    at_work, plain = RememberingPolicy(_policy(), 2), RememberingPolicy(_policy(), 2)
    seen = _seen(2, 2)
    wrong = seen[0].copy()
    wrong[1, 2] = np.nan
    with pytest.raises(AgentError, match="row 1 has a feature that is not finite"):
        at_work.act(wrong, ALL)
    assert np.array_equal(at_work.outputs(seen[0]), plain.outputs(seen[0]))


def test_a_memory_goes_through_its_file_to_the_bit(tmp_path: Path) -> None:
    policy = _policy()
    policy.save(tmp_path / "agent.safetensors")
    read = NetworkPolicy.load(tmp_path / "agent.safetensors")
    assert policy_bytes(read) == policy_bytes(policy)
    assert read.network.features == 4
    assert read.network.units == 5


@pytest.mark.parametrize("wrong", [(3, 5), (4, 6)])
def test_a_memory_that_does_not_fit_is_refused(wrong: tuple[int, int]) -> None:
    network = _policy().network
    with pytest.raises(ValueError, match="a memory has arrays"):
        Network.of(
            network.layers(),
            mean=network.mean,
            scale=network.scale,
            is_tanh=True,
            memory=_memory(*wrong),
        )


def test_what_is_remembered_is_not_standardised() -> None:
    network = _policy().network
    with pytest.raises(ValueError, match="mean of 0 and a scale of 1"):
        Network.of(
            network.layers(),
            mean=network.mean,
            scale=2.0 * network.scale,
            is_tanh=True,
            memory=network.memory,
        )
