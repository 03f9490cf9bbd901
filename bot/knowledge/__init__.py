"""The pure core: what the personas are, and which of them a question belongs to. No I/O in here."""
