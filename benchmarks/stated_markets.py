"""Whether the shipped markets are what their files state: volume, volatility, spread; with errors over seeds.

Stated is what a session of the whole timeline should have: the daily volume times its activity, news of the
stated volatility times its regimes' (jumps and drift included), twice the makers' half spread times its
regimes'. The variance ratio is that of the mid over k seconds to what the news alone have.

Run from the checkout: python -m benchmarks.stated_markets [--seeds 8] [--hours 6.5] [--markets calm ...]
"""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.market.agent_market import AgentMarket
from execution.market.layout import ParticipantKind
from execution.market.scenario import MarketScenario, load_market, market_names
from execution.market.session import u_shape

SECOND = 10**9
COARSE = 300  # seconds, over which volatility is measured
LAGS = (1, 2, 5, 10, 60, 300)
FloatArray = npt.NDArray[np.float64]


class Session(NamedTuple):
    """One seed's session; the venue's or the instrument's axis comes last."""

    volume: FloatArray
    volatility: FloatArray
    spread: FloatArray
    ratios: FloatArray  # (lag, venue)
    at_limit: FloatArray  # share of the time that tactical traders spend there, by kind


class Stated(NamedTuple):
    """What a session of the timeline should have, relative to a day of the base regime."""

    activity: float
    variance: float
    spread: float


def stated(scenario: MarketScenario, hours: float) -> Stated:
    """Average the timeline's multipliers over a session's seconds."""
    seconds = round(3600 * hours)
    activity, variance, spread = np.empty((3, seconds))
    told = np.zeros(seconds)
    begin = 0
    for number, stretch in enumerate(scenario.timeline):
        last = number == len(scenario.timeline) - 1
        end = seconds if last else min(seconds, begin + round(60 * stretch.minutes))
        here, regime = slice(begin, end), stretch.regime
        activity[here], spread[here] = regime.activity, regime.spread
        variance[here] = regime.volatility**2
        told[here] = regime.drift / 3600.0
        if begin < seconds:
            told[begin] += regime.jump
        begin = end
    session = scenario.session
    elapsed = np.arange(seconds) / (3600.0 * session.hours)
    activity *= [u_shape(share, session.activity_u) for share in elapsed]
    variance *= [u_shape(share, session.volatility_u) for share in elapsed]
    spread *= [u_shape(share, session.spread_u) for share in elapsed]
    moves = np.add.reduceat(told, np.arange(0, seconds, COARSE))
    return Stated(activity.mean(), variance.mean() * hours / 6.5 + (moves**2).sum(), spread.mean())


def run(scenario: MarketScenario, seed: int, hours: float) -> Session:
    """A session, looked at every second."""
    market = AgentMarket(scenario, 0, np.random.SeedSequence(seed))
    seconds, venues = round(3600 * hours), len(market.faces)
    mids, spreads = np.empty((seconds, venues)), np.empty((seconds, venues))
    news = np.empty((seconds, len(scenario.instruments)))
    people = market.arrays.participants
    tactical = [ParticipantKind.MOMENTUM, ParticipantKind.MEAN_REVERSION]
    at_limit = np.zeros(len(people))
    for second in range(seconds):
        market.run((second + 1) * SECOND)
        venue = market.arrays.venues
        mids[second] = 0.5 * (venue["last_bid"] + venue["last_ask"])
        spreads[second] = venue["last_ask"] - venue["last_bid"]
        news[second] = market.arrays.instruments["news_ticks"]
        at_limit += np.abs(people["inventory"]) >= 0.95 * np.maximum(people["inventory_limit"], 1)
    of = market.arrays.venues["instrument"]
    return Session(
        volume=market.arrays.instruments["traded"].astype(np.float64),
        volatility=np.sqrt((np.diff(mids[::COARSE], axis=0) ** 2).sum(axis=0)),
        spread=spreads.mean(axis=0),
        ratios=np.array([variance(mids, lag) / variance(news[:, of], 1) for lag in LAGS]),
        at_limit=np.array([at_limit[people["kind"] == kind].mean() / seconds for kind in tactical])
        if set(tactical) <= set(people["kind"].tolist())
        else np.zeros(2),
    )


def variance(path: FloatArray, lag: int) -> FloatArray:
    """Variance a second of the moves over `lag` seconds."""
    moves = path[lag:] - path[:-lag]
    result: FloatArray = (moves**2).mean(axis=0) / lag
    return result


def half_spread(scenario: MarketScenario, venue: str) -> float:
    """What a venue's makers state [ticks]."""
    return next(
        (
            terms.numbers["half_spread_ticks"]
            for terms in scenario.participants
            if terms.kind is ParticipantKind.MARKET_MAKER and terms.venue == venue
        ),
        math.nan,
    )


def with_error(values: FloatArray, digits: int) -> str:
    """Mean and standard error of the mean."""
    error = values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{values.mean():,.{digits}f} ({error:.{digits}f})"


def report(name: str, seeds: int, hours: float) -> None:
    """Print stated and realised, side by side, of one scenario."""
    scenario = load_market(name)
    sessions = [run(scenario, seed, hours) for seed in range(seeds)]
    target = stated(scenario, hours)
    for at, terms in enumerate(scenario.instruments):
        volume = terms.average_daily_volume * target.activity * hours / scenario.session.hours
        found = np.array([one.volume[at] for one in sessions]) / volume
        print(
            f"{name:<9}{terms.symbol:<8}volume {volume:,.0f} lots, realised / stated {with_error(found, 3)}"
        )
    symbols = [one.symbol for one in scenario.instruments]
    for at, venue in enumerate(scenario.venues):
        terms = scenario.instruments[symbols.index(venue.symbol)]
        spread = 2.0 * half_spread(scenario, venue.name) * target.spread
        found = np.array([one.spread[at] for one in sessions])
        line = f"{name:<9}{venue.name:<8}spread {spread:.2f} ticks, realised {with_error(found, 2)}"
        if not terms.driver:
            daily = terms.volatility * terms.price / terms.tick_size / math.sqrt(252.0)
            moved = np.array([one.volatility[at] for one in sessions])
            realised = with_error(moved / daily / math.sqrt(target.variance), 3)
            line += (
                f"; volatility {daily * math.sqrt(target.variance):.1f} ticks, realised / stated {realised}"
            )
        print(line)
        ratios = np.mean([one.ratios[:, at] for one in sessions], axis=0)
        print(
            " " * 17
            + "variance ratio at "
            + ", ".join(f"{k} s {r:.2f}" for k, r in zip(LAGS, ratios, strict=True))
        )
    momentum, reversion = np.mean([one.at_limit for one in sessions], axis=0)
    print(" " * 17 + f"at their limits: momentum {momentum:.0%}, reversion {reversion:.0%} of the time")


def main() -> None:
    """Print every market."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--hours", type=float, default=6.5)
    parser.add_argument("--markets", nargs="+", default=list(market_names()))
    arguments = parser.parse_args()
    for name in arguments.markets:
        report(name, arguments.seeds, arguments.hours)


if __name__ == "__main__":
    main()
