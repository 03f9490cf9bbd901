"""A stand-in for Slack, on loopback: the real bot talks to it in tests, and wherever there is no Slack."""
