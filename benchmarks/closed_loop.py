"""What the closed loop is worth: books hedged with costs learned from own fills, and with costs assumed.

Usage: python benchmarks/closed_loop.py [--paths N] [--seeds N]

The true law of each venue is measured in the full order-book simulator, and one history of own fills is
traded there, written as a fill table and read back. The hedged paths are a reduced form: a geometric Brownian
motion with the venue's volatility, in which a trade costs what the venue's law says; longer histories of
fills are drawn from the law too, with the price risk of working them, one for each of 25 groups of paths.
Assumed are 1 bp, twice the true costs, and what the engine assumes without fills. Every curve meets the same
paths. Figures are certainty equivalents in bp of notional at risk aversion times notional 50; differences are
paired, with 95% intervals over the groups. Nothing was tuned to these seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import process_time

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from benchmarks.closed_loop_market import (
    HORIZON_DAYS,
    PRICE,
    VENUES,
    Venue,
    learned_from_law,
    learned_in_simulator,
    true_law,
)
from execution.tca.cost_curve import CostCurve
from hedger.optimum.band_formulas import (
    BookGamma,
    whalley_wilmott_half_width,
    zakamouline_half_width,
    zakamouline_variance_factor,
)

FloatArray = npt.NDArray[np.float64]
Curves = Sequence[CostCurve]  # one for each group of paths

DAYS, DECISIONS_A_DAY = 21, 4
AVERSION = 50.0  # times notional
GROUPS = 25
HISTORIES = (60, 600, 6_000)
SIMULATED_ORDERS = 40
SETTLING_ROUNDS = 8  # as in hedger.policy.forecast_ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Options of one expiry. units: signed, of each line; strikes as multiples of the first price."""

    name: str
    strikes: tuple[float, ...]
    is_call: tuple[bool, ...]
    units: tuple[float, ...]


