"""The user's book: what it holds, how it is read from a file, and how it is moved to another date."""

from hedger.portfolio.position import Portfolio, Position, PositionKind
from hedger.portfolio.read import read_portfolio
from hedger.portfolio.rebase import rebased

__all__ = ["Portfolio", "Position", "PositionKind", "read_portfolio", "rebased"]
