"""A replay on the terminal: policies side by side."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from hedger.replay_result import ReplayResult
from hedger.report.replay_tables import replay_header, replay_tables
from hedger.report.terminal import draw

# Their numbers fit on a line of eighty characters.
_MOST_POLICIES = 4


def render_replay(result: ReplayResult, console: Console, *, next_step: str = "") -> None:
    """Print a replay; `next_step` is the last line."""
    for line in replay_header(result):
        console.print(Text(line))
    for table in replay_tables(result, most_policies=_MOST_POLICIES):
        draw(table, console)
    if next_step:
        console.print(Text(next_step))
