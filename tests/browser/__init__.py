"""The playground as somebody uses it, in a real browser."""
