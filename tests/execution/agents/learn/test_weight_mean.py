from __future__ import annotations

import numpy as np
import pytest
import torch

from execution.agents.learn.weight_mean import WeightMean


def _network(weight: float) -> torch.nn.Linear:
    network = torch.nn.Linear(2, 1)
    with torch.no_grad():
        network.weight.fill_(weight)
        network.bias.fill_(-weight)
    return network


def test_a_network_is_lent_the_mean_and_has_its_own_weights_back() -> None:
    mean, network = WeightMean(), _network(5.0)
    for weight in (1.0, 2.0, 6.0):
        mean.add(_network(weight))
    with mean.in_place(network):
        assert network.weight.tolist() == [pytest.approx([3.0, 3.0])]
        assert network.bias.tolist() == pytest.approx([-3.0])
    assert network.weight.tolist() == [[5.0, 5.0]]


def test_a_mean_of_nothing_leaves_a_network_as_it_is() -> None:
    mean, network = WeightMean(), _network(5.0)
    with mean.in_place(network):
        assert network.weight.tolist() == [[5.0, 5.0]]
    assert mean.arrays() == {}


def test_what_is_learnt_afterwards_does_not_change_the_mean() -> None:
    mean, network = WeightMean(), _network(1.0)
    mean.add(network)
    with torch.no_grad():
        network.weight.fill_(9.0)
    assert mean.means["weight"].tolist() == [[1.0, 1.0]]


def test_a_restored_mean_goes_on_to_the_same_bits() -> None:
    mean, other = WeightMean(), WeightMean()
    for weight in (1.0, 2.5):
        mean.add(_network(weight))
    other.restore({**mean.arrays(), "place": np.zeros(3)})
    for each in (mean, other):
        each.add(_network(0.1))
    assert other.count == 3
    assert torch.equal(other.means["weight"], mean.means["weight"])
