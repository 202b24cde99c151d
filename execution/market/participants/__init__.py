"""participants: who trades, and how each decides from what it has seen; one way a file."""
