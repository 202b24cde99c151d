"""Orders of several underlyings: their correlation, one schedule of all legs, and honest reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import jsonschema
import numpy as np
import numpy.typing as npt
import pytest

from execution.schedules.cointegrated_prices import CointegratedPrices
from hedger import engine
from hedger.errors import UsageError
from hedger.policy import policy_named
from hedger.portfolio import Portfolio
from hedger.report.json_document import document, schema
from hedger.report.tables import run_tables
from hedger.result import HedgeRun, RunSettings
from hedger.spreads.co_movement import co_movement, reversion
from pricing.history import PriceHistory
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.market import Market, UnderlyingMarket
from tests.markets import AS_OF, book, flat_underlying, market_of, option_position

DAYS = np.busday_offset(np.datetime64(AS_OF, "D"), np.arange(-1_199, 1), roll="backward")
NAMES = ("ACME", "BETA", "CORE")
REVERTING = CointegratedPrices(
    reversion=np.multiply.outer([0.12, -0.04], [1.0, -1.2]),
    mean=np.array([100.0, 100.0]),
    covariance=np.array([[1.0, 0.8], [0.8, 1.0]]),
)


def walk(correlation: npt.ArrayLike, *, count: int = 1_200, seed: int = 1) -> npt.NDArray[np.float64]:
    """Prices, shape (day, underlying), that end at 100."""
    root = np.linalg.cholesky(np.asarray(correlation))
    moves = 0.01 * np.random.default_rng(seed).standard_normal((count, len(root))) @ root.T
    path = moves.cumsum(axis=0)
    prices: npt.NDArray[np.float64] = 100.0 * np.exp(path - path[-1])
    return prices


def reverting_walk(*, count: int = 1_200, seed: int = 1) -> npt.NDArray[np.float64]:
    kept, noise = REVERTING.after(1.0)
    shocks = np.random.default_rng(seed).standard_normal((count, 2)) @ np.linalg.cholesky(noise).T
    away, path = np.zeros(2), []
    for shock in shocks:
        away = kept @ away + shock
        path.append(away)
    return np.array(path) + 300.0


def shares(symbol: str, close: npt.NDArray[np.float64] | None) -> UnderlyingMarket:
    hedge = HedgeInstrument(
        symbol=symbol,
        underlying=symbol,
        kind=InstrumentKind.STOCK,
        tick_size=0.01,
        fee_per_contract=0.003,
        average_daily_volume=5e6,
    )
    spot = 100.0 if close is None else float(close[-1])
    history = None
    if close is not None:
        history = PriceHistory(symbol="prices", dates=DAYS[-len(close) :], close=close)
    return replace(flat_underlying(symbol=symbol, spot=spot), hedge=hedge, history=history)


def market_with(paths: Sequence[npt.NDArray[np.float64] | None]) -> Market:
    return market_of(*(shares(name, path) for name, path in zip(NAMES, paths, strict=False)))


def correlated(correlation: float = 0.8, *, count: int = 1_200) -> Market:
    return market_with(tuple(walk([[1.0, correlation], [correlation, 1.0]], count=count).T))


def long_and_short(market: Market, *, hedged: int = 2) -> Portfolio:
    """Calls short of one underlying and long of the other, of deltas to be hedged in opposite directions."""
    lines = [
        option_position((-1) ** (i + 1) * 500, strike=round(market.underlying(name).spot), underlying=name)
        for i, name in enumerate(list(market.underlyings)[:hedged])
    ]
    return book(*lines)


def run(market: Market, *, hedged: int = 2, **settings: object) -> HedgeRun:
    chosen = RunSettings(**{"risk_aversion": 1e-5, "horizon_minutes": 5.0, **settings})  # type: ignore[arg-type]
    return engine.run(
        long_and_short(market, hedged=hedged), market, policy=policy_named("delta"), settings=chosen
    )


@cache
def joint_run() -> HedgeRun:
    return run(correlated())


def test_the_correlation_is_the_last_year_s_and_its_interval_holds_it() -> None:
    old, late = walk([[1.0, -0.9], [-0.9, 1.0]], count=900), walk([[1.0, 0.7], [0.7, 1.0]], count=300)
    found = co_movement(market_with(tuple(np.vstack([old, late]).T)))
    assert found is not None
    assert found.observations == 252
    assert found.lower[0, 1] < 0.7 < found.upper[0, 1]
    assert found.lower[0, 1] < found.correlation[0, 1] < found.sample[0, 1] < found.upper[0, 1]


def test_a_correlation_that_is_within_its_error_is_shrunk_and_a_certain_one_is_not() -> None:
    loose, tight = co_movement(correlated(0.05, count=40)), co_movement(correlated(0.95))
    assert loose is not None
    assert tight is not None
    assert loose.shrinkage > 0.3
    assert tight.shrinkage < 0.01


def test_identical_prices_move_as_one() -> None:
    path = walk([[1.0]])[:, 0]
    found = co_movement(market_with((path, path)))
    assert found is not None
    assert found.correlation == pytest.approx(np.ones((2, 2)), abs=1e-12)
    together = run(market_with((path, path)))
    assert together.joint is not None
    assert together.joint.saving > 0.0


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        ((None, None), "fewer than two underlyings have a price history"),
        (tuple(walk(np.eye(2), count=15).T), "at least 21 days in common"),
        ((walk([[1.0]])[:, 0], np.full(1_200, 100.0)), "the price histories do not tell"),
    ],
)
def test_without_a_known_correlation_each_order_is_worked_by_itself_and_the_run_says_why(
    paths: Sequence[npt.NDArray[np.float64] | None], sentence: str
) -> None:
    result = run(market_with(paths), dry_run=True)
    assert result.movement is not None
    assert sentence in result.movement.unknown
    assert result.joint is not None
    assert sentence in result.joint.reason
    assert {order.schedule for order in result.orders} == {"almgren-chriss"}
    assert any(sentence in note for table in run_tables(result) for note in table.notes)


def test_orders_of_correlated_underlyings_follow_one_schedule_that_is_expected_to_cost_less() -> None:
    work = joint_run().joint
    assert work is not None
    assert work.together is not None
    assert work.apart is not None
    assert work.underlyings == ("ACME", "BETA")
    assert {order.schedule for order in joint_run().orders} == {"multi-asset-almgren-chriss"}
    assert work.together.risk_adjusted < work.apart.risk_adjusted
    half = 0.5 * joint_run().settings.risk_aversion
    for found in (work.together, work.apart):
        assert found.risk_adjusted == pytest.approx(found.cost + half * found.deviation**2)


def test_filled_and_left_are_what_was_ordered_and_the_plan_ends_at_it() -> None:
    for worked in joint_run().orders:
        assert worked.cost.filled_quantity + worked.cost.leaves_quantity == worked.order.quantity
        assert worked.plan_quantity[-1] == worked.order.quantity
        assert len(worked.control_mid) == len(worked.path_mid)


def test_an_underlying_without_history_is_worked_by_itself_beside_the_others() -> None:
    market = market_with((*walk([[1.0, 0.8], [0.8, 1.0]]).T, None))
    result = run(market, hedged=3, dry_run=True)
    assert [order.schedule for order in result.orders] == [
        "multi-asset-almgren-chriss",
        "multi-asset-almgren-chriss",
        "almgren-chriss",
    ]


def test_an_order_by_itself_is_worked_as_ever() -> None:
    result = run(correlated(), hedged=1, schedule="cointegrated", dry_run=True)
    assert result.joint is None
    assert [order.schedule for order in result.orders] == ["almgren-chriss"]


def test_another_schedule_works_each_order_by_itself_in_prices_that_move_together() -> None:
    result = run(correlated(0.99), schedule="twap")
    assert result.joint is None
    one, other = (np.diff(worked.control_mid[::20]) for worked in result.orders)
    assert np.corrcoef(one, other).min() > 0.5


def test_simulated_prices_do_not_depend_on_what_trades() -> None:
    market = correlated()
    both, one = run(market), run(market, hedged=1)
    np.testing.assert_array_equal(both.orders[0].control_mid, one.orders[0].control_mid)


def test_the_same_seed_gives_the_same_run() -> None:
    assert document(run(correlated())) == document(joint_run())


def test_prices_that_revert_to_each_other_are_followed_when_asked() -> None:
    result = run(market_with(tuple(reverting_walk().T)), schedule="cointegrated")
    work = result.joint
    assert work is not None
    assert work.reversion is not None
    assert work.together is not None
    assert {order.schedule for order in result.orders} == {"cointegrated"}
    assert work.reversion.test.trace[0] > work.reversion.test.critical[0]
    assert math.isnan(work.together.cost)
    assert work.apart is not None
    assert work.together.risk_adjusted < work.apart.risk_adjusted
    for worked in result.orders:
        assert worked.cost.filled_quantity + worked.cost.leaves_quantity == worked.order.quantity
    jsonschema.validate(document(result), schema("run"))
    assert any("Johansen" in note for table in run_tables(result) for note in table.notes)


def test_a_dry_run_of_the_cointegrated_schedule_plans_it() -> None:
    result = run(market_with(tuple(reverting_walk().T)), schedule="cointegrated", dry_run=True)
    assert {order.schedule for order in result.orders} == {"cointegrated"}


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        (tuple(walk(np.eye(2)).T), "do not revert to each other"),
        (tuple(reverting_walk(count=200).T), "takes 250 common days"),
        ((reverting_walk()[:, 0], None), "takes 250 common days"),
    ],
)
def test_the_cointegrated_schedule_is_refused_where_prices_do_not_tell(
    paths: Sequence[npt.NDArray[np.float64] | None], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        run(market_with(paths), schedule="cointegrated")


def test_the_fit_is_per_trading_day_and_by_underlying() -> None:
    fit = reversion(market_with(tuple(reverting_walk().T)), ("ACME", "BETA"))
    error = np.abs(fit.prices.reversion - REVERTING.reversion) / fit.reversion_error
    assert error.max() < 4.0


def test_the_document_of_a_joint_run_is_as_its_schema_says() -> None:
    found = document(joint_run())
    jsonschema.validate(found, schema("run"))
    assert found["joint"]["saving"] == joint_run().joint.saving  # type: ignore[union-attr]
    assert found["co_movement"]["underlyings"] == ["ACME", "BETA"]
