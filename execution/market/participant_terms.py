"""What a scenario states of a group of participants, and which numbers each kind of them needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from execution.market.layout import ParticipantKind
from execution.market.scenario_table import ScenarioTable

Bounds = tuple[float, float, float | None]  # least, most, default (None: required)

_RATE: Bounds = (1e-6, 1e6, None)
_QUANTITY: Bounds = (1.0, 1e6, None)
_LIMIT: Bounds = (1.0, 1e9, None)
_TICKS: Bounds = (0.0, 1e6, None)
_SECONDS: Bounds = (1e-3, 1e6, None)
_SHARE: Bounds = (1e-9, 10.0, None)

NUMBERS: Mapping[ParticipantKind, Mapping[str, Bounds]] = {
    ParticipantKind.NOISE: {
        "limit_rate": (0.0, 1e6, None),
        "market_rate": (1e-6, 1e6, None),
        "cancel_rate": (0.0, 1e6, None),
        "quantity": _QUANTITY,
        "placement_ticks": (1e-3, 1e6, None),
        "placement_exponent": (0.1, 100.0, None),
        "value_sensitivity": (0.0, 10.0, 0.0),
        "reserve_ticks": (-1e6, 1e6, 1e6),
        "orders": (1.0, 65536.0, 1024.0),
    },
    ParticipantKind.MARKET_MAKER: {
        "wake_rate": _RATE,
        "quantity": _QUANTITY,
        "inventory_limit": _LIMIT,
        "levels": (1.0, 32.0, 1.0),
        "level_gap_ticks": (1.0, 1e6, 1.0),
        "risk_aversion": (0.0, 1e6, None),
        "arrival_decay": (1e-6, 1e6, None),
        "horizon_seconds": _SECONDS,
        "half_spread_ticks": (0.0, 1e6, 0.5),
        "reference_weight": (0.0, 1.0, 1.0),
    },
    ParticipantKind.MOMENTUM: {
        "wake_rate": _RATE,
        "quantity": _QUANTITY,
        "inventory_limit": _LIMIT,
        "threshold_ticks": _TICKS,
        "fast_seconds": _SECONDS,
        "slow_seconds": _SECONDS,
    },
    ParticipantKind.MEAN_REVERSION: {
        "wake_rate": _RATE,
        "quantity": _QUANTITY,
        "inventory_limit": _LIMIT,
        "threshold_ticks": _TICKS,
        "slow_seconds": _SECONDS,
    },
    ParticipantKind.INFORMED: {
        "wake_rate": _RATE,
        "quantity": _QUANTITY,
        "inventory_limit": _LIMIT,
        "threshold_ticks": _TICKS,
        "foresight_seconds": _SECONDS,
    },
    ParticipantKind.META_ORDER: {
        "wake_rate": _RATE,
        "quantity": _QUANTITY,
        "largest_quantity": _LIMIT,
        "size_exponent": (0.1, 100.0, 1.5),
        "idle_seconds": _SECONDS,
    },
    ParticipantKind.ARBITRAGE: {
        "wake_rate": _RATE,
        "quantity": _QUANTITY,
        "threshold_ticks": _TICKS,
    },
}

# What may be stated in place of a rate: the share of the daily volume that the group asks for.
VOLUME_SHARE = "volume_share"
RATE_OF_SHARE: Mapping[ParticipantKind, str] = {
    ParticipantKind.NOISE: "market_rate",
    ParticipantKind.META_ORDER: "idle_seconds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyTerms:
    """Delays [microseconds]: floors of feed and orders, the mean of a gamma jitter above each."""

    feed_us: float = 0.0
    order_us: float = 0.0
    feed_jitter_us: float = 0.0
    order_jitter_us: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantTerms:
    """A group of `count` participants of one kind at one venue.

    variety: how much they differ; rates, quantities, risk aversions and half spreads of the group's members
    are spread evenly in logarithm between 1 / (1 + variety) and 1 + variety times what is stated. numbers: by
    the names of `NUMBERS[kind]`; VOLUME_SHARE, of the instrument's average daily volume that the group's
    market orders come to, may stand in place of RATE_OF_SHARE[kind].
    """

    name: str
    kind: ParticipantKind
    venue: str
    count: int = 1
    other_venue: str = ""
    variety: float = 0.0
    latency: LatencyTerms = field(default_factory=LatencyTerms)
    numbers: Mapping[str, float]

    @property
    def orders(self) -> int:
        """How many orders one member may have at once."""
        if self.kind is ParticipantKind.NOISE:
            return int(self.numbers["orders"])
        return 2 * int(self.numbers.get("levels", 1))

    def factor(self, member: int) -> float:
        """What a member's varied numbers are multiplied by."""
        return float((1.0 + self.variety) ** (2.0 * (member + 0.5) / self.count - 1.0))


def read_participant(table: ScenarioTable, venues: Sequence[str]) -> ParticipantTerms:
    """Read one [[participant]]; what is wrong is noted in the table."""
    kind = ParticipantKind[table.choice("kind", [kind.name.lower() for kind in ParticipantKind]).upper()]
    across = kind is ParticipantKind.ARBITRAGE
    stated = dict(NUMBERS[kind])
    if kind in RATE_OF_SHARE and table.has(VOLUME_SHARE):
        stated[VOLUME_SHARE] = _SHARE
        del stated[RATE_OF_SHARE[kind]]
    numbers = {
        name: table.number(name, least=least, most=most, default=default)
        for name, (least, most, default) in stated.items()
    }
    terms = ParticipantTerms(
        name=table.text("name"),
        kind=kind,
        venue=table.choice("venue", list(venues)),
        count=table.whole("count", least=1, most=10_000, default=1),
        other_venue=table.choice("other_venue", list(venues)) if across else "",
        variety=table.number("variety", least=0.0, most=10.0, default=0.0),
        latency=_latency(table.table("latency")),
        numbers=numbers,
    )
    if across and terms.venue == terms.other_venue:
        table.noted("other_venue", "another venue than `venue`", None)
    return terms


def _latency(table: ScenarioTable) -> LatencyTerms:
    microseconds = {
        name: table.number(name, least=0.0, most=1e8, default=0.0)
        for name in ("feed_us", "order_us", "feed_jitter_us", "order_jitter_us")
    }
    return LatencyTerms(**microseconds)
