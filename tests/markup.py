"""What Slack reads as markup in what it is sent, and what it would misread there."""

import re
from collections.abc import Iterator, Mapping, Sequence

_VALID = re.compile(
    r"<(?:[@#][A-Z0-9]+(?:\|[^<>]*)?|!(?:here|channel|everyone|subteam\^S|date\^)[^<>]*|(?:https?:|mailto:)[^<>]+)>"
)
"""https://docs.slack.dev/messaging/formatting-message-text: people, channels, groups, special mentions, links."""


def markup(value: object) -> Iterator[str]:
    """Yield every text that Slack reads as markup: all but what is plain, typed into a field, or for us alone."""
    if isinstance(value, Mapping):
        if value.get("type") == "plain_text":
            return
        for name, part in value.items():
            if isinstance(part, str) and name in {"text", "fallback", "pretext"}:
                yield part
            elif name not in {"private_metadata", "value", "metadata", "initial_value"}:
                yield from markup(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from markup(part)


def misread(value: object) -> list[str]:
    """Return every text with a ``<`` that begins nothing Slack knows, which it would show as a broken link."""
    return [text for text in markup(value) if "<" in _VALID.sub("", text)]
