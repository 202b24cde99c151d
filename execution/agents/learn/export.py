"""From a torch network to the arrays that decide without torch."""

from __future__ import annotations

import numpy as np
import torch
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.dqn.policies import QNetwork

from execution.agents.inference import Layer, Memory, Network, SingleArray
from execution.agents.learn.action_values import DuelingHead
from execution.agents.learn.standardise import StandardisedFeatures


def value_network(network: QNetwork) -> Network:
    """Action values as a plain perceptron; the mask is the caller's."""
    layers = _affine(network.q_net)
    head = network.q_net[-1]
    if isinstance(head, DuelingHead):
        layers += _unfolded(head)
    return _standardised(network.features_extractor, layers, is_tanh=_has_tanh(network.q_net))


def actor_network(policy: ActorCriticPolicy) -> Network:
    """Log-odds of discrete actions, up to a constant, or means of continuous ones."""
    trunk = policy.mlp_extractor.policy_net
    layers = [*_affine(trunk), *_affine(torch.nn.Sequential(policy.action_net))]
    memory = _memory(policy.lstm_actor) if isinstance(policy, RecurrentActorCriticPolicy) else None
    return _standardised(policy.pi_features_extractor, layers, is_tanh=_has_tanh(trunk), memory=memory)


def _memory(lstm: torch.nn.LSTM) -> Memory:
    of = dict(lstm.named_parameters())
    return Memory(
        input=_array(of["weight_ih_l0"].T),
        recurrent=_array(of["weight_hh_l0"].T),
        bias=_array(of["bias_ih_l0"] + of["bias_hh_l0"]),
    )


def _unfolded(head: DuelingHead) -> list[Layer]:
    """Both streams as one layer each: the value and the centred advantages are affine in what is hidden."""
    value, advantage = _layer(head.value), _layer(head.advantage)
    centred = advantage.weights - advantage.weights.mean(axis=1, keepdims=True)
    hidden = [_layer(head.value_hidden), _layer(head.advantage_hidden)]
    weights = np.vstack([np.repeat(value.weights, centred.shape[1], axis=1), centred])
    bias = value.bias + advantage.bias - advantage.bias.mean()
    joint = Layer(
        np.hstack([layer.weights for layer in hidden]), np.concatenate([layer.bias for layer in hidden])
    )
    return [joint, Layer(weights, bias)]


def _affine(modules: torch.nn.Sequential) -> list[Layer]:
    return [_layer(module) for module in modules if isinstance(module, torch.nn.Linear)]


def _layer(module: torch.nn.Linear) -> Layer:
    return Layer(_array(module.weight.T), _array(module.bias))


def _array(tensor: torch.Tensor) -> SingleArray:
    return np.array(tensor.detach().cpu().numpy(), dtype=np.float32)


def _has_tanh(modules: torch.nn.Sequential) -> bool:
    return any(isinstance(module, torch.nn.Tanh) for module in modules)


def _standardised(
    extractor: torch.nn.Module, layers: list[Layer], *, is_tanh: bool, memory: Memory | None = None
) -> Network:
    if not isinstance(extractor, StandardisedFeatures):
        raise TypeError("only networks on standardised features can be exported")
    units = 0 if memory is None else len(memory.recurrent)
    mean = np.append(_array(extractor.mean), np.zeros(units, np.float32))
    scale = np.append(_array(extractor.scale), np.ones(units, np.float32))
    return Network.of(layers, mean=mean, scale=scale, is_tanh=is_tanh, memory=memory)
