"""Every published reference value beside ours: one line a table, then the numbers that are missed.

`reference.py [FOLDER]`: tables of the format that tests/reference describes; by default the shared ones.
Exit status 1 when a number is missed or a table is not known.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.reference.checking import Check, checks_of

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "reference"


def main(folder: Path) -> int:
    """Print the table and what is missed; 0 when nothing is."""
    console = Console()
    table = Table("table", "values", "passed", "largest error / tolerance", title=f"Tables in {folder}")
    missed: list[str] = []
    for path in sorted(folder.glob("*.csv")):
        try:
            found = checks_of(path)
        except ModuleNotFoundError:
            missed.append(f"{path.name}: no module of tests/reference knows this table")
            table.add_row(path.stem, "?", "?", "")
            continue
        failures = [check for check in found if not check.passed]
        table.add_row(path.stem, f"{len(found)}", f"{len(found) - len(failures)}", _worst(found))
        missed += [f"{path.name} {check}" for check in failures]
    console.print(table)
    for sentence in missed:
        console.print(sentence, soft_wrap=True)
    return 1 if missed else 0


def _worst(found: Sequence[Check]) -> str:
    """The largest error over its tolerance; no value of ours is as bad as can be."""
    ratios = [check.error / max(check.tolerance, np.finfo(float).tiny) for check in found]
    return f"{max((np.inf if np.isnan(ratio) else ratio for ratio in ratios), default=0.0):.2g}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED))
