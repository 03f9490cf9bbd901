"""Digests: what is said of coverage, when, and that it is said exactly once."""
