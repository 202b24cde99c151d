"""Whether an optional extra is installed, asked for by the commands that need it."""

from __future__ import annotations

from importlib.util import find_spec

from hedger.errors import UsageError


def require_training(*modules: str) -> None:
    """Refuse to train, naming what is missing, unless these modules of the extra 'train' are installed."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise UsageError(f"training needs {', '.join(missing)}: pip install 'hedger[train]'")
