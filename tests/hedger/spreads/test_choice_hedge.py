"""Options as hedge instruments: the package, its limits, its fills, and the run that it is part of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from hedger import engine
from hedger.errors import UsageError
from hedger.exposure import measure
from hedger.feedback import first_cost_curve
from hedger.policy import policy_named
from hedger.portfolio import Portfolio
from hedger.report.choice_tables import package_tables
from hedger.report.json_document import document, dumps, schema
from hedger.result import HedgeRun, RunSettings
from hedger.spreads.choice_hedge import option_package
from hedger.spreads.choice_market import ChoiceLimits, underlying_tiers
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.choice_problem import InfeasibleChoiceError
from hedger.spreads.choice_rows import SCENARIO_MOVES
from pricing.black import black_price
from pricing.market import Market, UnderlyingMarket
from pricing.option import Right
from pricing.quotes import Quotes
from tests.markets import book, flat_underlying, future_position, market_of, option_position

SHORT_STRANGLE = book(
    option_position(-40, strike=2750.0),
    option_position(-40, strike=2450.0, right=Right.PUT),
    future_position(5),
)
DAYS = (9.0, 23.0, 39.0, 67.0, 102.0)


def chain(market: UnderlyingMarket, half_spread: float = 0.15) -> Quotes:
    """Quotes around the market's own prices, wider away from the money."""
    strikes = np.arange(2300.0, 3001.0, 25.0)
    years, strike, is_call = (
        grid.ravel()
        for grid in np.meshgrid(np.array(DAYS) / 365.0, strikes, np.array([True, False]), indexing="ij")
    )
    price = black_price(market.spot, strike, years, 0.2, 1.0, is_call)
    half = half_spread * (1.0 + np.abs(strike - market.spot) / 200.0)
    keep = price > 2.0 * half
    counts = np.full(int(keep.sum()), 500.0)
    return Quotes(
        underlying="SPX",
        as_of=market.as_of,
        spot=market.spot,
        expiry_years=years[keep],
        strike=strike[keep],
        is_call=is_call[keep],
        bid=np.floor((price - half)[keep] * 20.0) / 20.0,
        ask=np.ceil((price + half)[keep] * 20.0) / 20.0,
        received=len(price),
        bid_size=counts,
        ask_size=counts,
        open_interest=20.0 * counts,
    )


def quoted_market() -> UnderlyingMarket:
    market = flat_underlying()
    quotes = chain(market)
    return replace(market, quotes=quotes, listed=quotes)


def package(
    portfolio: Portfolio = SHORT_STRANGLE, *, tolerance: float = 0.05, **limits: Any
) -> OptionPackage:
    market = quoted_market()
    exposure = measure(portfolio, market_of(market)).by_underlying["SPX"]
    return option_package(
        exposure,
        portfolio,
        market,
        first_cost_curve(market),
        tolerance=tolerance,
        horizon_days=30.0 / 390.0,
        limits=ChoiceLimits(**limits),
    )


def run(**settings: Any) -> HedgeRun:
    return engine.run(
        SHORT_STRANGLE,
        market_of(quoted_market()),
        policy=policy_named("delta"),
        settings=RunSettings(hedge_with="options", option_tolerance=0.05, **settings),
    )


def test_gamma_and_every_vega_end_within_tolerance() -> None:
    found = package()
    assert found.legs
    assert all(each.lower - 1e-6 <= each.after <= each.upper + 1e-6 for each in found.prices)


def test_the_cost_is_each_legs_own_side_and_the_underlyings() -> None:
    market = quoted_market()
    quotes = market.quotes
    assert quotes is not None
    # Asks moved away from the values that the other right leaves: buying costs more than selling.
    skewed = replace(quotes, ask=quotes.ask + np.where(quotes.is_call, 0.4, 0.0))
    market = replace(market, quotes=skewed, listed=skewed)
    curve = first_cost_curve(market)
    exposure = measure(SHORT_STRANGLE, market_of(market)).by_underlying["SPX"]
    found = option_package(exposure, SHORT_STRANGLE, market, curve, tolerance=0.05, horizon_days=30.0 / 390.0)
    tiers = underlying_tiers(market, curve, horizon_days=30.0 / 390.0)
    lots = np.repeat(tiers.cost, tiers.most)[: abs(found.underlying_lots)]
    assert found.option_cost == pytest.approx(sum(leg.cost for leg in found.legs))
    assert found.cost == pytest.approx(found.option_cost + lots.sum())


