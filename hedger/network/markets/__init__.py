"""Simulated markets to train and judge hedgers in: spot, its forecast variance and a smile that moves."""
