"""What can be traded today, as columns of a choice: listed options and the underlying's hedge."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.portfolio import Portfolio
from hedger.portfolio.convention import option_convention
from hedger.spreads.choice_problem import BoolArray, FloatArray, IntArray
from hedger.spreads.parity_value import parity_values
from pricing.book import OptionColumns, value_options
from pricing.greeks import GreekColumns
from pricing.market import UnderlyingMarket
from pricing.option import Exercise
from pricing.quotes import Quotes

OPTION_MULTIPLIER = 100.0
OPTION_TICK = 0.01
_LEAST_BID = (1.0 - 1e-6) * OPTION_TICK  # from less nothing is left of a bid in ticks
_TIERS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceLimits:
    """What a package of options may be.

    most_legs: different options. most_contracts: of one option. share_of_size: of the quoted size on the
    side that is taken, where the chain has sizes; share_of_open_interest, share_of_volume: of those, where
    the chain has them, None for no such limit; a cell without a count allows none. fee_per_contract
    [currency]. naked_shorts: whether calls or puts may be sold that no option of the same right and the same
    or a later expiry covers. margin [currency]: most that the package may lose in a scenario. residual_loss
    [currency]: most that book and package may lose in one together; None for no such limits. Raises
    UsageError for a count below one, and for a share, fee or loss that is negative or not finite.
    """

    most_legs: int | None = 8
    most_contracts: int = 1_000
    share_of_size: float = 1.0
    share_of_open_interest: float | None = 0.10
    share_of_volume: float | None = None
    fee_per_contract: float = 1.0
    naked_shorts: bool = False
    margin: float | None = None
    residual_loss: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that are none."""
        for name in ("most_legs", "most_contracts"):
            count = getattr(self, name)
            if count is not None and count < 1:
                raise UsageError(f"The limit {name.replace('_', ' ')} is at least 1; found {count}.")
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and not 0.0 <= value < math.inf:
                said = each.name.replace("_", " ")
                raise UsageError(f"The limit {said} is finite and not negative; found {value:g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradableOptions:
    """Listed options in columns of equal length; greeks per unit of underlying, by the market's surface.

    most_bought, most_sold: contracts that the limits allow, none sold where nobody bids a tick. value: what
    cost is counted from, None for mids.
    """

    columns: OptionColumns
    bid: FloatArray
    ask: FloatArray
    most_bought: IntArray
    most_sold: IntArray
    greeks: GreekColumns
    value: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.bid)

    def cost(self, fee_per_contract: float) -> FloatArray:
        """What a contract costs over both sides' mean: half of the spread and the fee [currency]."""
        return _above_zero(0.5 * np.maximum(self.ask - self.bid, 0.0), fee_per_contract)

    def buy_cost(self, fee_per_contract: float) -> FloatArray:
        """What a contract bought at the ask costs above its value, with the fee [currency]."""
        if self.value is None:
            return self.cost(fee_per_contract)
        return _above_zero(self.ask - self.value, fee_per_contract)

    def sell_cost(self, fee_per_contract: float) -> FloatArray:
        """What a contract sold at the bid costs below its value, with the fee [currency]."""
        if self.value is None:
            return self.cost(fee_per_contract)
        return _above_zero(self.value - self.bid, fee_per_contract)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingTiers:
    """The hedge instrument in tiers of rising cost: contracts of each and what each of them costs [currency].

    Between the tiers' ends the curve's convex cost is taken on its chord, which is never below it.
    """

    most: IntArray
    cost: FloatArray
    delta: float


