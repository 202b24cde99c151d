from __future__ import annotations

import csv
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.errors import InputError, UsageError
from hedger.scenario import (
    Scenario,
    ScenarioKind,
    load_scenario,
    read_scenario,
    scenario_names,
    shipped_folder,
)
from pricing.book import Stickiness
from pricing.embedded import embedded_days
from tests.shared_data import shared_path

SHIPPED = (
    "august-2011",
    "august-2015",
    "black-monday-1987",
    "covid-2020",
    "december-2018",
    "flash-crash-2010",
    "october-2008",
    "september-2001",
    "volmageddon-2018",
    "yen-carry-2024",
)
SHOCKS = """
title = "Mine"
[timeline]
kind = "shocks"
start = 2018-02-02
stickiness = "sticky-strike"
[[step]]
spot_return = -0.04
volatility_shift = 0.20
regime = "stressed"
[[step]]
date = 2018-02-08
spot_return = 0.01
volatility_shift = -0.05
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as raised:
        read_scenario(written(tmp_path, text))
    return str(raised.value)


def shipped_text(name: str) -> str:
    return (shipped_folder() / f"{name}.toml").read_text()


def published_moves(scenario: Scenario) -> list[tuple[float, float]]:
    """The two closes that each step's source states."""
    prices = [step.source.removeprefix("S&P 500 ").split(";")[0].split(" to ") for step in scenario.steps]
    return [(float(first), float(last)) for first, last in prices]


def test_every_scenario_that_was_promised_is_shipped() -> None:
    assert scenario_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_reads_and_says_its_sources(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.sources
    assert scenario.stressed_days <= set(scenario.days())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_days_of_a_real_scenario_are_all_in_the_embedded_history(name: str) -> None:
    scenario = load_scenario(name)
    if scenario.kind is ScenarioKind.HISTORY:
        assert set(scenario.days()) <= set(embedded_days())


@pytest.mark.parametrize("name", ["black-monday-1987", "covid-2020", "yen-carry-2024"])
def test_a_stated_return_is_that_of_the_closes_it_cites_to_a_hundredth_of_a_percent(name: str) -> None:
    scenario = load_scenario(name)
    for step, (first, last) in zip(scenario.steps, published_moves(scenario), strict=True):
        assert step.spot_return == pytest.approx(last / first - 1.0, abs=0.5e-4 + 1e-9)


def test_the_covid_scenario_is_the_published_closes() -> None:
    rows = list(csv.reader(shared_path("history", "sp500_close_1990_2022.csv").read_text().splitlines()))[1:]
    closes = {date.fromisoformat(day): float(close) for day, close in rows}
    scenario = load_scenario("covid-2020")
    assert scenario.starting[0].spot == closes[scenario.start]
    assert scenario.days() == tuple(sorted(d for d in closes if scenario.start <= d <= scenario.end))
    for (first, last), (before, after) in zip(
        published_moves(scenario), zip(scenario.days(), scenario.days()[1:], strict=False), strict=True
    ):
        assert (first, last) == (closes[before], closes[after])


def test_black_monday_agrees_with_the_rounded_figures_that_cboe_published() -> None:
    # Cboe, '25 Years Ago the VXO Index Topped 150', 2012.
    scenario = load_scenario("black-monday-1987")
    assert [round(100 * step.spot_return, 1) for step in scenario.steps] == [-20.5, 5.3, 9.1, -3.9, 0.0]
    level = scenario.starting[0].atm_volatility + sum(step.volatility_shift for step in scenario.steps[:1])
    assert level == pytest.approx(1.5019)


def test_september_2001_skips_the_days_on_which_the_exchange_was_closed() -> None:
    assert load_scenario("september-2001").days()[:2] == (date(2001, 9, 10), date(2001, 9, 17))


def test_a_step_without_a_date_is_the_next_trading_day(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, SHOCKS))
    assert scenario.days() == (date(2018, 2, 2), date(2018, 2, 5), date(2018, 2, 8))
    assert scenario.stickiness is Stickiness.STRIKE
    assert scenario.regime_on(date(2018, 2, 5), "calm") == "stressed"
    assert scenario.regime_on(date(2018, 2, 8), "calm") == "calm"


def test_a_scenario_of_one_s_own_is_found_by_its_path(tmp_path: Path) -> None:
    assert load_scenario(str(written(tmp_path, SHOCKS))).name == "mine"


def test_an_unknown_name_lists_the_names() -> None:
    with pytest.raises(
        UsageError, match=r"no scenario 'volmagedon': use one of august-2011, .*yen-carry-2024"
    ):
        load_scenario("volmagedon")


def test_every_wrong_value_is_reported_at_once_with_its_key(tmp_path: Path) -> None:
    text = SHOCKS.replace("2018-02-02", "2018-02-03").replace("-0.04", '"down"').replace("stressed", "panic")
    said = problems(tmp_path, text)
    assert "column 'timeline.start': found '2018-02-03', expected a day on which" in said
    assert "column 'step[1].spot_return': found 'down', expected a number above -1 and at most 1" in said
    assert "column 'step[1].regime': found 'panic', expected one of calm, stressed" in said


def test_a_key_that_means_nothing_is_an_error(tmp_path: Path) -> None:
    said = problems(tmp_path, SHOCKS.replace("volatility_shift = 0.20", "volatility_shift = 0.2\nvol = 0.2"))
    assert "column 'step[1].vol'" in said


def test_steps_that_go_back_in_time_are_an_error(tmp_path: Path) -> None:
    assert "expected a day after 2018-02-05" in problems(tmp_path, SHOCKS.replace("2018-02-08", "2018-02-05"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected one of history, shocks"),
        ("title = ", "expected TOML in UTF-8"),
        ('title = 1\n[timeline]\nkind = "history"', "column 'title'"),
        ("[timeline]\nkind = 3\nstart = 2018-02-05T10:00:00", "column 'timeline.start'"),
        ("timeline = 5", "column 'timeline': found '5', expected a table"),
        (SHOCKS.split("[[step]]")[0], "expected at least one [[step]]"),
        (SHOCKS.replace("-0.04", "nan"), "column 'step[1].spot_return'"),
        (SHOCKS.replace("2018-02-02", "0001-01-01"), "column 'timeline.start'"),
        (SHOCKS.replace("2018-02-08", "9999-12-31"), "column 'step[2].date'"),
        (SHOCKS + "[underlying.SPX]\nspot = -3", "column 'underlying.SPX.spot'"),
        (
            SHOCKS.replace('kind = "shocks"', 'kind = "history"\nend = 2018-01-31'),
            "expected a day after start",
        ),
    ],
)
def test_a_broken_file_is_answered_with_a_sentence(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in problems(tmp_path, text)


@given(seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=150)
def test_a_mutated_scenario_reads_or_is_answered_with_a_sentence(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    text = list(random.choice([SHOCKS, shipped_text("october-2008"), shipped_text("yen-carry-2024")]))
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(text))
        text[at : at + random.choice([0, 1, 1, 5, 40])] = random.choice(
            ["", "9", "-", '"', "[", "\x00", "é", "\n"]
        )
    with TemporaryDirectory() as folder, suppress(InputError):
        assert read_scenario(written(Path(folder), "".join(text))).days()


def test_a_missing_file_and_a_folder_are_answered_with_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match="expected a readable file"):
            read_scenario(path)
