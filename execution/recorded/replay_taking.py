"""Our own orders that take what the recording shows, compiled."""

from __future__ import annotations

from numba import njit

from execution.recorded.replay_flow import OwnFills
from execution.recorded.replay_state import PLAYED, TRADED, Replay, find_level, refresh


@njit(cache=True)
def take(replay: Replay, side: int, quantity: int, limit_ticks: int, bounded: bool, fills: OwnFills) -> int:
    """Buy (side +1) or sell up to `quantity` at the recorded levels, none beyond limit_ticks where `bounded`.

    Writes a fill a level while there is room and returns the lots taken. They stay taken until the recorded
    orders that showed them are cancelled or executed.
    """
    ladder, row = replay.ladder, 1 if side > 0 else 0
    taken = 0
    fills.written[0] = 0
    while taken < quantity and ladder.occupied[row] > 0 and fills.written[0] < len(fills.order):
        best = ladder.price_ticks[row, ladder.occupied[row] - 1]
        if bounded and side * (best - limit_ticks) > 0:
            break
        lots = min(quantity - taken, ladder.volume[row, ladder.occupied[row] - 1])
        _lose(replay, find_level(replay.levels, -side, best), lots)
        written = fills.written[0]
        fills.quantity[written] = lots
        fills.price_ticks[written] = best
        fills.written[0] = written + 1
        taken += lots
    replay.counts[TRADED] += taken
    return taken


@njit(cache=True)
def _lose(replay: Replay, level: int, lots: int) -> None:
    """Lots of a level become ours, those of its oldest orders first."""
    levels = replay.levels
    levels.lost[level] += lots
    older = min(lots, max(levels.old[level] - levels.old_lost[level], 0))
    levels.old_lost[level] += older
    lots -= older
    for at in range(levels.front[level], levels.end[level]):
        row = replay.queue[at]
        if row >= replay.counts[PLAYED] or lots == 0:
            break
        if replay.left[row] == 0 and levels.front[level] == at:
            levels.front[level] = at + 1
        part = min(lots, replay.left[row] - replay.lost[row])
        replay.lost[row] += part
        lots -= part
    refresh(replay, level)
