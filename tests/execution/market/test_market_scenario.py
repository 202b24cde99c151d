from __future__ import annotations

from pathlib import Path

import pytest

from execution.errors import ScenarioError
from execution.market.scenario import load_market, market_names, read_market, shipped_markets

CALM = (shipped_markets() / "calm.toml").read_text()
PAIR = (shipped_markets() / "pair.toml").read_text()


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_market(path)
    return str(caught.value)


def test_every_shipped_scenario_can_be_read() -> None:
    assert {"calm", "volatile", "squeeze", "news", "session"} <= set(market_names())
    for name in market_names():
        assert load_market(name).participants


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("price = 100.0", "price = -1", "'instrument[1].price': found '-1', expected a number from 1e-06"),
        ("price = 100.0", "price = nan", "'instrument[1].price': found 'nan'"),
        ("price = 100.0", 'price = "x"', "'instrument[1].price': found 'x'"),
        ("price = 100.0", "", "'instrument[1].price': expected"),
        ("wake_rate = 10.0", "wake_rat = 10.0", "did you mean wake_rate?"),
        ('kind = "noise"', 'kind = "noisy"', "expected one of noise, market_maker"),
        ('venue = "main"', 'venue = "mian"', "expected one of main"),
        ("count = 6", "count = 0", "expected a whole number from 1 to"),
        ("count = 6", "count = 2.5", "expected a whole number from 1 to"),
        ('name = "makers"', 'name = "crowd"', "crowd stands there twice"),
        ('regime = "calm"', 'regime = "clam"', "expected one of calm"),
        ("[regime.calm]", "[regime.calm]\nactivity = 0", "'regime.calm.activity': found '0'"),
        ("feed_us = 100,", "feed_us = -1,", "latency.feed_us': found '-1'"),
        ("title =", "title = 5 #", "'title': found '5', expected a text"),
        ("activity_u = 0.35", "activity_u = 1.0", "'session.activity_u'"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_value_and_expectation(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in CALM
    message = problems(tmp_path, CALM.replace(old, new))
    assert "mine.toml" in message
    assert said in message


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    message = problems(
        tmp_path, CALM.replace("price = 100.0", "price = 0").replace("count = 6", "count = -6")
    )
    assert "instrument[1].price" in message
    assert "participant[2].count" in message


def test_a_correlation_that_cannot_be_is_refused(tmp_path: Path) -> None:
    assert "from -1 to 1" in problems(tmp_path, PAIR.replace("value = 0.8", "value = 1.5"))
    same = PAIR.replace('second = "SECOND"', 'second = "FIRST"')
    assert "a pair of two symbols" in problems(tmp_path, same)


def test_a_file_that_is_not_there_or_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="expected a readable file"):
        load_market(str(tmp_path / "none.toml"))
    assert "expected TOML in UTF-8" in problems(tmp_path, "title = ")


def test_more_orders_than_ids_can_name_are_refused(tmp_path: Path) -> None:
    crowded = CALM.replace("orders = 1024", "orders = 65536\ncount = 20")
    assert "fewer than 1048575 orders" in problems(tmp_path, crowded)


def test_an_empty_file_names_everything_that_is_missing(tmp_path: Path) -> None:
    message = problems(tmp_path, "")
    for key in ("title", "instrument", "venue", "participant", "timeline"):
        assert f"'{key}'" in message
