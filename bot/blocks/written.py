"""Blocks of an answer that write themselves.

The SDK checks every block, and every part of one, by going through all its attributes: that takes as long as
finding the answer. What these hold is cut to Slack's limits where it is made, so that nothing is left to check.
"""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)


class Markdown(MarkdownTextObject):
    """Our own markup, in which links and names are not guessed at."""

    def __init__(self, text: str) -> None:
        super().__init__(text=text, verbatim=True)

    def to_dict(self, *_args: object) -> dict[str, Any]:
        """See ``JsonObject``."""
        return {"type": self.type, "text": self.text, "verbatim": True}


class Section(SectionBlock):
    """A paragraph."""

    def __init__(self, markdown: Markdown) -> None:
        self._markdown = markdown
        super().__init__(text=markdown)

    def to_dict(self, *_args: object) -> dict[str, Any]:
        """See ``JsonObject``."""
        return {"type": self.type, "text": self._markdown.to_dict()}


class Context(ContextBlock):
    """A small grey line."""

    def __init__(self, markdown: Markdown) -> None:
        self._markdown = markdown
        super().__init__(elements=[markdown])

    def to_dict(self, *_args: object) -> dict[str, Any]:
        """See ``JsonObject``."""
        return {"type": self.type, "elements": [self._markdown.to_dict()]}


class Button(ButtonElement):
    """A button; its label is ours, or cut."""

    def __init__(self, label: str, action_id: str, value: str) -> None:
        self._label = label
        super().__init__(text=PlainTextObject(text=label), action_id=action_id, value=value)

    def to_dict(self, *_args: object) -> dict[str, Any]:
        """See ``JsonObject``."""
        text = {"type": "plain_text", "text": self._label}
        return {"type": self.type, "text": text, "action_id": self.action_id, "value": self.value}


class Actions(ActionsBlock):
    """A row of buttons and menus."""

    def __init__(self, block_id: str, elements: Sequence[InteractiveElement]) -> None:
        super().__init__(block_id=block_id, elements=elements)

    def to_dict(self, *_args: object) -> dict[str, Any]:
        """See ``JsonObject``."""
        elements = [element.to_dict() for element in self.elements]
        return {"type": self.type, "block_id": self.block_id, "elements": elements}
