"""hedger.policy."""
