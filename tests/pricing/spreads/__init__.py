"""spreads."""
