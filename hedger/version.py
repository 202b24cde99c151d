"""The one place that states the version; pyproject.toml is held equal to it by a test."""

from __future__ import annotations

__version__ = "0.1.0"
