"""Conditional volatility: the GARCH family with a compiled likelihood; exponentially weighted variance."""
