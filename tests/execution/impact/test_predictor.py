from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from execution.errors import RecordingError
from execution.impact.features import FEATURES, mirror
from execution.impact.layers import KINDS, Kind
from execution.impact.predictor import SHIPPED, Forecast, read_predictor, shipped_card, shipped_predictor
from execution.impact.watch import WINDOW, MarketWatch
from tests.execution.impact.made_markets import made_depth

COUNT = 6


def watched() -> MarketWatch:
    watch = MarketWatch(COUNT)
    depth = np.stack([made_depth(30, seed) for seed in range(COUNT)])
    for step in range(30):
        watch.see(depth[:, step], step % 7, step % 5)
    return watch


def ask(kind: Kind, side: float = 1.0, quantity: float = 10.0) -> Forecast:
    watch = watched()
    return shipped_predictor(kind).forecast(watch.window, watch.scales, side, quantity)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seller_expects_the_opposite_move(kind: Kind) -> None:
    buyer, seller = ask(kind, 1.0), ask(kind, -1.0)
    np.testing.assert_allclose(seller.mid_move_ticks, -buyer.mid_move_ticks, atol=1e-5)
    np.testing.assert_allclose(seller.next_move_ticks, -buyer.next_move_ticks, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seller_sees_what_a_buyer_sees_in_the_mirrored_market(kind: Kind) -> None:
    watch, (order, sign) = watched(), mirror()
    turned = (watch.window[:, :, order] * sign).astype(np.float32)
    seller = shipped_predictor(kind).forecast(watch.window, watch.scales, -1.0, 20.0)
    buyer = shipped_predictor(kind).forecast(turned, watch.scales, 1.0, 20.0)
    np.testing.assert_allclose(np.array(seller), np.array(buyer), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_one_market_is_told_what_it_is_told_among_others(kind: Kind) -> None:
    watch, predictor = watched(), shipped_predictor(kind)
    together = np.array(predictor.forecast(watch.window, watch.scales, 1.0, 5.0))
    alone = np.array(predictor.forecast(watch.window[2:3], watch.scales[2:3], 1.0, 5.0))
    np.testing.assert_array_equal(together[:, 2:3], alone)


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_of_nothing_moves_nothing_and_any_other_moves_against_itself(kind: Kind) -> None:
    assert np.all(ask(kind, quantity=0.0).impact_ticks == 0.0)
    for quantity in (1e-9, 1.0, 100.0, 1e12):
        impact = ask(kind, quantity=quantity).impact_ticks
        assert np.all(np.isfinite(impact))
        assert np.all(impact > 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_forecasts_are_finite_whatever_the_window_holds(kind: Kind) -> None:
    window = np.full((2, WINDOW, FEATURES), 3e38, np.float32) * np.array([[[1.0]], [[-1.0]]], np.float32)
    told = shipped_predictor(kind).forecast(window, np.ones((2, 3)), 1.0, 1.0)
    assert np.all(np.isfinite(np.array(told)))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"side": 0.0}, "side"),
        ({"side": np.nan}, "side"),
        ({"quantity": -1.0}, "quantity"),
        ({"quantity": np.inf}, "quantity"),
        ({"window": np.zeros((COUNT, 3, FEATURES), np.float32)}, "window has shape"),
        ({"window": np.full((COUNT, WINDOW, FEATURES), np.nan, np.float32)}, "finite"),
        ({"scales": np.ones((COUNT, 2))}, "scales have shape"),
        ({"scales": np.zeros((COUNT, 3))}, "scales"),
    ],
)
def test_what_cannot_be_asked_is_refused(change: dict[str, object], told: str) -> None:
    watch = watched()
    asked = {"window": watch.window, "scales": watch.scales, "side": 1.0, "quantity": 1.0} | change
    with pytest.raises(ValueError, match=told):
        shipped_predictor("lstm").forecast(**asked)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_are_written_are_read_again(kind: Kind, tmp_path: Path) -> None:
    shipped_predictor(kind).save(tmp_path / "again.safetensors")
    again = read_predictor(tmp_path / "again.safetensors")
    assert again.kind == kind
    for name, array in shipped_predictor(kind).weights.items():
        np.testing.assert_array_equal(again.weights[name], array)


def test_shipped_weights_are_small_and_have_a_card() -> None:
    assert all((SHIPPED / f"{kind}.safetensors").stat().st_size < 1_000_000 for kind in KINDS)
    assert shipped_card()["command"] == "hedger train predictors"


@pytest.mark.parametrize("broken", ["missing", "text", "other arrays", "a shape", "not finite"])
def test_a_file_that_holds_no_predictor_is_refused(broken: str, tmp_path: Path) -> None:
    path, weights = tmp_path / "weights.safetensors", dict(shipped_predictor("cnn").weights)
    if broken == "text":
        path.write_text("weights", encoding="utf-8")
    elif broken != "missing":
        changed = {
            "other arrays": {"extra": np.zeros(1, np.float32)},
            "a shape": {"head_bias": np.zeros(2, np.float32)},
            "not finite": {"head_bias": np.full(3, np.nan, np.float32)},
        }[broken]
        save_file(weights | changed, path)
    with pytest.raises(RecordingError, match="weights"):
        read_predictor(path)


def test_weights_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="must be finite and of shape"):
        replace(shipped_predictor("lstm"), kind="cnn")
