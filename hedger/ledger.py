"""The books: cash, positions and fees. The one place in hedger where anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from execution.legging.packages import LegFill, Package, PackageError, PackagePosition, PackagePositions
from execution.orders import Fill, TradingRules
from hedger.errors import HedgerError
from hedger.exposure import contract_value, is_hedge_holding
from hedger.portfolio import Portfolio, Position, PositionKind
from pricing.market import Market, UnderlyingMarket


class LedgerError(HedgerError):
    """An entry that the books cannot take; the books are unchanged."""


@dataclass(slots=True)
class _Holding:
    """A line, its signed quantity, and for a future what its quantity cost at the prices not yet settled."""

    line: Position
    quantity: Fraction
    open_value: Fraction


class Ledger:
    """Cash, positions and fees of one book.

    Shares, ETFs and options are paid for when they trade. A future costs nothing when it trades: its open
    value waits until `settle` pays the variation margin in cash, after which the line itself is worth
    nothing.

    Money is kept in exact fractions (every float is one), so that fills give the same cash to the last bit in
    whatever order they are booked, and nothing is created or lost in rounding.
    """

    def __init__(self, portfolio: Portfolio, *, settlement: Mapping[str, float]) -> None:
        """Open the books. settlement: last settled value of futures [currency per contract], by symbol."""
        self._opening = portfolio
        self._cash = Fraction(0)
        self._fees = Fraction(0)
        self._holdings: dict[str, _Holding] = {}
        self._packages = PackagePositions()
        self._package_lines: dict[str, tuple[Position, TradingRules]] = {}
        for line in portfolio.positions:
            if line.kind is PositionKind.CASH:
                self._cash += Fraction(line.quantity)
            else:
                self._open(line, settlement)

    @property
    def cash(self) -> float:
        """Cash [currency]."""
        return float(self._cash)

    @property
    def fees(self) -> float:
        """Fees paid since the books were opened [currency]."""
        return float(self._fees)

    def quantity(self, symbol: str) -> float:
        """Signed quantity held [contracts or shares]; zero for a symbol that is not held."""
        return float(self._holdings[symbol].quantity) if symbol in self._holdings else 0.0

    def book(self, fill: Fill, line: Position, rules: TradingRules) -> None:
        """Book one fill, traded under `rules`, on a line; a line that is not held yet is opened."""
        holding = self._holdings.get(line.symbol)
        if holding is None:
            holding = self._holdings[line.symbol] = _Holding(line, Fraction(0), Fraction(0))
        signed = int(fill.side) * fill.quantity
        value = signed * fill.price_ticks * Fraction(rules.tick_size) * Fraction(rules.multiplier)
        holding.quantity += signed
        if line.kind is PositionKind.FUTURE:
            holding.open_value += value
        else:
            self._cash -= value
        self._cash -= Fraction(fill.fee)
        self._fees += Fraction(fill.fee)

    def open_package(self, package: Package, lines: Mapping[str, tuple[Position, TradingRules]]) -> None:
        """Begin a package, before its first fill. lines: each leg's line and trading rules, by symbol.

        Lines that are not held yet are opened empty, so that the book does not depend on which leg fills
        first. LedgerError for a leg without a line, one whose rules differ from an earlier package's, and for
        another package of the same id; the books are unchanged.
        """
        for leg in package.legs:
            found = lines.get(leg.symbol)
            if found is None or found[0].symbol != leg.symbol:
                raise LedgerError(f"package '{package.package_id}' has no line for its leg '{leg.symbol}'")
            if self._package_lines.get(leg.symbol, found)[1] != found[1]:
                raise LedgerError(f"'{leg.symbol}' trades under other rules in an earlier package")
        try:
            self._packages.open(package)
        except PackageError as error:
            raise LedgerError(str(error)) from error
        for leg in package.legs:
            known = self._package_lines.setdefault(leg.symbol, lines[leg.symbol])
            self._holdings.setdefault(leg.symbol, _Holding(known[0], Fraction(0), Fraction(0)))

    def book_leg_fill(self, leg_fill: LegFill) -> bool:
        """Book a fill of a package's leg on that leg's line, whatever order the fills come in.

        An execution is booked once: false, and nothing changes, where the same came before. LedgerError for
        a package or leg that was not opened, and another fill under the same id; the books are unchanged.
        """
        try:
            if not self._packages.book(leg_fill):
                return False
        except PackageError as error:
            raise LedgerError(str(error)) from error
        line, rules = self._package_lines[leg_fill.fill.symbol]
        self.book(leg_fill.fill, line, rules)
        return True

    def packages(self) -> tuple[PackagePosition, ...]:
        """What is held of each package, by its fills, in the order in which they were opened."""
        return self._packages.all()

    def package(self, package_id: str) -> PackagePosition:
        """What is held of one package, by its fills; LedgerError for one that was not opened."""
        try:
            return self._packages.position(package_id)
        except PackageError as error:
            raise LedgerError(str(error)) from error

    def settle(self, values: Mapping[str, float]) -> float:
        """Pay the futures' margin at `values` [currency per contract]; returns the cash received."""
        received = Fraction(0)
        for holding in self._holdings.values():
            if holding.line.kind is PositionKind.FUTURE:
                value = _value(holding, values)
                received += value - holding.open_value
                holding.open_value = value
        self._cash += received
        return float(received)

    def expire(self, symbol: str, payoff: float) -> float:
        """Close an option for its payoff [currency per unit of underlying]; returns the cash received."""
        holding = self._holdings.get(symbol)
        if holding is None or holding.line.option is None:
            raise LedgerError(f"'{symbol}' cannot expire: the book holds no such option")
        received = holding.quantity * Fraction(holding.line.option.multiplier) * Fraction(payoff)
        self._cash += received
        del self._holdings[symbol]
        return float(received)

    def wealth(self, values: Mapping[str, float]) -> float:
        """Cash and every line at `values` [currency per contract], futures less their open value."""
        lines = sum(_value(holding, values) - holding.open_value for holding in self._holdings.values())
        return float(self._cash + lines)

    def portfolio(self) -> Portfolio:
        """The book now: the opening lines in their order, new ones after them, one line of cash last."""
        lines = [
            replace(holding.line, quantity=float(holding.quantity))
            for holding in self._holdings.values()
            if holding.quantity != 0
        ]
        return replace(self._opening, positions=(*lines, self._cash_line()))

    def _open(self, line: Position, settlement: Mapping[str, float]) -> None:
        holding = _Holding(line, Fraction(line.quantity), Fraction(0))
        if line.kind is PositionKind.FUTURE:
            holding.open_value = _value(holding, settlement)
        self._holdings[line.symbol] = holding

    def _cash_line(self) -> Position:
        currency = next((line.currency for line in self._opening.positions), "USD")
        return Position(
            symbol=currency,
            kind=PositionKind.CASH,
            quantity=float(self._cash),
            underlying="",
            multiplier=1.0,
            currency=currency,
        )


def future_values(portfolio: Portfolio, market: Market) -> dict[str, float]:
    """Value at which every future of a book settles [currency per contract], by symbol."""
    return {
        line.symbol: _future_value(line, market.underlying(line.underlying))
        for line in portfolio.positions
        if line.kind is PositionKind.FUTURE
    }


def _future_value(line: Position, market: UnderlyingMarket) -> float:
    if is_hedge_holding(line, market):
        return market.hedge.multiplier * market.hedge_price()
    return contract_value(line, market)


def _value(holding: _Holding, values: Mapping[str, float]) -> Fraction:
    symbol = holding.line.symbol
    if holding.quantity == 0:
        return Fraction(0)
    if symbol not in values:
        raise LedgerError(f"there is no price for '{symbol}', which the book holds")
    return holding.quantity * Fraction(values[symbol])
