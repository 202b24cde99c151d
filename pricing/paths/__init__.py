"""Laws of motion: paths from a passed generator."""
