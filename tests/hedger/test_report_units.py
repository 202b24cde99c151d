from __future__ import annotations

import pytest

from hedger.exposure import Greeks
from hedger.report.units import desk_greeks, number, percent, printable


def test_desk_units_follow_from_the_engine_s_units() -> None:
    greeks = Greeks(value=7.0, delta=50.0, gamma=0.4, vega=1200.0, theta=-730.0, rho=0.0)
    desk = desk_greeks(greeks, spot=2000.0)
    assert desk.delta_1pct == pytest.approx(50.0 * 20.0)
    assert desk.gamma_1pct == pytest.approx(0.4 * 20.0)
    assert desk.vega_point == pytest.approx(12.0)
    assert desk.theta_day == pytest.approx(-2.0)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(1234567.891, 1, "1,234,567.9"), (-0.04, 1, "0.0"), (-12.5, 1, "-12.5"), (None, 2, "-"), (0.0, 0, "0")],
)
def test_numbers_are_separated_and_a_rounded_zero_has_no_sign(
    value: float | None, digits: int, shown: str
) -> None:
    assert number(value, digits) == shown


def test_a_fraction_is_shown_as_a_percentage() -> None:
    assert percent(0.2042) == "20.4%"


def test_text_of_a_user_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31mb\tc") == "a\\x1b[31mb\\tc"
