"""Free money in the quotes of a whole run: reported, and none of its quotes traded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hedger import engine
from hedger.feedback import first_cost_curve
from hedger.policy import policy_named
from hedger.report.json_document import document
from hedger.report.tables import run_tables
from hedger.result import HedgeRun, RunSettings
from hedger.spreads.choice_market import ChoiceLimits
from hedger.spreads.choice_package import PackageLeg
from hedger.spreads.leg_quotes import position_in
from hedger.spreads.package_search import OptionDesk, option_desk
from pricing.market import UnderlyingMarket
from tests.hedger.spreads.test_choice_hedge import SHORT_STRANGLE, quoted_market
from tests.markets import market_of


def cheapened(market: UnderlyingMarket, leg: PackageLeg, by: float) -> UnderlyingMarket:
    """The market with a leg's quote moved so that the package would like it still better."""
    quotes = market.listed
    assert quotes is not None
    step = np.zeros(len(quotes))
    step[position_in(quotes, leg.option)] = -by if leg.quantity > 0 else by
    moved = replace(quotes, bid=np.maximum(quotes.bid + step, 0.0), ask=quotes.ask + step)
    return replace(market, quotes=moved, listed=moved)


def hedged(market: UnderlyingMarket) -> HedgeRun:
    settings = RunSettings(hedge_with="options", option_tolerance=0.05)
    return engine.run(SHORT_STRANGLE, market_of(market), policy=policy_named("delta"), settings=settings)


def opened(market: UnderlyingMarket) -> OptionDesk:
    return option_desk(market, first_cost_curve(market), limits=ChoiceLimits(), horizon_days=30.0 / 390.0)


@pytest.fixture(scope="module")
def wanted() -> PackageLeg:
    """The dearest leg that the run trades when the quotes are fair."""
    market = quoted_market()
    assert opened(market).free_money == ()
    return max(hedged(market).packages[0].legs, key=lambda leg: leg.ask)


def test_a_wanted_option_offered_below_parity_is_reported_and_not_traded(wanted: PackageLeg) -> None:
    result = hedged(cheapened(quoted_market(), wanted, 5.0))
    (package,) = result.packages
    assert {"conversion", "reversal"} & {each.kind for each in package.free_money}
    assert wanted.symbol not in {leg.symbol for leg in package.legs}
    assert wanted.symbol not in {each.fill.symbol for each in result.option_fills}
    notes = [note for table in run_tables(result) for note in table.notes]
    assert any("which is a problem of the quotes and not traded" in note for note in notes)
    assert document(result)["packages"][0]["free_money"]


def test_no_quote_of_free_money_can_be_bought_or_sold(wanted: PackageLeg) -> None:
    desk = opened(cheapened(quoted_market(), wanted, 5.0))
    assert desk.left_out.any()
    assert not desk.options.most_bought[desk.left_out].any()
    assert not desk.options.most_sold[desk.left_out].any()
