"""A risk system calls the hedger: read a book, build its market, decide, and pass the orders on."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from hedger import hedge, load_market, read_portfolio


def main(portfolio_file: str, as_of: str) -> None:
    """Print one line per decision and per planned order; nothing is traded."""
    day = date.fromisoformat(as_of)
    portfolio = read_portfolio(Path(portfolio_file), as_of=day)
    run = hedge(portfolio, load_market(portfolio, as_of=day), policy="whalley-wilmott", dry_run=True)
    for decision in run.decisions:
        net = run.exposure_before.by_underlying[decision.underlying].net.delta
        sys.stdout.write(f"{decision.underlying}: net delta {net:,.0f} units, {decision.reason}\n")
    for order in run.orders:
        cost = order.cost.expected_bps
        sys.stdout.write(
            f"send {order.order.side.name} {order.order.quantity} {order.order.symbol}, {cost:.2f} bps\n"
        )


if __name__ == "__main__":
    main(*sys.argv[1:3])
