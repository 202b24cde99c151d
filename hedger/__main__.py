"""`python -m hedger` is the `hedger` command."""

from __future__ import annotations

from hedger.cli.main import main

if __name__ == "__main__":
    main()
