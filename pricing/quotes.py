"""Option chains: raw vendor rows in, clean quotes out, with a reason for every one dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """Clean option quotes of one underlying at one instant, in columns of equal length.

    expiry_years: ACT/365F from `as_of` to the expiry instant. strike, bid, ask: currency.
    is_call: True for calls. dropped: count by reason of the quotes removed.
    """

    underlying: str
    as_of: datetime
    spot: float
    expiry_years: FloatArray
    strike: FloatArray
    is_call: BoolArray
    bid: FloatArray
    ask: FloatArray
    received: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    origin: str = ""
    sha256: str | None = None

    def __len__(self) -> int:
        return len(self.strike)
