"""From a portfolio file to a hedged book: `from hedger import Portfolio, Market, hedge, replay`.

Nothing is loaded until a name is used, so that `import hedger` and `hedger --help` cost nothing.
"""

from __future__ import annotations

from importlib import import_module

from hedger.version import __version__

__all__ = [
    "HedgeRun",
    "InputError",
    "Market",
    "Portfolio",
    "ReplayResult",
    "UsageError",
    "__version__",
    "hedge",
    "load_market",
    "read_portfolio",
    "replay",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'hedger' has no attribute '{name}'; it has {', '.join(__all__)}")
    return getattr(import_module("hedger.api"), name)


def __dir__() -> list[str]:
    return __all__
