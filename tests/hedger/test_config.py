from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from hedger.config import ExpiryCycle, HedgeConfig, MarketConfig, embedded_config, read_market_config
from hedger.errors import InputError, UsageError
from pricing.errors import InputProblem
from pricing.instrument import InstrumentKind

HEDGE = """
[underlying.SPX.hedge]
symbol = "ES"
kind = "future"
multiplier = 50
tick_size = 0.25
average_daily_volume = 1_000_000
expiry = "quarterly"
"""


def _read(folder: Path, text: str) -> MarketConfig:
    (folder / "market.toml").write_text(text)
    return read_market_config(folder)


def _problems(folder: Path, text: str) -> tuple[InputProblem, ...]:
    with pytest.raises(InputError) as caught:
        _read(folder, text)
    return caught.value.problems


def test_whole_manifest_is_read(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("date,close\n")
    text = (
        '[market]\nas_of = 2018-02-05\n[underlying.spx]\nhistory = "h.csv"\ndividend_yield = 0.02\n'
        + HEDGE.replace("SPX", "spx")
    )
    config = _read(tmp_path, text)
    spx = config.underlyings["SPX"]
    assert (config.as_of, config.currency) == (date(2018, 2, 5), "USD")
    assert (spx.history, spx.chain, spx.dividend_yield) == (tmp_path / "h.csv", None, 0.02)
    assert spx.hedge == HedgeConfig(
        symbol="ES",
        kind=InstrumentKind.FUTURE,
        multiplier=50.0,
        tick_size=0.25,
        average_daily_volume=1e6,
        expiry=ExpiryCycle.QUARTERLY,
    )


def test_discrete_dividends_replace_the_assumed_yield(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("ex_date,amount,kind\n")
    config = _read(tmp_path, '[underlying.SPX]\ndividends = "d.csv"\nborrow_rate = 0.03\n' + HEDGE)
    spx = config.underlyings["SPX"].completed()
    assert (spx.dividends, spx.borrow_rate, spx.dividend_yield) == (tmp_path / "d.csv", 0.03, None)


def test_every_problem_is_reported_with_its_key_and_the_nearest_known_one(tmp_path: Path) -> None:
    found = _problems(
        tmp_path,
        '[market]\ncurrency = "usd"\n[curve]\nrate = 20\n[underlying.SPX]\nhistory = "none.csv"\n'
        "volatilty = 0.2\n[underlying.SPX.hedge]\nsymbol = 5\nkind = 'swap'\ntick_size = 0\nlot_size = 1.5\n",
    )
    assert {p.column for p in found} == {
        "market.currency",
        "curve.rate",
        "underlying.SPX.history",
        "underlying.SPX.volatilty",
        "underlying.SPX.hedge.symbol",
        "underlying.SPX.hedge.kind",
        "underlying.SPX.hedge.tick_size",
        "underlying.SPX.hedge.lot_size",
        "underlying.SPX.hedge.average_daily_volume",
    }
    assert any("did you mean volatility?" in p.expected for p in found)


@pytest.mark.parametrize(
    "text",
    ["[market", "a = ", "market = 5", "[underlying]\nSPX = 5", "a = " + "[" * 5_000, "x = 1" + "0" * 5_000],
)
def test_manifest_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    assert _problems(tmp_path, text)


def test_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"market\.toml"):
        read_market_config(tmp_path)


def test_curve_of_zero_rates_must_increase_in_time(tmp_path: Path) -> None:
    knot = "[[curve.zero_rates]]\nyears = {}\nrate = {}\n"
    config = _read(tmp_path, knot.format(0.25, 0.01) + knot.format(1.0, 0.02))
    assert config.discount is not None
    np.testing.assert_array_equal(config.discount.zero_rate, [0.01, 0.02])
    (problem,) = _problems(tmp_path, knot.format(1.0, 0.01) + knot.format(1.0, 0.02))
    assert problem.column == "curve.zero_rates"


def test_embedded_underlyings_have_a_hedge_and_a_yield() -> None:
    config = embedded_config()
    assert set(config.underlyings) == {"SPX", "COMP", "WTI"}
    assert all(it.hedge is not None and it.dividend_yield is not None for it in config.underlyings.values())


def test_future_that_hedges_is_the_front_contract_of_the_day() -> None:
    hedge = embedded_config().underlyings["SPX"].hedge
    assert hedge is not None
    assert hedge.on(date(2018, 2, 5), underlying="SPX").expiry == datetime(2018, 3, 16, 20, tzinfo=UTC)
    assert hedge.on(date(2018, 3, 9), underlying="SPX").expiry == datetime(2018, 6, 15, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "expiry"),
    [
        (date(2018, 2, 5), date(2018, 2, 16)),
        (date(2018, 2, 9), date(2018, 3, 16)),
        (date(2018, 12, 20), date(2019, 1, 18)),
    ],
)
def test_monthly_cycle_rolls_eight_days_before_the_third_friday(day: date, expiry: date) -> None:
    assert ExpiryCycle.MONTHLY.front(day) == expiry


def test_contract_that_has_expired_cannot_hedge() -> None:
    hedge = HedgeConfig(
        symbol="ESH8",
        kind=InstrumentKind.FUTURE,
        tick_size=0.25,
        average_daily_volume=1e6,
        expiry=date(2018, 3, 16),
    )
    with pytest.raises(UsageError, match="later contract"):
        hedge.on(date(2018, 3, 16), underlying="SPX")


def test_an_unknown_kind_is_one_problem_and_asks_for_no_expiry(tmp_path: Path) -> None:
    hedge = "[underlying.SPX.hedge]\nsymbol = 'X'\ntick_size = 1\naverage_daily_volume = 1\nkind = 'bond'\n"
    assert [problem.column for problem in _problems(tmp_path, hedge)] == ["underlying.SPX.hedge.kind"]
