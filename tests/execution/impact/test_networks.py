from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")

import torch

from execution.impact.features import FEATURES, mirror
from execution.impact.layers import KINDS, MID_LONG, MID_SHORT, TOUCH, Kind
from execution.impact.memory_cell import fast_tanh
from execution.impact.networks import ImpactNetwork
from execution.impact.predictor import Predictor
from execution.impact.watch import WINDOW

MARKETS = 12
UNIT = np.array([1.0, 3.0, 0.7], np.float32)


def network(kind: Kind) -> ImpactNetwork:
    """Weights of a size that no head is 0 and no unit is idle."""
    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    made = ImpactNetwork(kind, rng.normal(size=FEATURES), rng.uniform(0.5, 1.5, FEATURES))
    for weights in made.parameters():
        torch.nn.init.normal_(weights, std=0.2)
    return made


def market_views() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    window = rng.normal(size=(MARKETS, WINDOW, FEATURES)).astype(np.float32)
    side = np.where(np.arange(MARKETS) % 2 == 0, 1.0, -1.0)
    return window, rng.uniform(0.5, 90.0, (MARKETS, 3)), side, rng.uniform(1.0, 500.0, MARKETS)


@pytest.mark.parametrize("kind", KINDS)
def test_inference_is_the_torch_network_within_1e_5(kind: Kind) -> None:
    window, scales, side, quantity = market_views()
    made = network(kind)
    order, sign = mirror()
    view = np.where(side[:, None, None] > 0, window, window[:, :, order] * sign).astype(np.float32)
    with torch.no_grad():
        root = torch.from_numpy(np.sqrt(quantity / scales[:, 1]).astype(np.float32))
        heads, impact = (each.numpy() for each in made(torch.from_numpy(view), root))
    predictor = Predictor(kind=kind, weights={**made.arrays(), "target_scale": UNIT})
    told = predictor.forecast(window, scales, side, quantity)
    move = scales[:, 0]
    np.testing.assert_allclose(
        told.next_move_ticks / (move * UNIT[MID_SHORT]), heads[:, MID_SHORT], atol=1e-5
    )
    np.testing.assert_allclose(told.mid_move_ticks / (move * UNIT[MID_LONG]), heads[:, MID_LONG], atol=1e-5)
    np.testing.assert_allclose(
        np.log(told.touch_lots / scales[:, 1]) / UNIT[TOUCH], heads[:, TOUCH], atol=1e-5
    )
    np.testing.assert_allclose(told.impact_ticks / move, impact, rtol=1e-5)


def test_the_fast_tangent_is_the_tangent() -> None:
    x = np.linspace(-20.0, 20.0, 4001, dtype=np.float32)
    told = np.array([fast_tanh(each) for each in x])
    np.testing.assert_allclose(told, [math.tanh(each) for each in x], atol=1e-6)
