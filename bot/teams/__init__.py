"""Ownership: which teams there are and who holds which persona for them, since when."""
