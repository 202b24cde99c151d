"""Learned win probabilities and the quotes made of them, against worlds where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize

from execution.impact.calibration import reliability
from execution.rfq.logistic_fit import fit_log_odds
from execution.rfq.quoter import best_markups
from execution.rfq.splines import knots_of, natural_spline
from execution.rfq.win_model import WinForm, fit_win_model, log_loss
from tests.twins.rfq_worlds import best_true_value, calibration_points, excess_log_loss, win_world


@pytest.mark.parametrize(("name", "form"), [("logistic", WinForm.PLAIN), ("rivals", WinForm.SPLINE)])
def test_the_form_that_fits_is_chosen_is_calibrated_and_quotes_well(name: str, form: WinForm) -> None:
    seen, fresh = win_world(name, 30_000, 1), win_world(name, 1_000, 2)
    model = fit_win_model(seen.markup, seen.features, seen.won)
    told = model.win_probability(fresh.markup, fresh.features)
    assert model.form is form
    assert excess_log_loss(fresh.probability, told) < 0.01
    assert calibration_points(fresh.probability, told)[0] < 1.0
    markup = best_markups(model, fresh.features, 0.1)
    earned = (markup - 0.1) * fresh.true_probability(markup)
    assert earned.mean() > 0.97 * best_true_value(fresh, 0.1).mean()


def test_a_curved_world_is_learned_to_a_hundredth_by_the_spline_form() -> None:
    seen, fresh = win_world("curved", 30_000, 1), win_world("curved", 5_000, 2)
    plain, spline = (fit_win_model(seen.markup, seen.features, seen.won, form) for form in WinForm)
    losses = [
        excess_log_loss(fresh.probability, model.win_probability(fresh.markup, fresh.features))
        for model in (plain, spline)
    ]
    assert losses[1] < 0.01 < losses[0]


def test_the_true_probabilities_of_the_rivals_world_are_calibrated() -> None:
    world = win_world("rivals", 40_000, 3)
    curve = reliability(world.probability, world.won.astype(np.float64), block=50)
    assert np.abs(curve.forecast - curve.realised).max() < 0.02


def test_weights_are_those_of_a_general_optimiser() -> None:
    rng = np.random.default_rng(1)
    design, prior = rng.standard_normal((300, 3)), np.diag([0.5, 1.0, 2.0])
    outcome = (rng.random(300) < 0.3).astype(np.float64)
    sign, centre = 2.0 * outcome - 1.0, np.array([0.1, -0.2, 0.3])

    def loss(weight: np.ndarray) -> float:
        away = weight - centre
        return float(np.logaddexp(0.0, -sign * (design @ weight)).sum() + 0.5 * away @ prior @ away)

    weight, curvature = fit_log_odds(design, outcome, prior_mean=centre, prior_precision=prior)
    assert weight == pytest.approx(minimize(loss, centre, options={"gtol": 1e-9}).x, abs=1e-5)
    assert np.all(np.linalg.eigvalsh(curvature) > 0.0)


def test_parted_outcomes_and_no_rows_have_an_answer() -> None:
    design = np.column_stack((np.ones(40), np.linspace(-1e3, 1e3, 40)))
    for outcome in (np.ones(40), np.zeros(40), (design[:, 1] > 0.0).astype(np.float64)):
        weight, _ = fit_log_odds(design, outcome, prior_mean=np.zeros(2), prior_precision=0.1 * np.eye(2))
        assert np.all(np.isfinite(weight))
    none, _ = fit_log_odds(design[:0], design[:0, 0], prior_mean=np.ones(2), prior_precision=np.eye(2))
    assert none == pytest.approx(np.ones(2))


def test_the_spline_basis_spans_the_natural_cubic_spline() -> None:
    knots = np.array([-1.0, 0.2, 0.9, 2.0])
    own = CubicSpline(knots, np.array([0.3, -1.0, 2.0, 0.5]), bc_type="natural")
    at = np.linspace(-1.0, 2.0, 50)
    basis = np.column_stack((np.ones(50), natural_spline(at, knots)))
    fitted = np.linalg.lstsq(basis, own(at), rcond=None)[0]
    assert basis @ fitted == pytest.approx(own(at), abs=1e-10)
    far = np.column_stack((np.ones(3), natural_spline(np.array([5.0, 6.0, 7.0]), knots))) @ fitted
    assert far[2] - far[1] == pytest.approx(far[1] - far[0])


def test_one_value_makes_a_straight_line() -> None:
    assert natural_spline(np.ones(5), knots_of(np.ones(5), 6)).shape == (5, 1)


def test_a_feature_that_never_changes_counts_for_nothing() -> None:
    world = win_world("logistic", 2_000, 1)
    constant = np.column_stack((world.features, np.full(2_000, 7.0)))
    for form in WinForm:
        base = fit_win_model(world.markup, world.features, world.won, form)
        more = fit_win_model(world.markup, constant, world.won, form)
        told = more.win_probability(world.markup, constant)
        assert told == pytest.approx(base.win_probability(world.markup, world.features), abs=1e-4)


def test_the_plain_quote_is_the_best_of_a_grid_of_its_own_curve() -> None:
    world = win_world("logistic", 5_000, 1)
    model = fit_win_model(world.markup, world.features, world.won, WinForm.PLAIN)
    rows = world.features[:50]
    best = best_markups(model, rows, 0.2)
    value = (best - 0.2) * model.win_probability(best, rows)
    for markup in np.linspace(0.0, 4.0, 200):
        tried = (markup - 0.2) * model.win_probability(np.full(50, markup), rows)
        assert np.all(tried <= value + 1e-12)


def test_no_quote_is_best_where_dear_quotes_win_more_often() -> None:
    rng = np.random.default_rng(1)
    markup = rng.standard_normal(500)
    model = fit_win_model(
        markup, np.zeros((500, 1)), rng.random(500) < 1 / (1 + np.exp(-markup)), WinForm.PLAIN
    )
    with pytest.raises(ValueError, match="fall with the markup"):
        best_markups(model, np.zeros((1, 1)))


def test_the_spline_form_has_no_logistic_curve() -> None:
    world = win_world("logistic", 500, 1)
    model = fit_win_model(world.markup, world.features, world.won, WinForm.SPLINE)
    with pytest.raises(ValueError, match="no logistic curve"):
        model.curve(world.features)


def test_histories_that_cannot_be_are_errors() -> None:
    good = np.zeros(20)
    for markup, features, won in (
        (good, np.zeros((19, 2)), good > 0),
        (good * np.nan, np.zeros((20, 2)), good > 0),
        (good[:5], np.zeros((5, 2)), good[:5] > 0),
        (good, np.zeros((20, 2)), good[:5] > 0),
    ):
        with pytest.raises(ValueError, match=r"expected|finite"):
            fit_win_model(markup, features, won)


def test_log_loss_of_an_even_guess_is_log_two() -> None:
    won = np.array([True, False])
    assert log_loss(np.full(2, 0.5), won) == pytest.approx(np.log(2.0))
    assert log_loss(np.array([0.0, 0.5]), won) == np.inf
