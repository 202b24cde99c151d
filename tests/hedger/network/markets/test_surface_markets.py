"""The law of implied volatility, its estimate, and the markets made of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hedger.network.markets.garch import GarchMarket
from hedger.network.markets.history import HistoryMarket
from hedger.network.markets.level_regression import best_regression, slow_level
from hedger.network.markets.premium import neutral_factor, straddle_premium
from hedger.network.markets.skew_draws import drawn_skews, swap_ratio
from hedger.network.markets.ssvi_smile import SsviSmile
from hedger.network.markets.surface_law import SurfaceLaw, estimate_surface_law, log_month_forecast
from pricing.embedded import embedded_history, embedded_vix_history
from pricing.errors import InputError
from pricing.surface.ssvi import SsviSurface
from pricing.variance_swap import variance_swap_volatility
from tests.hedger.network.markets.models import SURFACES, UNTIL, market, simulated
from tests.twins.surface_market import garch_path


def law() -> SurfaceLaw:
    found = market("garch")
    assert isinstance(found, GarchMarket)
    return found.law


def test_a_known_law_is_found_again() -> None:
    rng = np.random.default_rng(5)
    days, share = 20_000, 0.03
    z, forecast = rng.standard_normal(days), np.log(0.15) + 0.2 * np.sin(np.arange(days + 1) / 40)
    implied = np.empty(days + 1)
    implied[0] = level = np.log(0.16)
    for day in range(days):
        pulls = 0.02 * (forecast[day] - implied[day]) + 0.06 * (level - implied[day])
        noise = 0.04 * rng.standard_normal()
        implied[day + 1] = implied[day] - 0.005 + pulls - 0.05 * z[day] - 0.03 * min(z[day], 0.0) + noise
        level += share * (implied[day + 1] - level)
    found = best_regression(implied, forecast, z)
    expected = np.array([-0.005, 0.02, 0.06, -0.05, -0.03])
    assert np.all(np.abs(found.coefficients - expected) < 4 * found.standard_errors)
    assert found.level_share == pytest.approx(share, abs=0.011)
    assert found.residual.std() == pytest.approx(0.04, rel=0.02)


def test_standard_errors_are_whites() -> None:
    found = law().volatility
    x, residual = found.regressors, found.residual
    bread = np.linalg.inv(x.T @ x)
    meat = sum(np.outer(row, row) * error**2 for row, error in zip(x, residual, strict=True))
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(bread @ meat @ bread)), rtol=1e-8)


def test_a_slow_level_waits_for_the_first_quote_and_over_gaps() -> None:
    level = slow_level(np.array([np.nan, 1.0, np.nan, 2.0]), 0.5, 0.8)
    np.testing.assert_array_equal(level, [np.nan, 0.8, 0.8, 1.4])


def test_the_estimate_sees_nothing_after_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    from hedger.network.markets import surface_law

    full = law()
    monkeypatch.setattr(surface_law, "embedded_history", lambda symbol: embedded_history(symbol).until(UNTIL))
    monkeypatch.setattr(surface_law, "embedded_vix_history", lambda: embedded_vix_history().until(UNTIL))
    cut = estimate_surface_law(UNTIL)
    assert full.dates[-1] == np.datetime64(UNTIL)
    assert np.array_equal(full.volatility.coefficients, cut.volatility.coefficients)
    assert np.array_equal(full.residual, cut.residual)
    assert np.array_equal(full.next_variance, cut.next_variance)


def test_implied_volatility_is_the_vix_where_there_is_one() -> None:
    found, vix = law(), embedded_vix_history().until(UNTIL)
    _, at, vix_at = np.intersect1d(found.dates, vix.dates, return_indices=True)
    np.testing.assert_allclose(np.exp(found.log_implied[at]), vix.close[vix_at], rtol=1e-14)
    assert np.all(np.isfinite(found.log_implied))
    assert found.observed_share == pytest.approx(np.mean(found.observed))
    assert 0.1 < found.observed_share < 0.3


def test_days_are_standardised_and_the_law_explains_most_of_the_change() -> None:
    found = law()
    assert found.standardised_return.mean() == pytest.approx(0.0, abs=1e-12)
    assert found.standardised_return.std() == pytest.approx(1.0)
    assert found.volatility.explained_share > 0.7
    assert found.volatility.coefficients[3] < -4 * found.volatility.standard_errors[3]


def test_a_day_without_a_vix_borrows_the_residual_of_the_most_similar_return() -> None:
    found = law()
    known, z = np.flatnonzero(found.observed), found.standardised_return
    for day in np.flatnonzero(~found.observed)[::400]:
        nearest = known[np.argmin(np.abs(z[known] - z[day]))]
        assert found.residual[day] == found.residual[nearest]


def test_the_month_forecast_is_the_garch_laws() -> None:
    garch = law().garch
    for variance in (0.2, 1.0, 9.0):
        mean = garch.law.mean_variance(variance, 21, garch.innovations).mean()
        expected = 0.5 * np.log(252 * mean / 1e4)
        assert log_month_forecast(garch, np.array([variance]))[0] == pytest.approx(expected)


@pytest.mark.parametrize("until", [date(2013, 12, 31), date(2014, 6, 30), date(1999, 1, 4)])
def test_too_short_a_history_of_the_vix_is_refused_in_a_sentence(until: date) -> None:
    with pytest.raises(InputError, match="250 days with a VIX"):
        estimate_surface_law(until)


def test_a_block_of_history_is_history_less_its_drift() -> None:
    found = HistoryMarket.estimated(until=UNTIL, block_days=60, observed_only=True)
    paths = found.simulate(8, 60, np.random.SeedSequence(1))
    returns, vix = embedded_history("SPX").until(UNTIL).log_returns(), np.exp(found.law.log_implied)
    month = np.array([paths.implied_volatility(step, 0.0, 21 / 252)[:, 0] for step in range(61)])
    for path in range(8):
        at = int(np.flatnonzero(found.law.next_variance == paths.daily_variance[path, 0])[0])
        moves = np.diff(np.log(paths.spot[path]))
        assert found.law.observed[at : at + 60].all()
        assert np.corrcoef(moves, returns[at : at + 60])[0, 1] > 0.998
        seen = vix[at : at + 61] / vix[at]
        np.testing.assert_allclose(month[:, path] / month[0, path], seen, rtol=0.08)


@pytest.mark.parametrize("name", SURFACES)
def test_the_surface_has_no_static_arbitrage_by_its_parameters(name: str) -> None:
    paths = simulated(name)
    assert np.all(paths.skew_curvature * (1 + np.abs(paths.skew_correlation)) <= 2.0 + 1e-12)
    assert np.all(paths.short_volatility > 0.0)
    assert np.all(paths.long_volatility > 0.0)


@pytest.mark.parametrize("name", SURFACES)
def test_implied_volatility_moves_against_returns_as_much_as_it_did(name: str) -> None:
    paths = simulated(name)
    month = np.log([paths.implied_volatility(step, 0.0, 21 / 252)[:, 0] for step in range(6)])
    change, returns = np.diff(month, axis=0).ravel(), np.diff(np.log(paths.spot[:, :6]), axis=1).T.ravel()
    scaled = returns / np.sqrt(paths.daily_variance[:, :5].T.ravel())
    real = law()
    seen = real.volatility
    assert np.corrcoef(change, scaled)[0, 1] == pytest.approx(
        np.corrcoef(seen.change, real.standardised_return[seen.days])[0, 1], abs=0.06
    )
    assert change.std() == pytest.approx(seen.change.std(), rel=0.15)


@pytest.mark.parametrize("kind", [GarchMarket, HistoryMarket])
def test_without_the_premium_a_months_straddle_earns_nothing(kind: type[GarchMarket | HistoryMarket]) -> None:
    seed = np.random.SeedSequence(31)
    kept = kind.estimated(until=UNTIL)
    removed = kept.without_premium()
    before = straddle_premium(kept.simulate(30_000, 21, seed))
    after = straddle_premium(removed.simulate(30_000, 21, seed))
    assert before.gain < -10 * before.standard_error
    assert before.implied_over_realised > 1.1
    assert abs(after.gain) < 5 * after.standard_error
    assert np.array_equal(kept.simulate(9, 3, seed).spot, removed.simulate(9, 3, seed).spot)


def test_the_neutral_factor_brings_a_straddle_to_its_payoff() -> None:
    paths = simulated("gbm")
    assert neutral_factor(paths) == pytest.approx(1.0, abs=0.03)
    with pytest.raises(ValueError, match="at least one step"):
        straddle_premium(market("gbm").simulate(5, 0, np.random.SeedSequence(1)))


def test_one_draw_is_the_estimate_and_many_vary() -> None:
    found = GarchMarket.estimated(until=UNTIL, parameter_draws=1)
    assert np.array_equal(found.draws.parameters[0, 6:11], found.law.volatility.coefficients)
    assert found.draws.level[0] == 1.0
    many = market("garch")
    assert isinstance(many, GarchMarket)
    assert np.all(many.draws.parameters.std(axis=0)[[0, 2, 3, 6, 9]] > 0.0)
    persistence = many.draws.parameters[:, 1] + law().loss_share * many.draws.parameters[:, 2]
    assert np.all(persistence + many.draws.parameters[:, 3] < 1.0)


@pytest.mark.parametrize(
    "wrong", [{"parameter_draws": 0}, {"level_deviation": -0.1}, {"level_deviation": np.nan}, {"spot": 0.0}]
)
def test_a_garch_market_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at least one draw"):
        GarchMarket.estimated(until=UNTIL, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"block_days": 0}, {"block_days": 10_000}, {"spot": -1.0}])
def test_a_history_market_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="blocks have 1 to"):
        HistoryMarket.estimated(until=UNTIL, **wrong)  # type: ignore[arg-type]


def test_paths_are_those_of_the_slow_twin() -> None:
    found = GarchMarket.estimated(until=UNTIL, parameter_draws=1)
    paths = found.simulate(5, 40, np.random.SeedSequence(8))
    rng = np.random.default_rng(np.random.SeedSequence(8))
    known = found.law.residual.size
    rng.integers(1, size=5)
    starts, days = rng.integers(known, size=5), rng.integers(known, size=(5, 40))
    month = np.stack([paths.implied_volatility(step, 0.0, 21 / 252)[:, 0] for step in range(41)], axis=1)
    for path in range(5):
        twin = np.array(garch_path(found.law, int(starts[path]), days[path].tolist()))
        np.testing.assert_allclose(paths.spot[path], twin[:, 0], rtol=1e-7)
        np.testing.assert_allclose(paths.daily_variance[path], twin[:, 1], rtol=1e-9)
        np.testing.assert_allclose(month[path], found.draws.to_the_money[0] * np.exp(twin[:, 2]), rtol=1e-9)


def test_the_variance_swap_on_the_surface_is_the_vix_at_usual_levels() -> None:
    rho, eta = np.array([-0.7, -0.8]), np.array([0.7, 1.1])
    ratio = swap_ratio(rho, eta)
    for at, level, error in ((0, 0.1, 0.005), (1, 0.25, 0.02), (1, 0.5, 0.04)):
        theta = level**2 / 12
        surface = SsviSurface(
            expiry_years=np.array([1 / 12]),
            atm_total_variance=np.array([theta]),
            correlation=rho[at : at + 1],
            wing=eta[at : at + 1] * np.sqrt(theta),
            description="",
        )
        assert variance_swap_volatility(surface, 1 / 12)[0] == pytest.approx(level * ratio[at], rel=error)


def test_skews_are_those_of_the_leverage_at_a_stickiness_between_the_ends() -> None:
    reaction = np.full(2_000, -0.07)
    rho, eta = drawn_skews(reaction, np.random.default_rng(1))
    slope = rho * eta / (2 * np.sqrt(21 / 252))
    stickiness = -0.07 * np.sqrt(252) / slope
    assert 1.09 < stickiness.min() < 1.15
    assert 1.85 < stickiness.max() < 1.91
    assert np.all((rho > -0.85) & (rho < -0.55))
    assert not drawn_skews(np.array([0.1]), np.random.default_rng(1))[1].any()


def test_curvature_stops_where_butterflies_would_cost_nothing() -> None:
    rho, eta = drawn_skews(np.full(50, -1.0), np.random.default_rng(1))
    np.testing.assert_allclose(eta * (1 + np.abs(rho)), 2.0)


def test_the_short_limit_makes_the_months_volatility_what_it_is() -> None:
    smile = SsviSmile(term_reversion=6.0)
    level, long = np.array([0.12, 0.2, 0.6]), np.array([0.16, 0.2, 0.2])
    short = smile.short_volatility(level, long, 1 / 12)
    np.testing.assert_allclose(np.sqrt(smile.total_variance(short, long, np.array(1 / 12)) * 12), level)
    assert smile.short_volatility(np.array([0.1]), np.array([0.9]), 1 / 12)[0] == pytest.approx(0.02)
    with pytest.raises(ValueError, match="positive rate"):
        SsviSmile(term_reversion=0.0)


def test_no_paths_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one path"):
        market("garch").simulate(0, 5, np.random.SeedSequence(1))
