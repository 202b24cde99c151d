"""An order for packages of several legs, and what became of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from execution.errors import OrderRejectedError
from execution.legging.broken import BrokenLegRule
from execution.legging.leg_risk import LegRisk, LegRiskLimit
from execution.legging.packages import LegFill, Package, PackageLeg, PackagePosition, PackagePositions
from execution.orders import TradingRules
from execution.spread.records import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadOrder:
    """Packages to be had over a horizon: all legs of one or none, as far as the way of trading allows.

    legs: contracts and side of each leg in one package bought; who sells packages turns the sides round.
    rules: of each leg, in the legs' order. packages: how many, 1 or more. tie: contracts or shares of the
    underlying that go with each package as its hedge, and tie_rules: theirs; with the legs they are one
    package. net_limit_ticks: the most that a package may cost, its tie with it, negative where it must bring
    something in; `net_weights` says how prices of legs make it. broken_leg: what becomes of a package that is
    half filled at the end and beyond the limit. leg_risk_limit: what open legs may do.

    A single leg is a package of one. Raises OrderRejectedError for no leg, ratios that are not whole or have
    a common divisor, a symbol in two legs, rules of another symbol, ticks of different size, quantities off a
    leg's lot, and a horizon or a number of packages that is not positive.
    """

    order_id: str
    legs: tuple[PackageLeg, ...]
    rules: tuple[TradingRules, ...]
    packages: int
    start_ns: int
    horizon_ns: int
    net_limit_ticks: int | None = None
    tie: PackageLeg | None = None
    tie_rules: TradingRules | None = None
    broken_leg: BrokenLegRule = BrokenLegRule.COMPLETE
    leg_risk_limit: LegRiskLimit = field(default_factory=LegRiskLimit)

    def __post_init__(self) -> None:
        found = next(filter(None, (self._counts(), self._ratios(), self._rules())), None)
        if found is not None:
            raise OrderRejectedError(f"spread order {self.order_id}: {found}")

    @property
    def all_legs(self) -> tuple[PackageLeg, ...]:
        """The legs, and the tie after them where there is one."""
        return self.legs if self.tie is None else (*self.legs, self.tie)

    @property
    def all_rules(self) -> tuple[TradingRules, ...]:
        """Rules of `all_legs`."""
        return self.rules if self.tie_rules is None else (*self.rules, self.tie_rules)

    @property
    def net_weights(self) -> tuple[int, ...]:
        """What a tick of each leg adds to the net price, its side left out: ratio times multiplier.

        Divided by the multipliers' common divisor: legs of one multiplier weigh what their ratio is.
        """
        multipliers = [round(rules.multiplier) for rules in self.all_rules]
        common = math.gcd(*multipliers)
        pairs = zip(self.all_legs, multipliers, strict=True)
        return tuple(leg.ratio * multiplier // common for leg, multiplier in pairs)

    @property
    def currency_per_tick(self) -> float:
        """What a tick of net price is worth in one package [currency]."""
        rules = self.all_rules[0]
        return rules.tick_size * rules.multiplier * self.all_legs[0].ratio / self.net_weights[0]

    @property
    def most_ticks(self) -> float:
        """`net_limit_ticks`, infinite where there is none."""
        return math.inf if self.net_limit_ticks is None else float(self.net_limit_ticks)

    @property
    def leg_risk_limit_ticks(self) -> LegRiskLimit:
        """What open legs may do on the way, moves in ticks of net price."""
        worst = self.leg_risk_limit.worst_move / self.currency_per_tick
        return LegRiskLimit(worst_move=worst, open_seconds=self.leg_risk_limit.open_seconds)

    def package(self) -> Package:
        """What a ledger opens before the first fill: its id is the order's."""
        return Package(package_id=self.order_id, legs=self.all_legs, quantity=self.packages)

    def _counts(self) -> str | None:
        if self.packages < 1 or self.horizon_ns < 1:
            return f"found {self.packages} packages over {self.horizon_ns} ns, expected at least 1 of each"
        if not self.legs:
            return "found no leg, expected one or more"
        if (self.tie is None) != (self.tie_rules is None):
            return "a tie and its rules come together"
        return None

    def _ratios(self) -> str | None:
        ratios = [leg.ratio for leg in self.all_legs]
        if any(not isinstance(ratio, int) or ratio < 1 for ratio in ratios):
            return f"found ratios {ratios}, expected whole numbers from 1 on"
        divisor = math.gcd(*(leg.ratio for leg in self.legs))
        if self.tie is None and divisor > 1:
            reduced = ":".join(str(leg.ratio // divisor) for leg in self.legs)
            return f"the ratios have {divisor} in common, expected {reduced} and {divisor} times the packages"
        symbols = [leg.symbol for leg in self.all_legs]
        if len(set(symbols)) < len(symbols):
            return f"found legs {', '.join(symbols)}, expected each symbol once"
        return None

    def _rules(self) -> str | None:
        if [rules.symbol for rules in self.all_rules] != [leg.symbol for leg in self.all_legs]:
            return "expected the trading rules of each leg, in the legs' order"
        ticks = sorted({rules.tick_size for rules in self.all_rules})
        if len(ticks) > 1:
            return (
                f"found ticks of {' and '.join(map(str, ticks))}, expected one size for a net price in ticks"
            )
        for leg, rules in zip(self.all_legs, self.all_rules, strict=True):
            if leg.ratio * self.packages % rules.lot_size:
                return f"{leg.ratio * self.packages} {leg.symbol} are not whole lots of {rules.lot_size}"
            if rules.multiplier < 1.0 or not rules.multiplier.is_integer():
                return f"found a multiplier of {rules.multiplier} for {leg.symbol}, expected a whole number"
        return None


class Ended(StrEnum):
    """What ended a clip of packages."""

    FILLED = "filled"
    COMPLETED = "completed at the end"
    UNWOUND = "unwound at the end"
    LEFT = "left beyond the limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipExecution:
    """Packages that were worked together. total_ticks: what they cost, less what unwinding brought back.

    fills: of all legs, in time. effective_ticks: what a package cost beyond the fair value as it traded, with
    what informed takers and declined quotes moved it, in ticks of net price; NaN where no fair value is
    known. ways: how each leg traded, fill_mid_ticks: mid of its leg as each of the fills came; empty where
    that is not recorded. moved_ticks: how far the legs' mids had moved against a package from the order's
    arrival until they traded, leaked_ticks: by how much more than in the same market without the order
    [ticks of net price]; NaN where no such market is known.
    """

    packages: int
    ended: Ended
    total_ticks: int
    fills: tuple[LegFill, ...]
    effective_ticks: float = math.nan
    ways: tuple[Way, ...] = ()
    fill_mid_ticks: tuple[int, ...] = ()
    moved_ticks: float = math.nan
    leaked_ticks: float = math.nan


def position_of(order: SpreadOrder, clips: Iterable[ClipExecution]) -> PackagePosition:
    """What the fills of an order's clips make."""
    positions = PackagePositions()
    positions.open(order.package())
    for clip in clips:
        for fill in clip.fills:
            positions.book(fill)
    return positions.position(order.order_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadExecution:
    """What became of a spread order. Every contract that traded is in a fill, of broken packages too.

    half_spread_ticks: the package's quoted half spread at arrival, arrival_mid_ticks: its mid [ticks of net
    price]. leg_risk: of packages that have all legs, None where there is none. position: what the fills make.
    arrival_leg_ticks, end_leg_ticks: mid of each of the order's `all_legs` at arrival and when its horizon
    was over; empty where that is not recorded.
    """

    order: SpreadOrder
    clips: tuple[ClipExecution, ...]
    arrival_mid_ticks: float
    half_spread_ticks: float
    leg_risk: LegRisk | None
    position: PackagePosition
    arrival_leg_ticks: tuple[int, ...] = ()
    end_leg_ticks: tuple[int, ...] = ()

    @property
    def fills(self) -> tuple[LegFill, ...]:
        """All fills in the order in which they happened."""
        return tuple(fill for clip in self.clips for fill in clip.fills)

    @property
    def filled_packages(self) -> int:
        """Packages of which every leg is held."""
        return self.position.whole

    @property
    def leaves_packages(self) -> int:
        """Packages that were not had."""
        return self.order.packages - self.filled_packages

    @property
    def effective_over_quoted(self) -> float:
        """Mean cost of a filled package beyond the arrival mid, in quoted half spreads; NaN where none is.

        What unwound packages lost is charged to those that were filled.
        """
        if not self.filled_packages:
            return math.nan
        paid = sum(clip.total_ticks for clip in self.clips) / self.filled_packages
        return (paid - self.arrival_mid_ticks) / self.half_spread_ticks

    @property
    def breaches(self) -> tuple[str, ...]:
        """A sentence for each limit of leg risk that was broken."""
        return () if self.leg_risk is None else self.order.leg_risk_limit.breaches(self.leg_risk)
