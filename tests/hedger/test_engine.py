from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hedger import engine
from hedger.errors import UsageError
from hedger.exposure import Exposure
from hedger.policy import policy_named
from hedger.policy.policy import Action
from hedger.portfolio import Portfolio, PositionKind
from hedger.result import HedgeRun, RunSettings
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.market import Market, MissingMarketError
from pricing.option import Right
from tests.hedger.runs import small_run
from tests.markets import book, flat_underlying, future_position, market_of, option_position

SHORT_STRANGLE = book(
    option_position(-40, strike=2750.0),
    option_position(-40, strike=2450.0, right=Right.PUT),
    future_position(5),
)


def run(portfolio: Portfolio, market: Market, **settings: object) -> HedgeRun:
    return engine.run(portfolio, market, policy=policy_named("delta"), settings=RunSettings(**settings))


def wealth(exposure: Exposure) -> float:
    return exposure.cash + sum(own.net.value for own in exposure.by_underlying.values())


def two_underlyings() -> tuple[Portfolio, Market]:
    portfolio = book(
        option_position(-40, strike=2750.0),
        option_position(-30, strike=110.0, underlying="ACME"),
    )
    shares = HedgeInstrument(
        symbol="ACME",
        underlying="ACME",
        kind=InstrumentKind.STOCK,
        tick_size=0.01,
        fee_per_contract=0.005,
        average_daily_volume=5e6,
    )
    acme = replace(flat_underlying(symbol="ACME", spot=100.0), hedge=shares)
    return portfolio, market_of(flat_underlying(), acme)


def test_the_decided_contracts_are_traded_and_held_afterwards() -> None:
    result = small_run()
    (decision,), (worked,) = result.decisions, result.orders
    assert decision.action is Action.TRADE
    assert worked.cost.quantity == decision.trade_contracts == sum(f.quantity * f.side for f in worked.fills)
    assert result.exposure_after.by_underlying["SPX"].hedge_contracts == decision.target_contracts


def test_the_net_delta_after_the_run_is_the_decision_s_residual() -> None:
    result = small_run()
    net = result.exposure_after.by_underlying["SPX"].net
    assert net.delta == pytest.approx(result.decisions[0].residual_delta, abs=1e-6)
    assert abs(net.delta) <= 0.5 * result.market.underlying("SPX").hedge_delta() + 1e-9


def test_trading_moves_wealth_by_its_costs_alone() -> None:
    result = small_run()
    (worked,) = result.orders
    mid = result.market.underlying("SPX").hedge_price()
    paid = sum(
        f.side * f.quantity * 50 * (f.price_ticks * worked.order.rules.tick_size - mid) + f.fee
        for f in worked.fills
    )
    assert wealth(result.exposure_after) - wealth(result.exposure_before) == pytest.approx(-paid, abs=1e-6)
    assert result.cash_change == pytest.approx(-paid, abs=1e-6)
    assert result.fees == pytest.approx(sum(f.fee for f in worked.fills))


def test_the_explained_parts_sum_to_the_profit_of_the_trades_at_the_last_mid() -> None:
    result = small_run()
    (worked,) = result.orders
    profit = sum(
        f.side * f.quantity * 50 * (float(worked.path_mid[-1]) - f.price_ticks * 0.25) - f.fee
        for f in worked.fills
    )
    assert sum(result.explained["SPX"].values()) == pytest.approx(profit, abs=1e-6)


def test_the_parts_of_a_cost_sum_to_it_in_currency_and_in_basis_points() -> None:
    (worked,) = small_run().orders
    assert sum(worked.cost.parts_currency.values()) == pytest.approx(worked.cost.realised_currency)
    assert sum(worked.cost.parts_bps.values()) == pytest.approx(worked.cost.realised_bps)


def test_the_same_seed_gives_the_same_fills_and_another_seed_others() -> None:
    again = run(SHORT_STRANGLE, market_of(flat_underlying()), seed=0)
    other = run(SHORT_STRANGLE, market_of(flat_underlying()), seed=1)
    assert again.orders[0].fills == small_run().orders[0].fills
    assert other.orders[0].fills != again.orders[0].fills


