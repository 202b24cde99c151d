"""Discrete dividends of one underlying: when it goes ex, what is paid, and the model that prices them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class CashDividendModel(StrEnum):
    """What is lognormal when cash is paid.

    SPOT: the share itself between ex dates; it falls by the dividend at each, to nothing where it is worth
    less (the liquidator of Haug, Haug and Lewis 2003). ESCROWED: the share less the present value of the
    dividends up to the expiry (Hull, chapter 15.12), so that a European option is Black's on the forward. The
    same volatility means less in ESCROWED, since less is lognormal.
    """

    SPOT = "spot"
    ESCROWED = "escrowed"


def _none() -> FloatArray:
    return np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class DividendSchedule:
    """Dividends ahead: at ex_years the share falls from S to S (1 - proportional) - cash.

    ex_years: ACT/365F from as-of, increasing, above zero, since what goes ex at that instant has gone. cash:
    currency. proportional: fraction of the share. Each dividend may be either or both, and a column may be
    left out for zeros. A dividend larger than the share pays what is there. Raises ValueError for columns
    that are not so.
    """

    ex_years: FloatArray = field(default_factory=_none)
    cash: FloatArray = field(default_factory=_none)
    proportional: FloatArray = field(default_factory=_none)

    def __post_init__(self) -> None:
        ex_years = np.array(self.ex_years, dtype=np.float64, ndmin=1)
        for name in ("ex_years", "cash", "proportional"):
            column = np.array(getattr(self, name), dtype=np.float64, ndmin=1)
            if len(column) == 0:
                column = np.zeros(len(ex_years))
            if column.shape != ex_years.shape or not np.isfinite(column).all() or np.any(column < 0.0):
                raise ValueError(f"{name} is one finite number a dividend, none below zero: {column}")
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        if np.any(np.diff(ex_years, prepend=0.0) <= 0.0):
            raise ValueError(f"ex_years increase from above zero: {ex_years}")
        if np.any(self.proportional >= 1.0):
            raise ValueError(f"a proportional dividend leaves a part of the share: {self.proportional}")

    def __len__(self) -> int:
        return len(self.ex_years)

    def until(self, expiry_years: float) -> DividendSchedule:
        """Those that an option sees: ex up to its expiry, that instant included."""
        return self._kept(self.ex_years <= expiry_years)

    def after(self, elapsed_years: float) -> DividendSchedule:
        """The schedule as seen `elapsed_years` later: what has gone ex by then has gone."""
        left = self._kept(self.ex_years > elapsed_years)
        return DividendSchedule(
            ex_years=left.ex_years - elapsed_years, cash=left.cash, proportional=left.proportional
        )

    def scaled(self, factor: float) -> DividendSchedule:
        """The same with all cash times `factor`, as in another unit of currency."""
        return DividendSchedule(
            ex_years=self.ex_years, cash=factor * self.cash, proportional=self.proportional
        )

    def _kept(self, which: npt.NDArray[np.bool_]) -> DividendSchedule:
        return DividendSchedule(
            ex_years=self.ex_years[which], cash=self.cash[which], proportional=self.proportional[which]
        )
