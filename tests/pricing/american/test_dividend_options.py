from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.american.dividend_options import dividend_greeks
from pricing.black import black_price
from pricing.dividends import CashDividendModel, DividendSchedule
from pricing.engines.dividends import quantlib_dividend_price
from pricing.greeks import GreekColumns, black_greeks
from tests.reference.tables import rows
from tests.twins.dividend_call import bermudan_call

TWO = DividendSchedule(ex_years=np.array([73.0, 219.0]) / 365.0, cash=np.array([2.0, 3.0]))
NONE = DividendSchedule()
MODELS = list(CashDividendModel)
STRIKES = np.array([80.0, 100.0, 120.0])


def greeks(
    strike: object = 100.0,
    *,
    spot: float = 100.0,
    years: object = 1.0,
    volatility: object = 0.3,
    rate: float = 0.05,
    dividend_yield: float = 0.0,
    is_call: object = False,
    is_american: object = True,
    dividends: DividendSchedule = TWO,
    model: CashDividendModel = CashDividendModel.SPOT,
) -> GreekColumns:
    discount = np.exp(-rate * np.asarray(years))
    columns = (strike, years, volatility, discount, rate - dividend_yield, is_call, is_american)
    return dividend_greeks(spot, *columns, dividends, model=model)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_american", [False, True])
@pytest.mark.parametrize("is_call", [False, True])
def test_prices_are_quantlibs_on_a_fine_grid(
    model: CashDividendModel, is_american: bool, is_call: bool
) -> None:
    for strike, dividend_yield in ((85.0, 0.0), (110.0, 0.03)):
        coarse, fine = (
            quantlib_dividend_price(
                spot=100.0,
                strike=strike,
                expiry_days=365,
                volatility=0.3,
                rate=0.05,
                carry_rate=0.05 - dividend_yield,
                is_call=is_call,
                is_american=is_american,
                dividends=TWO,
                model=model,
                grid=grid,
            )
            for grid in ((200, 400), (400, 800))
        )
        columns = {"is_call": is_call, "is_american": is_american, "dividend_yield": dividend_yield}
        ours = greeks(strike, **columns, model=model).value[0]
        assert ours == pytest.approx(fine + (fine - coarse) / 3.0, abs=1e-3)


def test_hulls_escrowed_call_is_met() -> None:
    for row in rows("dividendoption"):
        ex, cash = (np.array(row[name].split(";"), dtype=float) for name in ("div_times", "div_amounts"))
        found = greeks(
            float(row["strike"]),
            spot=float(row["spot"]),
            years=float(row["t"]),
            volatility=float(row["vol"]),
            rate=float(row["r"]),
            dividend_yield=float(row["q"]),
            is_call=row["type"] == "call",
            is_american=row["exercise"] == "american",
            dividends=DividendSchedule(ex_years=ex, cash=cash),
            model=CashDividendModel.ESCROWED,
        )
        assert found.value[0] == pytest.approx(float(row["expected"]), abs=float(row["tol"]))


def test_calls_without_yield_are_their_integrals_over_ex_dates() -> None:
    for strike in STRIKES:
        slow = bermudan_call(100.0, strike, 1.0, 0.3, 0.05, TWO.ex_years, TWO.cash)
        assert greeks(strike, is_call=True).value[0] == pytest.approx(slow, abs=5e-4)


def test_without_dividends_every_european_greek_is_blacks() -> None:
    found = greeks(STRIKES, is_american=False, dividends=NONE, dividend_yield=0.02)
    forward = 100.0 * np.exp(0.03)
    known = black_greeks(100.0, forward, STRIKES, 1.0, 0.3, np.exp(-0.05), False)
    for each in fields(found):
        expected = getattr(known, each.name)
        size = float(np.max(np.abs(expected)))
        share = 1e-2 if each.name in ("volga", "charm") else 2e-3
        assert_allclose(getattr(found, each.name), expected, atol=share * size, err_msg=each.name)


def test_a_proportional_dividend_scales_the_forward() -> None:
    part = DividendSchedule(ex_years=np.array([0.2, 1.0]), proportional=np.array([0.05, 0.1]))
    for model in MODELS:
        found = greeks(STRIKES, is_american=False, dividends=part, model=model).value
        forward = 100.0 * np.exp(0.05) * 0.95 * 0.9
        assert_allclose(found, black_price(forward, STRIKES, 1.0, 0.3, np.exp(-0.05), False), atol=6e-4)