def test_an_underlying_s_fills_do_not_depend_on_the_rest_of_the_book() -> None:
    portfolio, market = two_underlyings()
    alone = run(book(portfolio.positions[1]), market)
    together = run(portfolio, market)
    fills = {worked.underlying: worked.fills for worked in together.orders}
    assert set(fills) == {"SPX", "ACME"}
    assert fills["ACME"] == alone.orders[0].fills


def test_a_stock_book_is_hedged_with_shares_that_are_paid_for() -> None:
    portfolio, market = two_underlyings()
    result = run(book(portfolio.positions[1]), market)
    shares = next(p for p in result.holdings_after.positions if p.kind is PositionKind.STOCK)
    assert shares.quantity == result.decisions[0].target_contracts > 0
    assert result.cash_change < -99.0 * shares.quantity


def test_a_book_of_its_hedge_alone_is_closed_and_still_measured() -> None:
    result = run(book(future_position(5)), market_of(flat_underlying()))
    assert result.decisions[0].trade_contracts == -5
    after = result.exposure_after.by_underlying["SPX"]
    assert (after.hedge_contracts, after.net.delta) == (0, 0.0)


def test_a_dry_run_decides_and_plans_and_leaves_the_book_as_it_is() -> None:
    result = small_run(dry_run=True)
    assert result.decisions == small_run().decisions
    assert result.orders[0].fills == ()
    assert result.orders[0].cost.expected_bps == small_run().orders[0].cost.expected_bps
    assert wealth(result.exposure_after) == wealth(result.exposure_before)
    assert result.cash_change == result.fees == 0.0


def test_a_waiting_policy_trades_nothing() -> None:
    flat = run(small_run().holdings_after, small_run().market)
    assert [decision.action for decision in flat.decisions] == [Action.WAIT]
    assert flat.orders == ()


def test_cost_curves_that_are_given_are_used() -> None:
    market = market_of(flat_underlying())
    curve = replace(engine.first_cost_curve(market.underlying("SPX")), half_spread_bps=77.0)
    result = engine.run(
        SHORT_STRANGLE,
        market,
        policy=policy_named("delta"),
        settings=RunSettings(dry_run=True),
        cost_curves={"SPX": curve},
    )
    assert result.orders[0].cost.expected_bps > 77.0


def test_progress_hears_every_stage_in_order() -> None:
    heard: list[tuple[str, float]] = []
    engine.run(
        SHORT_STRANGLE,
        market_of(flat_underlying()),
        policy=policy_named("delta"),
        settings=RunSettings(dry_run=True),
        progress=lambda stage, fraction: heard.append((stage, fraction)),
    )
    assert [stage for stage, _ in heard] == ["exposure", "decision", "execution", "ledger"]
    assert np.all(np.diff([fraction for _, fraction in heard]) > 0)


def test_an_underlying_without_market_data_is_named() -> None:
    with pytest.raises(MissingMarketError, match="'ACME'"):
        run(book(option_position(1, strike=100.0, underlying="ACME")), market_of(flat_underlying()))


def test_an_order_larger_than_all_that_trades_is_answered_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="participation is at most"):
        run(book(option_position(-5_000_000, strike=2650.0)), market_of(flat_underlying()))


def test_an_order_is_expected_to_cost_what_the_curve_says_of_its_share_of_the_session() -> None:
    market = flat_underlying(forecast=0.25)
    # At the exponent of the square-root law the horizon cancels.
    curve = replace(engine.first_cost_curve(market), impact_exponent=0.6)
    (planned,) = engine.run(
        SHORT_STRANGLE,
        market_of(market),
        policy=policy_named("delta"),
        settings=RunSettings(dry_run=True),
        cost_curves={"SPX": curve},
    ).orders
    expected = curve.expected_bps(
        participation=planned.order.quantity / (1_500_000 * 30 / 390), horizon_days=30 / 390, volatility=0.25
    )
    assert planned.cost.expected_bps == pytest.approx(expected, rel=1e-12)
    assert planned.cost.timing_deviation_bps == pytest.approx(1e4 * 0.25 * np.sqrt(30 / 390 / 252), rel=1e-12)


def test_two_underlyings_alike_have_random_numbers_of_their_own() -> None:
    twins = book(*(option_position(-40, strike=2750.0, underlying=symbol) for symbol in ("SPX", "XSP")))
    market = market_of(flat_underlying(), flat_underlying(symbol="XSP"))
    one, other = (worked.path_mid for worked in run(twins, market).orders)
    assert not np.array_equal(one, other)
