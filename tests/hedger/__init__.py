"""hedger."""
