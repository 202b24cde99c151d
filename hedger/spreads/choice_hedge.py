"""The hedger's door to options: the package that brings a book's gamma and vega within tolerances."""

from __future__ import annotations

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.exposure import UnderlyingExposure
from hedger.portfolio import Portfolio
from hedger.spreads.choice_market import (
    OPTION_MULTIPLIER,
    ChoiceLimits,
    TradableOptions,
    UnderlyingTiers,
    held_options,
)
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.choice_problem import FloatArray
from hedger.spreads.choice_rows import (
    SCENARIO_MOVES,
    Rows,
    cover_rows,
    pillar_names,
    scenario_gains,
    vega_by_expiry,
    within,
)
from hedger.spreads.package_search import OptionDesk, cheapest_package, option_desk, scenario_rows
from pricing.market import UnderlyingMarket


def option_package(
    exposure: UnderlyingExposure,
    portfolio: Portfolio,
    market: UnderlyingMarket,
    curve: CostCurve,
    *,
    tolerance: float,
    horizon_days: float,
    limits: ChoiceLimits | None = None,
) -> OptionPackage:
    """The cheapest listed options that bring gamma and the vega of every expiry pillar within tolerance.

    tolerance: of the book's gross gamma, and of its gross vega in each pillar, above zero. The delta is
    priced in with the hedge instrument at its cost curve, to half a lot; which delta is held in the end is
    the policy's decision. Quotes that contradict each other are left out and reported. Raises UsageError
    without a chain, InfeasibleChoiceError where no package does, with what binds.
    """
    bounds = ChoiceLimits() if limits is None else limits
    desk = option_desk(market, curve, limits=bounds, horizon_days=horizon_days)
    return book_package(desk, exposure, portfolio, tolerance=tolerance)


def book_package(
    desk: OptionDesk, exposure: UnderlyingExposure, portfolio: Portfolio, *, tolerance: float
) -> OptionPackage:
    """The same at a desk that is open."""
    targets = exposure_rows(exposure, desk.options, desk.tiers, tolerance=tolerance)
    beyond = _beyond(targets)
    return cheapest_package(
        desk,
        targets,
        _limit_rows(desk, exposure, portfolio),
        said=f"{beyond} beyond tolerance" if beyond else "a limit is not held",
        idle="gamma and vega are within tolerance: no option is needed",
        refused=f"No package of {desk.market.symbol}'s options brings gamma and vega within {tolerance:.0%} "
        "of gross.",
    )


def exposure_rows(
    exposure: UnderlyingExposure, options: TradableOptions, tiers: UnderlyingTiers, *, tolerance: float
) -> Rows:
    """Delta to half a lot of the hedge, gamma and vega by expiry pillar to a share of the book's gross."""
    multiplier = OPTION_MULTIPLIER
    greeks = options.greeks
    vega = np.array([risk.greeks.vega for risk in exposure.risks], dtype=np.float64)
    by_pillar = vega_by_expiry(exposure.columns, vega)
    now = np.concatenate(([exposure.net.delta, exposure.net.gamma], by_pillar.sum(axis=1)))
    gross_gamma = sum(abs(risk.greeks.gamma) for risk in exposure.risks)
    allowed = np.full(len(now), tolerance * float(np.abs(vega).sum()))
    allowed[:2] = 0.5 * abs(tiers.delta), tolerance * gross_gamma
    option = np.vstack(
        (
            greeks.delta * multiplier,
            greeks.gamma * multiplier,
            vega_by_expiry(options.columns, greeks.vega * multiplier),
        )
    )
    underlying = np.zeros(len(now))
    underlying[0] = tiers.delta
    return within(("delta", "gamma", *pillar_names()), option, underlying, now, allowed)


def _limit_rows(desk: OptionDesk, exposure: UnderlyingExposure, portfolio: Portfolio) -> tuple[Rows, ...]:
    rows: list[Rows] = []
    if not desk.limits.naked_shorts:
        rows.append(cover_rows(desk.options, *held_options(portfolio, desk.market)))
    return (*rows, *scenario_rows(desk, _scenario_gains(exposure, desk.market)))


def _scenario_gains(exposure: UnderlyingExposure, market: UnderlyingMarket) -> FloatArray:
    """What the book gains in each scenario [currency]."""
    options = scenario_gains(exposure.columns, market) @ exposure.units
    linear = (exposure.linear_delta + exposure.hedge.delta) * market.spot * np.array(SCENARIO_MOVES)
    return np.asarray(options + linear, dtype=np.float64)


def _beyond(targets: Rows) -> str:
    """The rows but delta that trading nothing does not meet."""
    missed = (targets.lower > 0.0) | (targets.upper < 0.0)
    names = [name for name, row in zip(targets.names[1:], missed[1:], strict=True) if row]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
