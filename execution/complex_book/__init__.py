"""The complex order book: packages of legs traded at one net price beside the books of their legs."""
