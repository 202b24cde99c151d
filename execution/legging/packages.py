"""Packages and the fills of their legs: what is held of each leg follows from the fills, in any order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from execution.errors import ExecutionError
from execution.orders import Fill, Side


class PackageError(ExecutionError, ValueError):
    """A package or a fill of a leg that cannot be; nothing is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLeg:
    """One leg: contracts of a symbol for each package, and the side that the package's buyer is on."""

    symbol: str
    side: Side
    ratio: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """So many packages to be had; PackageError unless each leg has its own symbol and numbers are >= 1."""

    package_id: str
    legs: tuple[PackageLeg, ...]
    quantity: int

    def __post_init__(self) -> None:
        if not self.legs or min(self.quantity, *(leg.ratio for leg in self.legs)) < 1:
            raise PackageError(f"package '{self.package_id}' needs legs, and ratios and a quantity from 1 on")
        if len({leg.symbol for leg in self.legs}) < len(self.legs):
            raise PackageError(f"package '{self.package_id}' has two legs of one symbol")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFill:
    """A fill of one leg under the venue's execution id; the fill's parent_id is the package's id."""

    execution_id: str
    fill: Fill


class PackageState(StrEnum):
    """WORKING: whole packages alone are held, fewer than wanted. COMPLETE: all. BROKEN: a leg is loose."""

    WORKING = "working"
    COMPLETE = "complete"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePosition:
    """What is held of a package. filled: contracts by leg, on the package's side, negative against it."""

    package: Package
    filled: tuple[int, ...]

    @property
    def whole(self) -> int:
        """Packages of which every leg is held."""
        least = min(held // leg.ratio for held, leg in zip(self.filled, self.package.legs, strict=True))
        return min(max(least, 0), self.package.quantity)

    @property
    def loose(self) -> tuple[int, ...]:
        """Contracts by leg that belong to no whole package, or to more packages than were wanted."""
        whole = self.whole
        return tuple(
            held - whole * leg.ratio for held, leg in zip(self.filled, self.package.legs, strict=True)
        )

    @property
    def state(self) -> PackageState:
        """Follows from what is filled and from nothing else."""
        if any(self.loose):
            return PackageState.BROKEN
        return PackageState.COMPLETE if self.whole == self.package.quantity else PackageState.WORKING


class PackagePositions:
    """Positions of packages by their fills: each execution once, whatever order and however late they come.

    A fill against its leg's side takes from what is held, as when a broken leg is unwound.
    """

    def __init__(self) -> None:
        self._packages: dict[str, Package] = {}
        self._filled: dict[str, dict[str, int]] = {}
        self._booked: dict[str, LegFill] = {}

    def open(self, package: Package) -> None:
        """Begin a package, before its first fill; PackageError where its id is another's."""
        if self._packages.setdefault(package.package_id, package) != package:
            raise PackageError(f"there is another package '{package.package_id}'")
        self._filled.setdefault(package.package_id, {leg.symbol: 0 for leg in package.legs})

    def is_new(self, leg_fill: LegFill) -> bool:
        """Whether a fill is still to be booked: false for one that was, under the same execution id.

        Raises PackageError where it cannot be booked: no such package or leg, no contracts, a fee that is not
        finite, or another fill under the same id.
        """
        fill, known = leg_fill.fill, self._booked.get(leg_fill.execution_id)
        if known is not None:
            if known != leg_fill:
                raise PackageError(f"execution '{leg_fill.execution_id}' came twice with different content")
            return False
        if fill.symbol not in self._filled.get(fill.parent_id, {}):
            raise PackageError(f"there is no package '{fill.parent_id}' with a leg '{fill.symbol}'")
        if fill.quantity < 1 or not math.isfinite(fill.fee):
            raise PackageError(
                f"execution '{leg_fill.execution_id}': {fill.quantity} contracts for a fee of {fill.fee}"
            )
        return True

    def book(self, leg_fill: LegFill) -> bool:
        """Book a fill once; false where it was booked before. PackageError as of `is_new`."""
        if not self.is_new(leg_fill):
            return False
        fill = leg_fill.fill
        self._booked[leg_fill.execution_id] = leg_fill
        self._filled[fill.parent_id][fill.symbol] += int(fill.side) * fill.quantity
        return True

    def position(self, package_id: str) -> PackagePosition:
        """What is held of a package; PackageError for one that was not opened."""
        package = self._packages.get(package_id)
        if package is None:
            raise PackageError(f"there is no package '{package_id}'")
        signed = self._filled[package_id]
        return PackagePosition(
            package=package, filled=tuple(int(leg.side) * signed[leg.symbol] for leg in package.legs)
        )

    def all(self) -> tuple[PackagePosition, ...]:
        """Every package, in the order in which they were opened."""
        return tuple(map(self.position, self._packages))
