from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hedger.errors import UsageError
from hedger.result import RunSettings
from hedger.scenario import Scenario, ScenarioKind, ShockStep, load_scenario
from hedger.timeline import Timeline, build_timeline
from pricing.book import Stickiness
from tests.markets import book, option_position

AS_OF = date(2018, 2, 5)
CALL = book(option_position(1, strike=2700.0))
# Cboe VIX closes of 2024-07-31 to 2024-08-09.
VIX = (16.36, 18.59, 23.39, 38.57, 27.71, 27.85, 23.79, 20.37)


def built(scenario: Scenario, as_of: date = AS_OF) -> Timeline:
    return build_timeline(scenario, CALL, RunSettings(), portfolio_as_of=as_of)


def from_embedded(stickiness: Stickiness, *, spot_return: float = -0.05) -> Scenario:
    step = ShockStep(
        day=date(2018, 2, 6), spot_return=spot_return, volatility_shift=0.0, regime="calm", source=""
    )
    return Scenario(
        name="mine",
        title="mine",
        kind=ScenarioKind.SHOCKS,
        start=AS_OF,
        end=step.day,
        stickiness=stickiness,
        steps=(step,),
    )


def test_the_thirty_day_volatility_of_a_shocked_market_is_the_published_vix() -> None:
    for day, vix in zip(built(load_scenario("yen-carry-2024")).days, VIX, strict=True):
        surface = day.market.underlying("SPX").surface
        assert float(surface.implied_volatility(0.0, 30 / 365)) == pytest.approx(vix / 100, abs=1e-6)


def test_sticky_strikes_keep_a_strike_s_volatility_and_sticky_moneyness_the_smile() -> None:
    years = 30 / 365
    for stickiness, stays in ((Stickiness.STRIKE, "strike"), (Stickiness.MONEYNESS, "moneyness")):
        before, after = (day.market.underlying("SPX") for day in built(from_embedded(stickiness)).days)
        forwards = [float(own.forward.forward_at(years)) for own in (before, after)]
        strikes = forwards if stays == "moneyness" else [forwards[0], forwards[0]]
        volatilities = [
            float(own.surface.implied_volatility(np.log(strike / forward), years))
            for own, strike, forward in zip((before, after), strikes, forwards, strict=True)
        ]
        assert volatilities[1] == pytest.approx(volatilities[0], rel=1e-9)


def test_the_forecast_of_a_shocked_market_remembers_the_shock() -> None:
    start, after = built(from_embedded(Stickiness.STRIKE)).days
    daily = [float(day.market.underlying("SPX").forecast.at(1.0)) ** 2 / 252 for day in (start, after)]
    assert daily[1] == pytest.approx(0.94 * daily[0] + 0.06 * np.log(0.95) ** 2)


def test_a_real_day_s_history_ends_on_that_day() -> None:
    scenario = replace(load_scenario("volmageddon-2018"), end=date(2018, 2, 1))
    for day in built(scenario).days:
        history = day.market.underlying("SPX").history
        assert history is not None
        assert history.dates[-1].item() == day.day == day.market.underlying("SPX").forecast.as_of


def test_the_hedging_future_outlives_the_scenario() -> None:
    # The September contract is in front on 2001-09-10 and expires before the 28th.
    days = built(load_scenario("september-2001")).days
    expiries = {day.market.underlying("SPX").hedge.expiry for day in days}
    (expiry,) = expiries
    assert expiry is not None
    assert expiry.date() == date(2001, 12, 21)


def test_a_book_keeps_its_days_to_expiry_and_its_moneyness_when_it_is_moved() -> None:
    timeline = built(load_scenario("october-2008"))
    (line,) = timeline.portfolio.positions
    assert line.option is not None
    spot = timeline.days[0].market.underlying("SPX").spot
    assert line.option.strike / spot == pytest.approx(2700.0 / 2648.94, abs=0.001)
    assert date(2008, 11, 1) < line.option.expiry.date() < date(2008, 11, 20)


def test_a_book_of_a_day_without_a_price_is_refused() -> None:
    with pytest.raises(UsageError, match="takes the price of SPX on 2025-01-02"):
        built(load_scenario("october-2008"), as_of=date(2025, 1, 2))


def test_an_underlying_that_a_stated_market_leaves_out_is_named() -> None:
    other = book(option_position(1, strike=7000.0, underlying="COMP"))
    with pytest.raises(UsageError, match="has no market for COMP"):
        build_timeline(load_scenario("covid-2020"), other, RunSettings(), portfolio_as_of=AS_OF)


def test_a_stated_market_s_forward_grows_by_its_rate_less_its_dividends() -> None:
    scenario = load_scenario("covid-2020")
    (stated,) = scenario.starting
    assert stated.rate > 0.0 < stated.dividend_yield
    market = built(scenario).days[0].market.underlying("SPX")
    growth = np.exp(0.5 * (stated.rate - stated.dividend_yield))
    assert float(market.forward.forward_at(0.5)) == pytest.approx(stated.spot * growth, rel=1e-12)
    assert float(market.discount.discount_at(0.5)) == pytest.approx(np.exp(-0.5 * stated.rate), rel=1e-12)
