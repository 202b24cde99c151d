"""Recorded order flow: read, checked, rebuilt into books and replayed with orders of our own."""