def tradable_options(
    market: UnderlyingMarket, limits: ChoiceLimits, *, excluded: BoolArray | None = None
) -> TradableOptions:
    """The options of the market's listed chain. excluded: quotes that are not to be used, shape (quote,).

    Raises ValueError for a market without a chain.
    """
    quotes = market.listed
    if quotes is None:
        raise ValueError(f"the market of {market.symbol} has no option chain")
    american = option_convention(market.symbol).exercise is Exercise.AMERICAN
    columns = OptionColumns(
        strike=quotes.strike,
        expiry_years=quotes.expiry_years,
        is_call=quotes.is_call,
        is_american=np.full(len(quotes), american),
    )
    greeks = value_options(columns, market)[0]
    # Parity binds European options; American ones may be exercised, which it does not know.
    value = None if american else parity_values(quotes, market.discount, market.forward)
    return tradable_columns(quotes, columns, greeks, limits, excluded=excluded, value=value)


def tradable_columns(
    quotes: Quotes,
    columns: OptionColumns,
    greeks: GreekColumns,
    limits: ChoiceLimits,
    *,
    excluded: BoolArray | None = None,
    value: FloatArray | None = None,
) -> TradableOptions:
    """Quotes with Greeks of their own as columns of a choice. value: what cost is counted from, or mids."""
    usable = np.ones(len(quotes), dtype=np.bool_) if excluded is None else ~excluded
    return TradableOptions(
        columns=columns,
        bid=quotes.bid,
        ask=quotes.ask,
        most_bought=_most(quotes, limits, quotes.ask_size, usable & (quotes.ask > 0.0)),
        most_sold=_most(quotes, limits, quotes.bid_size, usable & (quotes.bid >= _LEAST_BID)),
        greeks=greeks,
        value=value,
    )


def underlying_tiers(market: UnderlyingMarket, curve: CostCurve, *, horizon_days: float) -> UnderlyingTiers:
    """The hedge instrument by its cost curve, each lot as one contract."""
    lot = market.hedge.lot_size
    notional = market.hedge_price() * market.hedge.multiplier * lot
    volume = market.hedge.average_daily_volume * horizon_days
    ends = np.array(_TIERS)
    bps = [
        curve.expected_bps(
            participation=min(1.0, lot * end / volume),
            horizon_days=horizon_days,
            volatility=float(market.forecast.at(1.0)),
        )
        for end in _TIERS
    ]
    total = np.array(bps) * 1e-4 * notional * ends
    width = np.diff(ends, prepend=0)
    return UnderlyingTiers(
        most=width,
        # Where participation is capped the curve is concave; no later lot may cost less than an earlier.
        cost=np.maximum.accumulate(np.maximum(np.diff(total, prepend=0.0) / width, 1e-6)),
        delta=market.hedge_delta() * lot,
    )


def held_options(portfolio: Portfolio, market: UnderlyingMarket) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Expiry [years], signed contracts of 100 units and right of every option line on the underlying."""
    lines = [p for p in portfolio.positions if p.option is not None and p.underlying == market.symbol]
    seconds = [(p.option.expiry - market.as_of).total_seconds() for p in lines if p.option is not None]
    return (
        np.array(seconds, dtype=np.float64) / (365.0 * 86_400.0),
        np.array([p.quantity * p.multiplier / OPTION_MULTIPLIER for p in lines], dtype=np.float64),
        np.array([p.option.right == "call" for p in lines if p.option is not None], dtype=np.bool_),
    )


def _above_zero(half_spread: FloatArray, fee_per_contract: float) -> FloatArray:
    """Of a contract [currency]; no column may pay for being traded, whatever its quote."""
    cost = np.maximum(half_spread, 0.0) * OPTION_MULTIPLIER + fee_per_contract
    return np.asarray(np.maximum(cost, 1e-6), dtype=np.float64)


def _most(quotes: Quotes, limits: ChoiceLimits, size: FloatArray | None, usable: BoolArray) -> IntArray:
    most = np.where(usable, float(limits.most_contracts), 0.0)
    for count, share in (
        (size, limits.share_of_size),
        (quotes.open_interest, limits.share_of_open_interest),
        (quotes.volume, limits.share_of_volume),
    ):
        if count is not None and share is not None:
            most = np.minimum(most, np.floor(share * np.nan_to_num(count) + 1e-9))
    return most.astype(np.int64)
