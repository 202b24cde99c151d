"""Where the real data beside the checkout lies; tests that need it skip with a reason when it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_path(*parts: str) -> Path:
    """Path of a shared data file, or skip the test that asks for it."""
    path = _SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared data {'/'.join(parts)} is not beside this checkout")
    return path