def test_the_delta_may_end_half_a_lot_off() -> None:
    market = quoted_market()
    delta = next(each for each in package().prices if each.name == "delta")
    assert delta.upper == -delta.lower == pytest.approx(0.5 * market.hedge_delta() * market.hedge.lot_size)


def test_the_package_is_proven_or_states_its_gap() -> None:
    found = package()
    assert found.lower_bound <= found.cost
    assert ("proven" in found.reason) == (found.gap == 0.0)


def test_the_price_of_gamma_says_that_more_of_it_would_help_a_short_book() -> None:
    gamma = next(each for each in package().prices if each.name == "gamma")
    assert gamma.before < 0.0
    assert gamma.price < 0.0


def test_no_more_legs_than_allowed_and_no_more_contracts_than_quoted() -> None:
    found = package(most_legs=3)
    assert len(found.legs) <= 3
    assert all(abs(leg.quantity) <= 500 for leg in package(share_of_size=1.0).legs)


def test_a_long_book_is_hedged_without_naked_shorts() -> None:
    long = book(option_position(40, strike=2650.0))
    found = package(long, tolerance=0.3)
    calls = sum(leg.quantity for leg in found.legs if leg.option.right is Right.CALL)
    puts = sum(leg.quantity for leg in found.legs if leg.option.right is Right.PUT)
    assert calls + 40 >= 0
    assert puts >= 0


def test_a_book_within_tolerance_needs_no_option() -> None:
    balanced = book(option_position(-40, strike=2750.0), option_position(40, strike=2755.0))
    found = package(balanced, tolerance=0.5)
    assert found.legs == ()
    assert found.reason == "gamma and vega are within tolerance: no option is needed"


def test_what_cannot_be_reached_is_said_with_what_binds() -> None:
    with pytest.raises(InfeasibleChoiceError, match=r"^No package of SPX's options brings gamma"):
        package(most_contracts=1)


def worst_loss(found: OptionPackage, held: Portfolio | None = None) -> float:
    """Of a package, and a book with it, over the scenarios: each line by Black at a volatility of 20%."""
    market = quoted_market()
    lines = [(leg.quantity * 100.0, leg.option) for leg in found.legs]
    units = 50.0 * found.underlying_lots
    for line in held.positions if held else ():
        if line.option is None:
            units += line.quantity * line.multiplier
        else:
            lines.append((line.quantity * line.multiplier, line.option))

    def value(spot: float) -> float:
        years = [(option.expiry - market.as_of).total_seconds() / (365.0 * 86_400.0) for _, option in lines]
        return units * spot + sum(
            held * float(black_price(spot, option.strike, time, 0.2, 1.0, option.right is Right.CALL))
            for (held, option), time in zip(lines, years, strict=True)
        )

    return max(value(market.spot) - value(market.spot * (1.0 + move)) for move in SCENARIO_MOVES)


def test_a_loss_limit_on_the_hedged_book_holds_in_every_scenario() -> None:
    free, limited = package(), package(residual_loss=5_000.0)
    assert worst_loss(limited, SHORT_STRANGLE) <= 5_000.0 < worst_loss(free, SHORT_STRANGLE)
    assert limited.cost > free.cost


def test_a_margin_that_binds_is_held_by_the_package_alone() -> None:
    free, limited = package(), package(margin=9_000.0)
    assert worst_loss(limited) <= 9_000.0 < worst_loss(free)
    assert limited.cost > free.lower_bound


