"""Dealers learned from an asker's own requests: shrinkage, memory, forecasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.rfq.dealer_model import fit_dealer_model, forecast_markups
from execution.rfq.history import remembered
from execution.rfq.panel import standard_panel
from execution.rfq.shrinkage import shrunk
from execution.rfq.simulation import RequestLog, drawn_requests, simulate
from tests.twins.rfq_worlds import true_laws

PANEL = standard_panel(6)


def history(rows: int, seed: int = 1) -> RequestLog:
    requests = drawn_requests(rows, len(PANEL), np.random.default_rng(seed))
    return simulate(requests, PANEL, np.random.SeedSequence(seed))


def test_a_long_history_tells_each_dealers_law() -> None:
    model = fit_dealer_model(history(30_000))
    for count, size in ((1, 0.5), (3, 1.0), (6, 3.0)):
        told = model.laws(dealers=count, size=size, volatility=1.2)
        true = true_laws(PANEL, count=count, size=size, volatility=1.2)
        assert told.mean == pytest.approx(true.mean, abs=0.05)
        assert told.response == pytest.approx(true.response, abs=0.04)


def test_what_dealers_did_before_helps_to_forecast_them() -> None:
    model, fresh = fit_dealer_model(history(3_000)), history(5_000, 2)
    none = np.zeros(fresh.markup.shape)
    plain = forecast_markups(fresh, model.markup, none, none)
    knowing = forecast_markups(fresh, model.markup, *remembered(fresh, fresh.markup - plain))
    errors = [np.nanmean((fresh.markup - told) ** 2) for told in (plain, knowing)]
    assert errors[1] < 0.75 * errors[0]


def test_shrinkage_forecasts_better_than_each_dealer_alone_when_history_is_short() -> None:
    rng, lost = np.random.default_rng(1), []
    for _ in range(20):
        true = 0.5 + 0.2 * rng.standard_normal((8, 1))
        seen = true + 0.5 * rng.standard_normal((8, 1))
        found = shrunk(np.full((8, 1, 1), 4.0), 4.0 * seen)
        lost.append([((seen - true) ** 2).mean(), ((found.weight - true) ** 2).mean()])
    assert np.mean(lost, axis=0)[1] < 0.5 * np.mean(lost, axis=0)[0]


def test_a_dealer_without_data_is_an_ordinary_one() -> None:
    information = np.array([[[100.0]], [[100.0]], [[0.0]]])
    found = shrunk(information, np.array([[100.0], [300.0], [0.0]]))
    assert found.weight[2, 0] == pytest.approx(found.centre[0], abs=1e-3)
    assert found.weight[0, 0] == pytest.approx(1.0, abs=0.1)
    assert found.covariance[2, 0, 0] > 10.0 * found.covariance[0, 0, 0]


def test_one_dealer_is_its_own_panel() -> None:
    found = shrunk(np.array([[[50.0]]]), np.array([[25.0]]))
    assert found.weight[0, 0] == pytest.approx(0.5)


def test_flow_and_lean_remember_what_a_loop_remembers() -> None:
    log = history(60)
    surprise = log.markup - 0.5
    flow, lean = remembered(log, surprise)
    side, now = log.requests.side, np.cumsum(log.requests.seconds)
    for row in (0, 5, 59):
        kept = np.exp(-(now[row] - now[:row]) / 1000.0)
        for dealer in range(len(PANEL)):
            won = log.traded[:row] & (log.winner[:row] == dealer)
            expected = side[row] * (kept * won * side[:row] * log.requests.size[:row]).sum()
            assert flow[row, dealer] == pytest.approx(expected, abs=1e-12)
            seen = ~np.isnan(surprise[:row, dealer])
            total = (kept * side[:row] * surprise[:row, dealer])[seen].sum()
            assert lean[row, dealer] == pytest.approx(side[row] * total / (1.0 + kept[seen].sum()), abs=1e-12)


def test_a_dealer_that_was_never_asked_and_one_that_never_answers_are_still_forecast() -> None:
    log = history(400)
    silent = log.markup.copy()
    silent[:, 0] = np.nan
    asked = log.requests.asked.copy()
    asked[:, 1], silent[:, 1] = False, np.nan
    won = (log.winner > 1) & log.traded
    requests = replace(log.requests, asked=asked | (np.arange(6) == 2))
    model = fit_dealer_model(
        replace(log, markup=silent, requests=requests, traded=won, rejected=~won & False)
    )
    laws = model.laws(dealers=3, size=1.0, volatility=1.0)
    assert np.all(np.isfinite(laws.mean))
    assert laws.response[0] < 0.2 < laws.response[1]
    assert laws.deviation[1] > laws.deviation[2:].min()


def test_a_history_without_quotes_is_an_error() -> None:
    log = history(20)
    with pytest.raises(ValueError, match="nothing to learn"):
        fit_dealer_model(replace(log, markup=np.full(log.markup.shape, np.nan)))


def test_a_request_to_nobody_is_no_answer_and_no_trouble() -> None:
    requests = drawn_requests(200, len(PANEL), np.random.default_rng(1))
    requests.asked[:20] = False
    log = simulate(requests, PANEL, np.random.SeedSequence(1))
    assert not log.responded[:20].any()
    assert np.all(np.isfinite(fit_dealer_model(log).laws(dealers=2, size=1.0, volatility=1.0).mean))
