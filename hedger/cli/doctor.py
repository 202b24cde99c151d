"""`hedger doctor`: is this installation whole, ours, and warm?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import click

_PACKAGES = ("hedger", "pricing", "execution")
_LIBRARIES = (
    "numpy",
    "numba",
    "scipy",
    "pandas",
    "arch",
    "QuantLib",
    "pyarrow",
    "click",
    "rich",
    "jinja2",
    "plotly",
)


@click.command(short_help="Check the installation.")
def doctor() -> None:
    """Check the installation: versions, that the installed packages are ours, compiled kernels, torch."""
    from hedger.report.record import versions
    from hedger.version import __version__

    click.echo(f"hedger     {__version__}")
    click.echo(f"python     {versions()['python']}")
    problems = [*_libraries(), *_foreign_packages()]
    click.echo(f"kernels    {_kernel_cache()}")
    click.echo(f"torch      {_torch()}")
    for problem in problems:
        click.echo(f"problem: {problem}", err=True)
    if problems:
        raise click.exceptions.Exit(1)
    click.echo("all is well")


def package_home(name: str) -> Path | None:
    """The folder that holds a top-level package, found without importing it; None when there is none."""
    spec = find_spec(name)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    return Path(places[0]).resolve().parent if places else None


def _libraries() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            click.echo(f"{name:<10} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield f"{name} is not installed: reinstall hedger"


def _foreign_packages() -> Iterator[str]:
    """'pricing' and 'execution' are generic names: another distribution may have taken their place."""
    home = package_home("hedger")
    for name in _PACKAGES:
        found = package_home(name)
        click.echo(f"{name:<10} {found}")
        if found != home:
            yield f"the package '{name}' in {found} is not hedger's, which is in {home}: remove it"


def _kernel_cache() -> str:
    home = package_home("hedger")
    folders = [home / name for name in _PACKAGES] if home else []
    if os.environ.get("NUMBA_CACHE_DIR"):
        folders = [Path(os.environ["NUMBA_CACHE_DIR"])]
    compiled = sum(1 for folder in folders for _ in folder.rglob("*.nbi"))
    return f"{compiled} compiled and cached" if compiled else "none cached: the first run compiles them, once"


def _torch() -> str:
    try:
        return f"{metadata.version('torch')}; only training uses it"
    except metadata.PackageNotFoundError:
        return "absent; nothing in this release needs it"
