"""Realism measured: statistics of order flow, simulated against recorded."""
