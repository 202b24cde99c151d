"""What the book is exposed to: net Greeks per underlying, on a ladder of spot moves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.portfolio import Portfolio, Position, PositionKind
from pricing.book import OptionColumns, value_options
from pricing.greeks import GreekColumns
from pricing.instrument import InstrumentKind
from pricing.market import Market, UnderlyingMarket
from pricing.option import Exercise, Right
from pricing.time import close_instant, year_fraction

FloatArray = npt.NDArray[np.float64]

# Odd, so that the middle level is today's spot; American books are repriced by QuantLib at every level.
LADDER_MOVES: FloatArray = np.linspace(-0.15, 0.15, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Net Greeks of a position or book in one underlying.

    value [currency], delta [units of underlying, dV/dS], gamma [units per currency], vega [currency per 1.00
    of vol], theta [currency per year of 365 days], rho [currency per 1.00 of rate].
    """

    value: float = 0.0
    delta: float = 0.0
    gamma: float = 0.0
    vega: float = 0.0
    theta: float = 0.0
    rho: float = 0.0

    def __add__(self, other: Greeks) -> Greeks:
        return Greeks(
            value=self.value + other.value,
            delta=self.delta + other.delta,
            gamma=self.gamma + other.gamma,
            vega=self.vega + other.vega,
            theta=self.theta + other.theta,
            rho=self.rho + other.rho,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRisk:
    """One netted option position priced; `greeks` are those of quantity x multiplier."""

    symbol: str
    quantity: float
    strike: float
    expiry_years: float
    is_call: bool
    implied_volatility: float
    unit_delta: float
    strategy: str | None
    greeks: Greeks


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingExposure:
    """The book's exposure to one underlying; what the hedge instrument carries is split out.

    options: every line but the hedge instrument (shares and foreign futures included). hedge: the holding
    of the hedge instrument in whole contracts; a fraction of a share counts among the other lines. net: their
    sum. columns, units: the option lines as columns, units = quantity x multiplier, shape (position,).
    linear_delta: delta of the lines that are neither options nor the hedge instrument [units]. ladder_spot:
    shape (level,), spot levels [currency], the middle one is today's spot. ladder_option_delta, ladder_gamma,
    ladder_value: all but the hedge instrument, repriced at each level with the surface sticky in moneyness;
    same shape.
    """

    underlying: str
    spot: float
    options: Greeks
    hedge: Greeks
    net: Greeks
    hedge_contracts: int
    risks: tuple[PositionRisk, ...]
    columns: OptionColumns
    units: FloatArray
    linear_delta: float
    ladder_spot: FloatArray
    ladder_option_delta: FloatArray
    ladder_gamma: FloatArray
    ladder_value: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Exposure of the whole book by underlying, in the order of the portfolio."""

    by_underlying: Mapping[str, UnderlyingExposure]
    cash: float


def measure(
    portfolio: Portfolio,
    market: Market,
    *,
    underlyings: Iterable[str] = (),
    ladder_moves: FloatArray = LADDER_MOVES,
) -> Exposure:
    """Price every line and net it by underlying. Raises MissingMarketError where there is no market.

    underlyings: measured too when the book holds nothing of them, as after a future is sold to zero.
    ladder_moves: relative moves of spot of the ladder, increasing, zero in the middle; zero alone is enough
    for a decision, which then names no level of the next trade.
    """
    held = (p.underlying for p in portfolio.positions if p.kind is not PositionKind.CASH)
    symbols = dict.fromkeys((*underlyings, *held))
    cash = sum(p.quantity for p in portfolio.positions if p.kind is PositionKind.CASH)
    return Exposure(
        by_underlying={
            symbol: _measure_underlying(
                [p for p in portfolio.positions if p.underlying == symbol],
                market.underlying(symbol),
                ladder_moves,
            )
            for symbol in symbols
        },
        cash=cash,
    )


def is_hedge_holding(position: Position, market: UnderlyingMarket) -> bool:
    """Whether the line holds the hedge instrument itself (a future is known by its root: ESH8 is ES)."""
    if position.underlying != market.symbol or position.kind in (PositionKind.OPTION, PositionKind.CASH):
        return False
    if position.kind is PositionKind.FUTURE and market.hedge.kind is InstrumentKind.FUTURE:
        return position.symbol.rstrip("0123456789")[:-1] == market.hedge.symbol or (
            position.symbol == market.hedge.symbol
        )
    return position.symbol == market.hedge.symbol


def contract_value(future: Position, market: UnderlyingMarket) -> float:
    """What one contract of a future is worth at the forward of its expiry [currency]; at spot without one."""
    years = 0.0 if future.expiry is None else year_fraction(market.as_of, close_instant(future.expiry))
    return future.multiplier * float(market.forward.forward_at(max(years, 0.0)))


def option_columns(
    positions: Sequence[Position], market: UnderlyingMarket
) -> tuple[OptionColumns, FloatArray]:
    """Option lines as columns, and their signed units (quantity x multiplier); shape (position,)."""
    options = [p.option for p in positions if p.option is not None]
    columns = OptionColumns(
        strike=np.array([o.strike for o in options], dtype=np.float64),
        expiry_years=np.array([year_fraction(market.as_of, o.expiry) for o in options], dtype=np.float64),
        is_call=np.array([o.right is Right.CALL for o in options], dtype=np.bool_),
        is_american=np.array([o.exercise is Exercise.AMERICAN for o in options], dtype=np.bool_),
    )
    units = [p.quantity * p.option.multiplier for p in positions if p.option is not None]
    return columns, np.array(units, dtype=np.float64)


def _measure_underlying(
    positions: Sequence[Position], market: UnderlyingMarket, ladder_moves: FloatArray
) -> UnderlyingExposure:
    option_lines = [p for p in positions if p.option is not None]
    columns, units = option_columns(option_lines, market)
    greeks, volatility = value_options(columns, market)
    held = sum(p.quantity for p in positions if is_hedge_holding(p, market))
    contracts = math.trunc(held)
    linear = _linear_greeks(
        [p for p in positions if p.option is None and not is_hedge_holding(p, market)], market
    ) + _hedge_greeks(held - contracts, market)
    options = _net(greeks, units) + linear
    hedge = _hedge_greeks(contracts, market)
    ladder_spot, ladder_delta, ladder_gamma, ladder_value = _ladder(
        columns, units, linear, market, ladder_moves
    )
    return UnderlyingExposure(
        underlying=market.symbol,
        spot=market.spot,
        options=options,
        hedge=hedge,
        net=options + hedge,
        hedge_contracts=contracts,
        risks=_risks(option_lines, columns, units, greeks, volatility),
        columns=columns,
        units=units,
        linear_delta=linear.delta,
        ladder_spot=ladder_spot,
        ladder_option_delta=ladder_delta,
        ladder_gamma=ladder_gamma,
        ladder_value=ladder_value,
    )


def _net(greeks: GreekColumns, units: FloatArray) -> Greeks:
    return Greeks(
        value=float(units @ greeks.value),
        delta=float(units @ greeks.delta),
        gamma=float(units @ greeks.gamma),
        vega=float(units @ greeks.vega),
        theta=float(units @ greeks.theta),
        rho=float(units @ greeks.rho),
    )


def _linear_greeks(positions: Sequence[Position], market: UnderlyingMarket) -> Greeks:
    """Shares, ETFs and index lines move one for one with spot; a future is worth nothing, settled daily."""
    value = sum(
        p.quantity * p.multiplier * market.spot for p in positions if p.kind is not PositionKind.FUTURE
    )
    return Greeks(value=value, delta=sum(p.quantity * _delta_per_contract(p, market) for p in positions))


def _delta_per_contract(position: Position, market: UnderlyingMarket) -> float:
    if position.kind is not PositionKind.FUTURE:
        return position.multiplier
    return contract_value(position, market) / market.spot


def _hedge_greeks(contracts: float, market: UnderlyingMarket) -> Greeks:
    settled_daily = market.hedge.kind is InstrumentKind.FUTURE
    value = 0.0 if settled_daily else contracts * market.hedge.multiplier * market.hedge_price()
    return Greeks(value=value, delta=contracts * market.hedge_delta())


def _risks(
    positions: Sequence[Position],
    columns: OptionColumns,
    units: FloatArray,
    greeks: GreekColumns,
    volatility: FloatArray,
) -> tuple[PositionRisk, ...]:
    return tuple(
        PositionRisk(
            symbol=position.symbol,
            quantity=position.quantity,
            strike=float(columns.strike[i]),
            expiry_years=float(columns.expiry_years[i]),
            is_call=bool(columns.is_call[i]),
            implied_volatility=float(volatility[i]),
            unit_delta=float(greeks.delta[i]),
            strategy=position.strategy,
            greeks=Greeks(
                value=float(units[i] * greeks.value[i]),
                delta=float(units[i] * greeks.delta[i]),
                gamma=float(units[i] * greeks.gamma[i]),
                vega=float(units[i] * greeks.vega[i]),
                theta=float(units[i] * greeks.theta[i]),
                rho=float(units[i] * greeks.rho[i]),
            ),
        )
        for i, position in enumerate(positions)
    )


def _ladder(
    columns: OptionColumns,
    units: FloatArray,
    linear: Greeks,
    market: UnderlyingMarket,
    ladder_moves: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    spots = market.spot * (1.0 + ladder_moves)
    nets = [_net(value_options(columns, market, spot=float(spot))[0], units) for spot in spots]
    moves = spots - market.spot
    return (
        spots,
        np.array([net.delta for net in nets]) + linear.delta,
        np.array([net.gamma for net in nets]),
        np.array([net.value for net in nets]) + linear.value + linear.delta * moves,
    )
