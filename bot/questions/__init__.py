"""Questions people asked: what was asked, what was answered, and what they said about the answer."""
