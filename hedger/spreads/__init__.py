"""Multi-leg structures of a book: recognised, priced, and chosen as hedges at the least cost."""
