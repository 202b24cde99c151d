"""What a comparison must show beside its means before it is believed.

The agent of arXiv 2411.06389 lost its whole advantage when its market was repaired: market makers had died
and orders met empty books. So: whether each market was one, a market in which nobody can win, and an agent
taught to lose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from execution.agents.comparison import PairedDifference

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketValidityReport:
    """What the markets of a comparison were like, over its episodes.

    makers_alive: share of the episodes in which every market maker quoted to the end. spread_finite: share in
    which both sides quoted whenever somebody looked. mean_spread_ticks, widest_spread_ticks: of those.
    lots_discarded: lots of marketable orders that found nobody. completion: share of the asked lots that
    traded, the least of all episodes.
    """

    episodes: int
    makers_alive: float
    spread_finite: float
    mean_spread_ticks: float
    widest_spread_ticks: float
    lots_discarded: int
    completion: float

    @property
    def is_valid(self) -> bool:
        """Whether makers lived and both sides quoted in every episode, and no order met an empty book."""
        return self.makers_alive == 1.0 and self.spread_finite == 1.0 and self.lots_discarded == 0

    @classmethod
    def of(
        cls,
        *,
        makers_alive: BoolArray,
        spread_ticks: FloatArray,
        widest_spread_ticks: FloatArray,
        lots_discarded: IntArray,
        completion: FloatArray,
    ) -> MarketValidityReport:
        """Sum up episodes, arrays of shape (episode,); a spread that is not finite means a side was empty.

        ValueError without an episode or where the shapes differ.
        """
        columns = (makers_alive, spread_ticks, widest_spread_ticks, lots_discarded, completion)
        episodes = len(makers_alive)
        if episodes == 0 or any(column.shape != (episodes,) for column in columns):
            shapes = ", ".join(str(column.shape) for column in columns)
            raise ValueError(f"columns have shapes {shapes}, expected one length of at least 1")
        finite = np.isfinite(spread_ticks) & np.isfinite(widest_spread_ticks)
        return cls(
            episodes=episodes,
            makers_alive=float(makers_alive.mean()),
            spread_finite=float(finite.mean()),
            mean_spread_ticks=float(spread_ticks[finite].mean()) if finite.any() else float("nan"),
            widest_spread_ticks=float(widest_spread_ticks[finite].max()) if finite.any() else float("nan"),
            lots_discarded=int(lots_discarded.sum()),
            completion=float(completion.min()),
        )


class Expected(Enum):
    """What a control must show of the challenger."""

    NO_CHEAPER = "no cheaper"
    DEARER = "dearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A comparison whose outcome is known beforehand; another outcome means that the study is broken."""

    name: str
    difference: PairedDifference
    expected: Expected

    @property
    def passed(self) -> bool:
        """Whether the outcome is the expected one at 5%."""
        if self.expected is Expected.NO_CHEAPER:
            return not self.difference.is_cheaper
        return self.difference.is_dearer


def no_signal_control(difference: PairedDifference) -> Control:
    """The agent against the baseline in a market where nothing tells the future: nobody can win."""
    return Control(name="no signal", difference=difference, expected=Expected.NO_CHEAPER)


def sign_flip_control(difference: PairedDifference) -> Control:
    """The agent taught with the reward's sign flipped against the agent itself: it must cost more."""
    return Control(name="reward flipped", difference=difference, expected=Expected.DEARER)


DIFFERENCE_TITLES: Row = (
    "group",
    "worker",
    "against",
    "episodes",
    "cost bps",
    "difference bps",
    "95% interval",
    "bootstrap",
    "relative",
    "95% interval",
    "p",
    "p (Holm)",
)


def difference_rows(differences: Sequence[PairedDifference]) -> tuple[Row, ...]:
    """Comparisons as plain text, one row each under DIFFERENCE_TITLES."""
    return tuple(
        (
            each.group,
            each.challenger,
            each.baseline,
            f"{each.episodes}" + (f" in {each.clusters}" if each.clusters < each.episodes else ""),
            f"{each.challenger_bps:.3f}",
            f"{each.mean_bps:+.3f}",
            f"{each.lower:+.3f} to {each.upper:+.3f}",
            f"{each.bootstrap_lower:+.3f} to {each.bootstrap_upper:+.3f}",
            f"{each.relative:+.1%}",
            f"{each.relative_lower:+.1%} to {each.relative_upper:+.1%}",
            f"{each.p_value:.2g}",
            f"{each.p_adjusted:.2g}",
        )
        for each in differences
    )


VALIDITY_TITLES: Row = (
    "market",
    "episodes",
    "makers alive",
    "spread finite",
    "mean spread",
    "widest",
    "lots discarded",
    "completion",
    "valid",
)


def validity_rows(reports: Sequence[tuple[str, MarketValidityReport]]) -> tuple[Row, ...]:
    """Named reports as plain text, one row each under VALIDITY_TITLES."""
    return tuple(
        (
            name,
            f"{report.episodes}",
            f"{report.makers_alive:.1%}",
            f"{report.spread_finite:.1%}",
            f"{report.mean_spread_ticks:.2f}",
            f"{report.widest_spread_ticks:.0f}",
            f"{report.lots_discarded}",
            f"{report.completion:.1%}",
            "yes" if report.is_valid else "NO",
        )
        for name, report in reports
    )


CONTROL_TITLES: Row = ("control", "worker", "against", "difference bps", "p", "expected", "passed")


def control_rows(controls: Sequence[Control]) -> tuple[Row, ...]:
    """Controls as plain text, one row each under CONTROL_TITLES."""
    return tuple(
        (
            control.name,
            control.difference.challenger,
            control.difference.baseline,
            f"{control.difference.mean_bps:+.3f}",
            f"{control.difference.p_adjusted:.2g}",
            control.expected.value,
            "yes" if control.passed else "NO",
        )
        for control in controls
    )


def as_text(titles: Row, rows: Sequence[Row]) -> str:
    """Rows under their titles in columns as wide as they must be, the first column left."""
    table = (titles, *rows)
    widths = [max(len(row[at]) for row in table) for at in range(len(titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in cells)
        for cells in (list(enumerate(zip(row, widths, strict=True))) for row in table)
    )
