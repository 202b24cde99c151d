"""Spreads: multi-leg structures and options on several assets."""
