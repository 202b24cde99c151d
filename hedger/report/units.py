"""The desk's units: per 1% of spot, per vol point and per day, where the engine counts per 1.00 and year."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

from hedger.exposure import Greeks

MISSING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskGreeks:
    """Net Greeks as a desk reads them.

    value [currency], delta [units of underlying], delta_1pct [currency per 1% of spot], gamma_1pct [units of
    underlying per 1% move], vega_point [currency per vol point], theta_day [currency per calendar day].
    """

    value: float
    delta: float
    delta_1pct: float
    gamma_1pct: float
    vega_point: float
    theta_day: float


def desk_greeks(greeks: Greeks, spot: float) -> DeskGreeks:
    """Convert from the engine's units; `spot` [currency] sets what 1% is."""
    one_percent = 0.01 * spot
    return DeskGreeks(
        value=greeks.value,
        delta=greeks.delta,
        delta_1pct=greeks.delta * one_percent,
        gamma_1pct=greeks.gamma * one_percent,
        vega_point=greeks.vega / 100.0,
        theta_day=greeks.theta / 365.0,
    )


def number(value: float | None, digits: int = 0) -> str:
    """Thousands separated, `digits` decimals; a missing value is a dash and a rounded zero has no sign."""
    if value is None:
        return MISSING
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def price(value: float | None, like: float | None = None) -> str:
    """A price with two decimals, or as many more as five digits take; `like` is a price that sets them."""
    size = abs(like if like is not None else value or 0.0)
    return number(value, max(2, 4 - floor(log10(size))) if size > 0.0 else 2)


def counted(count: float, noun: str) -> str:
    """A whole number with its noun: '1 line', '2 lines'."""
    said = number(count)
    return f"{said} {noun}" if said == "1" else f"{said} {noun}s"


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction as a percentage: 0.2 is '20.0%'."""
    return MISSING if value is None else f"{100.0 * value:.{digits}f}%"


def printable(text: str) -> str:
    """Text from a user's file with control characters escaped, so that it cannot steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
