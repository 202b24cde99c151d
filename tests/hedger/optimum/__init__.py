"""hedger.optimum."""
