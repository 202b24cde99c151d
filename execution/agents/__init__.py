"""Learned execution: environments, policies, their training, and comparisons of workers."""
