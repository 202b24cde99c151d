"""Axioms of the risk measures, their limits, brute force, and the same numbers in torch."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hedger.network.losses import loss_of
from hedger.network.risk import (
    EntropicRisk,
    ExpectedShortfall,
    MeanVariance,
    entropic_risk,
    estimate,
    expected_shortfall,
    indifference_price,
    mean_variance,
    value_at_risk,
)

FloatArray = npt.NDArray[np.float64]
MEASURES = (
    EntropicRisk(aversion=0.01),
    EntropicRisk(aversion=3.0),
    ExpectedShortfall(level=0.0),
    ExpectedShortfall(level=0.5),
    ExpectedShortfall(level=0.93),
    MeanVariance(aversion=0.7),
)
MONOTONE = MEASURES[:-1]
numbers = st.floats(-50.0, 50.0, allow_subnormal=False)
samples = arrays(np.float64, st.integers(1, 40), elements=numbers)
pairs = st.integers(1, 40).flatmap(
    lambda n: st.tuples(arrays(np.float64, n, elements=numbers), arrays(np.float64, n, elements=numbers))
)
every_measure = pytest.mark.parametrize("measure", MEASURES, ids=repr)


@every_measure
@settings(deadline=None, max_examples=50)
@given(loss=samples, cash=numbers)
def test_cash_added_to_every_loss_adds_itself_to_the_risk(measure, loss: FloatArray, cash: float) -> None:
    assert measure.of(loss + cash) == pytest.approx(measure.of(loss) + cash, abs=1e-9)


@pytest.mark.parametrize("measure", MONOTONE, ids=repr)
@settings(deadline=None, max_examples=50)
@given(pair=pairs)
def test_a_greater_loss_on_every_path_is_no_less_risky(measure, pair: tuple[FloatArray, FloatArray]) -> None:
    loss, more = pair
    assert measure.of(loss + np.abs(more)) >= measure.of(loss) - 1e-9


@every_measure
@settings(deadline=None, max_examples=50)
@given(pair=pairs, share=st.floats(0.0, 1.0))
def test_a_mixture_is_no_riskier_than_its_parts(
    measure, pair: tuple[FloatArray, FloatArray], share: float
) -> None:
    loss, other = pair
    mixed = measure.of(share * loss + (1.0 - share) * other)
    assert mixed <= share * measure.of(loss) + (1.0 - share) * measure.of(other) + 1e-8


def test_mean_variance_is_not_monotone() -> None:
    assert mean_variance([0.0, -10.0], 1.0) > mean_variance([0.0, 0.0], 1.0)


@every_measure
@settings(deadline=None, max_examples=50)
@given(loss=samples)
def test_risk_lies_between_the_mean_and_the_greatest_loss(measure, loss: FloatArray) -> None:
    if not isinstance(measure, MeanVariance):
        assert measure.of(loss) <= loss.max() + 1e-9
    assert measure.of(loss) >= loss.mean() - 1e-9


@settings(deadline=None)
@given(loss=samples)
def test_entropic_risk_runs_from_the_mean_to_the_greatest_loss(loss: FloatArray) -> None:
    assert entropic_risk(loss, 0.0) == pytest.approx(loss.mean(), abs=1e-12)
    assert entropic_risk(loss, 5e-324) == pytest.approx(loss.mean(), abs=1e-12)
    assert entropic_risk(loss, inf) == loss.max()
    assert entropic_risk(loss, 1e8) == pytest.approx(loss.max(), abs=1e-6)


@settings(deadline=None)
@given(loss=samples, level=st.floats(0.0, 0.999))
def test_shortfall_is_the_mean_of_the_sorted_tail(loss: FloatArray, level: float) -> None:
    share = np.clip((1.0 - level) * loss.size - np.arange(loss.size), 0.0, 1.0)
    brute = np.sort(loss)[::-1] @ share / share.sum()
    assert expected_shortfall(loss, level) == pytest.approx(brute, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(loss=samples)
def test_shortfall_runs_from_the_mean_to_the_greatest_loss(loss: FloatArray) -> None:
    assert expected_shortfall(loss, 0.0) == pytest.approx(loss.mean(), abs=1e-12)
    assert expected_shortfall(loss, 1.0 - 1e-12) == loss.max()
    assert expected_shortfall(loss, 1.0) == loss.max()


@settings(deadline=None)
@given(loss=samples, level=st.floats(0.0, 0.99))
def test_no_threshold_beats_value_at_risk(loss: FloatArray, level: float) -> None:
    def of_threshold(threshold: float) -> float:
        return threshold + np.maximum(loss - threshold, 0.0).mean() / (1.0 - level)

    least = expected_shortfall(loss, level)
    assert of_threshold(value_at_risk(loss, level)) == pytest.approx(least, rel=1e-7, abs=1e-7)
    assert min(of_threshold(each) for each in loss) >= least - 1e-7


def test_more_aversion_is_more_risk() -> None:
    loss = np.random.default_rng(0).normal(size=200)
    risks = [entropic_risk(loss, aversion) for aversion in (0.0, 1e-12, 1e-3, 0.5, 1.0, 10.0, inf)]
    assert all(less <= more for less, more in pairwise(risks))


def test_entropic_risk_of_a_normal_loss_is_mean_plus_half_the_variance() -> None:
    loss = np.random.default_rng(1).normal(2.0, 0.5, 400_000)
    found = estimate(EntropicRisk(aversion=2.0), loss)
    assert abs(found.value - (2.0 + 0.5 * 2.0 * 0.25)) < 3.0 * found.standard_error
    assert found.standard_error < 2e-3


@every_measure
def test_the_standard_error_is_that_of_many_samples(measure) -> None:
    rng = np.random.default_rng(2)
    found = [measure.of(rng.normal(0.0, 0.3, 2000)) for _ in range(400)]
    said = estimate(measure, rng.normal(0.0, 0.3, 2000)).standard_error
    assert said == pytest.approx(np.std(found), rel=0.2)


def test_mirrored_paths_of_a_symmetric_loss_leave_no_error_in_the_mean() -> None:
    half = np.random.default_rng(3).normal(size=500)
    both = np.concatenate([half, -half])
    assert estimate(ExpectedShortfall(level=0.0), both, antithetic=True).standard_error < 1e-15


def test_the_indifference_price_of_a_certain_payment_is_the_payment() -> None:
    without = np.random.default_rng(4).normal(size=300)
    found = indifference_price(EntropicRisk(aversion=1.0), without + 0.25, without)
    assert found.value == pytest.approx(0.25, abs=1e-12)
    assert found.standard_error < 1e-12


@pytest.mark.parametrize("loss", [[], [[1.0]], [np.nan], [1.0, np.inf]])
def test_what_is_no_sample_of_losses_is_refused(loss) -> None:
    with pytest.raises(ValueError, match="finite numbers, one a path"):
        entropic_risk(loss, 1.0)


def test_parameters_outside_their_range_are_refused() -> None:
    for call in (
        lambda: entropic_risk([1.0], -1.0),
        lambda: entropic_risk([1.0], np.nan),
        lambda: expected_shortfall([1.0], 1.5),
        lambda: value_at_risk([1.0], np.nan),
        lambda: mean_variance([1.0], inf),
        lambda: indifference_price(MEASURES[0], [1.0, 2.0], [1.0]),
        lambda: estimate(MEASURES[0], [1.0, 2.0, 3.0], antithetic=True),
    ):
        with pytest.raises(ValueError, match=r"aversion|level|same paths|pairs|limit"):
            call()


@every_measure
@settings(deadline=None, max_examples=50)
@given(loss=samples)
def test_torch_finds_the_same_risk(measure, loss: FloatArray) -> None:
    assert loss_of(measure)(torch.from_numpy(loss)).item() == pytest.approx(measure.of(loss), abs=1e-9)


@every_measure
def test_torch_finds_the_slope_in_every_loss(measure) -> None:
    loss = torch.randn(
        23, dtype=torch.float64, generator=torch.Generator().manual_seed(5), requires_grad=True
    )
    assert torch.autograd.gradcheck(loss_of(measure), (loss,))
