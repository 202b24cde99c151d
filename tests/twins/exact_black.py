"""European options in eighty-digit arithmetic; Greeks by differences of the price, free of any formula."""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache

DIGITS = 80
GREEKS = {
    "value": (),
    "delta": ("spot",),
    "gamma": ("spot", "spot"),
    "vega": ("volatility",),
    "theta": ("years",),
    "rho": ("rate",),
    "dividend_rho": ("dividend",),
    "vanna": ("spot", "volatility"),
    "volga": ("volatility", "volatility"),
    "charm": ("spot", "years"),
    "dual_delta": ("strike",),
    "dual_gamma": ("strike", "strike"),
    "speed": ("spot", "spot", "spot"),
    "colour": ("spot", "spot", "years"),
    "zomma": ("spot", "spot", "volatility"),
    "ultima": ("volatility", "volatility", "volatility"),
}
_STEP = Decimal("1e-14")


def black(
    forward: float, strike: float, years: float, volatility: float, discount: float, is_call: bool
) -> Decimal:
    """Black's price of the doubles that are given, exactly."""
    with localcontext(prec=DIGITS):
        ahead = Decimal(years)
        return _price(Decimal(forward), Decimal(strike), ahead, Decimal(volatility), is_call) * Decimal(
            discount
        )


def greeks(
    spot: float,
    forward: float,
    strike: float,
    years: float,
    volatility: float,
    discount: float,
    is_call: bool,
) -> dict[str, Decimal]:
    """Every Greek by name, rate and dividend yield held as the conventions of `black_greeks` say."""
    with localcontext(prec=DIGITS):
        rate = -Decimal(discount).ln() / Decimal(years)
        dividend = rate - (Decimal(forward) / Decimal(spot)).ln() / Decimal(years)
        at = {
            "spot": Decimal(spot),
            "strike": Decimal(strike),
            "years": Decimal(years),
            "volatility": Decimal(volatility),
            "rate": rate,
            "dividend": dividend,
        }
        sign = {name: -1 if "years" in order else 1 for name, order in GREEKS.items()}
        return {name: sign[name] * _derivative(at, order, is_call) for name, order in GREEKS.items()}


def _derivative(at: dict[str, Decimal], order: tuple[str, ...], is_call: bool) -> Decimal:
    """Nested central differences."""
    if not order:
        growth = ((at["rate"] - at["dividend"]) * at["years"]).exp()
        undiscounted = _price(at["spot"] * growth, at["strike"], at["years"], at["volatility"], is_call)
        return undiscounted * (-at["rate"] * at["years"]).exp()
    name, *rest = order
    step = _STEP * at[name] if name in ("spot", "strike", "years", "volatility") else _STEP
    above = _derivative(at | {name: at[name] + step}, tuple(rest), is_call)
    below = _derivative(at | {name: at[name] - step}, tuple(rest), is_call)
    return (above - below) / (2 * step)


def _price(forward: Decimal, strike: Decimal, years: Decimal, volatility: Decimal, is_call: bool) -> Decimal:
    """Undiscounted; the out-of-the-money right first, the other by parity."""
    low, high = min(forward, strike), max(forward, strike)
    deviation = volatility * years.sqrt()
    centre = (high / low).ln() / deviation
    outside = low * upper_tail(centre - deviation / 2) - high * upper_tail(centre + deviation / 2)
    return outside + max((forward - strike) * (1 if is_call else -1), Decimal(0))


def total_volatility(
    price: float, forward: float, strike: float, discount: float, is_call: bool, near: float
) -> Decimal:
    """volatility sqrt(T) of exactly this double price, by Newton's method on the logarithm from `near`."""
    with localcontext(prec=DIGITS):
        ahead, behind = Decimal(forward), Decimal(strike)
        low, high = min(ahead, behind), max(ahead, behind)
        intrinsic = max((ahead - behind) * (1 if is_call else -1), Decimal(0))
        target = Decimal(price) / Decimal(discount) - intrinsic
        deviation = Decimal(near)
        for _ in range(6):
            value = _price(low, high, Decimal(1), deviation, True)
            quantile = (high / low).ln() / deviation - deviation / 2
            vega = low * (-quantile * quantile / 2).exp() / (2 * _pi()).sqrt()
            deviation -= (value / target).ln() * value / vega
        return deviation


def upper_tail(z: Decimal) -> Decimal:
    """N(-z): Laplace's continued fraction beyond three, the series of the density before."""
    if z < 0:
        return 1 - upper_tail(-z)
    density = (-z * z / 2).exp() / (2 * _pi()).sqrt()
    if z > 3:
        fraction = z
        for level in range(int((DIGITS / z) ** 2) + 60, 0, -1):
            fraction = z + level / fraction
        return density / fraction
    term, total, odd = z, z, 1
    while term > Decimal(10) ** -DIGITS:
        odd += 2
        term *= z * z / odd
        total += term
    return Decimal("0.5") - density * total


@cache
def _pi() -> Decimal:
    """Machin's formula."""
    with localcontext(prec=DIGITS + 10):
        return 4 * (4 * _arc_tangent(5) - _arc_tangent(239))


def _arc_tangent(inverse: int) -> Decimal:
    term = total = 1 / Decimal(inverse)
    odd = 1
    while abs(term) > Decimal(10) ** -(DIGITS + 9):
        odd += 2
        term /= -inverse * inverse
        total += term / odd
    return total
