"""Legging into a package: exact plans, a learned policy, leg risk, and the positions that fills make."""
