"""Named axioms that hypothesis drives."""