@pytest.mark.parametrize("is_american", [False, True])
def test_a_vanishing_dividend_leaves_the_price(is_american: bool) -> None:
    tiny = DividendSchedule(ex_years=np.array([0.4]), cash=np.array([1e-6]))
    found, plain = (greeks(STRIKES, is_american=is_american, dividends=d).value for d in (tiny, NONE))
    assert_allclose(found, plain, atol=1e-3)


@given(
    strike=st.floats(60.0, 160.0),
    volatility=st.floats(0.05, 1.0),
    rate=st.floats(-0.03, 0.1),
    dividend_yield=st.floats(0.0, 0.08),
    cash=st.floats(0.0, 5.0),
    is_call=st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_an_american_option_is_worth_the_european_one_and_exercise_at_least(
    strike: float, volatility: float, rate: float, dividend_yield: float, cash: float, is_call: bool
) -> None:
    paid = DividendSchedule(ex_years=np.array([0.1, 0.6]), cash=np.array([cash, cash]))
    found = greeks(
        strike,
        volatility=volatility,
        rate=rate,
        dividend_yield=dividend_yield,
        is_call=is_call,
        is_american=[True, False],
        dividends=paid,
    )
    american, european = found.value
    intrinsic = max(100.0 - strike, 0.0) if is_call else max(strike - 100.0, 0.0)
    assert american >= max(european - 1e-3, intrinsic - 1e-12)
    assert european >= -1e-9
    assert american <= (100.0 if is_call else strike * max(1.0, np.exp(-rate))) + 1e-3
    assert np.all(np.abs(found.delta) <= 1.0 + 2e-3)
    assert np.all(found.gamma >= -1e-3)


def test_calls_fall_and_puts_rise_with_the_dividend() -> None:
    for is_call, sign in ((True, -1.0), (False, 1.0)):
        values = [
            greeks(is_call=is_call, dividends=TWO.scaled(scale)).value[0] for scale in (0.2, 0.6, 1.0, 1.4)
        ]
        assert np.all(sign * np.diff(values) > 0.0)


def test_borrow_is_a_yield() -> None:
    """Both lower the carry; there is no third place for them."""
    assert greeks(dividend_yield=0.03).value[0] > greeks(dividend_yield=0.0).value[0]


def test_a_dividend_at_expiry_belongs_to_the_payoff_and_a_later_one_to_nobody() -> None:
    at, after = (DividendSchedule(ex_years=np.array([ex]), cash=np.array([4.0])) for ex in (1.0, 1.001))
    black = [
        black_price(100.0 * np.exp(0.05), STRIKES + d, 1.0, 0.3, np.exp(-0.05), True) for d in (4.0, 0.0)
    ]
    for dividends, expected in ((at, black[0]), (after, black[1])):
        found = greeks(STRIKES, is_call=True, is_american=False, dividends=dividends).value
        assert_allclose(found, expected, atol=6e-4)
    assert_allclose(greeks(STRIKES, is_call=True, dividends=at).value, black[1], atol=6e-4)


@pytest.mark.parametrize("is_call", [False, True])
def test_a_minute_before_expiry_is_at_expiry(is_call: bool) -> None:
    minute = 1.0 / (365.0 * 1440.0)
    late, at = (
        greeks(
            STRIKES,
            is_call=is_call,
            dividends=DividendSchedule(ex_years=np.array([ex]), cash=np.array([2.0])),
        )
        for ex in (1.0 - minute, 1.0)
    )
    assert_allclose(late.value, at.value, atol=2e-5)


@pytest.mark.parametrize("cash", [5e-324, 1e-300, 1e-12])
def test_a_dividend_of_next_to_nothing_is_none(cash: float) -> None:
    speck = greeks(STRIKES, dividends=DividendSchedule(ex_years=np.array([0.5]), cash=np.array([cash])))
    none = greeks(STRIKES, dividends=DividendSchedule(ex_years=np.array([0.5]), cash=np.array([0.0])))
    assert_allclose(speck.value, none.value, atol=2e-4)
    assert all(np.isfinite(getattr(speck, each.name)).all() for each in fields(speck))


def test_a_dividend_larger_than_the_share_pays_what_is_there() -> None:
    ruin = DividendSchedule(ex_years=np.array([0.5]), cash=np.array([1e4]))
    put = greeks(is_american=False, dividends=ruin)
    assert put.value[0] == pytest.approx(100.0 * np.exp(-0.05), abs=1e-8)
    assert greeks(is_american=False, is_call=True, dividends=ruin).value[0] == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize(("rate", "dividend_yield", "is_call"), [(-0.02, 0.0, False), (-0.02, 0.01, True)])
def test_negative_rates_agree_with_quantlib(rate: float, dividend_yield: float, is_call: bool) -> None:
    prices = [
        quantlib_dividend_price(
            spot=100.0,
            strike=100.0,
            expiry_days=365,
            volatility=0.3,
            rate=rate,
            carry_rate=rate - dividend_yield,
            is_call=is_call,
            is_american=True,
            dividends=TWO,
            grid=grid,
        )
        for grid in ((200, 400), (400, 800))
    ]
    ours = greeks(rate=rate, dividend_yield=dividend_yield, is_call=is_call).value[0]
    assert ours == pytest.approx(prices[1] + (prices[1] - prices[0]) / 3.0, abs=1e-3)


@pytest.mark.parametrize("is_call", [False, True])
def test_an_exercise_band_of_negative_rates_agrees_with_quantlib(is_call: bool) -> None:
    rate, dividend_yield = (-0.06, -0.02) if is_call else (-0.02, -0.06)
    price = quantlib_dividend_price(
        spot=100.0,
        strike=100.0,
        expiry_days=365,
        volatility=0.3,
        rate=rate,
        carry_rate=rate - dividend_yield,
        is_call=is_call,
        is_american=True,
        dividends=TWO,
        grid=(400, 800),
    )
    ours = greeks(rate=rate, dividend_yield=dividend_yield, is_call=is_call).value[0]
    assert ours == pytest.approx(price, abs=1e-2)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("is_call", [False, True])
def test_greeks_are_bumps(model: CashDividendModel, is_call: bool) -> None:
    options = {"is_call": is_call, "dividend_yield": 0.02, "model": model}
    here = greeks(STRIKES, **options)
    up, down = (greeks(STRIKES, spot=spot, **options) for spot in (101.0, 99.0))
    assert_allclose(here.delta, (up.value - down.value) / 2.0, atol=1e-3)
    assert_allclose(here.gamma, (up.delta - down.delta) / 2.0, atol=3e-5)
    wide, narrow = (greeks(STRIKES, volatility=v, **options) for v in (0.305, 0.295))
    assert_allclose(here.vega, (wide.value - narrow.value) / 0.01, atol=0.15)
    assert_allclose(here.vanna, (wide.delta - narrow.delta) / 0.01, atol=3e-3)
    assert_allclose(here.volga, (wide.vega - narrow.vega) / 0.01, atol=8.0)
    high, low = (greeks(STRIKES + step, **options) for step in (1.0, -1.0))
    assert_allclose(here.dual_delta, (high.value - low.value) / 2.0, atol=1e-3)
    assert_allclose(here.dual_gamma, (high.dual_delta - low.dual_delta) / 2.0, atol=8e-5)
    later, sooner = (
        greeks(
            STRIKES,
            years=1.0 - step,
            dividends=DividendSchedule(ex_years=TWO.ex_years - step, cash=TWO.cash),
            **options,
        )
        for step in (0.01, -0.01)
    )
    assert_allclose(here.theta, (later.value - sooner.value) / 0.02, atol=0.02)
    assert_allclose(here.charm, (later.delta - sooner.delta) / 0.02, atol=3e-3)


def test_what_is_exercised_at_once_has_the_greeks_of_the_position() -> None:
    found = greeks(200.0, volatility=0.1, dividends=NONE)
    assert (found.value[0], found.delta[0], found.dual_delta[0]) == (100.0, -1.0, 1.0)
    assert found.gamma[0] == found.vega[0] == found.theta[0] == found.rho[0] == 0.0


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    strikes = np.linspace(60.0, 150.0, 50)
    together = greeks(strikes)
    for at in (0, 17, 49):
        alone = greeks(strikes[at])
        for each in fields(alone):
            assert getattr(alone, each.name)[0] == getattr(together, each.name)[at]


def test_what_is_no_option_is_nan_and_what_is_over_is_intrinsic() -> None:
    strikes = np.array([np.nan, -1.0, 90.0, 100.0])
    found = greeks(strikes, years=np.array([1.0, 1.0, 0.0, np.inf]), is_call=True)
    assert np.isnan(found.value[[0, 1, 3]]).all()
    assert (found.value[2], found.delta[2], found.theta[2]) == (10.0, 1.0, 0.0)
    assert len(greeks(np.empty(0)).value) == 0


def test_without_volatility_the_share_follows_its_forward() -> None:
    forward = 100.0 * np.exp(0.05) - 2.0 * np.exp(0.05 * 0.8) - 3.0 * np.exp(0.05 * 0.4)
    found = greeks(np.array([90.0, 110.0]), volatility=0.0, is_american=False).value
    assert_allclose(found, [0.0, np.exp(-0.05) * (110.0 - forward)], atol=1e-3)
