"""The life of each order in Bitstamp's feed: what every event did to it, in whatever order they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from execution.recorded.bitstamp_events import OrderEvent

# Volumes that went through a float on their way into a file are off by one unit in the eighth decimal.
ROUNDING = 2
UNKNOWN = -1


class Act(Enum):
    """What an event did to its order."""

    CREATE = auto()
    REPRICE = auto()
    FILL = auto()
    CANCEL = auto()


@dataclass(slots=True, kw_only=True)
class Step:
    """One act; `took` is set when fills are paired: True where the order was the aggressor of its fill.

    quantity [1e-8 coins]: created, filled or cancelled, or left as repriced; or UNKNOWN.
    trade_line: the earlier of the lines on which the two orders of the fill told of it.
    """

    act: Act
    event: OrderEvent
    quantity: int
    took: bool | None = None
    trade_line: int = 0


@dataclass(slots=True, kw_only=True)
class Life:
    """An order's steps; `old` when it was there before the recording."""

    order_id: int
    side: int
    old: bool
    steps: list[Step]
    repeated: list[OrderEvent]
    misplaced: list[OrderEvent]


def lives(events: Iterable[OrderEvent]) -> list[Life]:
    """One life an order, in the order in which they appear."""
    by_order: dict[int, list[OrderEvent]] = {}
    for event in events:
        by_order.setdefault(event.order_id, []).append(event)
    return [_life(own) for own in by_order.values()]


def _life(events: list[OrderEvent]) -> Life:
    """Creation first, deletion last, falling volume between, since the feed at times swaps neighbours."""
    ordered = sorted(events, key=_place)
    kept: list[OrderEvent] = []
    repeated: list[OrderEvent] = []
    for event in ordered:
        ended = bool(kept) and kept[-1].action == "deleted"
        again = event.action == "created" and bool(kept)
        (repeated if ended or again else kept).append(event)
    in_place = [event for event in events if event in kept]
    misplaced = [event for event, other in zip(in_place, kept, strict=True) if event.line != other.line][:1]
    first = kept[0]
    return Life(
        order_id=first.order_id,
        side=first.side,
        old=first.action != "created",
        steps=_steps(kept),
        repeated=repeated,
        misplaced=misplaced,
    )


def _place(event: OrderEvent) -> tuple[int, int, int]:
    stage = {"created": 0, "changed": 1, "deleted": 2}[event.action]
    return stage, -event.volume if stage == 1 else 0, event.line


def _steps(events: list[OrderEvent]) -> list[Step]:
    steps: list[Step] = []
    leaves, price = UNKNOWN, events[0].price
    for event in events:
        if event.action == "created":
            steps.append(Step(act=Act.CREATE, event=event, quantity=event.volume))
        elif event.price != price and event.action == "changed":
            # A market order for a sum of money shrinks as its price is moved on: that is no fill.
            steps.append(Step(act=Act.REPRICE, event=event, quantity=event.volume))
        else:
            steps += _outflow(event, leaves)
        price = event.price
        leaves = event.volume
    return steps


def _outflow(event: OrderEvent, leaves: int) -> list[Step]:
    """What a change or a deletion took out of an order of `leaves`: a fill, a cancellation or both."""
    rest = event.volume
    if event.action == "changed":
        if leaves == UNKNOWN:
            return [Step(act=Act.FILL, event=event, quantity=UNKNOWN)]
        return [Step(act=Act.FILL, event=event, quantity=leaves - rest)] if leaves - rest > ROUNDING else []
    if rest == 0:
        return [Step(act=Act.FILL, event=event, quantity=leaves)]
    if leaves == UNKNOWN or leaves - rest <= ROUNDING:
        return [Step(act=Act.CANCEL, event=event, quantity=rest if leaves == UNKNOWN else leaves)]
    return [
        Step(act=Act.FILL, event=event, quantity=leaves - rest),
        Step(act=Act.CANCEL, event=event, quantity=rest),
    ]
