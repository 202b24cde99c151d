"""What a boosted model of costs says; here and not beside the model, which needs the extra `tca`."""

from __future__ import annotations

from dataclasses import dataclass

from execution.tca.attribution import OutOfSample


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """How much R2 of the tested orders is lost when one factor is shuffled among them, and its deviation."""

    factor: str
    is_choice: bool
    lost_r_squared: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostedAttribution:
    """A boosted model's R2 on later orders and its permutation importances, largest first.

    No importances where the mean of the earlier orders was the best model of them.
    """

    out_of_sample: OutOfSample
    importances: tuple[Importance, ...]
