"""`hedger forecast`: the study, its tables, its document, its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from hedger.api import forecast_file
from hedger.errors import InputError, UsageError
from hedger.forecast_study import JUDGED_DATES, ForecastStudy, study_forecast
from hedger.report.forecast_document import forecast_document
from hedger.report.forecast_html import forecast_page
from hedger.report.forecast_tables import forecast_header, forecast_tables
from hedger.report.json_document import schema
from pricing.embedded import embedded_history, embedded_vix_history

LAST = date(2016, 6, 30)


@cache
def with_implied() -> ForecastStudy:
    history = embedded_history("SPX").until(LAST)
    return study_forecast(history, implied=embedded_vix_history().until(LAST))


@cache
def short() -> ForecastStudy:
    history = embedded_history("SPX").until(date(2001, 1, 31))
    return study_forecast(replace(history, open=None, high=None, low=None))


def test_every_model_is_judged_on_the_same_dates_whose_outcome_is_known() -> None:
    study = with_implied()
    assert len(study.judged_dates) == JUDGED_DATES
    position = study.history.dates.tolist().index(study.judged_dates[-1])
    assert position + study.judged_horizon == len(study.history.dates) - 1
    assert {len(model.losses) for model in study.models if model.losses is not None} == {JUDGED_DATES}


def test_the_default_is_first_and_is_not_tested_against_itself() -> None:
    study = with_implied()
    assert study.default.name == "default"
    assert [model.against_default is None for model in study.models] == [True] + [False] * (
        len(study.models) - 1
    )


def test_the_difference_that_is_tested_is_the_difference_of_the_losses() -> None:
    study = with_implied()
    for model in study.models[1:]:
        assert model.losses is not None
        assert study.default.losses is not None
        assert model.against_default is not None
        gap = np.mean(model.losses) - np.mean(study.default.losses)
        assert abs(model.against_default.mean_difference - gap) < 1e-12


def test_what_comes_later_changes_no_loss_of_a_date_before_it() -> None:
    study = with_implied()
    torn = replace(study.history, close=np.append(study.history.close[:-1], 0.7 * study.history.close[-1]))
    changed = study_forecast(torn, implied=embedded_vix_history().until(LAST))
    assert changed.judged_dates == study.judged_dates
    for before, after in zip(study.models, changed.models, strict=True):
        assert before.losses is not None
        assert after.losses is not None
        assert_array_equal(before.losses[:-1], after.losses[:-1])
        assert before.losses[-1] != after.losses[-1]


def test_a_short_history_is_forecast_but_not_judged() -> None:
    study = short()
    assert study.judged_dates == ()
    assert study.default.losses is None
    assert len(forecast_tables(study)) == 2


def test_both_documents_are_valid() -> None:
    for study in (with_implied(), short()):
        jsonschema.Draft202012Validator(schema("forecast")).validate(forecast_document(study))


def test_the_tables_and_the_page_show_every_model() -> None:
    study = with_implied()
    judged = forecast_tables(study)[-1]
    assert [row[0] for row in judged.rows] == [model.name for model in study.models]
    page = forecast_page(study)
    assert all(f'id="{name}"' in page for name in ("fan", "models", "losses"))
    assert "2016-06-30" in forecast_header(study)[0]


def test_a_date_before_days_without_a_move_is_left_out_and_said() -> None:
    history = embedded_history("SPX").until(date(2004, 6, 30))
    close = history.close.copy()
    close[-100:-95] = close[-101]
    study = study_forecast(
        replace(history, close=close, open=None, high=None, low=None), judged_horizon=1, horizon_days=(1,)
    )
    unmoved = np.count_nonzero(np.diff(close[-(JUDGED_DATES + 1) :]) == 0.0)
    assert study.unmoved_dates == unmoved >= 5
    assert len(study.judged_dates) == JUDGED_DATES - unmoved
    assert "left out: no close changed" in forecast_tables(study)[-1].notes[-1]


def test_prices_that_have_stopped_moving_are_forecast_but_not_judged() -> None:
    history = embedded_history("SPX").until(date(2004, 6, 30))
    close = np.append(history.close[:-600], np.full(600, history.close[-600]))
    study = study_forecast(replace(history, close=close, open=None, high=None, low=None))
    assert study.judged_dates == ()


def test_a_history_too_short_for_ranges_is_forecast_beside_implied_volatility() -> None:
    history = embedded_history("SPX").until(date(1999, 3, 31))
    study = study_forecast(history, implied=embedded_vix_history())
    assert "log-HAR" not in [model.name for model in study.models]


@pytest.mark.parametrize("points", [0.2, 1500.0])
def test_implied_volatility_that_is_not_in_points_is_refused(points: float, tmp_path: Path) -> None:
    file = tmp_path / "implied.csv"
    file.write_text(f"date,close\n2018-01-02,20\n2018-01-03,{points}\n2018-01-04,{points}\n")
    with pytest.raises(InputError, match=r"in points .* on 2018-01-03; 2 of 3 days are outside"):
        forecast_file("SPX", implied=file)


def test_a_day_outside_of_the_history_is_refused() -> None:
    with pytest.raises(UsageError, match=r"1998-01-02 is outside of .* from 1999-01-04 to 2018-12-31"):
        forecast_file("SPX", as_of=date(1998, 1, 2))
