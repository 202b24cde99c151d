"""Runs of the real engine on a small exact market, for the tests of what is reported."""

from __future__ import annotations

from functools import cache

from hedger import engine
from hedger.policy import policy_named
from hedger.result import HedgeRun, RunSettings
from pricing.option import Right
from tests.markets import book, flat_underlying, future_position, market_of, option_position


@cache
def small_run(*, dry_run: bool = False, policy: str = "delta", seed: int = 0) -> HedgeRun:
    """A short strangle hedged with the E-mini."""
    portfolio = book(
        option_position(-40, strike=2750.0),
        option_position(-40, strike=2450.0, right=Right.PUT),
        future_position(5),
    )
    return engine.run(
        portfolio,
        market_of(flat_underlying()),
        policy=policy_named(policy),
        settings=RunSettings(policy=policy, dry_run=dry_run, seed=seed),
    )