BOOKS = (
    Book(name="short straddle, small", strikes=(1.0, 1.0), is_call=(True, False), units=(-1_000.0, -1_000.0)),
    Book(name="short straddle", strikes=(1.0, 1.0), is_call=(True, False), units=(-6_000.0, -6_000.0)),
    Book(name="long call spread", strikes=(1.0, 1.06), is_call=(True, True), units=(6_000.0, -6_000.0)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Cost curves, shape (path,). spread, impact (at full participation) [bps]; volume [contracts]."""

    spread: FloatArray
    impact: FloatArray
    exponent: FloatArray
    volume: float

    @classmethod
    def of(cls, curves: Curves, venue: Venue, paths: int) -> Costs:
        """Each group's curve for its paths."""
        full = 1e4 * venue.conditions.volatility * np.sqrt(HORIZON_DAYS / 252.0)
        rows = [(c.proportional_bps(), c.impact_coefficient * full, c.impact_exponent) for c in curves]
        spread, impact, exponent = np.repeat(np.array(rows), paths // len(rows), axis=0).T
        return cls(spread=spread, impact=impact, exponent=exponent, volume=venue.volume)

    def bps(self, contracts: FloatArray) -> FloatArray:
        """Of trades of `contracts`, not negative; beyond the market's volume as at it."""
        share = np.minimum(1.0, contracts / self.volume)
        return np.asarray(self.spread + self.impact * share**self.exponent)

    def expected(self, contracts: FloatArray) -> FloatArray:
        """As a hedger takes it [fraction of the value]: a rebate counts as none."""
        return np.maximum(self.bps(contracts), 0.0) / 1e4


def delta_gamma(
    book: Book, spot: FloatArray, years: float, volatility: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Black-Scholes delta and gamma without rates, units included, shape (path, line)."""
    strikes, units = PRICE * np.array(book.strikes), np.array(book.units)
    deviation = volatility * np.sqrt(years)
    d1 = np.log(spot[:, None] / strikes) / deviation + 0.5 * deviation
    delta = ndtr(d1) - np.where(book.is_call, 0.0, 1.0)
    gamma = np.exp(-0.5 * d1**2) / np.sqrt(2.0 * np.pi) / (spot[:, None] * deviation)
    return units * delta, units * gamma


def value(book: Book, volatility: float) -> float:
    """Black-Scholes value of the book when it is dealt [currency]."""
    strikes, deviation = PRICE * np.array(book.strikes), volatility * np.sqrt(DAYS / 252.0)
    d1 = np.log(PRICE / strikes) / deviation + 0.5 * deviation
    call = PRICE * ndtr(d1) - strikes * ndtr(d1 - deviation)
    return float(np.where(book.is_call, call, call - PRICE + strikes) @ np.array(book.units))


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A policy's delta and half width, shape (path,)."""

    delta: FloatArray
    half_width: FloatArray


def whalley_wilmott(
    book: Book, spot: FloatArray, years: float, volatility: FloatArray, costs: Costs, aversion: float
) -> Band:
    """The band of `hedger.policy.whalley_wilmott`, settled with impact as there."""
    delta, gamma = delta_gamma(book, spot, years, volatility)
    net = gamma.sum(axis=1)
    width, _ = settled(
        costs,
        lambda cost: whalley_wilmott_half_width(
            gamma=net, spot=spot, proportional_cost=cost, risk_aversion=aversion
        ),
    )
    return Band(delta=delta.sum(axis=1), half_width=width)


def zakamouline(
    book: Book, spot: FloatArray, years: float, volatility: FloatArray, costs: Costs, aversion: float
) -> Band:
    """The band of `hedger.policy.zakamouline`."""
    _, gamma = delta_gamma(book, spot, years, volatility)
    lines = np.full(len(book.units), years)
    known = BookGamma.of_lines(
        gamma=gamma, expiry_years=lines, volatility=np.broadcast_to(volatility, gamma.shape)
    )
    width, cost = settled(
        costs,
        lambda cost: zakamouline_half_width(known, spot=spot, proportional_cost=cost, risk_aversion=aversion),
    )
    factor = zakamouline_variance_factor(known, spot=spot, proportional_cost=cost, risk_aversion=aversion)
    delta, _ = delta_gamma(book, spot, years, volatility * np.sqrt(factor)[:, None])
    return Band(delta=delta.sum(axis=1), half_width=width)


def settled(costs: Costs, width_at: Callable[[FloatArray], FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Half width at the cost of a trade as large as itself, and that cost."""
    cost = costs.expected(np.ones_like(costs.spread))
    for _ in range(SETTLING_ROUNDS):
        width = width_at(cost)
        cost = costs.expected(width)
    return width, cost


POLICIES = {"whalley-wilmott": whalley_wilmott, "zakamouline": zakamouline}


def price_paths(volatility: float, paths: int, rng: np.random.Generator) -> FloatArray:
    """Prices at each decision and at expiry, shape (step + 1, path), without drift."""
    steps = DAYS * DECISIONS_A_DAY
    deviation = volatility * np.sqrt(1.0 / (252.0 * DECISIONS_A_DAY))
    moves = deviation * rng.standard_normal((steps, paths)) - 0.5 * deviation**2
    return PRICE * np.exp(np.vstack([np.zeros(paths), moves.cumsum(axis=0)]))


def profit(
    book: Book, policy: str, prices: FloatArray, venue: Venue, believed: Costs, true: Costs
) -> FloatArray:
    """P&L of the hedged book [currency], shape (path,); the options are dealt at their value."""
    steps, paths = len(prices) - 1, prices.shape[1]
    volatility = np.full((1, len(book.units)), venue.conditions.volatility)
    aversion = AVERSION / (PRICE * max(abs(unit) for unit in book.units))
    held, cash = np.zeros(paths), np.full(paths, -value(book, venue.conditions.volatility))
    for step in range(steps):
        years = (steps - step) / (252.0 * DECISIONS_A_DAY)
        band = POLICIES[policy](book, prices[step], years, volatility, believed, aversion)
        net = band.delta + held
        trade = np.rint(np.clip(net, -band.half_width, band.half_width) - net)
        cost = true.bps(np.abs(trade)) / 1e4 * np.abs(trade) * prices[step]
        cash -= trade * prices[step] + cost
        held += trade
    strikes, signs = PRICE * np.array(book.strikes), np.where(book.is_call, 1.0, -1.0)
    payoff = np.maximum(signs * (prices[-1][:, None] - strikes), 0.0) @ np.array(book.units)
    return np.asarray(cash + held * prices[-1] + payoff)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Certainty equivalent [bp of notional] and each group's part in it, shape (group,)."""

    value: float
    influence: FloatArray


def judged(profits: FloatArray, notional: float) -> Judged:
    """Exponential utility; the influence of a path is what its utility is more than the mean one's."""
    scaled = profits / notional * AVERSION
    shift = float(scaled.min())
    utility = np.exp(-(scaled - shift))
    mean = utility.mean()
    influence = -(utility / mean - 1.0) / AVERSION * 1e4
    value = 1e4 * (shift - np.log(mean)) / AVERSION
    return Judged(value=float(value), influence=influence.reshape(GROUPS, -1).mean(axis=1))


def difference(first: Judged, second: Judged) -> str:
    """first less second with its 95% interval."""
    gaps = first.influence - second.influence
    reach = float(stdtrit(GROUPS - 1, 0.975)) * gaps.std(ddof=1) / np.sqrt(GROUPS)
    return f"{first.value - second.value:+8.3f} ± {reach:.3f}"


def curves_of(venue: Venue, law: CostCurve) -> Mapping[str, Curves]:
    """What the hedgers believe: each a curve for every group of paths."""
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(4).spawn(GROUPS)]
    learned = {
        f"{count:,} fills": [learned_from_law(venue, law, count, rng) for rng in rngs] for count in HISTORIES
    }
    # As for every curve that the engine learns: no hedger counts on being paid for trading.
    known = replace(law, half_spread_bps=max(law.half_spread_bps, 0.0))
    twice = replace(
        known, half_spread_bps=2.0 * known.half_spread_bps, impact_coefficient=2.0 * known.impact_coefficient
    )
    alike = {
        "true costs": known,
        "1 bp": CostCurve(half_spread_bps=1.0, fee_bps=0.0, impact_coefficient=0.0),
        "twice the true": twice,
        "no fills": venue.prior(),
        f"{SIMULATED_ORDERS} simulator": learned_in_simulator(venue, SIMULATED_ORDERS),
    }
    return {**{name: [curve] * GROUPS for name, curve in alike.items()}, **learned}


def describe(curves: Mapping[str, Curves], venue: Venue) -> None:
    """Expected cost at three sizes under each curve; of many curves the mean and the deviation."""
    for name, found in curves.items():
        cells = []
        for size in (0.01, 0.05, 0.2):
            bps = [
                curve.expected_bps(
                    participation=size, horizon_days=HORIZON_DAYS, volatility=venue.conditions.volatility
                )
                for curve in found
            ]
            cells.append(f"{np.mean(bps):7.2f} ({np.std(bps):.2f})")
        print(f"    {name:16s} cost [bps] of 1%, 5%, 20% of the volume: {' '.join(cells)}")


def main() -> None:
    """Measure the laws, learn, hedge, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=2_500)
    parser.add_argument("--seeds", type=int, default=6, help="of each size, for a venue's true law")
    arguments = parser.parse_args()
    paths, started = arguments.paths // GROUPS * GROUPS, process_time()
    totals: dict[str, list[tuple[float, FloatArray]]] = {}
    for number, venue in enumerate(VENUES):
        law = true_law(venue, arguments.seeds)
        curves = curves_of(venue, law)
        print(
            f"{venue.name}: true half spread {law.half_spread_bps:.2f}"
            f" ± {law.half_spread_standard_error_bps:.2f} bps, impact {law.impact_coefficient:.2f}"
            f" ± {law.impact_standard_error:.2f}; {process_time() - started:.0f} s of CPU so far"
        )
        describe(curves, venue)
        prices = price_paths(venue.conditions.volatility, paths, np.random.default_rng([5, number]))
        true = Costs.of([law] * GROUPS, venue, paths)
        for book in BOOKS:
            notional = PRICE * max(abs(unit) for unit in book.units)
            for policy in POLICIES:
                found = {
                    name: judged(
                        profit(book, policy, prices, venue, Costs.of(own, venue, paths), true), notional
                    )
                    for name, own in curves.items()
                }
                best = found["true costs"]
                gaps = "".join(
                    f"  {name}: {difference(each, best)}" for name, each in found.items() if each is not best
                )
                print(f"  {book.name:22s} {policy:16s} true costs {best.value:8.2f};  less that:{gaps}")
                for name, each in found.items():
                    for other in ("1 bp", "twice the true", "no fills"):
                        key = f"{name} less {other}"
                        gap = (each.value - found[other].value, each.influence - found[other].influence)
                        totals.setdefault(key, []).append(gap)
    report(totals)
    print(f"{process_time() - started:.0f} s of CPU")


def report(totals: Mapping[str, Sequence[tuple[float, FloatArray]]]) -> None:
    """Mean over venues, books and policies, groups taken together."""
    print(
        "mean certainty-equivalent difference over all cells [bp of notional]; cells in which it is positive"
    )
    for key, gaps in totals.items():
        if (
            not key.split(" less ")[0].endswith(("fills", "simulator", "true costs"))
            or key == "no fills less no fills"
        ):
            continue
        values = np.array([value for value, _ in gaps])
        influence = np.mean([each for _, each in gaps], axis=0)
        reach = float(stdtrit(GROUPS - 1, 0.975)) * influence.std(ddof=1) / np.sqrt(GROUPS)
        print(f"  {key:36s} {values.mean():+8.3f} ± {reach:.3f}   {(values > 0).sum()} of {len(values)}")


if __name__ == "__main__":
    main()
