"""What does the same as an option order for less, by put-call parity and after all costs, in symbols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from execution.tca.cost_curve import CostCurve
from hedger.portfolio import Position
from hedger.portfolio.convention import option_convention
from hedger.spreads.choice_market import OPTION_MULTIPLIER
from hedger.spreads.choice_package import OptionPackage, PackageLeg, contract, symbol_of
from hedger.spreads.forward_market import forward_markets
from hedger.spreads.leg_quotes import leg_quotes, position_in
from hedger.spreads.package_search import OptionDesk
from hedger.spreads.replacement import Replacement, replacements
from pricing.option import Exercise


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualOrder:
    """An order and its cheaper equal. quantity: signed contracts; legs: (symbol, signed contracts).

    is_leg: whether the order is a leg of the package, else one of the book's lines as if it were to trade.
    forward_units: of underlying bought forward with the legs. direct, replaced, saving: as `Replacement`.
    """

    symbol: str
    quantity: int
    is_leg: bool
    legs: tuple[tuple[str, int], ...]
    forward_units: float
    direct: float
    replaced: float
    way: str

    @property
    def saving(self) -> float:
        """What the equal saves after all costs [currency]."""
        return self.direct - self.replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualOrders:
    """Cheaper equals found among so many orders looked at, and why others could not be looked at."""

    found: tuple[EqualOrder, ...]
    looked_at: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A quote's position and signed contracts."""

    quote: int
    quantity: int
    is_leg: bool


def equals_of(
    desk: OptionDesk,
    package: OptionPackage,
    lines: Sequence[Position],
    curve: CostCurve,
    *,
    horizon_days: float,
    chain: Path | None = None,
) -> EqualOrders:
    """Cheaper equals of a package's legs and of a book's option lines, within the sizes of the quotes.

    Of what the package trades none is left where its cost is proven the least and no limit is in the way:
    both rights of each strike and the underlying are columns of the choice, at costs that parity agrees on.
    A line is looked at as if its quantity were to trade now. American options have no exact equal.
    """
    if option_convention(desk.market.symbol).exercise is Exercise.AMERICAN:
        return EqualOrders(
            found=(), looked_at=0, faults=("American options, which put-call parity does not bind",)
        )
    own = [_Order(quote=at, quantity=leg.quantity, is_leg=True) for leg, at in _placed(desk, package)]
    held, faults = _held(desk, lines, chain)
    orders = (*own, *held)
    units = OPTION_MULTIPLIER * max((abs(each.quantity) for each in orders), default=1)
    forwards = forward_markets(desk.market, curve, units=units, horizon_days=horizon_days)
    found = []
    for each in orders:
        cheaper = replacements(
            [(each.quote, each.quantity)],
            desk.quotes,
            forwards,
            fee_per_contract=desk.limits.fee_per_contract,
            excluded=desk.left_out,
        )
        found += [_in_symbols(desk, it, is_leg=each.is_leg) for it in cheaper if _fits(desk, it)]
    return EqualOrders(found=tuple(found), looked_at=len(orders), faults=faults)


def _placed(desk: OptionDesk, package: OptionPackage) -> list[tuple[PackageLeg, int]]:
    placed = [(leg, position_in(desk.quotes, leg.option)) for leg in package.legs]
    return [(leg, at) for leg, at in placed if at is not None]


def _held(
    desk: OptionDesk, lines: Sequence[Position], chain: Path | None
) -> tuple[list[_Order], tuple[str, ...]]:
    """Lines of whole contracts that are quoted, and a reason for each of the others."""
    orders, faults = [], []
    options = [line.option for line in lines if line.option is not None]
    reasons = leg_quotes(options, desk.market, chain).faults
    for line in lines:
        if line.option is None:
            continue
        at = position_in(desk.quotes, line.option)
        contracts = line.quantity * line.multiplier / OPTION_MULTIPLIER
        if at is None:
            faults.append(f"{line.symbol}: {reasons.get(line.option, 'it is not quoted')}")
        elif contracts != round(contracts):
            faults.append(f"{line.symbol}: {contracts:g} is no whole number of contracts")
        else:
            orders.append(_Order(quote=at, quantity=round(contracts), is_leg=False))
    return orders, tuple(faults)


def _fits(desk: OptionDesk, found: Replacement) -> bool:
    """Whether its legs are within what the limits allow of each quote."""
    wanted: Counter[int] = Counter()
    for quote, quantity in found.legs:
        wanted[quote] += quantity
    options = desk.options
    return all(
        -options.most_sold[quote] <= each <= options.most_bought[quote] for quote, each in wanted.items()
    )


def _in_symbols(desk: OptionDesk, found: Replacement, *, is_leg: bool) -> EqualOrder:
    return EqualOrder(
        symbol=_symbol(desk, found.quote),
        quantity=found.quantity,
        is_leg=is_leg,
        legs=tuple((_symbol(desk, quote), quantity) for quote, quantity in found.legs),
        forward_units=found.forward_units,
        direct=found.direct,
        replaced=found.replaced,
        way=found.way,
    )


def _symbol(desk: OptionDesk, quote: int) -> str:
    columns = desk.options.columns
    years, strike = float(columns.expiry_years[quote]), float(columns.strike[quote])
    return symbol_of(contract(desk.market, years, strike, bool(columns.is_call[quote])))
