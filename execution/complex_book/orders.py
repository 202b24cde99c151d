"""What goes into a market of packages and legs, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

from execution.orders import Liquidity, Side, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexOrder:
    """An order for packages. net_limit_ticks: most that a buyer pays, least that a seller takes, for one.

    Without a limit it trades at any price and never rests. owner: any 32-bit integer; orders of one owner do
    trade with each other.
    """

    instrument: str
    side: Side
    packages: int
    net_limit_ticks: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    owner: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LegOrder:
    """An order for one leg alone; limit_ticks and what goes without one as in ComplexOrder."""

    symbol: str
    side: Side
    quantity: int
    limit_ticks: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    owner: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFill:
    """What one order traded in one leg at one price.

    A market's view, of both sides and by its own ids; fees, maker or taker and execution ids are its owner's
    to add, which makes it a legging.packages.LegFill.
    """

    symbol: str
    side: Side
    quantity: int
    price_ticks: int
    ts_ns: int
    order_id: int
    owner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFill:
    """Whole packages of one complex order, with every leg of them: there is no other way that it trades.

    total_ticks: what a buyer pays for them all, a seller gets; negative the other way round. legs: in each
    leg together packages * ratio contracts, at one price or several.
    """

    order_id: int
    owner: int
    instrument: str
    side: Side
    packages: int
    total_ticks: int
    ts_ns: int
    liquidity: Liquidity
    legs: tuple[LegFill, ...]

    @property
    def net_ticks(self) -> float:
        """Mean net price of a package [ticks]."""
        return self.total_ticks / self.packages


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a message did. leaves: what of the order did not trade; it rests, or it is gone.

    package_fills: of every complex order that traded, the sender's and those that rested. leg_fills: of every
    leg order that traded. Over both together bought equals sold in each leg and cash sums to 0.
    """

    order_id: int
    leaves: int
    rests: bool
    package_fills: tuple[PackageFill, ...]
    leg_fills: tuple[LegFill, ...]
