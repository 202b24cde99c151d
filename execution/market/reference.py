"""The reference price: what news make of it for good, and what trades displace in a latent book, compiled.

Most liquidity is latent: intentions that enter the visible book only when the price comes near. Around a
diffusing price their density grows linearly with the distance, so that an excess E of bought over sold volume
displaces the price by the square root of E (Toth et al. 2011; Donier, Bonart, Mastromatteo and Bouchaud
2015). Participants come back at several time scales (Benzaquen and Bouchaud 2018; Bucci et al. 2019), and E
is what the latent book still remembers. A signed volume q, a time t ago, counts share_k exp(-t / memory_k) q
at scale k:

    displacement = impact_ticks sign(E) (sqrt(|E| + rest_volume) - sqrt(rest_volume)),   E = sum_k E_k.

The law knows nobody: every trade enters by its surprise; in a market of participants with what an outside
agent wants of it, taken or rested for (see event_loop.settle). It allows no price manipulation: for an
increasing odd displacement f and a completely monotone memory, no pattern of trades has a negative
expected cost, the integral of f(E) q dt. With r the memory's resolvent, q = d/dt (r * E) and f(E) d/dt (r
* E) >= d/dt (r * F(E)) where F' = f (Vergara and Zacher 2008, lemma 2.2; Alfonsi and Schied 2010 for one
scale). What is permanent is linear, as it must be (Huberman and Stanzl 2004).
"""

from __future__ import annotations

import math
from typing import Any

from execution.book.compiled import compiled
from execution.book.layout import Record, RecordArray
from execution.market.regime import MEMORY_SCALES, ReferenceParameters

# What a record needs for the functions below: FLOW_STATE has them, another market's state may have them too.
REFERENCE_FIELDS: list[Any] = [
    ("fundamental_ticks", "f8"),
    ("transient_ticks", "f8"),  # displacement by the excess volume, always up to date
    ("excess_volume", "f8", (MEMORY_SCALES,)),  # contracts that each scale still remembers
    # Constants: see ReferenceParameters.
    ("permanent", "f8"),
    ("impact_ticks", "f8"),
    ("rest_volume", "f8"),
    ("share", "f8", (MEMORY_SCALES,)),
    ("kept", "f8", (MEMORY_SCALES,)),
]


def set_at_rest(state: RecordArray, parameters: ReferenceParameters, fundamental_ticks: float) -> None:
    """Give records with the REFERENCE_FIELDS their constants and a price that no trade has moved yet."""
    for name, value in parameters._asdict().items():
        state[name] = value
    state["fundamental_ticks"] = fundamental_ticks
    state["transient_ticks"] = state["excess_volume"] = 0.0


@compiled
def displacement(excess_volume: float, impact_ticks: float, rest_volume: float) -> float:
    """How far an excess of bought over sold volume [contracts] moves the price [ticks]; rest_volume > 0."""
    # As a quotient, the difference of two roots does not cancel at small volumes.
    roots = math.sqrt(abs(excess_volume) + rest_volume) + math.sqrt(rest_volume)
    return impact_ticks * excess_volume / roots


@compiled
def feel_trade(state: Record, surprise: float) -> None:
    """Let the reference feel a trade by its surprise: quantity times (sign less expected sign)."""
    state["fundamental_ticks"] += state["permanent"] * surprise
    excess = 0.0
    for scale in range(MEMORY_SCALES):
        state["excess_volume"][scale] += state["share"][scale] * surprise
        excess += state["excess_volume"][scale]
    state["transient_ticks"] = displacement(excess, state["impact_ticks"], state["rest_volume"])


@compiled
def fade(state: Record) -> None:
    """Let the latent book forget for NEWS_NS."""
    excess = 0.0
    for scale in range(MEMORY_SCALES):
        state["excess_volume"][scale] *= state["kept"][scale]
        excess += state["excess_volume"][scale]
    state["transient_ticks"] = displacement(excess, state["impact_ticks"], state["rest_volume"])