def test_free_money_is_reported_and_its_quotes_are_not_used() -> None:
    market = quoted_market()
    assert market.listed is not None
    step = np.zeros(len(market.listed))
    step[len(step) // 2] = -40.0
    broken = replace(market.listed, bid=market.listed.bid + step, ask=market.listed.ask + step)
    market = replace(market, quotes=broken, listed=broken)
    exposure = measure(SHORT_STRANGLE, market_of(market)).by_underlying["SPX"]
    found = option_package(
        exposure, SHORT_STRANGLE, market, first_cost_curve(market), tolerance=0.05, horizon_days=0.08
    )
    used = {(leg.option.strike, leg.bid) for leg in found.legs}
    touched = {(broken.strike[i], broken.bid[i]) for each in found.free_money for i, _ in each.legs}
    assert found.free_money
    assert not used & touched
    (legs, _) = package_tables([found], "USD")
    assert any("would pay for nothing" in note for note in legs.notes)


def test_without_a_chain_the_user_is_told_what_to_give() -> None:
    market = flat_underlying()
    with pytest.raises(UsageError, match="needs its quotes: give --chain FILE"):
        engine.run(
            SHORT_STRANGLE,
            market_of(market),
            policy=policy_named("delta"),
            settings=RunSettings(hedge_with="options"),
        )


def test_the_run_trades_the_package_before_the_delta() -> None:
    result = run()
    gross = sum(abs(risk.greeks.gamma) for risk in result.exposure_before.by_underlying["SPX"].risks)
    after = result.exposure_after.by_underlying["SPX"].net
    assert abs(after.gamma) <= 0.05 * gross * (1.0 + 1e-9)
    assert abs(after.delta) <= 25.0 + 1e-6


def test_the_ledger_pays_the_touch_and_the_fees_of_every_option() -> None:
    result = run(block_execution="touch")
    assert result.option_blocks == ()
    paid = sum(
        int(each.fill.side) * each.fill.quantity * each.fill.price_ticks * 0.01 * 100.0 + each.fill.fee
        for each in result.option_fills
    )
    (found,) = result.packages
    fees = sum(abs(leg.quantity) for leg in found.legs) * found.fee_per_contract
    assert paid == pytest.approx(found.premium + fees)


def test_worked_blocks_leave_the_same_book_as_the_touch_for_other_money() -> None:
    worked, touch = run(), run(block_execution="touch")
    options = [
        {line.symbol: line.quantity for line in each.holdings_after.positions if line.option}
        for each in (worked, touch)
    ]
    assert options[0] == options[1]
    assert worked.decisions == touch.decisions
    assert worked.cash_change != touch.cash_change
    quoted = sum(abs(leg.quantity) * 50.0 * (leg.ask - leg.bid) for leg in worked.packages[0].legs)
    assert sum(block.quoted_cost for block in worked.option_blocks) == pytest.approx(quoted)


def test_the_delta_is_traded_when_the_options_are_done() -> None:
    result = run()
    done = max(block.done_ns for block in result.option_blocks)
    assert [order.order.start_ns for order in result.orders] in ([], [done])


def test_a_dry_run_chooses_and_trades_nothing() -> None:
    result = run(dry_run=True)
    assert result.packages[0].legs
    assert result.option_blocks
    assert result.option_fills == ()
    assert result.cash_change == 0.0


def test_the_document_is_valid_and_the_same_twice() -> None:
    first, second = document(run()), document(run())
    Draft202012Validator(schema("run")).validate(first)
    assert dumps(first) == dumps(second)


def test_the_usual_run_asks_for_no_option() -> None:
    market: Market = market_of(quoted_market())
    result = engine.run(SHORT_STRANGLE, market, policy=policy_named("delta"), settings=RunSettings())
    assert (result.packages, result.option_fills) == ((), ())


@pytest.mark.parametrize("wrong", [{"hedge_with": "swaps"}, {"option_tolerance": 0.0}])
def test_settings_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        RunSettings(**wrong)
