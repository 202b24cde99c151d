"""Whether a simulated market was one: makers alive, both sides quoted, nobody met an empty book."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.market.agent_market import AgentMarket
from execution.market.layout import ParticipantKind

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueValidity:
    """One venue since the start. quoted_share: of the time, in [0, 1], that both sides quoted.

    met_nobody: marketable messages that found the other side empty. expired: lots of marketable orders that
    found nobody at their price or at all. completion: lots traded over those that marketable orders asked
    for, in [0, 1]. spread_ticks: mean over the samples. makers, makers_quoting: how many, and how many of
    them quoted at every sample.
    """

    venue: str
    messages: int
    traded: int
    quoted_share: float
    met_nobody: int
    expired: int
    completion: float
    spread_ticks: float
    widest_ticks: int
    makers: int
    makers_quoting: int

    @property
    def is_valid(self) -> bool:
        """Whether every maker quoted throughout and both sides did for 99.9% of the time."""
        return self.makers_quoting == self.makers and self.quoted_share > 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketValidity:
    """Every venue of a market. overruns: messages or reports that a full ring held up or let by early."""

    venues: tuple[VenueValidity, ...]
    overruns: int

    @property
    def is_valid(self) -> bool:
        """Whether every venue was a market."""
        return all(venue.is_valid for venue in self.venues)


def quoted_lots(market: AgentMarket) -> IntArray:
    """Lots that each participant has resting in its books now, shape (participant,)."""
    arrays = market.arrays
    lots = np.zeros(len(arrays.participants), np.int64)
    for at, me in enumerate(arrays.participants):
        own = arrays.handles[int(me["first_handle"]) : int(me["first_handle"] + me["handles"])]
        orders = market.faces[int(me["book"])].arrays.orders[own["slot"]]
        lives = (orders["order_id"] == own["rested_id"]) & (own["slot"] > 0)
        lots[at] = orders["quantity"][lives].sum()
    return lots


def run_measured(market: AgentMarket, until_ns: int, *, sample_ns: int = 10**9) -> MarketValidity:
    """Run a market without an agent up to `until_ns` and say whether it was one, sampled every sample_ns."""
    start_ns = market.now_ns
    times = np.append(np.arange(start_ns + sample_ns, until_ns, sample_ns), until_ns)
    spreads = np.empty((len(times), len(market.faces)))
    always = np.ones(len(market.arrays.participants), np.bool_)
    for row, ts_ns in enumerate(times):
        market.run(int(ts_ns))
        spreads[row] = market.arrays.venues["last_ask"] - market.arrays.venues["last_bid"]
        always &= quoted_lots(market) > 0
    return _validity(market, until_ns - start_ns, spreads, always)


def _validity(
    market: AgentMarket, length_ns: int, spreads: FloatArray, always: npt.NDArray[np.bool_]
) -> MarketValidity:
    people = market.arrays.participants
    makers = people["kind"] == ParticipantKind.MARKET_MAKER
    found = []
    for at, terms in enumerate(market.scenario.venues):
        venue, here = market.arrays.venues[at], makers & (people["book"] == at)
        empty_ns = int(venue["empty_ns"])
        if venue["empty_since_ns"] >= 0:
            empty_ns += market.now_ns - int(venue["empty_since_ns"])
        traded, expired = int(venue["traded"]), int(venue["expired"])
        found.append(
            VenueValidity(
                venue=terms.name,
                messages=int(venue["messages"]),
                traded=traded,
                quoted_share=1.0 - empty_ns / max(length_ns, 1),
                met_nobody=int(venue["found_nobody"]),
                expired=expired,
                completion=traded / max(traded + expired, 1),
                spread_ticks=float(spreads[:, at].mean()),
                widest_ticks=int(spreads[:, at].max()),
                makers=int(here.sum()),
                makers_quoting=int((here & always).sum()),
            )
        )
    return MarketValidity(venues=tuple(found), overruns=int(people["overruns"].sum()))
