"""From a target and a band to whole contracts, a reason and the next trade levels: shared by every policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.policy.policy import Action, HedgeDecision, HedgeSituation

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandView:
    """A policy's view of the book along the ladder of spot levels [units of underlying], shape (level,).

    delta: the book without its hedge instrument, as the policy sees it. half_width: net delta within which
    it waits.
    """

    delta: FloatArray
    half_width: FloatArray


def decide_by_band(
    situation: HedgeSituation,
    view: BandView,
    *,
    policy: str,
    to_edge: bool,
    rule: str,
    must_wait: str | None = None,
) -> HedgeDecision:
    """Wait inside the band; outside trade to its edge (`to_edge`) or to its middle, in whole lots.

    The book never trades less than one lot: a net delta outside of the band by less than half a lot waits.
    rule: the policy's band in words, for the reason. must_wait: why no trade is allowed today, if so.
    """
    exposure, market = situation.exposure, situation.market
    today = len(view.delta) // 2
    per_contract = market.hedge_delta()
    net = view.delta[today] + exposure.hedge_contracts * per_contract
    half_width = float(view.half_width[today])
    goal = float(np.clip(net, -half_width, half_width)) if to_edge else 0.0
    outside = abs(net) > half_width
    lots = round((goal - net) / per_contract / market.hedge.lot_size) if outside and must_wait is None else 0
    target = exposure.hedge_contracts + lots * market.hedge.lot_size
    residual = float(view.delta[today] + target * per_contract)
    below, above = next_trade_levels(situation, view, target)
    return HedgeDecision(
        underlying=exposure.underlying,
        instrument=market.hedge.symbol,
        action=Action.TRADE if lots else Action.WAIT,
        policy=policy,
        current_contracts=exposure.hedge_contracts,
        target_contracts=target,
        target_delta=float(view.delta[today]),
        band_lower=-half_width,
        band_upper=half_width,
        residual_delta=residual,
        next_trade_below=below,
        next_trade_above=above,
        reason=_reason(
            net=float(net),
            half_width=half_width,
            trade=lots * market.hedge.lot_size,
            symbol=market.hedge.symbol,
            rule=rule,
            residual=residual,
            must_wait=must_wait,
        ),
    )


def next_trade_levels(
    situation: HedgeSituation, view: BandView, contracts: int
) -> tuple[float | None, float | None]:
    """Nearest spot below and above today's at which the net delta leaves the band by half a lot or more.

    Linear between ladder levels; None where that happens nowhere on the ladder.
    """
    market, spots = situation.market, situation.exposure.ladder_spot
    net = view.delta + contracts * market.hedge_delta()
    limit = view.half_width + 0.5 * market.hedge_delta() * market.hedge.lot_size
    today = len(spots) // 2
    down, up = slice(today, None, -1), slice(today, None)
    # Each edge by itself: the net delta's absolute value is not linear where it changes sign.
    falls = [_first_crossing(spots[down], excess[down]) for excess in (net - limit, -net - limit)]
    rises = [_first_crossing(spots[up], excess[up]) for excess in (net - limit, -net - limit)]
    return (
        max((level for level in falls if level is not None), default=None),
        min((level for level in rises if level is not None), default=None),
    )


def _first_crossing(spots: FloatArray, excess: FloatArray) -> float | None:
    """Walk outwards from today's level to the first sign change from waiting to trading."""
    trading = np.flatnonzero(excess > 0.0)
    if len(trading) == 0:
        return None
    outer = int(trading[0])
    if outer == 0:  # a trade is due today but must wait
        return float(spots[0])
    weight = excess[outer - 1] / (excess[outer - 1] - excess[outer])
    return float(spots[outer - 1] + weight * (spots[outer] - spots[outer - 1]))


def _reason(
    *,
    net: float,
    half_width: float,
    trade: int,
    symbol: str,
    rule: str,
    residual: float,
    must_wait: str | None,
) -> str:
    position = f"net delta {net:+,.0f} against {rule}"
    if must_wait is not None:
        return f"Wait: {position}, but {must_wait}."
    if trade:
        verb = "buy" if trade > 0 else "sell"
        return f"Trade: {position}; {verb} {abs(trade):,} {symbol}, leaving {residual:+,.0f}."
    if abs(net) > half_width:
        return f"Wait: {position}; the trade would be less than half a lot of {symbol}."
    return f"Wait: {position}; inside it."
