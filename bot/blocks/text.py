"""Text for Slack: escaping, cutting and mentions; the one place where any of them is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from slack_sdk.models.blocks import Block, SectionBlock

from bot.blocks.written import Context, Markdown, Section
from bot.knowledge.text import presentable
from bot.teams.model import Assignee, AssigneeType

# https://docs.slack.dev/reference/block-kit/blocks and …/messaging/formatting-message-text
MAX_SECTION: Final = 3_000
MAX_MESSAGE_BLOCKS: Final = 50
MAX_MESSAGE_TEXT: Final = 12_000
"""Slack cuts at 40,000; blocks of about 13,200 characters in all are refused, and the text says the same."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the blocks, and the text for notifications, screen readers and the terminal."""

    text: str
    blocks: tuple[Block, ...]

    def payload(self) -> dict[str, object]:
        """Return the arguments of ``chat.postMessage``, ``ack`` and ``respond``.

        Raises:
            SlackObjectFormationError: a block breaks one of Slack's limits.
        """
        return {"text": self.text, "blocks": [block.to_dict() for block in self.blocks]}


def escape(text: str) -> str:
    """Return untrusted ``text`` so that Slack shows it and cannot read a mention, link or channel into it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str, limit: int = 200) -> str:
    """Return untrusted ``text`` on one line, cut to ``limit`` characters and escaped."""
    return escape(presentable(text, limit))


def mention(assignee: Assignee) -> str:
    """Return the markup that notifies a person or a user group; ids are validated by ``Assignee``."""
    return f"<!subteam^{assignee.id}>" if assignee.type is AssigneeType.GROUP else f"<@{assignee.id}>"


def listed(items: Sequence[str], last: str = "or") -> str:
    """Return ``a``, ``a or b``, ``a, b or c``."""
    if len(items) < 2:  # noqa: PLR2004 (a list needs two)
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def section(text: str) -> SectionBlock:
    """Return a section of our own markup, cut at Slack's limit; links and names in it are not guessed at."""
    return Section(_markdown(text))


def context(lines: Iterable[str]) -> list[Block]:
    """Return one small grey block per line."""
    return [Context(_markdown(line)) for line in lines]


def plain_message(text: str) -> Message:
    """Return a message of a few paragraphs of our own markup, and nothing to click."""
    paragraphs = [part for part in text.split("\n\n") if part]
    return Message(text[:MAX_MESSAGE_TEXT], tuple(section(part) for part in paragraphs[:MAX_MESSAGE_BLOCKS]))


def _markdown(text: str) -> Markdown:
    shown = text if len(text) <= MAX_SECTION else f"{text[: MAX_SECTION - 1]}…"
    return Markdown(shown)
