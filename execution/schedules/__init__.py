"""Schedules: how a parent order's quantity is spread over its horizon."""
