"""Forecasts of the mid, the touch and the impact of an order: networks and their honest baselines."""
