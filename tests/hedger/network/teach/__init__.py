"""hedger.network.teach."""
