"""Agents of the pace: every few minutes, how fast a long order goes on and how eagerly it trades."""
