"""Domain values → Block Kit, through ``slack_sdk.models``; pure, with a ``text`` that carries the same facts."""
