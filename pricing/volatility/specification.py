"""Which model of the GARCH family: its recursion, its innovations, its mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pricing.volatility.likelihood_kernel import (
    ALPHA,
    BETA,
    GAMMA,
    MEAN,
    NORMAL,
    OMEGA,
    SHAPE,
    SKEW,
    SKEWED_T,
    STUDENT_T,
)


class Recursion(Enum):
    """How the variance of the next day follows from today's return, all of order one.

    GARCH: Bollerslev (1986). GJR: Glosten, Jagannathan and Runkle (1993). EGARCH: Nelson (1991).
    """

    GARCH = "GARCH(1,1)"
    GJR = "GJR-GARCH(1,1)"
    EGARCH = "EGARCH(1,1)"


class Innovation(Enum):
    """Law of the standardised return; SKEWED_T is Hansen's (1994). The value is the kernel's number."""

    NORMAL = NORMAL
    STUDENT_T = STUDENT_T
    SKEWED_T = SKEWED_T


_INNOVATION_NAME = {
    Innovation.NORMAL: "normal innovations",
    Innovation.STUDENT_T: "Student-t innovations",
    Innovation.SKEWED_T: "skewed t innovations",
}
_SHAPES = {Innovation.NORMAL: (), Innovation.STUDENT_T: (SHAPE,), Innovation.SKEWED_T: (SHAPE, SKEW)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """A model of the family.

    constant_mean: fit a daily drift; otherwise it is zero. variance_targeting: omega is tied to the sample's
    variance as the long-run level (Engle and Mezrich 1996); ValueError for EGARCH, whose level is in logs.
    """

    recursion: Recursion = Recursion.GJR
    innovation: Innovation = Innovation.STUDENT_T
    constant_mean: bool = False
    variance_targeting: bool = False

    def __post_init__(self) -> None:
        if self.variance_targeting and self.egarch:
            raise ValueError("variance targeting is for GARCH and GJR; EGARCH has its long-run level in logs")

    @property
    def name(self) -> str:
        """The model in words, for the report."""
        mean = "constant mean" if self.constant_mean else "zero mean"
        targeted = ", long-run variance targeted to the sample's" if self.variance_targeting else ""
        return f"{self.recursion.value}, {_INNOVATION_NAME[self.innovation]}, {mean}{targeted}"

    @property
    def egarch(self) -> bool:
        """Whether the recursion is in logs."""
        return self.recursion is Recursion.EGARCH

    @property
    def free(self) -> tuple[int, ...]:
        """Positions of the fitted parameters among the kernel's seven, in arch's order."""
        gamma = () if self.recursion is Recursion.GARCH else (GAMMA,)
        mean = (MEAN,) if self.constant_mean else ()
        omega = () if self.variance_targeting else (OMEGA,)
        return (*mean, *omega, ALPHA, *gamma, BETA, *_SHAPES[self.innovation])
