"""Execution tasks whose optimum is known exactly, by which learners are judged."""
