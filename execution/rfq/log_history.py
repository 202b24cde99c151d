"""An asker's own past requests as columns: who was asked, who answered what, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]

HISTORY_COLUMNS = ("mid", "half_spread", "volatility", "mid_at_trade", "mid_after")


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqHistory:
    """Requests in order of time, a row a request; NaN is what the file does not say.

    dealers: names by column. request_id, ts_ns [ns since 1970], symbol, side (+1 the asker buys), quantity:
    (request,). mid: at the request; half_spread: of the market then; volatility: any unit; mid_at_trade: when
    the quotes had come; mid_after: some time later; all [currency], (request,). asked, answered, traded,
    rejected (by a last look): (request, dealer); quote: price on the asker's side, quote_mid: mid when that
    quote had come, where each has its own; mid_at_trade then is the middle one of them, (request, dealer).
    knows_outcome: whether anything said who traded.
    """

    origin: str
    dealers: tuple[str, ...]
    request_id: Texts
    ts_ns: IntArray
    symbol: Texts
    side: FloatArray
    quantity: FloatArray
    mid: FloatArray
    half_spread: FloatArray
    volatility: FloatArray
    mid_at_trade: FloatArray
    mid_after: FloatArray
    asked: Flags
    answered: Flags
    quote: FloatArray
    quote_mid: FloatArray
    traded: Flags
    rejected: Flags
    knows_outcome: bool
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ts_ns)

    @property
    def taken(self) -> Flags:
        """Whose quote was taken, whether it stood or was rejected, (request, dealer)."""
        taken: Flags = self.traded | self.rejected
        return taken

    def part(self, which: Flags | IntArray) -> RfqHistory:
        """Some of the requests; dealers that none of them went to stay."""
        names = ("request_id", "ts_ns", "symbol", "side", "quantity", *HISTORY_COLUMNS)
        matrices = ("asked", "answered", "quote", "quote_mid", "traded", "rejected")
        return replace(self, **{name: getattr(self, name)[which] for name in (*names, *matrices)})
