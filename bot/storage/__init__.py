"""Adapters for what is kept: the database and the knowledge files. Values in, frozen dataclasses out."""
