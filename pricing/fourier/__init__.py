"""Option prices from characteristic functions."""
