"""Background flows fitted to recorded messages."""
