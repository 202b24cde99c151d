"""What a user waits for: help, the warm example run with its imports named, and a book of 10,000 lines.

The book is made of contracts of the S&P 500 chain of 2019-05-14 in the data beside the checkout; without that
data its row is left out.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

SHARED = Path(__file__).resolve().parents[2] / "shared/data"
CHAIN = SHARED / "options/spx_chain_20190425_20190607.parquet"
HISTORY = SHARED / "history/sp500_close_1990_2022.csv"
DAY = "2019-05-14"
HEDGER = [str(Path(sys.executable).with_name("hedger"))]
IMPORTS = (
    "numpy",
    "pandas",
    "scipy.stats",
    "numba",
    "QuantLib",
    "arch.univariate",
    "pyarrow.parquet",
    "rich.table",
)


def main() -> None:
    """Print the figures as one table."""
    table = Table("what", "seconds", "note", title="Whole runs: median of five where warm")
    seconds, _ = timed([*HEDGER, "--help"])
    table.add_row("hedger --help", f"{seconds:.2f}", "")
    seconds, _ = timed([*HEDGER, "run", "example", "--as-of", "2018-02-05", "--json"])
    table.add_row("hedger run example", f"{seconds:.2f}", "no torch imported")
    for module in IMPORTS:
        seconds, _ = timed([sys.executable, "-c", f"import {module}"])
        table.add_row(f"  of which import {module}", f"{seconds:.2f}", "alone, interpreter start included")
    seconds, _ = timed([sys.executable, "-c", "import " + ", ".join(IMPORTS)])
    table.add_row("  of which all of these together", f"{seconds:.2f}", "they share much")
    if CHAIN.exists():
        table.add_row(*large_book())
    Console().print(table)


def timed(command: list[str], repeats: int = 5) -> tuple[float, str]:
    """Median wall time of a command [s] and what it printed; the first call warms caches, uncounted."""
    seconds, output = [], ""
    for _ in range(repeats + 1):
        started = time.perf_counter()
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds[1:])), output


def large_book() -> tuple[str, str, str]:
    """Ten thousand different contracts of one day, random signed quantities, hedged on that day's surface."""
    frame = pd.read_parquet(CHAIN)
    symbols = frame.loc[frame["quotedate"] == pd.Timestamp(DAY)].query("expiration > quotedate")["optionroot"]
    rng = np.random.default_rng(0)
    book = pd.DataFrame({"symbol": rng.choice(symbols.unique(), 10_000, replace=False)})
    book["quantity"] = rng.integers(1, 50, len(book)) * rng.choice([-1, 1], len(book))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "book.csv")
        book.to_csv(path, index=False)
        files = ["--chain", str(CHAIN), "--history", str(HISTORY)]
        command = [*HEDGER, "run", str(path), *files, "--as-of", DAY, "--json"]
        seconds, output = timed(command, repeats=3)
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    decision = json.loads(output)["decisions"][0]
    trade = decision["target_contracts"] - decision["current_contracts"]
    return (
        f"10,000 lines, chain of {DAY}",
        f"{seconds:.2f}",
        f"{gigabytes:.2f} GiB peak; {trade:+,} {decision['instrument']}",
    )


if __name__ == "__main__":
    main()
