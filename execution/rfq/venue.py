"""A venue where packages are traded by request for quote with simulated dealers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import final

import numpy as np

from execution.errors import OrderRejectedError
from execution.random_stream import new_stream, normal
from execution.rfq import kernel
from execution.rfq.inquiry import DealerQuote, Inquiry, Quotes, RfqEnd, RfqOutcome
from execution.rfq.leg_fills import leg_fills
from execution.rfq.panel import DealerTerms, FloatArray, RfqTerms, leaks, panel_matrix

_NS = 1e-9


@final
class RfqVenue:
    """Dealers that remember: what they deal changes their inventories and so their next quotes.

    The market's mid is the caller's. What asking adds to it, leak and news while one waits, is told in ticks
    with every answer, for the caller to follow or not. All legs of a package trade or none.
    """

    def __init__(
        self, *, panel: tuple[DealerTerms, ...], terms: RfqTerms, seed: np.random.SeedSequence
    ) -> None:
        self._panel = panel
        self._matrix = panel_matrix(panel)
        self._terms = terms
        self._stream = new_stream(seed)
        self._inventory = self._matrix[:, kernel.INVENTORY_DEVIATION].copy()
        for dealer in range(len(panel)):
            self._inventory[dealer] *= normal(self._stream)
        self._now_ns: int | None = None
        self._requests = 0
        self._winners: dict[int, set[int]] = {}

    @property
    def dealers(self) -> int:
        """How many may be asked."""
        return len(self._panel)

    @property
    def inventory(self) -> FloatArray:
        """What each dealer holds [typical sizes], (dealer,); known to itself alone."""
        return self._inventory.copy()

    def request(self, inquiry: Inquiry, dealers: Sequence[int]) -> Quotes:
        """Ask these dealers for a package.

        OrderRejectedError for nobody asked, a dealer that is not there or is asked twice, and a time before
        the venue's last.
        """
        asked = self._asked(inquiry, dealers)
        self._advance(inquiry.ts_ns)
        size = inquiry.quantity / self._terms.typical_quantity
        markup = np.empty(len(self._panel))
        kernel.answer(
            self._matrix, self._inventory, asked, float(inquiry.side), size, 1.0, self._stream, markup
        )
        leak = float(leaks(self._panel)[0] @ asked) * size * inquiry.half_spread_ticks
        wait = self._terms.response_seconds
        news = inquiry.volatility_ticks * math.sqrt(wait) * normal(self._stream)
        mid = inquiry.mid_ticks + inquiry.side * leak + news
        self._requests += 1
        self._winners[self._requests] = set()
        arrive_ns = inquiry.ts_ns + round(wait / _NS)
        return Quotes(
            request_id=self._requests,
            inquiry=inquiry,
            asked=tuple(dealers),
            quotes=self._priced(inquiry, mid, markup),
            ts_ns=arrive_ns,
            expires_ns=arrive_ns + round(self._terms.quote_seconds / _NS),
            mid_ticks=mid,
            leak_ticks=leak,
        )

    def accept(
        self, quotes: Quotes, *, dealer: int, quantity: int, ts_ns: int, mid_ticks: float | None = None
    ) -> RfqOutcome:
        """Take a dealer's quote for so many packages; others of the same request may be taken besides.

        mid_ticks: net mid when the dealer has looked for the last time; None has it drawn from the inquiry's
        volatility. OrderRejectedError for a quantity that is not quoted, a quote taken already, a time before
        the quotes came, a request that is closed.
        """
        quote = self._takeable(quotes, dealer, quantity, ts_ns)
        inquiry, end = quotes.inquiry, RfqEnd.EXPIRED
        done_ns, mid = ts_ns, quotes.mid_ticks if mid_ticks is None else mid_ticks
        if ts_ns <= quotes.expires_ns:
            look = self._terms.look_seconds
            done_ns = ts_ns + round(look / _NS)
            if mid_ticks is None:
                mid += inquiry.volatility_ticks * math.sqrt(look) * normal(self._stream)
            end = self._looked(quotes, dealer, mid)
        if end is RfqEnd.FILLED:
            self._winners[quotes.request_id].add(dealer)
            self._inventory[dealer] -= inquiry.side * quantity / self._terms.typical_quantity
        return RfqOutcome(
            end=end,
            dealer=dealer,
            quantity=quantity if end is RfqEnd.FILLED else 0,
            price_ticks=quote.price_ticks,
            fills=leg_fills(inquiry, quantity=quantity, price_ticks=quote.price_ticks, ts_ns=done_ns)
            if end is RfqEnd.FILLED
            else (),
            ts_ns=done_ns,
            mid_ticks=mid,
        )

    def close(self, quotes: Quotes) -> float:
        """End a request: how far those who won nothing now move the mid against the asker [ticks].

        OrderRejectedError where it was ended before.
        """
        winners = self._open(quotes)
        del self._winners[quotes.request_id]
        lost = [dealer for dealer in quotes.asked if dealer not in winners]
        size = quotes.inquiry.quantity / self._terms.typical_quantity
        return float(leaks(self._panel)[1][lost].sum()) * size * quotes.inquiry.half_spread_ticks

    def _asked(self, inquiry: Inquiry, dealers: Sequence[int]) -> FloatArray:
        strange = [dealer for dealer in dealers if not 0 <= dealer < len(self._panel)]
        if strange or not dealers or len(set(dealers)) < len(dealers):
            raise OrderRejectedError(
                f"inquiry {inquiry.parent_id}: found dealers {tuple(dealers)}, expected one or more of "
                f"0 to {len(self._panel) - 1}, each once"
            )
        asked = np.zeros(len(self._panel))
        asked[list(dealers)] = 1.0
        return asked

    def _advance(self, ts_ns: int) -> None:
        before = ts_ns if self._now_ns is None else self._now_ns
        if ts_ns < before:
            raise OrderRejectedError(f"found a request at {ts_ns} ns, expected {before} ns or later")
        kernel.age_inventories(self._matrix, self._inventory, (ts_ns - before) * _NS, self._stream)
        self._now_ns = ts_ns

    def _priced(self, inquiry: Inquiry, mid: float, markup: FloatArray) -> tuple[DealerQuote, ...]:
        """Quotes at the nearest tick, best for the asker first; none of who has no room for one package."""
        found = []
        for dealer in np.flatnonzero(~np.isnan(markup)):
            price = mid + inquiry.side * inquiry.half_spread_ticks * markup[dealer]
            most = min(self._panel[dealer].capacity * self._terms.typical_quantity, inquiry.quantity)
            if most >= 1.0:
                ticks = math.floor(price + 0.5)
                found.append(DealerQuote(dealer=int(dealer), price_ticks=ticks, quantity=int(most)))
        return tuple(sorted(found, key=lambda quote: inquiry.side * quote.price_ticks))

    def _open(self, quotes: Quotes) -> set[int]:
        if quotes.request_id not in self._winners:
            raise OrderRejectedError(f"request {quotes.request_id} is closed, expected an open one")
        return self._winners[quotes.request_id]

    def _takeable(self, quotes: Quotes, dealer: int, quantity: int, ts_ns: int) -> DealerQuote:
        quote, taken = quotes.of(dealer), dealer in self._open(quotes)
        if taken or not quote.minimum_quantity <= quantity <= quote.quantity or ts_ns < quotes.ts_ns:
            raise OrderRejectedError(
                f"dealer {dealer}'s quote: found {quantity} packages at {ts_ns} ns, expected "
                + ("that it is taken once" if taken else "")
                + ("" if taken else f"{quote.minimum_quantity} to {quote.quantity} from {quotes.ts_ns} ns on")
            )
        return quote

    def _looked(self, quotes: Quotes, dealer: int, mid: float) -> RfqEnd:
        against = quotes.inquiry.side * (mid - quotes.mid_ticks) / quotes.inquiry.half_spread_ticks
        return RfqEnd.LAST_LOOK_REJECTED if against > self._panel[dealer].last_look else RfqEnd.FILLED
