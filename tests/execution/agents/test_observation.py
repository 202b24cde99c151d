"""What an agent is shown: its own side first, the same for a buyer and for a seller in a mirrored market."""

from __future__ import annotations

import numpy as np

from execution.agents.observation import FEATURES, MEMORY, look, observe
from execution.market.batch_kernel import ACCOUNT


def memories(side: int) -> np.ndarray:
    memory = np.zeros(1, MEMORY)
    for name, value in {
        "side": side,
        "quantity": 1000,
        "left": 600,
        "decision": 3,
        "decisions": 10,
        "usual_volume": 500.0,
        "usual_deviation": 2.0,
        "usual_spread": 2.0,
    }.items():
        memory[name] = value
    return memory


def seen(side: int, mids: list[int], near: tuple[int, int], far: tuple[int, int]) -> dict[str, float]:
    """What the order's owner sees when the mid has gone through these ticks, upwards for a buyer."""
    memory, account = memories(side), np.zeros(1, ACCOUNT)
    depth = np.zeros((1, 2, 5, 2), np.int32)
    for mid in mids:
        for row, lots in enumerate((near, far) if side > 0 else (far, near)):
            outwards = 1 if row else -1
            price = side * mid + outwards
            depth[0, row, :2] = (price, lots[0]), (price + outwards, lots[1])
        look(memory, depth, account)
    out = np.zeros((1, len(FEATURES)), np.float32)
    observe(memory, depth, out)
    return dict(zip(FEATURES, out[0].tolist(), strict=True))


def test_a_seller_sees_in_the_mirrored_market_what_a_buyer_sees() -> None:
    mids, near, far = [1000, 1000, 1003], (50, 200), (300, 20)
    assert seen(1, mids, near, far) == seen(-1, mids, near, far)


def test_a_rise_is_against_a_buyer_and_a_thin_far_side_too() -> None:
    found = seen(1, [1000, 1000, 1003], (300, 20), (50, 200))
    assert found["move_1"] == 1.5
    assert found["microprice"] > 0.0
    assert found["touch_imbalance"] > 0.0


def test_every_feature_keeps_within_its_bounds() -> None:
    found = seen(1, [1000, 1000, 5000], (2_000_000_000, 1), (0, 0))
    assert all(abs(value) <= 4.0 for value in found.values())


def test_progress_is_told_in_shares() -> None:
    found = seen(1, [1000], (50, 50), (50, 50))
    assert found["inventory_left"] == np.float32(0.6)
    assert found["time_left"] == np.float32(0.7)
    np.testing.assert_allclose(found["behind_schedule"], -0.1, atol=1e-6)
