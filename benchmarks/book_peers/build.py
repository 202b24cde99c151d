"""Fetch the peers' sources from PyPI, at the pinned versions, and compile a driver against each.

Run from the checkout: python benchmarks/book_peers/build.py [--folder FOLDER]   (needs pip and g++)
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT_FOLDER = Path.home() / ".cache" / "hedger-book-peers"
FLAGS = ("-O3", "-march=native", "-std=c++17", "-w")
# Driver: distribution, and where its headers are.
PEERS = {
    "limit_order_book": (
        "limit-order-book",
        (
            "include",
            "vendor/binary-search-tree/include",
            "vendor/doubly-linked-list/include",
            "vendor/robin-map/include",
        ),
    ),
    "orderly_chaos": ("orderly-chaos", ("include", "third_party/robin_map/include")),
    "liquibook": ("liquibook", ("include/liquibook",)),
}


def pinned(distribution: str) -> str:
    """The requirement as it stands in requirements.txt."""
    lines = (HERE / "requirements.txt").read_text().splitlines()
    return next(line for line in lines if line.startswith(distribution + "=="))


def fetch(distribution: str, folder: Path) -> Path:
    """Download and unpack one distribution; return the folder that holds its sources."""
    target = folder / "sources" / distribution
    if not target.exists():
        target.mkdir(parents=True)
        # liquibook has no source distribution of this version; its wheel brings the headers.
        kind = "--only-binary" if distribution == "liquibook" else "--no-binary"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, ":all:"]
        subprocess.run([*pip, "--dest", target, pinned(distribution)], check=True)
        for archive in [*target.iterdir()]:
            shutil.unpack_archive(archive, target, "zip" if archive.suffix == ".whl" else "gztar")
    sources = [path for path in target.iterdir() if path.is_dir() and (path / "setup.py").exists()]
    return sources[0] if sources else target


def main() -> None:
    """Leave one executable for each peer in the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    folder = parser.parse_args().folder
    for driver, (distribution, includes) in PEERS.items():
        sources = fetch(distribution, folder)
        headers = [f"-I{sources / include}" for include in includes]
        command = ["g++", *FLAGS, *headers, str(HERE / f"{driver}.cpp"), "-o", str(folder / driver)]
        subprocess.run(command, check=True)
        print(f"{folder / driver}: {pinned(distribution)}")


if __name__ == "__main__":
    main()
