"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A landing must not hang on the luck of a draw: CI draws the same examples every time, people new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("people", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "people")
