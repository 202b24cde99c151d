"""From a band to whole contracts, a reason and the next trade levels: shared by every policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from hedger.policy.policy import Action, HedgeDecision, HedgeSituation

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandView:
    """A policy's view of the book along levels of spot, shape (level,), the middle one today's.

    spot [currency]. delta: of the book without its hedge instrument, as the policy sees it [units of
    underlying]. The net delta is this and the hedge's; lower, upper: within which the policy waits; lower_
    target, upper_target: what it trades to from below and from above, on either side of zero and no further
    from it than the net delta, so that no trade makes that larger.
    """

    spot: FloatArray
    delta: FloatArray
    lower: FloatArray
    lower_target: FloatArray
    upper_target: FloatArray
    upper: FloatArray

    @classmethod
    def around(cls, spot: FloatArray, delta: FloatArray, half_width: FloatArray, *, to_edge: bool) -> Self:
        """A band of equal halves, traded to its nearer edge or to its middle."""
        target = half_width if to_edge else np.zeros_like(half_width)
        return cls(
            spot=spot,
            delta=delta,
            lower=-half_width,
            lower_target=-target,
            upper_target=target,
            upper=half_width,
        )

    def reaching(self, net: float) -> Self:
        """The same with a net delta inside of the band at every level."""
        return replace(self, lower=np.minimum(self.lower, net), upper=np.maximum(self.upper, net))

    @property
    def half_width(self) -> FloatArray:
        """Half of the whole band [units of underlying]."""
        return 0.5 * (self.upper - self.lower)


def decide_by_band(
    situation: HedgeSituation,
    view: BandView,
    *,
    policy: str,
    rule: str,
    must_wait: str | None = None,
    next_trade_days: float | None = None,
) -> HedgeDecision:
    """Wait inside the band; outside trade to the target on that side, in whole lots.

    The book never trades less than one lot: a net delta outside of the band by less than half a lot waits.
    rule: the policy's band in words, for the reason. must_wait: why no trade is allowed today, if so.
    """
    exposure, market = situation.exposure, situation.market
    today = len(view.delta) // 2
    per_contract = market.hedge_delta()
    net = float(view.delta[today] + exposure.hedge_contracts * per_contract)
    lower, upper = float(view.lower[today]), float(view.upper[today])
    goal = float(view.lower_target[today] if net < lower else view.upper_target[today])
    outside = net < lower or net > upper
    lots = round((goal - net) / per_contract / market.hedge.lot_size) if outside and must_wait is None else 0
    target = exposure.hedge_contracts + lots * market.hedge.lot_size
    residual = float(view.delta[today] + target * per_contract)
    half_lot = 0.5 * per_contract * market.hedge.lot_size
    # What a trade leaves outside of the band goes on at later decisions wherever spot is.
    after = view.reaching(goal) if lots else view
    below, above = next_trade_levels(after, target * per_contract, half_lot)
    return HedgeDecision(
        underlying=exposure.underlying,
        instrument=market.hedge.symbol,
        action=Action.TRADE if lots else Action.WAIT,
        policy=policy,
        current_contracts=exposure.hedge_contracts,
        target_contracts=target,
        target_delta=float(view.delta[today]),
        band_lower=lower,
        band_upper=upper,
        residual_delta=residual,
        next_trade_below=below,
        next_trade_above=above,
        next_trade_days=next_trade_days,
        reason=_reason(
            net=net,
            outside=outside,
            trade=lots * market.hedge.lot_size,
            symbol=market.hedge.symbol,
            rule=rule,
            residual=residual,
            must_wait=must_wait,
        ),
    )


def next_trade_levels(view: BandView, held: float, half_lot: float) -> tuple[float | None, float | None]:
    """Nearest spot below and above today's at which the net delta leaves the band by half a lot or more.

    held: the hedge's delta [units of underlying]. Linear between the levels of the view; None where that
    happens at none of them.
    """
    net = view.delta + held
    today = len(view.spot) // 2
    down, up = slice(today, None, -1), slice(today, None)
    # Each edge by itself: the net delta's absolute value is not linear where it changes sign.
    excesses = (net - view.upper - half_lot, view.lower - half_lot - net)
    falls = [first_crossing(view.spot[down], excess[down]) for excess in excesses]
    rises = [first_crossing(view.spot[up], excess[up]) for excess in excesses]
    return (
        max((level for level in falls if level is not None), default=None),
        min((level for level in rises if level is not None), default=None),
    )


def first_crossing(places: FloatArray, excess: FloatArray) -> float | None:
    """Walk from the first place to the first sign change from waiting to trading; None without one."""
    trading = np.flatnonzero(excess > 0.0)
    if len(trading) == 0:
        return None
    outer = int(trading[0])
    if outer == 0:  # a trade is due today but must wait
        return float(places[0])
    weight = excess[outer - 1] / (excess[outer - 1] - excess[outer])
    return float(places[outer - 1] + weight * (places[outer] - places[outer - 1]))


def _reason(
    *,
    net: float,
    outside: bool,
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
    if outside:
        return f"Wait: {position}; the trade would be less than half a lot of {symbol}."
    return f"Wait: {position}; inside it."
