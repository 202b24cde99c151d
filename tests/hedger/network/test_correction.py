"""The market correction: nothing in a calm market, its outputs in another, its weights on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.errors import UsageError
from hedger.network.correction import ReferenceShift
from hedger.network.correction_state import TERM_DAYS, MarketState, volatility_to
from hedger.network.correction_weights import correction_bytes, read_correction
from hedger.network.inference import BandAnswer
from hedger.network.ladder import FEATURES
from tests.hedger.network.market_study.small_networks import correction

BANDS = np.array([[-3.0, -2.0, 1.0, 3.0], [4.0, 5.0, 6.0, 8.0]])
ANSWER = BandAnswer(
    bands=BANDS, unseen=np.zeros(2), features=np.zeros((2, FEATURES)), reference=np.zeros((2, 3))
)
SHIFT = ReferenceShift(level=np.array([0.5, -0.5]), response=np.array([1.0, 2.0]))


def _state(vol_of_vol: float) -> MarketState:
    return MarketState(
        forecast=np.full((1, 4), 0.2),
        at_the_money=np.array([[0.18, 0.19, 0.2, 0.22]]),
        skew=np.array([-0.2]),
        spot_vol_slope=np.array([-5.0]),
        vol_of_vol=np.array([vol_of_vol]),
    )


@given(outputs=st.tuples(*[st.floats(-4, 4)] * 4))
@settings(deadline=None, max_examples=20)
def test_no_vol_of_vol_means_the_core_to_the_last_bit(outputs: tuple[float, ...]) -> None:
    found = correction(*outputs).bands(ANSWER, _state(0.0), SHIFT)
    assert np.array_equal(found.bands, BANDS)


def test_shifts_move_all_edges_alike_and_a_stretch_scales_them_about_the_middle() -> None:
    strong = _state(10.0)  # tanh is 1
    moved = correction(1.0, 0.5, 0.0, 0.0).bands(ANSWER, strong, SHIFT).bands
    assert moved - BANDS == pytest.approx(np.repeat([[1.0], [0.5]], 4, axis=1))
    wide = correction(0.0, 0.0, 0.0, np.log(2.0)).bands(ANSWER, strong, SHIFT).bands
    assert wide[1] == pytest.approx([2.5, 4.5, 6.5, 10.5], rel=1e-6)


def test_edges_keep_their_order_whatever_the_outputs() -> None:
    for outputs in ((9.0, -9.0, 9.0, 9.0), (-9.0, 9.0, -9.0, -9.0)):
        found = correction(*outputs).bands(ANSWER, _state(0.05), SHIFT).bands
        assert np.all(np.diff(found, axis=1) > 0.0)


def test_an_input_beyond_training_is_said_so() -> None:
    state = replace(_state(0.05), forecast=np.full((1, 4), 1e9))
    assert np.all(correction(0.0, 0.0, 0.0, 0.0).bands(ANSWER, state, SHIFT).unseen > 0.25)


def test_shift_of_deltas_is_minus_the_difference_of_deltas_in_scaled_holdings() -> None:
    one = np.ones(1)
    shift = ReferenceShift.of_deltas(
        at_hedging=0.5 * one, at_implied=0.6 * one, minimum_variance=0.55 * one, scale=100.0 * one
    )
    assert (shift.level[0], shift.response[0]) == pytest.approx((-10.0, 5.0))


def test_volatility_is_interpolated_in_total_variance_and_flat_outside() -> None:
    term = np.array([[0.1, 0.2, 0.3, 0.4]])
    assert volatility_to(term, TERM_DAYS) == pytest.approx(term[0])
    assert volatility_to(term, np.array([0.5, 200.0])) == pytest.approx([0.1, 0.4])
    assert volatility_to(term, np.array([3.0])) ** 2 * 3.0 == pytest.approx((0.01 + 0.2) / 2)


def test_weights_survive_the_disk_and_a_foreign_file_is_refused(tmp_path: Path) -> None:
    own, path = correction(0.1, 0.2, 0.3, 0.4), tmp_path / "correction.safetensors"
    path.write_bytes(correction_bytes(own))
    assert np.array_equal(read_correction(path).network.last_bias, own.network.last_bias)
    path.write_bytes(b"nothing of ours")
    with pytest.raises(UsageError, match="no weights of a market correction"):
        read_correction(path)
